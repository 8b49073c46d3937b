"""Changes and deletes products, as a merchant would in the admin."""

import json

from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.payloads import one, product_body
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

PRODUCT_FIELDS = frozenset({"title", "description", "vendor", "product_type", "tags", "status"})
VARIANT_FIELDS = frozenset({"title", "sku", "price", "compare_at_price", "unit_cost", "inventory_policy", "tracked"})


def update_product(world: World, sender: WebhookSender, product_id: int, **changes: object) -> None:
    """Change fields of a product (PRODUCT_FIELDS; `tags` a list of strings) and send products/update.

    Raises:
        ValueError: a field that cannot be changed.
        LookupError: no such product.
    """
    if unknown := set(changes) - PRODUCT_FIELDS:
        raise ValueError(f"a product has no {sorted(unknown)} to change")
    if "tags" in changes:
        changes["tags"] = json.dumps(changes["tags"])
    with acting(world, sender) as action:
        one(action.connection, "product", product_id)
        _write(action, "product", product_id, changes)
        action.say("products/update", product_body(action.connection, product_id, action.origin))


def update_variant(world: World, sender: WebhookSender, variant_id: int, **changes: object) -> None:
    """Change fields of a variant (VARIANT_FIELDS; money in pence) and send products/update.

    Raises:
        ValueError: a field that cannot be changed.
        LookupError: no such variant.
    """
    if unknown := set(changes) - VARIANT_FIELDS:
        raise ValueError(f"a variant has no {sorted(unknown)} to change")
    with acting(world, sender) as action:
        product_id = one(action.connection, "variant", variant_id)["product_id"]
        _write(action, "variant", variant_id, changes)
        _write(action, "product", product_id, {})
        action.say("products/update", product_body(action.connection, product_id, action.origin))


def delete_product(world: World, sender: WebhookSender, product_id: int) -> None:
    """Delete a product with its variants and stock, and send products/delete; orders keep their lines.

    Raises:
        LookupError: no such product.
    """
    with acting(world, sender) as action:
        one(action.connection, "product", product_id)
        action.connection.execute(
            """DELETE FROM inventory_level WHERE inventory_item_id IN
               (SELECT inventory_item_id FROM variant WHERE product_id = ?)""",
            (product_id,),
        )
        action.connection.execute("DELETE FROM product WHERE id = ?", (product_id,))
        action.say("products/delete", {"id": product_id})


def _write(action: Action, table: str, row_id: int, changes: dict[str, object]) -> None:
    values = {**changes, "updated_at": action.now_text}
    assignments = ", ".join(f"{column} = ?" for column in values)
    action.connection.execute(f"UPDATE {table} SET {assignments} WHERE id = ?", (*values.values(), row_id))
