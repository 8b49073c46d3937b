"""The sandbox shop's truth: one SQLite file, opened anew for each piece of work."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import local
from typing import Self

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.world_build import copy_template, template_path

BUSY_SECONDS = 5.0


class World:
    """Reads and writes the world file at `path`; `clock` says what time it is in the shop.

    Connections are per `with` block, so any thread may use one World. `World(path, clock)` opens a file
    that is there; `fresh` and `small` make one.
    """

    def __init__(self, path: Path, clock: SandboxClock) -> None:
        self.path = path
        self.clock = clock
        self._writing = local()

    @classmethod
    def fresh(cls, settings: SandboxSettings, clock: SandboxClock) -> Self:
        """Make the whole shop anew at `settings.world_path`: seconds the first time, then a copy."""
        template = template_path(
            settings.var_dir / "templates", domain=settings.shop_domain, client_id=settings.client_id
        )
        for outdated in template.parent.glob("*.sqlite3"):
            if outdated != template:
                outdated.unlink(missing_ok=True)
        copy_template(template, settings.world_path, clock.now())
        return cls(settings.world_path, clock)

    @classmethod
    def small(
        cls, path: Path, clock: SandboxClock, *, orders: int = 300, settings: SandboxSettings | None = None
    ) -> Self:
        """Make a shop of the latest `orders` orders at `path`, for tests; the template is kept beside others.

        `settings` gives the shop's domain and the client id chosen for the post-purchase page.
        """
        settings = settings or SandboxSettings(var_dir=path.parent, app_root=path.parent)
        template = template_path(
            Path(tempfile.gettempdir()) / f"afters-sandbox-{os.getuid()}",
            domain=settings.shop_domain,
            client_id=settings.client_id,
            orders=orders,
        )
        copy_template(template, path, clock.now())
        return cls(path, clock)

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
