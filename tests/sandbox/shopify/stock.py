"""Changes stock and says so."""

import sqlite3

from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.payloads import inventory_level_body
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


def set_available(world: World, sender: WebhookSender, variant_id: int, available: int) -> int:
    """Set what can be sold of a variant at its first location and send `inventory_levels/update`.

    Returns the inventory item's id. Negative numbers are allowed, as after overselling.

    Raises:
        LookupError: no such variant.
    """
    with acting(world, sender) as action:
        item = inventory_item(action.connection, variant_id)
        action.connection.execute(
            """UPDATE inventory_level SET available = ?, updated_at = ? WHERE inventory_item_id = ?
               AND location_id = (SELECT min(location_id) FROM inventory_level WHERE inventory_item_id = ?)""",
            (available, action.now_text, item, item),
        )
        action.say("inventory_levels/update", inventory_level_body(action.connection, item))
    return item


def set_at(world: World, sender: WebhookSender, variant_id: int, location_id: int, available: int) -> int:
    """Set what can be sold of a variant at one location, stock it there if it was not, and say so as above.

    Raises:
        LookupError: no such variant, no such location.
    """
    with acting(world, sender) as action:
        item = inventory_item(action.connection, variant_id)
        if not action.connection.execute("SELECT 1 FROM location WHERE id = ?", (location_id,)).fetchone():
            raise LookupError(f"no location {location_id}")
        action.connection.execute(
            """INSERT INTO inventory_level (inventory_item_id, location_id, available, updated_at) VALUES (?, ?, ?, ?)
               ON CONFLICT (inventory_item_id, location_id)
               DO UPDATE SET available = excluded.available, updated_at = excluded.updated_at""",
            (item, location_id, available, action.now_text),
        )
        action.say("inventory_levels/update", inventory_level_body(action.connection, item, location_id))
    return item


def move(action: Action, inventory_item_id: int, *, available: int, committed: int) -> None:
    """Add to what is available and committed of an item at its first location, and say so."""
    action.connection.execute(
        """UPDATE inventory_level SET available = available + ?, committed = max(0, committed + ?), updated_at = ?
           WHERE inventory_item_id = ?
           AND location_id = (SELECT min(location_id) FROM inventory_level WHERE inventory_item_id = ?)""",
        (available, committed, action.now_text, inventory_item_id, inventory_item_id),
    )
    action.say("inventory_levels/update", inventory_level_body(action.connection, inventory_item_id))


def inventory_item(connection: sqlite3.Connection, variant_id: int) -> int:
    """Return a variant's inventory item.

    Raises:
        LookupError: no such variant.
    """
    found = connection.execute("SELECT inventory_item_id FROM variant WHERE id = ?", (variant_id,)).fetchone()
    if found is None:
        raise LookupError(f"no variant {variant_id}")
    return int(found[0])
