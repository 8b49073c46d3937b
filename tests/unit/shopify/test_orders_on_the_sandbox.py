"""Orders of the sandbox's shop that are paid in another currency, or sold by a selling plan, as our side reads them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from server.domain.orders import Order
from server.shopify.graphql_client import UserErrors
from server.shopify.inbound import ShopifyInbound
from tests.sandbox.shopify import orders, payload_orders
from tests.sandbox.shopify.checkout_state import CheckoutLine, CheckoutState
from tests.sandbox.shopify.selling_plans import create_group
from tests.unit.shopify.test_on_the_sandbox import Pair, pair

__all__ = ["pair"]  # the fixture
RATE = 1.1837


def in_stock(pair: Pair) -> int:
    with pair.world.read() as connection:
        row = connection.execute(
            """SELECT v.id FROM variant v JOIN inventory_level l USING (inventory_item_id)
               JOIN product p ON p.id = v.product_id WHERE p.status = 'ACTIVE' AND l.available > 5 LIMIT 1"""
        ).fetchone()
    return int(row[0])


def place(pair: Pair, lines: list[CheckoutLine], **changes: Any) -> Order:
    state: CheckoutState = {
        "checkout_token": "5" * 32, "lines": lines, "email": "new@example.com", "phone": None, "first_name": None,
        "last_name": None, "shipping_address": None, "accepts_email": False, "accepts_sms": False,
        "payment_gateway": "shopify_payments", "presentment_currency": "GBP", "discount_codes": [],
        "note_attributes": [], "landing_site": None, "locale": "en-GB",
    }  # fmt: skip
    placed = orders.place_order(pair.world, pair.sender, {**state, **changes})  # type: ignore[typeddict-item]  # as named
    found = pair.api().order(str(placed.order_id))
    assert found is not None
    return found


def told(pair: Pair, order: Order) -> Order:
    with pair.world.read() as connection:
        body = payload_orders.order_body(connection, int(order.id), pair.settings.origin)
    return ShopifyInbound(secrets=()).parse_order(json.dumps(body).encode())


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_what_a_shopper_paid_is_in_their_money(pair: Pair, currency: str) -> None:
    code = {"code": "TEN", "type": "percentage", "value": 10}
    order = place(
        pair,
        [{"variant_id": in_stock(pair), "quantity": 3}],
        presentment_currency=currency,
        presentment_rate=RATE,
        discount_codes=[code],
    )
    (line,) = order.lines
    assert (order.currency, order.presentment_currency) == ("GBP", currency)
    assert order.presentment_total == round(order.total * RATE)
    assert order.paid == (order.presentment_current_total, currency)
    assert line.presentment_unit_price == round(line.unit_price * RATE)
    assert line.presentment_total is not None
    assert abs(line.presentment_total - line.total * RATE) <= line.quantity + 1, "each amount is rounded by itself"
    by_webhook = told(pair, order)
    untagged = tuple(replace(each, tags=()) for each in order.lines)
    assert by_webhook == replace(order, lines=untagged, starts_subscription=None, payment_kind=None, fulfilment=None)


@pytest.mark.parametrize(
    ("gateway", "kind"),
    [
        ("bogus", "card"),
        ("shopify_payments", "shop_pay"),
        ("apple_pay", "apple_pay"),
        ("google_pay", "google_pay"),
        ("paypal", "paypal"),
        ("amazon_pay", "amazon_pay"),
        ("klarna", "local"),
        ("affirm", "local"),
        ("afterpay", "local"),
        ("gift_card", None),
    ],
)
def test_a_wallet_is_told_by_the_payment_and_not_by_the_gateway(pair: Pair, gateway: str, kind: str | None) -> None:
    order = place(pair, [{"variant_id": in_stock(pair), "quantity": 1}], payment_gateway=gateway)
    assert (order.gateways, order.payment_kind, order.needs_shipping, order.has_duties) == (
        (gateway,), kind, True, False,
    )  # fmt: skip


def test_an_order_on_hold_for_the_page_says_so(pair: Pair) -> None:
    order = place(pair, [{"variant_id": in_stock(pair), "quantity": 1}], post_purchase=True)
    assert order.fulfilment == "on_hold"
    orders.release_hold(pair.world, int(order.id))
    released = pair.api().order(order.id)
    assert released is not None
    assert released.fulfilment == "unfulfilled"


def test_an_order_by_a_selling_plan_starts_a_subscription(pair: Pair) -> None:
    variant_id = in_stock(pair)
    once = place(pair, [{"variant_id": variant_id, "quantity": 1}])
    monthly = [{"name": "Monthly", "interval": "MONTH"}]
    (plan,) = create_group(pair.world, pair.sender, name="Club", plans=monthly, variant_ids=[variant_id])["plan_ids"]
    by_plan: CheckoutLine = {"variant_id": variant_id, "quantity": 1, "selling_plan_id": plan}
    again = place(pair, [by_plan], checkout_token="6" * 32)
    assert (once.starts_subscription, again.starts_subscription) == (False, True)
    assert told(pair, again).starts_subscription is None, "no webhook tells"
    (line,) = again.lines
    orders.refund_lines(pair.world, pair.sender, int(again.id), {int(line.line_id): 1})
    refunded = pair.api().order(again.id)
    assert refunded is not None
    assert refunded.starts_subscription is False, "what was given back starts nothing"


def test_a_tag_is_kept_once_and_moves_nothing_but_the_time_of_change(pair: Pair) -> None:
    order = place(pair, [{"variant_id": in_stock(pair), "quantity": 1}])
    pair.api().tag_order(order.id, "upsell")
    pair.api().tag_order(order.id, "upsell")
    with pair.world.read() as connection:
        (tags,) = connection.execute("SELECT tags FROM orders WHERE id = ?", (int(order.id),)).fetchone()
    assert json.loads(tags) == ["upsell"]
    tagged = pair.api().order(order.id)
    assert tagged is not None
    assert replace(tagged, updated_at=order.updated_at) == order
    with pytest.raises(UserErrors, match="does not exist"):
        pair.api().tag_order("1", "upsell")
