"""Connects a shop to its vendors."""

from collections.abc import Mapping
from datetime import datetime

from server.storage.db import Database
from server.storage.secrets import SecretBox
from server.storage.shops import Connections, ShopRow, Shops, UnknownShop


def connect_vendor(
    *, database: Database, box: SecretBox, shop_id: int, slug: str, settings: Mapping[str, str], now: datetime
) -> None:
    """Store checked settings of a vendor, sealed, and take its connection up again if it was paused."""
    with database.write() as session:
        Connections(session, shop_id, box).save(slug, dict(settings), now=now)


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
