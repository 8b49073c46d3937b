"""Where the merchant has placed the app's block: the checkout editor's result, as the shop keeps it."""

import json
from collections.abc import Collection

from tests.sandbox.shopify.world import World

THANK_YOU = "purchase.thank-you.block.render"
ORDER_STATUS = "customer-account.order-status.block.render"
PAGES = {THANK_YOU: "Thank-you page", ORDER_STATUS: "Order status page"}


def read_placed(world: World) -> frozenset[str]:
    """Return the targets where the block is placed."""
    with world.read() as connection:
        return frozenset(json.loads(connection.execute("SELECT placed_blocks FROM shop").fetchone()[0]))


def place_blocks(world: World, targets: Collection[str]) -> None:
    """Place the block at exactly these targets.

    Raises:
        ValueError: there is no such target.
    """
    unknown = set(targets) - set(PAGES)
    if unknown:
        raise ValueError(f"no page has a place {', '.join(sorted(unknown))}")
    with world.write() as connection:
        connection.execute("UPDATE shop SET placed_blocks = ?", (json.dumps(sorted(targets)),))
