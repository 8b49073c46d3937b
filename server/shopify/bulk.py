"""Bulk operations: Shopify gathers a whole listing by itself and hands out a file of JSON lines.

We ask for grouped objects, so that children follow their parent and one object at a time is held in memory. The file
lies on another host under a signed address, which our access token must not be shown to.
(https://shopify.dev/docs/api/usage/bulk-operations/queries)
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
from pydantic import BaseModel, Field, ValidationError

from server.outbound.http import vendor_failures
from server.ports import BulkResult, BulkState, PermanentFailure, TemporaryFailure
from server.shopify.answers import Part
from server.shopify.validation import PlainId, explain

VENDOR = "Shopify"
_LONGEST_LINE = 4 * 1024 * 1024
_PARENT = "__parentId"
_STATES = {
    "CREATED": BulkState.RUNNING,
    "RUNNING": BulkState.RUNNING,
    "COMPLETED": BulkState.DONE,
}

Shape = TypeVar("Shape", bound=BaseModel)


class BulkFileGone(PermanentFailure):
    """The file's address no longer holds, or what lies there cannot be read: another way must be found."""

    code = "bulk_file_gone"


class _Started(Part):
    id: PlainId


class StartAnswer(Part):
    bulk_operation: _Started | None

    def operation_id(self) -> str:
        """Return the id of what was started.

        Raises:
            TemporaryFailure: nothing was.
        """
        if self.bulk_operation is None:
            raise TemporaryFailure("Shopify started no bulk operation.", vendor=VENDOR)
        return self.bulk_operation.id


class OperationAnswer(Part):
    status: str
    error_code: str | None
    root_object_count: int
    file_size: int | None = Field(default=None)
    url: str | None

    def result(self) -> BulkResult:
        """Return how far it is; whatever is neither running nor done has failed, and `error` says why."""
        state = _STATES.get(self.status, BulkState.FAILED)
        return BulkResult(
            state=state,
            count=self.root_object_count,
            url=self.url,
            size=self.file_size,
            error=(self.error_code or self.status).lower() if state is BulkState.FAILED else None,
        )


@dataclass(slots=True)
class Grouped:
    """One object with what hung below it, and where in the file the next one begins."""

    node: dict[str, Any]
    end: int
    children: list[dict[str, Any]] = field(default_factory=list)


def read_grouped(client: httpx.Client, url: str, *, size: int | None, offset: int) -> Iterator[Grouped]:
    """Yield the objects of a result file from `offset` on, which must be where one begins.

    Raises:
        TemporaryFailure: the file broke off; what was yielded is whole, and the rest can be asked for from there.
        BulkFileGone: the address does not hold any more, or what lies there is not what we asked for.
    """
    held: Grouped | None = None
    end = offset
    for line in _lines(client, url, offset):
        end += len(line)
        node = _object(line)
        parent = node.pop(_PARENT, None)
        if parent is None:
            if held is not None:
                yield held
            held = Grouped(node, end)
        elif held is None or parent != held.node.get("id"):
            raise BulkFileGone("Shopify's bulk file is not grouped as it was asked for.", vendor=VENDOR)
        else:
            held.children.append(node)
            held.end = end
    if size is not None and end != size:
        raise TemporaryFailure(f"Shopify's bulk file ended after {end} of {size} bytes.", vendor=VENDOR)
    if held is not None:
        yield held


def read_shape(shape: type[Shape], node: dict[str, Any]) -> Shape:
    """Read one object of a file.

    Raises:
        BulkFileGone: it does not have the shape we asked for.
    """
    try:
        return shape.model_validate(node)
    except ValidationError as error:
        raise BulkFileGone(f"Shopify's bulk file cannot be read: {explain(error)}.", vendor=VENDOR) from None


def _lines(client: httpx.Client, url: str, offset: int) -> Iterator[bytes]:
    """Yield whole lines, each with its end of line; a last one without it is left out."""
    headers = {"Accept-Encoding": "identity"}  # offsets are counted in the file as it lies there
    if offset:
        headers["Range"] = f"bytes={offset}-"
    with vendor_failures(VENDOR), client.stream("GET", url, headers=headers) as response:
        if response.status_code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return
        _check(response)
        skipped = 0 if response.status_code == HTTPStatus.PARTIAL_CONTENT else offset
        yield from _split(response.iter_raw(), skipped)


def _split(chunks: Iterator[bytes], skipped: int) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        if skipped:
            some, skipped = chunk[skipped:], max(0, skipped - len(chunk))
        else:
            some = chunk
        *whole, rest = (rest + some).split(b"\n")
        if len(rest) > _LONGEST_LINE:
            raise BulkFileGone("Shopify's bulk file holds a line without an end.", vendor=VENDOR)
        for line in whole:
            yield line + b"\n"


def _check(response: httpx.Response) -> None:
    if response.is_success:
        return
    if response.is_client_error and response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        raise BulkFileGone("The address of Shopify's bulk file does not hold any more.", status=response.status_code)
    raise TemporaryFailure(f"Shopify's bulk file cannot be fetched: HTTP {response.status_code}.", vendor=VENDOR)


def _object(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BulkFileGone("Shopify's bulk file holds a line that is no object.", vendor=VENDOR)
    return found
