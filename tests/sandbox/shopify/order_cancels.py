"""Cancelling an order: everything still on it is refunded or voided, and the goods go back."""

from tests.sandbox.shopify.action import acting
from tests.sandbox.shopify.order_refunds import RefundRefused, write_refund
from tests.sandbox.shopify.payload_orders import current_goods, order_body, refund_body
from tests.sandbox.shopify.payloads import one
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

REASONS = frozenset({"CUSTOMER", "DECLINED", "FRAUD", "INVENTORY", "OTHER", "STAFF"})


def cancel_order(world: World, sender: WebhookSender, order_id: int, *, reason: str = "CUSTOMER") -> int | None:
    """Cancel an order; send orders/cancelled, orders/updated, and refunds/create when money goes back.

    Returns the refund's id, or None when nothing was left on the order.

    Raises:
        RefundRefused: it is cancelled already.
        ValueError: not a reason.
        LookupError: no such order.
    """
    if reason not in REASONS:
        raise ValueError(f"{reason} is no reason to cancel")
    with acting(world, sender) as action:
        connection = action.connection
        order = one(connection, "orders", order_id)
        if order["cancelled_at"]:
            raise RefundRefused("The order is cancelled already.")
        lines = connection.execute(
            "SELECT * FROM order_line WHERE order_id = ? AND current_quantity > 0", (order_id,)
        ).fetchall()
        units = {line["id"]: line["current_quantity"] for line in lines}
        shipping = order["current_total"] - current_goods(lines)
        refund_id = None
        if units or shipping:
            refund_id = write_refund(action, order_id, units, shipping=shipping, restock_type="cancel")
        connection.execute(
            "UPDATE orders SET cancelled_at = ?, cancel_reason = ?, held_until = NULL, updated_at = ? WHERE id = ?",
            (action.now_text, reason, action.now_text, order_id),
        )
        body = order_body(connection, order_id, action.origin)
        action.say("orders/cancelled", body)
        if refund_id is not None and one(connection, "refund", refund_id)["amount"]:
            action.say("refunds/create", refund_body(connection, refund_id))
        action.say("orders/updated", body)
    return refund_id
