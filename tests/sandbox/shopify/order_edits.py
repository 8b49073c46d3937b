"""Order edits, as an accepted one-click offer makes them: more lines on an order that exists."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tests.sandbox.shopify import ids, money, stock
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.payload_orders import order_body, order_edit_body
from tests.sandbox.shopify.payloads import one
from tests.sandbox.shopify.quoting import available
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


class EditRefused(Exception):
    """The order cannot be edited like this; `code` is invalid_request or insufficient_inventory."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class Addition(Protocol):
    """A line to add, priced already; money in pence, `discount` for the whole line."""

    @property
    def variant_id(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def price(self) -> int: ...
    @property
    def discount(self) -> int: ...
    @property
    def discount_title(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Edit:
    """What an edit made; `amount` is what it added to the order's total, shipping included."""

    edit_id: int
    line_ids: tuple[int, ...]
    amount: int


def apply_edit(
    world: World,
    sender: WebhookSender,
    order_id: int,
    additions: Sequence[Addition],
    *,
    charged: bool,
    shipping: int = 0,
    app_client_id: str | None = None,
) -> Edit:
    """Add lines (and shipping, in pence) to an order and send orders/edited, orders/updated and stock.

    `charged` False is a card that refused: the lines are on the order all the same, and their price is
    outstanding.

    Raises:
        EditRefused: the order is cancelled, an addition makes no sense, or there is too little stock.
        LookupError: no such order.
    """
    with acting(world, sender) as action:
        return write_edit(action, order_id, additions, charged=charged, shipping=shipping, app_client_id=app_client_id)


def write_edit(
    action: Action,
    order_id: int,
    additions: Sequence[Addition],
    *,
    charged: bool,
    shipping: int = 0,
    app_client_id: str | None = None,
) -> Edit:
    """Do what `apply_edit` does inside an action of the caller's, e.g. one that also notes the changeset."""
    connection = action.connection
    order = one(connection, "orders", order_id)
    if order["cancelled_at"]:
        raise EditRefused("invalid_request", "The order is cancelled.")
    if not additions and not shipping:
        raise EditRefused("invalid_request", "There is nothing to add.")
    edit_id = ids.next_id(connection, "order_edit")
    variants = [_variant(connection, addition) for addition in additions]
    line_ids = tuple(
        _write_line(connection, order_id, edit_id, addition, variant)
        for addition, variant in zip(additions, variants, strict=True)
    )
    goods = sum(addition.price * addition.quantity - addition.discount for addition in additions)
    amount = goods + shipping
    added = [{"id": line_id, "delta": each.quantity} for line_id, each in zip(line_ids, additions, strict=True)]
    connection.execute(
        "INSERT INTO order_edit (id, order_id, app_client_id, created_at, committed_at, additions)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (edit_id, order_id, app_client_id, action.now_text, action.now_text, json.dumps(added)),
    )
    _write_totals(action, order, goods=goods, shipping=shipping, charged=charged)
    action.say("orders/edited", order_edit_body(connection, edit_id))
    action.say("orders/updated", order_body(connection, order_id, action.origin))
    for addition, variant in zip(additions, variants, strict=True):
        if variant["tracked"]:
            stock.move(action, variant["inventory_item_id"], available=-addition.quantity, committed=addition.quantity)
    return Edit(edit_id, line_ids, amount)


def _variant(connection: sqlite3.Connection, addition: Addition) -> sqlite3.Row:
    row: sqlite3.Row | None = connection.execute(
        """SELECT v.*, p.title AS product_title FROM variant v JOIN product p ON p.id = v.product_id
           WHERE v.id = ?""",
        (addition.variant_id,),
    ).fetchone()
    if row is None:
        raise EditRefused("invalid_request", f"There is no variant {addition.variant_id}.")
    if addition.quantity < 1 or not 0 <= addition.discount <= addition.price * addition.quantity:
        raise EditRefused("invalid_request", "A line needs a quantity, and a discount of at most its price.")
    is_limited = row["tracked"] and row["inventory_policy"] == "DENY"
    if is_limited and available(connection, row["inventory_item_id"]) < addition.quantity:
        raise EditRefused("insufficient_inventory", f"Too few of {row['product_title']} are left.")
    return row


def _write_line(
    connection: sqlite3.Connection, order_id: int, edit_id: int, addition: Addition, variant: sqlite3.Row
) -> int:
    line_id = ids.next_id(connection, "order_line")
    connection.execute(
        """INSERT INTO order_line (id, order_id, variant_id, product_id, sku, title, variant_title, quantity,
           current_quantity, price, discount, discount_title, requires_shipping, added_by_edit)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (line_id, order_id, variant["id"], variant["product_id"], variant["sku"], variant["product_title"],
         None if variant["title"] == "Default Title" else variant["title"], addition.quantity, addition.quantity,
         addition.price, addition.discount, addition.discount_title if addition.discount else None,
         variant["requires_shipping"], edit_id),
    )  # fmt: skip
    return line_id


def _write_totals(action: Action, order: sqlite3.Row, *, goods: int, shipping: int, charged: bool) -> None:
    connection, amount = action.connection, goods + shipping
    country = json.loads(order["shipping_address"])["country_code"] if order["shipping_address"] else None
    total = order["total"] + amount
    is_owed_now = amount and not charged and order["financial_status"] == "PAID"
    connection.execute(
        """UPDATE orders SET subtotal = subtotal + ?, shipping = shipping + ?, tax = ?, total = ?,
           original_total = coalesce(original_total, ?), current_total = current_total + ?,
           outstanding = outstanding + ?, financial_status = ?, edited = 1, updated_at = ? WHERE id = ?""",
        (goods, shipping, money.included_tax(country, total), total, order["total"], amount,
         0 if charged else amount, "PARTIALLY_PAID" if is_owed_now else order["financial_status"],
         action.now_text, order["id"]),
    )  # fmt: skip
    if amount:
        connection.execute(
            "INSERT INTO payment VALUES (?, ?, 'sale', ?, ?, ?, ?)",
            (ids.next_id(connection, "payment"), order["id"], "success" if charged else "failure",
             order["payment_gateway"], amount, action.now_text),
        )  # fmt: skip
    if order["customer_id"]:
        connection.execute(
            "UPDATE customer SET amount_spent = amount_spent + ?, updated_at = ? WHERE id = ?",
            (amount if charged else 0, action.now_text, order["customer_id"]),
        )
