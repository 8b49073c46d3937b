"""Engines, the declarative base, and units of work, for SQLite and PostgreSQL alike."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import psycopg
from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Engine, MetaData, TypeDecorator, create_engine, event, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry

__all__ = ["Base", "Database", "InboxBase", "JsonDocument", "Minor", "Session", "UtcDateTime", "make_engine"]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

_BUSY_SECONDS = 10
_CONNECT_SECONDS = 5  # the driver's own is for ever, which a server that is gone without a word would take
_BEGIN_OPTION = "afters_begin"
_TRIES = 4
_RESTED_SECONDS = 1.0
_USED_AT = "afters_used_at"
_GAVE_WAY = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock detected

Result = TypeVar("Result")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime on every database; a naive one is a programming error and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database; pass aware UTC times")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the interface of TypeDecorator
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Minor units overflow four bytes at an order of 21 million rupiah.
Minor = Annotated[int, mapped_column(BigInteger)]
JsonDocument = JSON().with_variant(JSONB(), "postgresql")


_TYPES: dict[Any, Any] = {datetime: UtcDateTime, dict[str, Any]: JsonDocument, list[Any]: JsonDocument}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = _TYPES


class InboxBase(DeclarativeBase):
    """What may live in a database of its own: nothing here refers to a table of `Base`, or is referred to."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = _TYPES


def make_engine(url: str) -> Engine:
    """Return an engine for a SQLite file or a PostgreSQL database.

    On SQLite the driver's own transactions are off and SQLAlchemy issues BEGIN: the driver's late BEGIN breaks
    savepoints and lets two writers meet at commit.
    """
    if url.startswith("sqlite"):
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": _BUSY_SECONDS})
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"connect_timeout": _CONNECT_SECONDS})
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _ask_after_rest)
    return engine


def _note_use(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_USED_AT] = time.monotonic()


def _ask_after_rest(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
    """Make sure of a connection that has rested: the server may have been restarted under it.

    SQLAlchemy's own ping before each use would be every sixth round trip of a busy worker.
    """
    used_at = record.info.get(_USED_AT)
    if used_at is None or time.monotonic() - used_at < _RESTED_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as fault:
        raise DisconnectionError("the connection rested and is gone") from fault  # the pool opens another


def _configure_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={_BUSY_SECONDS * 1000}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer that starts as a reader and upgrades fails at once when another wrote meanwhile, busy timeout or not.
    mode = connection.get_execution_options().get(_BEGIN_OPTION, "IMMEDIATE")
    connection.exec_driver_sql(f"BEGIN {mode}")


class Database:
    """Gives out units of work: one transaction each, committed by whoever opened it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # SQLite lets one write, and has the others sleep and look again for ever longer: of sixteen threads that wait
        # so, most sleep while the file is free. Here they wait for each other instead, and go on at once.
        self._writing = threading.Lock() if engine.dialect.name == "sqlite" else None
        self._readers = engine.execution_options(**{_BEGIN_OPTION: "DEFERRED"})

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Open a transaction that may write; commits at the end, rolls back on any error."""
        with self._turn(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a transaction that only reads; it never waits behind a writer."""
        # Closing ends the transaction and leaves what was read readable; a rollback would expire every row first.
        with Session(self._readers, expire_on_commit=False) as session:
            yield session

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Do `work` in a write transaction and return what it returns.

        Where a twin stored the same thing first, or the database broke a deadlock, nothing of it is kept and it is
        done again from the start, when it finds what the twin left: so both callers get the one stored answer. `work`
        must touch nothing but the session.
        """
        for _ in range(_TRIES - 1):
            try:
                with self.write() as session:
                    return work(session)
            except StaleDataError:
                continue  # a row that was read here is deleted by now
            except DBAPIError as fault:
                if not isinstance(fault, IntegrityError) and getattr(fault.orig, "sqlstate", None) not in _GAVE_WAY:
                    raise
        with self.write() as session:
            return work(session)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._writing is None:
            yield
            return
        is_ours = self._writing.acquire(timeout=_BUSY_SECONDS)  # after that the file itself says that it is busy
        try:
            yield
        finally:
            if is_ours:
                self._writing.release()

    def refresh_statistics(self) -> None:
        """Let PostgreSQL look at how much it holds now; SQLite would read every index, and let nobody write meanwhile.

        A plan that PostgreSQL made for an empty table looks through all rows of a shop for each line of an order, until
        the table is analysed; by itself the server comes to that after a minute at the earliest.
        """
        if self._writing is not None:
            return
        with self.write() as session:
            session.execute(text("ANALYZE"))

    def dispose(self) -> None:
        self.engine.dispose()
