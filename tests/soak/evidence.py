"""What the app's databases say, read with plain SQL: no code, no model and no query of the app."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
_TIMES = ("_at",)


@dataclass(frozen=True, slots=True)
class Evidence:
    """The stores of one installation: a SQLite file (the inbox may have one of its own), or a PostgreSQL address."""

    database: str

    def deliveries(self) -> list[Row]:
        columns = "shop_domain, topic, delivery_id, state, received_at, handled_at, error"
        return self._rows(f"SELECT {columns} FROM deliveries", is_inbox=True)

    def touches(self) -> list[Row]:
        columns = "t.id, t.order_id, t.channel, t.state, t.reason, t.due_at, t.claimed_at, t.recipient, s.domain"
        return self._rows(f"SELECT {columns} FROM touches t JOIN shops s ON s.id = t.shop_id")

    def sequences(self) -> list[Row]:
        return self._rows("SELECT q.order_id, q.refusal, s.domain FROM sequences q JOIN shops s ON s.id = q.shop_id")

    def unfinished_imports(self) -> int:
        return int(self._rows("SELECT count(*) AS n FROM imports WHERE state <> 'done'")[0]["n"])

    def imports(self) -> dict[str, Row]:
        return {row["kind"]: row for row in self._rows("SELECT kind, state, done, total, error FROM imports")}

    def open_deliveries(self) -> int:
        query = "SELECT count(*) AS n FROM deliveries WHERE state IN ('stored', 'queued')"
        return int(self._rows(query, is_inbox=True)[0]["n"])

    def open_touches(self, now: datetime) -> dict[str, int]:
        """Return how many touches are due or under way, by state."""
        moment = now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        query = (
            "SELECT state, count(*) AS n FROM touches WHERE state IN ('queued', 'sending')"
            f" OR (state = 'planned' AND due_at <= '{moment}') GROUP BY state"
        )
        return {row["state"]: int(row["n"]) for row in self._rows(query)}

    def _rows(self, query: str, *, is_inbox: bool = False) -> list[Row]:
        if self.database.startswith("postgresql"):
            url = self.database.replace("+psycopg", "")
            with psycopg.connect(url, row_factory=dict_row, options="-c timezone=UTC") as connection:
                return [dict(row) for row in connection.execute(query)]
        with self._file(is_inbox=is_inbox) as connection:
            return [_dated(dict(row)) for row in connection.execute(query)]

    @contextmanager
    def _file(self, *, is_inbox: bool) -> Iterator[sqlite3.Connection]:
        path = Path(self.database.removeprefix("sqlite:///"))
        beside = path.with_name(f"{path.stem}-inbox.sqlite3")
        with closing(sqlite3.connect(beside if is_inbox and beside.exists() else path, timeout=30)) as connection:
            connection.row_factory = sqlite3.Row
            yield connection


def _dated(row: Row) -> Row:
    return {
        name: datetime.fromisoformat(value).replace(tzinfo=UTC) if name.endswith(_TIMES) and value else value
        for name, value in row.items()
    }
