"""Discount codes that apps made: which of them hold now, and for whom."""

import json
import sqlite3
from typing import Any, Literal, cast

from tests.sandbox.shopify.checkout_state import CheckoutState, DiscountCode
from tests.sandbox.shopify.quoting import CheckoutRefused


def find_code(connection: sqlite3.Connection, code: str, now_text: str) -> DiscountCode | None:
    """Return a code that holds at this moment; None where there is none, it has not begun, is over or used up."""
    row = _row(connection, code)
    if row is None or not row["starts_at"] <= now_text or (row["ends_at"] is not None and row["ends_at"] <= now_text):
        return None
    if row["usage_limit"] is not None and len(_orders_with(connection, row["code"])) >= row["usage_limit"]:
        return None
    return {
        "code": row["code"],
        "type": cast("Literal['percentage', 'fixed_amount']", row["type"]),
        "value": float(row["value"]),
        "variant_ids": json.loads(row["variant_ids"]),
        "is_each": bool(row["is_each"]),
    }


def check_codes(connection: sqlite3.Connection, state: CheckoutState, customer_id: int | None, now_text: str) -> None:
    """Refuse a checkout whose code is another customer's, or was used up while the buyer filled in the form.

    Raises:
        CheckoutRefused: invalid_code.
    """
    for entered in state["discount_codes"]:
        row = _row(connection, entered["code"])
        if row is None:
            continue
        if find_code(connection, entered["code"], now_text) is None:
            raise CheckoutRefused("invalid_code", f"{entered['code']} is no longer valid.")
        meant_for = json.loads(row["customer_ids"])
        if meant_for and customer_id not in meant_for:
            raise CheckoutRefused("invalid_code", f"{entered['code']} is not valid for this customer.")
        if row["is_once"] and customer_id in {order["customer_id"] for order in _orders_with(connection, row["code"])}:
            raise CheckoutRefused("invalid_code", f"{entered['code']} was used by this customer already.")


def _row(connection: sqlite3.Connection, code: str) -> Any:
    return connection.execute("SELECT * FROM discount WHERE code = ?", (code,)).fetchone()


def _orders_with(connection: sqlite3.Connection, code: str) -> list[Any]:
    query = """SELECT customer_id FROM orders, json_each(orders.discount_codes) AS used
               WHERE used.value ->> '$.code' = ? AND orders.cancelled_at IS NULL"""
    return connection.execute(query, (code,)).fetchall()
