"""Keeps which locations a shop has, and which of them are active and send orders of the online shop."""

from datetime import datetime

from server.ports import Location
from server.storage.db import Database
from server.storage.stock import StockByLocation
from server.usecases.access import ShopAccess


def list_locations(*, database: Database, shop_id: int) -> tuple[Location, ...]:
    """Return the locations that are known of a shop, by name."""
    with database.read() as session:
        return StockByLocation(session, shop_id).locations()


def refresh_locations(*, access: ShopAccess, shop_id: int, now: datetime) -> int:
    """Read the shop's locations anew; return how many there are.

    Shopify tells of their changes only to apps that may read all of a location, `read_locations`; names and states of
    those where goods lie come with every change of stock as well.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    found = access.api(shop_id, now=now).locations()
    with access.database.write() as session:
        StockByLocation(session, shop_id).replace_locations(found)
    return len(found)
