"""Places orders: stock, customer, consent, payment, the fulfilment hold, and the webhooks that follow."""

import json
import sqlite3
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.sandbox.shopify import ids, money, stock
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.customers import buyer, write_consent
from tests.sandbox.shopify.discounts import check_codes
from tests.sandbox.shopify.order_cancels import cancel_order
from tests.sandbox.shopify.order_edits import Addition, Edit, EditRefused, apply_edit
from tests.sandbox.shopify.order_refunds import RefundRefused, refund_lines
from tests.sandbox.shopify.payload_orders import order_body
from tests.sandbox.shopify.quoting import CheckoutRefused, Quote, quote
from tests.sandbox.shopify.selling_plans import plan_of
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

__all__ = [
    "Addition",
    "CheckoutRefused",
    "Edit",
    "EditRefused",
    "Placed",
    "Quote",
    "RefundRefused",
    "apply_edit",
    "cancel_order",
    "place_order",
    "quote",
    "refund_lines",
    "release_hold",
]
HOLD_MINUTES = 60
_CONFIRMATION = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
# What a buyer without a confirmed payment used; everything else is paid at once.
_UNPAID = frozenset({"manual"})


@dataclass(frozen=True, slots=True)
class Placed:
    """The ids of a new order; `customer_id` None for a guest."""

    order_id: int
    order_name: str
    customer_id: int | None


def place_order(world: World, sender: WebhookSender, state: CheckoutState) -> Placed:
    """Turn a checkout into an order, all or nothing.

    Takes stock (available to committed), finds or makes the customer, turns ticked consent boxes into
    consent, and writes the payment. Sends orders/create, orders/paid unless the payment is manual,
    inventory_levels/update per tracked line, and the consent topics of what changed. With `post_purchase`
    the order is held from fulfilment for an hour or until `release_hold`.

    Raises:
        CheckoutRefused: nothing was done; see its codes.
    """
    with acting(world, sender) as action:
        priced = quote(action.connection, state)
        currency = state["presentment_currency"]
        rate = state.get("presentment_rate") or money.RATES.get(currency)
        if rate is None:
            raise CheckoutRefused("unknown_currency", f"The shop does not show prices in {currency}.")
        customer_id = buyer(action, state)
        check_codes(action.connection, state, customer_id, action.now_text)
        order_id = ids.next_id(action.connection, "orders")
        order_name = _write_order(action, state, priced, order_id=order_id, customer_id=customer_id, rate=rate)
        _write_lines(action, state, priced, order_id)
        is_paid = state["payment_gateway"] not in _UNPAID
        action.connection.execute(
            "INSERT INTO payment VALUES (?, ?, 'sale', ?, ?, ?, ?)",
            (
                ids.next_id(action.connection, "payment"),
                order_id,
                "success" if is_paid else "pending",
                state["payment_gateway"],
                priced.total,
                action.now_text,
            ),
        )
        if customer_id is not None:
            _note_customer(action, state, customer_id, priced.total)
        body = order_body(action.connection, order_id, action.origin)
        action.say("orders/create", body)
        if is_paid:
            action.say("orders/paid", body)
        for line in priced.lines:
            if line.is_tracked:
                stock.move(action, line.inventory_item_id, available=-line.quantity, committed=line.quantity)
    return Placed(order_id, order_name, customer_id)


def release_hold(world: World, order_id: int) -> None:
    """End the post-purchase hold: the buyer reached the thank-you page. Nothing happens without one."""
    with world.write() as connection:
        connection.execute("UPDATE orders SET held_until = NULL WHERE id = ?", (order_id,))


