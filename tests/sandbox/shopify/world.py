"""The sandbox shop's truth: one SQLite file, opened anew for each piece of work."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import local

from tests.sandbox.clock import SandboxClock

SCHEMA = Path(__file__).with_name("schema.sql")
BUSY_SECONDS = 5.0


class World:
    """Reads and writes the world file at `path`; `clock` says what time it is in the shop.

    Connections are per `with` block, so any thread may use one World. The file itself is made by
    `tests.sandbox.shopify.world_build`.
    """

    def __init__(self, path: Path, clock: SandboxClock) -> None:
        self.path = path
        self.clock = clock
        self._writing = local()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that sees one snapshot and refuses to write."""
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("BEGIN DEFERRED")
            yield connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside BEGIN IMMEDIATE: committed at the end, rolled back on an error.

        Raises:
            RuntimeError: this thread is already inside a write(), which could only wait for itself.
        """
        if getattr(self._writing, "active", False):
            raise RuntimeError("write() inside write(): hand the connection on instead")
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            self._writing.active = True
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            else:
                connection.execute("COMMIT")
            finally:
                self._writing.active = False

    def now_text(self) -> str:
        """Return the clock's now as the world writes times, e.g. `2026-11-22T10:00:00Z`."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def _connect(self) -> sqlite3.Connection:
        # mode=rw: a missing world is an error here, never a new empty file.
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=BUSY_SECONDS
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection
