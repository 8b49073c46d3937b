"""The import of a large listing: the platform gathers it into a file, which is read from where we are in it.

Where we are is kept as text beside the import's progress: the operation and an offset in its file. So a worker that
was killed goes on with the next thing that was not stored, and a file that broke off is asked for from there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self

from server.core.errors import AppError
from server.ports import BulkItem, BulkResult, BulkState, PermanentFailure, PlatformApi, TemporaryFailure

# Up to so many, pages are there before a gathering that has to be waited for would be.
PAGED_UP_TO = 2_000
_AT_ONCE = 200
_LOOK_AGAIN_SECONDS = 5.0
_MARK = "bulk"


class BulkRefused(AppError):
    """The platform does not gather this, or what it gathered is not to be had: page by page it may go all the same."""

    code = "bulk_refused"


class Steps(Protocol):
    """What of an import's run a back-fill needs."""

    def api(self) -> PlatformApi: ...

    def save(self, things: Sequence[Any]) -> None: ...

    def move(self, done: int, cursor: str | None) -> bool: ...


_READERS: dict[str, Callable[[PlatformApi, BulkResult, int], Iterator[BulkItem[Any]]]] = {
    "products": lambda api, result, offset: api.gathered_products(result, offset=offset),
    "collections": lambda api, result, offset: api.gathered_collections(result, offset=offset),
    "orders": lambda api, result, offset: api.gathered_orders(result, offset=offset),
    "customers": lambda api, result, offset: api.gathered_customers(result, offset=offset),
    "stock": lambda api, result, offset: api.gathered_stock(result, offset=offset),
}


@dataclass(frozen=True, slots=True)
class Backfill:
    """Where one back-fill stands."""

    kind: str
    operation_id: str
    offset: int = 0

    @classmethod
    def held_in(cls, cursor: str | None) -> Self | None:
        """Return what a stored position says; None when it is one of pages."""
        mark, _, rest = (cursor or "").partition(":")
        if mark != _MARK:
            return None
        kind, operation_id, offset = rest.split(":")
        return cls(kind, operation_id, int(offset))

    @classmethod
    def begin(cls, api: PlatformApi, kind: str, *, since: datetime | None) -> Self:
        """Have the platform begin to gather.

        Raises:
            BulkRefused: it does not.
            TemporaryFailure.
        """
        try:
            return cls(kind, api.gather(kind, since=since))
        except PermanentFailure as fault:
            raise BulkRefused(fault.message) from fault

    @property
    def cursor(self) -> str:
        return f"{_MARK}:{self.kind}:{self.operation_id}:{self.offset}"

    def run(self, steps: Steps) -> bool:
        """Store what was gathered, from where we are; False when another run has taken over.

        Raises:
            TemporaryFailure: the platform still gathers, or the file broke off.
            BulkRefused: gathering failed, as it does where a single field is kept from us, or the file is not to be
                had (any more).
        """
        result = steps.api().gathered(self.operation_id)
        if result.state is BulkState.RUNNING:
            raise TemporaryFailure(
                f"Shopify is gathering the {self.kind}: {result.count} so far.", retry_after=_LOOK_AGAIN_SECONDS
            )
        if result.state is BulkState.FAILED:
            raise BulkRefused("Shopify could not gather it.", error=result.error)
        items = _READERS[self.kind](steps.api(), result, self.offset)
        try:
            return self._store(items, steps)
        except PermanentFailure as fault:
            raise BulkRefused(fault.message) from fault

    def _store(self, items: Iterator[BulkItem[Any]], steps: Steps) -> bool:
        while some := _next(items):
            steps.save([each.item for each in some.read])
            position = Backfill(self.kind, self.operation_id, some.read[-1].end)
            if not steps.move(len(some.read), position.cursor):
                return False
            if some.fault is not None:
                raise some.fault
        return True


@dataclass(frozen=True, slots=True)
class _Some:
    read: list[BulkItem[Any]]
    fault: TemporaryFailure | None = None


def _next(items: Iterator[BulkItem[Any]]) -> _Some | None:
    """Read some more. What came before a file broke off is stored before that is told."""
    read: list[BulkItem[Any]] = []
    try:
        for item in items:
            read.append(item)
            if len(read) == _AT_ONCE:
                break
    except TemporaryFailure as fault:
        if not read:
            raise
        return _Some(read, fault)
    return _Some(read) if read else None
