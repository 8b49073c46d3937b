"""Keeps the counts of what is bought together up to date."""

from server.domain.recommendations import count_neighbours
from server.storage.catalog import Neighbours
from server.storage.db import Database
from server.storage.orders import Orders


def rebuild_neighbours(*, database: Database, shop_id: int) -> int:
    """Count a shop's neighbours anew from all orders it has here; return for how many variants there are some."""
    with database.read() as session:
        neighbours = count_neighbours(Orders(session, shop_id).baskets())
    # Counted outside: a twin that replaces at the same moment costs another replacing, not another counting.
    database.run(lambda session: Neighbours(session, shop_id).replace(neighbours))
    return len(neighbours)
