"""What the merchant sets up beside the rules: connections to vendors, and imports asked for again."""

from collections.abc import Mapping
from datetime import datetime

from server.storage.db import Database
from server.storage.secrets import SecretBox
from server.storage.shops import FAILED, Connection, Connections, ImportRow, Imports, ShopRow, Shops, UnknownShop
from server.usecases.install import IMPORT_KINDS


def connect_vendor(
    *, database: Database, box: SecretBox, shop_id: int, slug: str, settings: Mapping[str, str], now: datetime
) -> None:
    """Store checked settings of a vendor, sealed, and take its connection up again if it was paused."""
    database.run(lambda session: Connections(session, shop_id, box).save(slug, dict(settings), now=now))


def load_connections(*, database: Database, box: SecretBox, shop_id: int) -> dict[str, Connection]:
    """Return a shop's connections by slug; their settings hold secrets."""
    with database.read() as session:
        return {each.slug: each for each in Connections(session, shop_id, box).all()}


def retry_import(*, database: Database, shop_id: int, kind: str, now: datetime) -> bool:
    """Start an import that failed, or that never was, from its beginning; False when it has not failed (any more)."""
    with database.write() as session:
        imports = Imports(session, shop_id)
        row = imports.get(kind)
        if kind not in IMPORT_KINDS or (row is not None and row.state != FAILED):
            return False
        imports.want(kind, now=now)
        return True


def list_imports(*, database: Database, shop_id: int) -> tuple[ImportRow, ...]:
    """Return how far each import of a shop is."""
    with database.read() as session:
        return Imports(session, shop_id).all()


def find_shop(*, database: Database, box: SecretBox, domain: str) -> ShopRow:
    """Return an installed shop by its domain.

    Raises:
        UnknownShop.
    """
    with database.read() as session:
        row = Shops(session, box).by_domain(domain)
        if row is None or not row.is_installed:
            raise UnknownShop(f"{domain} has not installed the app: open it in the shop's admin first.", shop=domain)
        return row
