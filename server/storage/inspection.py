"""Looks at a database as an operator would: can it be reached, is it ours, is it as it should be."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import insert, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from server.core.errors import AppError
from server.storage.deliveries import STORED, DeliveryRow
from server.storage.migrate import INBOX, current_revision, head_revision, is_current, known_revisions, name_fault

_UNREACHABLE = (DBAPIError, NoConnectionFree)


class DatabaseNotReady(AppError):
    """The database cannot serve; the message says why without its address, which may hold a password."""

    code = "database_not_ready"


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What a database says of itself. `time` is its own clock."""

    kind: str  # sqlite | postgresql
    version: tuple[int, ...]
    encoding: str
    time: datetime
    revision: str | None
    wanted_revision: str | None
    is_revision_known: bool


def check_ready(engine: Engine, inbox: Engine) -> None:
    """Return when a delivery could be stored now: reachable, migrated, writable. Nothing is kept.

    Raises:
        DatabaseNotReady.
    """
    try:
        if not (is_current(engine) and is_current(inbox, INBOX)):
            raise DatabaseNotReady("The database is not migrated: run `afters db upgrade`.")
        with inbox.connect() as connection, connection.begin() as transaction:
            # The whole of a delivery but its commit: a file that is read-only or a standby server refuses here.
            connection.execute(insert(DeliveryRow).values(**_PROBE))
            transaction.rollback()
    except _UNREACHABLE as fault:
        raise DatabaseNotReady(f"The database does not take a delivery ({name_fault(fault)}).") from fault


def read_facts(engine: Engine) -> DatabaseFacts:
    """Return what the database says of itself.

    Raises:
        DatabaseNotReady: it cannot be reached.
    """
    try:
        with engine.connect() as connection:
            is_sqlite = connection.dialect.name == "sqlite"
            revision = current_revision(engine)
            encoding = str(connection.scalar(text("PRAGMA encoding" if is_sqlite else "SHOW server_encoding")))
            return DatabaseFacts(
                kind=connection.dialect.name,
                version=tuple(int(part) for part in connection.dialect.server_version_info or ()),
                encoding=encoding,
                time=_time_of(connection),
                revision=revision,
                wanted_revision=head_revision(engine),
                is_revision_known=revision in known_revisions(engine),
            )
    except _UNREACHABLE as fault:
        raise DatabaseNotReady(f"The database cannot be reached ({name_fault(fault)}).") from fault


_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_PROBE = {
    "source": "probe",
    "shop_domain": "probe",
    "topic": "probe",
    "delivery_id": "probe",
    "headers": {},
    "body": b"",
    "state": STORED,
    "received_at": _MOMENT,
}


def _time_of(connection: Connection) -> datetime:
    if connection.dialect.name == "postgresql":
        moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return moment.astimezone(UTC)
    seconds = connection.execute(text("SELECT (julianday('now') - 2440587.5) * 86400.0")).scalar_one()
    return datetime.fromtimestamp(float(seconds), UTC)
