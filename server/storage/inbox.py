"""The inbox's door: a delivery is on disk when `store` returns, and only then is its sender answered.

SQLite gets one writer that commits for everybody who waited during the last commit; PostgreSQL groups commits itself
and gets one autocommitted insert per delivery. Measured both ways round: ADR 0014.
"""

import threading
from collections import deque
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Overdue
from datetime import UTC, datetime
from typing import Any, Protocol

import psycopg
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import make_url
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from server.core.errors import AppError
from server.storage.db import Database, make_engine
from server.storage.deliveries import DeliveryRow, NewDelivery

_MOST_WAITING = 2_000  # beyond this the disk does not keep up, and the sender had better come back later
_MOST_AT_ONCE = 500
_PATIENCE_SECONDS = 4.0  # the platform waits five
_CONNECTIONS = 16


class InboxFull(AppError):
    """More deliveries wait for the disk than may; the sender tries again later."""

    code = "inbox_full"


class InboxUnavailable(AppError):
    """The delivery could not be stored; the sender tries again later."""

    code = "inbox_unavailable"


class Inbox(Protocol):
    """Where deliveries are stored; `database` is for whoever works them off."""

    database: Database

    def store(self, new: NewDelivery, *, now: datetime) -> None:
        """Make a delivery durable; one that came before changes nothing.

        Raises:
            InboxFull, InboxUnavailable: nothing is promised, the sender must come again.
        """
        ...

    def close(self) -> None:
        """Let go of the database, after what still waits was stored."""
        ...


def open_inbox(url: str) -> Inbox:
    """Return the inbox at a database's address; nothing is opened before the first delivery."""
    return GroupCommitInbox(url) if url.startswith("sqlite") else PooledInbox(url)


class GroupCommitInbox:
    """On SQLite: one thread writes, so that deliveries share a commit instead of queueing for the file's lock."""

    def __init__(self, url: str) -> None:
        self.database = Database(make_engine(url))
        self._waiting: deque[tuple[dict[str, Any], Future[None]]] = deque()
        self._changed = threading.Condition()
        self._writer: threading.Thread | None = None
        self._is_closed = False

    def store(self, new: NewDelivery, *, now: datetime) -> None:
        done: Future[None] = Future()
        with self._changed:
            if self._is_closed:
                raise InboxUnavailable("The inbox is closed.")
            if len(self._waiting) >= _MOST_WAITING:
                raise InboxFull("Too many deliveries wait to be stored.")
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="inbox", daemon=True)
                self._writer.start()
            self._waiting.append((new.row(now=now), done))
            self._changed.notify()
        try:
            done.result(_PATIENCE_SECONDS)
        except Overdue as late:
            raise InboxUnavailable("The delivery was not stored in time.") from late
        except SQLAlchemyError as fault:
            raise InboxUnavailable("The delivery could not be stored.", cause=type(fault).__name__) from fault

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify()
        if self._writer is not None:
            self._writer.join()
        self.database.dispose()

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._is_closed)
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
            if not group:
                return
            self._commit(group)

    def _commit(self, group: list[tuple[dict[str, Any], Future[None]]]) -> None:
        """Store a group in one transaction; a row that is no row of ours must not take the others with it."""
        try:
            with self.database.engine.begin() as connection:
                connection.execute(_INSERT, [row for row, _ in group])
        except SQLAlchemyError as fault:
            if len(group) > 1 and not isinstance(fault, OperationalError):
                for each in group:
                    self._commit([each])
                return
            for _, done in group:
                done.set_exception(fault)
        else:
            for _, done in group:
                done.set_result(None)


class PooledInbox:
    """On PostgreSQL: one autocommitted insert per delivery, over a pool of connections."""

    def __init__(self, url: str) -> None:
        self.database = Database(make_engine(url))
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._pool: ConnectionPool[Any] = ConnectionPool(
            address,
            min_size=1,
            max_size=_CONNECTIONS,
            timeout=_PATIENCE_SECONDS,
            kwargs={"autocommit": True, "prepare_threshold": 1},
            open=False,
            name="inbox",
        )
        self._opening = threading.Lock()

    def store(self, new: NewDelivery, *, now: datetime) -> None:
        values = new.row(now=now)
        values["headers"] = Jsonb(values["headers"])
        self._open()
        try:
            try:
                self._insert(values)
            except psycopg.OperationalError:
                # The server was restarted: the other idle connections are gone as well, and would fail one by one.
                self._pool.check()
                self._insert(values)  # changes nothing where the first one was committed
        except (psycopg.Error, PoolTimeout) as fault:
            raise InboxUnavailable("The delivery could not be stored.", cause=type(fault).__name__) from None

    def close(self) -> None:
        with self._opening:
            if not self._pool.closed:
                self._pool.close()
        self.database.dispose()

    def _insert(self, values: dict[str, Any]) -> None:
        with self._pool.connection() as connection:
            connection.execute(_POSTGRESQL_INSERT, values)

    def _open(self) -> None:
        if self._pool.closed:
            with self._opening:
                if self._pool.closed:
                    self._pool.open()


_INSERT = sqlite.insert(DeliveryRow).on_conflict_do_nothing()
_COLUMNS = tuple(NewDelivery("", "", "", "", None, None, {}, b"").row(now=datetime.min.replace(tzinfo=UTC)))
_POSTGRESQL_INSERT = (
    f"INSERT INTO {DeliveryRow.__tablename__} ({', '.join(_COLUMNS)})"  # noqa: S608 - names of our own columns
    f" VALUES ({', '.join(f'%({name})s' for name in _COLUMNS)}) ON CONFLICT DO NOTHING"
)
