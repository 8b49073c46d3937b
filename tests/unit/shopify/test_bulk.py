"""Result files of bulk operations: lines put together, wherever the network cuts them, and what is no such file."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ports import TemporaryFailure
from server.shopify.bulk import BulkFileGone, Grouped, OperationAnswer, read_grouped

URL = "https://storage.googleapis.com/shopify/bulk-1"


def file_of(*orders: tuple[int, int]) -> bytes:
    """Return a file of orders, each given as its number and how many lines it has."""
    lines: list[dict[str, Any]] = []
    for number, count in orders:
        parent = f"gid://shopify/Order/{number}"
        lines.append({"id": parent, "name": f"#{number} ✓"})
        lines += [{"id": f"gid://shopify/LineItem/{number}{at}", "__parentId": parent} for at in range(count)]
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


class Host:
    """Where files lie: gives them in pieces, from anywhere on, unless told otherwise."""

    def __init__(self, raw: bytes, *, piece: int = 7, takes_ranges: bool = True, status: int | None = None) -> None:
        self.raw, self.piece, self.takes_ranges, self.status = raw, piece, takes_ranges, status
        self.asked: list[httpx.Request] = []

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status is not None:
            return httpx.Response(self.status)
        start = int(request.headers.get("Range", "bytes=0-")[6:-1]) if self.takes_ranges else 0
        if start and start >= len(self.raw):
            return httpx.Response(416)
        some = self.raw[start:]
        pieces = (some[at : at + self.piece] for at in range(0, len(some), self.piece))
        return httpx.Response(206 if start else 200, content=pieces)


def read(host: Host, *, offset: int = 0, size: int | None = None) -> list[Grouped]:
    return list(read_grouped(host.client(), URL, size=len(host.raw) if size is None else size, offset=offset))


def numbers(found: list[Grouped]) -> list[tuple[int, int]]:
    return [(int(each.node["id"].rpartition("/")[2]), len(each.children)) for each in found]


SOME = ((1, 2), (2, 0), (3, 1))


@given(
    st.lists(st.integers(0, 4), max_size=8),
    st.integers(1, 200),
    st.booleans(),
)
def test_a_file_is_read_whole_from_any_of_its_positions_however_it_is_cut(
    counts: list[int],
    piece: int,
    takes_ranges: bool,  # noqa: FBT001 - drawn
) -> None:
    wanted = [(number + 1, count) for number, count in enumerate(counts)]
    host = Host(file_of(*wanted), piece=piece, takes_ranges=takes_ranges)
    found = read(host)
    assert numbers(found) == wanted
    for at, each in enumerate(found):
        assert numbers(read(host, offset=each.end)) == wanted[at + 1 :]


def test_parents_stay_out_of_children_and_the_token_at_home() -> None:
    host = Host(file_of((1, 1)))
    (found,) = read(host)
    assert found.children == [{"id": "gid://shopify/LineItem/10"}]
    assert "X-Shopify-Access-Token" not in host.asked[0].headers
    assert host.asked[0].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize("missing", [1, 10, 60])
def test_a_file_that_ends_early_is_told_after_what_is_whole(missing: int) -> None:
    raw = file_of(*SOME)
    host = Host(raw[:-missing])
    seen: list[Grouped] = []
    with pytest.raises(TemporaryFailure, match=f"of {len(raw)} bytes"):
        seen.extend(read_grouped(host.client(), URL, size=len(raw), offset=0))
    assert numbers(seen) == list(SOME[: len(seen)])
    assert (3, 1) not in numbers(seen), "what may lack a line is not given out"


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_address_that_does_not_hold_is_told_apart(status: int) -> None:
    with pytest.raises(BulkFileGone):
        read(Host(b"", status=status))


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_is_busy_is_asked_again_later(status: int) -> None:
    with pytest.raises(TemporaryFailure):
        read(Host(b"", status=status))


@pytest.mark.parametrize(
    "raw",
    [
        b"<html>sorry</html>\n",
        b"[1]\n",
        b'{"id": "gid://shopify/LineItem/1", "__parentId": "gid://shopify/Order/1"}\n',
        file_of((1, 0)) + b'{"id": "gid://shopify/LineItem/1", "__parentId": "gid://shopify/Order/2"}\n',
    ],
)
def test_what_is_no_grouped_file_is_refused(raw: bytes) -> None:
    with pytest.raises(BulkFileGone):
        read(Host(raw))


def test_a_line_without_an_end_is_not_held_for_ever() -> None:
    with pytest.raises(BulkFileGone, match="without an end"):
        read(Host(b"x" * (5 * 1024 * 1024), piece=1024 * 1024))


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        ("CREATED", None, ("running", None)),
        ("RUNNING", None, ("running", None)),
        ("COMPLETED", None, ("done", None)),
        ("CANCELED", None, ("failed", "canceled")),
        ("EXPIRED", None, ("failed", "expired")),
        ("FAILED", "TIMEOUT", ("failed", "timeout")),
        ("FAILED", "ACCESS_DENIED", ("failed", "access_denied")),
        ("A_NEW_ONE", None, ("failed", "a_new_one")),
    ],
)
def test_states_of_an_operation(status: str, code: str | None, said: tuple[str, str | None]) -> None:
    answered = {"status": status, "errorCode": code, "rootObjectCount": "7", "fileSize": "12", "url": None}
    result = OperationAnswer.model_validate(answered).result()
    assert (result.state.value, result.error) == said
    assert (result.count, result.size) == (7, 12)