def _write_order(
    action: Action,
    state: CheckoutState,
    priced: Quote,
    *,
    order_id: int,
    customer_id: int | None,
    rate: float,
) -> str:
    number = int(action.connection.execute("SELECT max(number) + 1 FROM orders").fetchone()[0])
    is_paid = state["payment_gateway"] not in _UNPAID
    address = state["shipping_address"]
    names = {"first_name": state["first_name"], "last_name": state["last_name"]}
    held_until = None
    if state.get("post_purchase"):
        until = datetime.fromisoformat(action.now_text) + timedelta(minutes=HOLD_MINUTES)
        held_until = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    row = {
        "id": order_id,
        "name": f"#{number}",
        "number": number,
        "confirmation_number": "".join(_CONFIRMATION[byte % 32] for byte in uuid.uuid4().bytes[:9]),
        "checkout_token": state["checkout_token"],
        "cart_token": state.get("cart_token"),
        "customer_id": customer_id,
        "email": state["email"],
        "phone": state["phone"],
        "created_at": action.now_text,
        "processed_at": action.now_text,
        "updated_at": action.now_text,
        "currency": "GBP",
        "presentment_currency": state["presentment_currency"],
        "presentment_rate": rate,
        "subtotal": priced.subtotal,
        "discounts": priced.discounts,
        "shipping": priced.shipping,
        "tax": priced.tax,
        "total": priced.total,
        "current_total": priced.total,
        "outstanding": 0 if is_paid else priced.total,
        "financial_status": "PAID" if is_paid else "PENDING",
        "payment_gateway": state["payment_gateway"],
        "discount_codes": json.dumps(
            [
                {"code": code["code"], "amount": priced.discounts, "type": code["type"]}
                for code in state["discount_codes"]
            ]
        ),
        "note_attributes": json.dumps(state["note_attributes"], ensure_ascii=False),
        "shipping_address": json.dumps({**names, **address}, ensure_ascii=False) if address else None,
        "landing_site": state["landing_site"],
        "customer_locale": state["locale"],
        "buyer_accepts_marketing": int(state["accepts_email"]),
        "test": int(state["payment_gateway"] == "bogus"),
        "held_until": held_until,
    }
    try:
        action.connection.execute(
            f"INSERT INTO orders ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", tuple(row.values())
        )
    except sqlite3.IntegrityError as error:
        if "checkout_token" not in str(error):
            raise
        raise CheckoutRefused("already_completed", "This checkout has become an order already.") from error
    return f"#{number}"


def _write_lines(action: Action, state: CheckoutState, priced: Quote, order_id: int) -> None:
    plans = _plans(action.connection, state)
    line_id = ids.next_id(action.connection, "order_line")
    for number, line in enumerate(priced.lines):
        action.connection.execute(
            """INSERT INTO order_line (id, order_id, variant_id, product_id, sku, title, variant_title, quantity,
               current_quantity, price, discount, requires_shipping) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (line_id + number * ids.STEP, order_id, line.variant_id, line.product_id, line.sku, line.title,
             line.variant_title, line.quantity, line.quantity, line.price, line.discount,
             int(line.requires_shipping)),
        )  # fmt: skip
        plan = plans.get(line.variant_id)
        if plan is not None:
            action.connection.execute(
                "INSERT INTO order_line_plan VALUES (?, ?, ?)",
                (line_id + number * ids.STEP, plan["id"], plan["name"]),
            )


def _plans(connection: sqlite3.Connection, state: CheckoutState) -> dict[int, sqlite3.Row]:
    """Return by which plan each variant is sold.

    Raises:
        CheckoutRefused: unknown_selling_plan.
    """
    found = {}
    for line in state["lines"]:
        asked = line.get("selling_plan_id")
        if asked is None:
            continue
        plan = plan_of(connection, asked, variant_id=line["variant_id"])
        if plan is None:
            raise CheckoutRefused("unknown_selling_plan", f"Nothing in the cart is sold by the plan {asked}.")
        found[line["variant_id"]] = plan
    return found


def _note_customer(action: Action, state: CheckoutState, customer_id: int, total: int) -> None:
    action.connection.execute(
        """UPDATE customer SET number_of_orders = number_of_orders + 1, amount_spent = amount_spent + ?,
           updated_at = ? WHERE id = ?""",
        (total, action.now_text, customer_id),
    )
    # Order messages show the consent as it is after the boxes, so consent comes first.
    row = action.connection.execute("SELECT email, phone FROM customer WHERE id = ?", (customer_id,)).fetchone()
    if state["accepts_email"] and row["email"]:
        write_consent(action, customer_id, "email", state="SUBSCRIBED", opt_in_level="SINGLE_OPT_IN")
    if state["accepts_sms"] and row["phone"]:
        write_consent(action, customer_id, "sms", state="SUBSCRIBED", opt_in_level="SINGLE_OPT_IN")
