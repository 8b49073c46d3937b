"""The app in this process behind the sandbox's admin, so that a test fills its database and looks at its pages."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from server.app import create_app
from server.bootstrap import make_runtime
from server.config import Settings
from server.runtime import Runtime
from server.storage.db import make_engine
from server.storage.migrate import APP, INBOX, upgrade
from server.storage.models import metadata
from server.usecases.access import ShopAccess
from server.usecases.imports import import_collections, import_customers, import_orders, import_products, import_stock
from server.usecases.settings import find_shop
from tests.databases import inbox_of
from tests.sandbox.browser.admin.launch import Launcher
from tests.sandbox.host import HttpHost
from tests.sandbox.running import RunningSandbox
from tests.sandbox.shopify import oauth


@dataclass(frozen=True)
class MerchantAdmin:
    """A shop of the sandbox with the app installed at Shopify, and the app itself."""

    sandbox: RunningSandbox
    runtime: Runtime
    database_path: Path

    @property
    def shop_id(self) -> int:
        """The shop's id in the app, which knows it once somebody has opened it."""
        row = find_shop(database=self.runtime.database, box=self.runtime.box, domain=self.sandbox.settings.shop_domain)
        return row.id

    def empty(self) -> None:
        """Take everything out of the app's database: the shop has never opened the app then."""
        with self.runtime.database.write() as session:
            for table in reversed(metadata.sorted_tables):
                session.execute(table.delete())

    def first_opening(self) -> None:
        """Open the app as the admin does, without a browser."""
        settings = self.sandbox.settings
        httpx.get(Launcher(settings, self.sandbox.sandbox.clock).address("/"), trust_env=False).raise_for_status()

    def run_imports(self) -> None:
        """Do the worker's first work in this thread."""
        parts = self.runtime
        access = ShopAccess(parts.database, parts.box, parts.auth, parts.apis)
        import_products(access=access, shop_id=self.shop_id, clock_now=parts.clock.now)
        import_collections(access=access, shop_id=self.shop_id, clock_now=parts.clock.now)
        import_orders(access=access, shop_id=self.shop_id, clock_now=parts.clock.now)
        import_customers(access=access, shop_id=self.shop_id, clock_now=parts.clock.now)
        import_stock(access=access, shop_id=self.shop_id, clock_now=parts.clock.now)

    def keep(self) -> None:
        """Remember the app's database as it is now."""
        self._copy(self.database_path, self._kept)

    def restore(self) -> None:
        """Bring back the database that was kept."""
        self._copy(self._kept, self.database_path)

    @property
    def _kept(self) -> Path:
        return self.database_path.with_suffix(".kept")

    @staticmethod
    def _copy(source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)


@contextmanager
def merchant_admin(folder: Path, *, orders: int = 120) -> Iterator[MerchantAdmin]:
    """Start the sandbox without the app's processes, and the app in this process in their place."""
    with RunningSandbox(folder, orders=orders, with_app=False) as sandbox:
        settings = sandbox.settings
        database_path = folder / "afters.sqlite3"
        database_url = f"sqlite:///{database_path}"
        for url, schema in ((database_url, APP), (inbox_of(database_url), INBOX)):
            engine = make_engine(url)
            upgrade(engine, schema)
            engine.dispose()
        runtime = make_runtime(
            Settings(
                client_id=settings.client_id,
                client_secret=settings.client_secret,
                old_client_secret=None,
                secret_key="7c" * 32,
                old_secret_key=None,
                public_url=settings.app_origin,
                database_url=database_url,
                inbox_url=inbox_of(database_url),
                dbos_url="sqlite:///unused.sqlite3",
                worker_id="worker-1",
                sandbox_url=settings.origin,
                sandbox_clock=settings.clock_path,
                is_json_log=True,
            )
        )
        world = sandbox.sandbox.world
        oauth.install(world, settings.client_id, oauth.declared_scopes(settings.app_root), settings.app_origin)
        host = HttpHost(create_app(runtime), host=settings.host, port=settings.app_port)
        host.start()
        try:
            yield MerchantAdmin(sandbox, runtime, database_path)
        finally:
            host.stop()
            runtime.close()
