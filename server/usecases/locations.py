"""Keeps which locations a shop has, and which of them are active and send orders of the online shop."""

from datetime import datetime

from server.ports import ItemStock, Location
from server.storage.db import Database
from server.storage.levels import missing_levels
from server.storage.stock import StockByLocation
from server.usecases.access import ShopAccess

_MISSING_AT_ONCE = 100


def list_locations(*, database: Database, shop_id: int) -> tuple[Location, ...]:
    """Return the locations that are known of a shop, by name."""
    with database.read() as session:
        return StockByLocation(session, shop_id).locations()


def read_missing_levels(*, access: ShopAccess, shop_id: int, now: datetime) -> int:
    """Read where goods lie of which no location was told so far; return how many of them lie somewhere now.

    New goods come with their product, and where they lie only with the first change of their stock.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    with access.database.read() as session:
        missing = missing_levels(session, shop_id, limit=_MISSING_AT_ONCE)
    if not missing:
        return 0
    found = access.api(shop_id, now=now).variants(tuple(missing), at_locations=True)
    items = [ItemStock(missing[each.variant_id], each.levels) for each in found if each.levels is not None]
    with access.database.write() as session:
        StockByLocation(session, shop_id).save(items, read_at=now)
    return sum(bool(item.levels) for item in items)


def refresh_locations(*, access: ShopAccess, shop_id: int, now: datetime) -> int:
    """Read the shop's locations anew; return how many there are.

    Names and states of those where goods lie come with every change of stock as well.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    found = access.api(shop_id, now=now).locations()
    with access.database.write() as session:
        StockByLocation(session, shop_id).replace_locations(found)
    return len(found)
