"""An order as its buyer reads it: what the thank-you, order-status and editor pages have in common."""

import json
import sqlite3
from datetime import datetime
from typing import Any

from tests.sandbox.browser.checkout_form import COUNTRIES, PAYMENTS
from tests.sandbox.shopify.world import World

_PAID_BY = {gateway: label for label, gateway in PAYMENTS.values()}


def find_order(world: World, token: str) -> sqlite3.Row | None:
    """Return the order that a checkout became, by the checkout's token."""
    with world.read() as connection:
        found: sqlite3.Row | None = connection.execute(
            "SELECT * FROM orders WHERE checkout_token = ?", (token,)
        ).fetchone()
    return found


def order_context(world: World, order: sqlite3.Row) -> dict[str, Any]:
    """Return what the pages' templates show of an order."""
    with world.read() as connection:
        lines = connection.execute(
            "SELECT * FROM order_line WHERE order_id = ? AND current_quantity > 0 ORDER BY id", (order["id"],)
        ).fetchall()
        customer = connection.execute(
            "SELECT first_name FROM customer WHERE id = ?", (order["customer_id"],)
        ).fetchone()
    return {
        "order": order,
        "first_name": customer["first_name"] if customer else None,
        "lines": lines,
        "address": json.loads(order["shipping_address"] or "null"),
        "countries": COUNTRIES,
        "currency": order["presentment_currency"],
        "rate": order["presentment_rate"],
        "payment": _PAID_BY.get(order["payment_gateway"], order["payment_gateway"]),
        "codes": [each["code"] for each in json.loads(order["discount_codes"])],
        "token": order["checkout_token"],
        "placed_on": datetime.fromisoformat(order["processed_at"]).strftime("%-d %B %Y"),
    }
