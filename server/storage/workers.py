"""The worker processes: their signs of life, and the proof that a name is held by one living process only."""

import fcntl
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol

import psycopg
from sqlalchemy import Engine, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.db import Base

_CONNECT_SECONDS = 5


class WorkerRow(Base):
    """A worker that has jobs of its own in the engine. Times are the system's, whatever clock the work goes by."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    beat_at: Mapped[datetime]


class Workers:
    """All workers of this installation."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(self, worker_id: str, *, now: datetime) -> None:
        row = self._session.get(WorkerRow, worker_id)
        if row is None:
            self._session.add(WorkerRow(id=worker_id, started_at=now, beat_at=now))
        else:
            row.started_at = row.beat_at = now

    def beat(self, worker_id: str, *, now: datetime) -> None:
        row = self._session.get(WorkerRow, worker_id)
        if row is not None:
            row.beat_at = now

    def silent(self, *, before: datetime) -> tuple[str, ...]:
        query = select(WorkerRow.id).where(WorkerRow.beat_at < before).order_by(WorkerRow.id)
        return tuple(self._session.scalars(query))

    def living(self, *, since: datetime) -> int:
        return len(self._session.scalars(select(WorkerRow.id).where(WorkerRow.beat_at >= since)).all())

    def forget(self, worker_id: str) -> None:
        row = self._session.get(WorkerRow, worker_id)
        if row is not None:
            self._session.delete(row)


class Name(Protocol):
    """A worker's name, held by one process at a time and let go of by the system itself when that process dies."""

    def take(self) -> bool:
        """Take the name; False when a living process holds it."""
        ...

    def is_held(self) -> bool:
        """Tell whether this process still holds it: a cut connection loses it without a word."""
        ...

    def release(self) -> None: ...


def name_of(engine: Engine, worker_id: str) -> Name:
    """Return the name of a worker in the installation that `engine` belongs to.

    On SQLite all workers have one name: two would work on one file, and the engine has no such case.
    """
    if engine.dialect.name == "postgresql":
        return _SessionLock(engine, worker_id)
    return _FileLock(Path(f"{engine.url.database}.worker"))


class _SessionLock:
    """An advisory lock of PostgreSQL, which ends with the connection that took it: one of its own, outside any pool."""

    def __init__(self, engine: Engine, worker_id: str) -> None:
        self._address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._key = f"afters worker {worker_id}"
        self._connection: psycopg.Connection | None = None

    def take(self) -> bool:
        self.release()
        connection = psycopg.connect(self._address, autocommit=True, connect_timeout=_CONNECT_SECONDS)
        found = connection.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (self._key,)).fetchone()
        if found is None or not found[0]:
            connection.close()
            return False
        self._connection = connection
        return True

    def is_held(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute("SELECT true")
        except psycopg.Error:
            return False
        return True

    def release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _FileLock:
    """A lock on a file beside the database, which ends with the process that took it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        self.release()
        file = self._path.open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def is_held(self) -> bool:
        return self._file is not None

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
