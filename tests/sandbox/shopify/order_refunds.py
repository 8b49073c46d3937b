"""Refunds of lines, with or without their goods coming back to stock."""

import json
import sqlite3
from collections.abc import Mapping

from tests.sandbox.shopify import ids, stock
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.payload_orders import current_goods, net_of, order_body, refund_body
from tests.sandbox.shopify.payloads import one
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


class RefundRefused(Exception):
    """More units or shipping than the order still has, or nothing at all."""


def refund_lines(
    world: World,
    sender: WebhookSender,
    order_id: int,
    units: Mapping[int, int],
    *,
    restock: bool = True,
    shipping: int = 0,
    note: str | None = None,
) -> int:
    """Refund `units` (line id -> how many) and `shipping` pence; send refunds/create and orders/updated.

    What was never paid lowers the outstanding amount instead of being paid back. Returns the refund's id.

    Raises:
        RefundRefused: see there; nothing was done.
        LookupError: no such order.
    """
    with acting(world, sender) as action:
        kind = "return" if restock else "no_restock"
        refund_id = write_refund(action, order_id, units, shipping=shipping, restock_type=kind, note=note)
        action.say("refunds/create", refund_body(action.connection, refund_id))
        action.say("orders/updated", order_body(action.connection, order_id, action.origin))
    return refund_id


def write_refund(
    action: Action,
    order_id: int,
    units: Mapping[int, int],
    *,
    shipping: int,
    restock_type: str,
    note: str | None = None,
) -> int:
    """Write a refund inside an action; say nothing but stock. `restock_type`: return, cancel or no_restock."""
    connection = action.connection
    order = one(connection, "orders", order_id)
    lines = {row["id"]: row for row in connection.execute("SELECT * FROM order_line WHERE order_id = ?", (order_id,))}
    if not units and not shipping:
        raise RefundRefused("There is nothing to refund.")
    for line_id, count in units.items():
        if line_id not in lines or not 0 < count <= lines[line_id]["current_quantity"]:
            raise RefundRefused(f"Line {line_id} does not have {count} left.")
    if not 0 <= shipping <= order["current_total"] - current_goods(list(lines.values())):
        raise RefundRefused("The order does not hold that much shipping.")
    refund_id = ids.next_id(connection, "refund")
    goods, returned = 0, []
    for number, (line_id, count) in enumerate(sorted(units.items()), start=1):
        subtotal = _part(lines[line_id], count)
        goods += subtotal
        returned.append(
            {"id": refund_id + number, "line_item_id": line_id, "quantity": count,
             "restock_type": restock_type, "subtotal": subtotal}
        )  # fmt: skip
        connection.execute(
            "UPDATE order_line SET current_quantity = current_quantity - ? WHERE id = ?", (count, line_id)
        )
        _restock(action, order, lines[line_id], count, restock_type)
    amount = _settle(action, order, goods + shipping)
    connection.execute(
        "INSERT INTO refund VALUES (?, ?, ?, ?, ?, ?, ?)",
        (refund_id, order_id, action.now_text, note, amount, json.dumps(returned), shipping),
    )
    return refund_id


def _part(line: sqlite3.Row, count: int) -> int:
    # The difference of two running totals: whatever is refunded in pieces adds up to the line.
    left = line["current_quantity"]
    price, discount, quantity = line["price"], line["discount"], line["quantity"]
    return net_of(price, discount, quantity, left) - net_of(price, discount, quantity, left - count)


def _settle(action: Action, order: sqlite3.Row, value: int) -> int:
    """Lower the order by `value`; return what is paid back of it."""
    connection = action.connection
    unpaid = min(order["outstanding"], value)
    amount: int = value - unpaid
    current, refunded = order["current_total"] - value, order["refunded"] + amount
    status = order["financial_status"]
    if amount:
        status = "PARTIALLY_REFUNDED" if current else "REFUNDED"
    elif not current:
        status = "VOIDED"
    elif order["outstanding"] and unpaid == order["outstanding"]:
        status = "PAID"
    connection.execute(
        """UPDATE orders SET current_total = ?, outstanding = outstanding - ?, refunded = ?,
           financial_status = ?, updated_at = ? WHERE id = ?""",
        (current, unpaid, refunded, status, action.now_text, order["id"]),
    )
    if amount:
        connection.execute(
            "INSERT INTO payment VALUES (?, ?, 'refund', 'success', ?, ?, ?)",
            (ids.next_id(connection, "payment"), order["id"], order["payment_gateway"], amount, action.now_text),
        )
    if order["customer_id"]:
        connection.execute(
            "UPDATE customer SET amount_spent = max(0, amount_spent - ?), updated_at = ? WHERE id = ?",
            (amount, action.now_text, order["customer_id"]),
        )
    return amount


def _restock(action: Action, order: sqlite3.Row, line: sqlite3.Row, count: int, restock_type: str) -> None:
    found = action.connection.execute(
        "SELECT inventory_item_id, tracked FROM variant WHERE id = ?", (line["variant_id"],)
    ).fetchone()
    if found is None or not found["tracked"]:
        return
    is_waiting = order["fulfillment_status"] == "UNFULFILLED"
    back = 0 if restock_type == "no_restock" else count
    if back or is_waiting:
        stock.move(action, found["inventory_item_id"], available=back, committed=-count if is_waiting else 0)
