"""Marks a pending order as paid, as the merchant does when the money arrived outside the shop."""

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.action import acting
from tests.sandbox.shopify.payload_orders import order_body
from tests.sandbox.shopify.payloads import one
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


class PaymentRefused(Exception):
    """Nothing is owed on the order, or it is cancelled."""


def mark_paid(world: World, sender: WebhookSender, order_id: int) -> int:
    """Write a payment of all that is outstanding; send orders/paid and orders/updated.

    Returns the amount in pence.

    Raises:
        PaymentRefused: see there; nothing was done.
        LookupError: no such order.
    """
    with acting(world, sender) as action:
        connection = action.connection
        order = one(connection, "orders", order_id)
        owed: int = order["outstanding"]
        if order["cancelled_at"]:
            raise PaymentRefused("The order is cancelled.")
        if owed <= 0:
            raise PaymentRefused("Nothing is owed on this order.")
        # The pending payment is the one that arrives; what an edit left unpaid has none yet.
        arrived = connection.execute(
            """UPDATE payment SET status = 'success', amount = ?, created_at = ?
               WHERE order_id = ? AND kind = 'sale' AND status = 'pending'""",
            (owed, action.now_text, order_id),
        )
        if arrived.rowcount == 0:
            connection.execute(
                "INSERT INTO payment VALUES (?, ?, 'sale', 'success', 'manual', ?, ?)",
                (ids.next_id(connection, "payment"), order_id, owed, action.now_text),
            )
        status = "PARTIALLY_REFUNDED" if order["refunded"] else "PAID"
        connection.execute(
            "UPDATE orders SET outstanding = 0, financial_status = ?, updated_at = ? WHERE id = ?",
            (status, action.now_text, order_id),
        )
        body = order_body(connection, order_id, action.origin)
        action.say("orders/paid", body)
        action.say("orders/updated", body)
    return owed
