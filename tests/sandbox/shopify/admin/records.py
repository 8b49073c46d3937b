"""Rows on their way through a query, loaded together so that their children can be too.

A resolver is asked for one row's children at a time. The rows of one page share a Batch: the first that is
asked loads the children of all, the others find them there. So a page costs a few statements, not one per row.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from sqlite3 import Connection, Row
from typing import TYPE_CHECKING, Any, TypeVar

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.action import Action
from tests.sandbox.shopify.admin.access import Access

if TYPE_CHECKING:
    from tests.sandbox.shopify.admin.bulk import BulkOperations

Found = TypeVar("Found")


_NEVER_LATE = "9999"  # later than every time of the world, as text


class Session:
    """What one GraphQL request works with: who asks, when, and a connection.

    A query sees one snapshot. A mutation has an `action`: its write, and the webhooks that go out with it. Orders
    from `late_since` on have not arrived here yet.
    """

    def __init__(
        self,
        *,
        connection: Connection,
        settings: SandboxSettings,
        now: datetime,
        access: Access,
        action: Action | None = None,
        bulk: "BulkOperations | None" = None,
        reopen: "Callable[[], AbstractContextManager[Session]] | None" = None,
        late_since: str | None = None,
    ) -> None:
        self.connection = connection
        self.settings = settings
        self.access = access
        self.now = now
        self.late_since = late_since or _NEVER_LATE
        self._action, self._bulk, self._reopen = action, bulk, reopen
        self._shop: Row | None = None

    @property
    def action(self) -> Action:
        """The mutation's action.

        Raises:
            RuntimeError: this is a query.
        """
        if self._action is None:
            raise RuntimeError("a query writes nothing")
        return self._action

    @property
    def bulk(self) -> "BulkOperations":
        """The sandbox's bulk operations.

        Raises:
            RuntimeError: a bulk operation starts no other.
        """
        if self._bulk is None:
            raise RuntimeError("a bulk operation starts no other")
        return self._bulk

    @property
    def reopen(self) -> "Callable[[], AbstractContextManager[Session]]":
        """What opens a session like this one, for reading, once this request is over."""
        if self._reopen is None:
            raise RuntimeError("a bulk operation starts no other")
        return self._reopen

    @property
    def now_text(self) -> str:
        """The request's moment as the world writes times."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def shop(self) -> Row:
        """The shop's row."""
        if self._shop is None:
            self._shop = self.connection.execute("SELECT * FROM shop").fetchone()
        return self._shop

    def rows(self, statement: str, *parameters: Any) -> list[Row]:
        """Return all rows of one statement."""
        return self.connection.execute(statement, parameters).fetchall()

    def batch(self, kind: str, rows: Iterable[Row]) -> "Batch":
        """Return rows of one GraphQL type as records that load their children together."""
        return Batch(self, kind, rows)


class Record:
    """One row as an object of the GraphQL type `kind`."""

    __slots__ = ("batch", "kind", "row")

    def __init__(self, batch: "Batch", kind: str, row: Row) -> None:
        self.batch = batch
        self.kind = kind
        self.row = row

    @property
    def id(self) -> int:
        """The row's number."""
        number: int = self.row["id"]
        return number

    @property
    def session(self) -> Session:
        """The request this record belongs to."""
        return self.batch.session

    def seen_as(self, kind: str) -> "Record":
        """Return the same row as another type: a variant holds its inventory item, an order its fulfilment."""
        return Record(self.batch, kind, self.row)


class Batch:
    """Records loaded together, and what was loaded for all of them."""

    __slots__ = ("_loaded", "records", "session")

    def __init__(self, session: Session, kind: str, rows: Iterable[Row]) -> None:
        self.session = session
        self.records = [Record(self, kind, row) for row in rows]
        self._loaded: dict[str, Any] = {}

    def values(self, column: str) -> list[Any]:
        """Return the distinct values of a column that are not NULL."""
        return list({value: None for record in self.records if (value := record.row[column]) is not None})

    def once(self, name: str, load: Callable[[], Found]) -> Found:
        """Return what `load` gave the first time that this batch was asked for `name`."""
        if name not in self._loaded:
            self._loaded[name] = load()
        found: Found = self._loaded[name]
        return found


def grouped(batch: Batch, column: str) -> dict[Any, list[Record]]:
    """Return the records of a batch by the value of one column, in their order."""
    groups: dict[Any, list[Record]] = {}
    for record in batch.records:
        groups.setdefault(record.row[column], []).append(record)
    return groups


def children(
    parent: Record, name: str, load: Callable[[Session, list[int]], Mapping[int, list[Record]]]
) -> list[Record]:
    """Return the children of one record, loaded for its whole batch; `load` gets the ids of all parents."""
    batch = parent.batch
    return batch.once(name, lambda: load(batch.session, batch.values("id"))).get(parent.id, [])


def related(record: Record, column: str, load: Callable[[Session, list[int]], Mapping[int, Record]]) -> Record | None:
    """Return the record that a column points to, loaded for the whole batch; None where it points nowhere."""
    key = record.row[column]
    if key is None:
        return None
    batch = record.batch
    return batch.once(column, lambda: load(batch.session, batch.values(column))).get(key)
