"""Connections: cursors, page information, and pages taken from a table or from a list.

Cursors are opaque to the app. Inside they hold the last id and the last sort value, as Shopify's do, so a page
stays right when rows come and go between two calls.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Any, NamedTuple, Protocol

from graphql import GraphQLError

from tests.sandbox.shopify.admin.bulk_document import PAGE, PAGE_LIMIT
from tests.sandbox.shopify.admin.records import Session


class Numbered(Protocol):
    """Something with a number of its own, for cursors."""

    @property
    def id(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Connection:
    """One page. `has_next` and `has_previous` are asked only when the query asks."""

    nodes: Sequence[Any]
    cursor: Callable[[Any], str]
    has_next: Callable[[], bool]
    has_previous: Callable[[], bool]


class Sort(NamedTuple):
    """What a connection is ordered by: a name that its cursors carry and an SQL expression that is never NULL."""

    name: str
    expression: str


class Clause(NamedTuple):
    """A condition in SQL with its parameters."""

    sql: str
    parameters: tuple[Any, ...] = ()


class Window(NamedTuple):
    """The page that was asked for: forwards from the start, or backwards from the end."""

    size: int
    forwards: bool
    cursor: str | None
    reverse: bool


def window(arguments: dict[str, Any]) -> Window:
    """Return the page that a connection's arguments ask for.

    Raises:
        GraphQLError: neither `first` nor `last`, both, a size that is not 1 to 250, or a cursor of the other
            direction.
    """
    first, last = arguments.get("first"), arguments.get("last")
    after, before = arguments.get("after"), arguments.get("before")
    if first is None and last is None:
        raise GraphQLError("you must provide one of first or last")
    if first is not None and last is not None:
        raise GraphQLError("providing both first and last is not supported")
    size: int = first if first is not None else last or 0
    name = "first" if first is not None else "last"
    if size < 1 or size > PAGE_LIMIT.get():
        raise GraphQLError(f"{name} must lie between 1 and {PAGE}, found {size}")
    if (before if first is not None else after) is not None:
        raise GraphQLError(f"{name} works with {'after' if first is not None else 'before'} only")
    cursor = after if first is not None else before
    return Window(size, first is not None, cursor, bool(arguments.get("reverse")))


def encode(last_id: int, sort: str, value: Any) -> str:
    """Return the cursor of a row."""
    text = json.dumps({"last_id": last_id, "last_value": value, "sort": sort}, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode("ascii")


def decode(cursor: str, sort: str) -> tuple[int, Any]:
    """Return id and sort value of a cursor made for the same order.

    Raises:
        GraphQLError: it is no cursor of ours, or one of another order.
    """
    try:
        parts = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
        last_id, value, made_for = parts["last_id"], parts["last_value"], parts["sort"]
    except (ValueError, KeyError, TypeError, binascii.Error) as error:
        raise GraphQLError("Invalid cursor for current pagination sort.") from error
    if made_for != sort or not isinstance(last_id, int) or not isinstance(value, int | float | str):
        raise GraphQLError("Invalid cursor for current pagination sort.")
    return last_id, value


def from_list(items: Sequence[Numbered], arguments: dict[str, Any], sort: str) -> Connection:
    """Return a page of records that were loaded already; `sort` names their order in cursors."""
    asked = window(arguments)
    ordered = list(reversed(items)) if asked.reverse else list(items)
    name = f"{sort}{' reversed' if asked.reverse else ''}"
    start, end = 0, len(ordered)
    if asked.cursor is not None:
        last_id, _ = decode(asked.cursor, name)
        position = next((index for index, item in enumerate(ordered) if item.id == last_id), None)
        if position is None:
            raise GraphQLError("Invalid cursor for current pagination sort.")
        start, end = (position + 1, end) if asked.forwards else (0, position)
    start, end = (start, min(end, start + asked.size)) if asked.forwards else (max(0, end - asked.size), end)
    return Connection(
        nodes=ordered[start:end],
        cursor=lambda item: encode(item.id, name, item.id),
        has_next=lambda: end < len(ordered),
        has_previous=lambda: start > 0,
    )


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are nodes: the GraphQL type, what to select, from where, its id column and its name."""

    kind: str
    columns: str
    source: str
    id_column: str
    id_name: str = "id"


def from_table(session: Session, table: Table, sort: Sort, where: Clause, arguments: dict[str, Any]) -> Connection:
    """Return a page of rows by keyset, so that the last page costs what the first does."""
    asked = window(arguments)
    name = f"{sort.name}{' reversed' if asked.reverse else ''}"
    pair = f"({sort.expression}, {table.id_column})"
    # Walking backwards, or in reverse order, is walking down the pair; both together is walking up again.
    up = asked.forwards is not asked.reverse

    def beyond(last_id: int, value: Any, *, upwards: bool) -> Clause:
        sign = ">" if upwards else "<"
        return Clause(f"{where.sql} AND {pair} {sign} (?, ?)", (*where.parameters, value, last_id))

    def select(clause: Clause, size: int) -> list[Row]:
        direction = "ASC" if up else "DESC"
        return session.rows(
            f"SELECT {table.columns}, {sort.expression} AS sort_value FROM {table.source} WHERE {clause.sql} "
            f"ORDER BY {sort.expression} {direction}, {table.id_column} {direction} LIMIT {size}",
            *clause.parameters,
        )

    clause = where
    if asked.cursor is not None:
        clause = beyond(*decode(asked.cursor, name), upwards=up)
    found = select(clause, asked.size + 1)
    more = len(found) > asked.size
    found = found[: asked.size]
    if not asked.forwards:
        found.reverse()
    records = session.batch(table.kind, found).records

    def exists_before() -> bool:
        edge = records[0 if asked.forwards else -1] if records else None
        if edge is None:
            # An empty page after a cursor: what the cursor points to lies on its other side.
            return asked.cursor is not None
        clause = beyond(edge.row[table.id_name], edge.row["sort_value"], upwards=not up)
        return bool(session.rows(f"SELECT 1 FROM {table.source} WHERE {clause.sql} LIMIT 1", *clause.parameters))

    return Connection(
        nodes=records,
        cursor=lambda record: encode(record.row[table.id_name], name, record.row["sort_value"]),
        has_next=(lambda: more) if asked.forwards else exists_before,
        has_previous=exists_before if asked.forwards else (lambda: more),
    )


EMPTY = Connection(nodes=(), cursor=lambda _: "", has_next=lambda: False, has_previous=lambda: False)


def none_of(_source: Any, _info: Any, **arguments: Any) -> Connection:
    """Return the empty page of something that no product or order of this world has, after the usual checks."""
    window(arguments)
    return EMPTY
