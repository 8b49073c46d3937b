"""Subscriptions that a changeset adds: what Shopify refuses, and what comes of what it takes."""

from typing import Any

import pytest

from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import Placed, place_order
from tests.sandbox.shopify.selling_plans import create_group, delete_group, open_club
from tests.unit.sandbox_store.conftest import Shop
from tests.unit.sandbox_store.test_changesets import Sign, codes

MONTHLY = {"name": "Monthly", "interval": "MONTH", "pricing": [{"type": "PERCENTAGE", "value": 10}]}
Change = dict[str, Any]


@pytest.fixture
def change(shop: Shop) -> Change:
    """A monthly subscription to the second variant, at ten pounds less 10 %, sent for a pound."""
    shop.change("UPDATE variant SET price = 1000 WHERE id = ?", shop.variants[1])
    made = create_group(
        shop.world, shop.sender, name="Club", plans=[MONTHLY], variant_ids=[shop.variants[1], shop.variants[0]]
    )
    return {
        "type": "add_subscription",
        "variantId": shop.variants[1],
        "sellingPlanId": made["plan_ids"][0],
        "quantity": 2,
        "initialShippingPrice": 1,
        "recurringShippingPrice": 0.5,
        "shippingOption": {"title": "Post"},
    }


def test_the_order_gets_a_line_with_its_plan(
    shop: Shop, state: CheckoutState, placed: Placed, sign: Sign, change: Change
) -> None:
    token = state["checkout_token"]
    before = shop.one("SELECT total FROM orders WHERE id = ?", placed.order_id)
    calculated = shop.changesets.calculate(token, [change])
    assert calculated["calculatedPurchase"]["updatedLineItems"][0]["sellingPlanId"] == change["sellingPlanId"]
    assert calculated["calculatedPurchase"]["totalOutstandingSet"]["shopMoney"]["amount"] == "19.00"
    assert shop.changesets.apply(token, sign(changes=[change]), buyer_consents=True)["status"] == "processed"
    assert shop.one("SELECT total FROM orders WHERE id = ?", placed.order_id) == before + 1900  # type: ignore[operator]  # numbers
    assert shop.one("SELECT name FROM order_line_plan") == "Monthly"


def test_a_discount_comes_off_the_plans_price(shop: Shop, state: CheckoutState, placed: Placed, change: Change) -> None:
    change["discount"] = {"value": 50, "valueType": "percentage", "title": "First box"}
    calculated = shop.changesets.calculate(state["checkout_token"], [change])
    assert placed.order_id
    assert calculated["calculatedPurchase"]["totalOutstandingSet"]["shopMoney"]["amount"] == "10.00"


@pytest.mark.usefixtures("placed")
def test_consent_comes_first(shop: Shop, state: CheckoutState, sign: Sign, change: Change) -> None:
    token = state["checkout_token"]
    signed = sign(changes=[change])
    assert codes(shop.changesets.apply(token, signed)) == ["buyer_consent_required"]
    assert shop.changesets.apply(token, signed, buyer_consents=True)["status"] == "processed"


@pytest.mark.usefixtures("placed")
def test_an_order_takes_one_subscription(shop: Shop, state: CheckoutState, sign: Sign, change: Change) -> None:
    token = state["checkout_token"]
    twice = shop.changesets.apply(token, sign(changes=[change, change]), buyer_consents=True)
    assert codes(twice) == ["subscription_limit_error"]
    assert shop.changesets.apply(token, sign(changes=[change]), buyer_consents=True)["status"] == "processed"
    again = shop.changesets.apply(token, sign(changes=[change]), buyer_consents=True)
    assert codes(again) == ["subscription_limit_error"]


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize(
    "wrong",
    [
        {"sellingPlanId": None},
        {"sellingPlanId": "1"},
        {"sellingPlanId": 1},
        {"variantId": 1},
        {"quantity": 0},
        {"initialShippingPrice": None},
        {"initialShippingPrice": -1},
        {"recurringShippingPrice": None},
        {"recurringShippingPrice": -1},
        {"shippingOption": None},
        {"discount": {"value": 101, "valueType": "percentage", "title": "All"}},
    ],
)
def test_what_makes_no_sense_is_refused(
    shop: Shop, state: CheckoutState, sign: Sign, change: Change, wrong: dict[str, object]
) -> None:
    answer = shop.changesets.apply(state["checkout_token"], sign(changes=[{**change, **wrong}]), buyer_consents=True)
    assert codes(answer) == ["invalid_request"]


@pytest.mark.usefixtures("placed")
def test_a_plan_is_of_its_goods(shop: Shop, state: CheckoutState, sign: Sign, change: Change) -> None:
    other = {**change, "variantId": shop.variants[2]}
    answer = shop.changesets.apply(state["checkout_token"], sign(changes=[other]), buyer_consents=True)
    assert codes(answer) == ["invalid_request"]
    with shop.world.read() as connection:
        group = connection.execute("SELECT id FROM selling_plan_group").fetchone()[0]
    delete_group(shop.world, shop.sender, group)
    answer = shop.changesets.apply(state["checkout_token"], sign(changes=[change]), buyer_consents=True)
    assert codes(answer) == ["invalid_request"]


def test_a_new_shop_sells_its_favourites_by_subscription(shop: Shop) -> None:
    open_club(shop.world, shop.sender, most=3)
    assert shop.one("SELECT count(*) FROM selling_plan_goods g JOIN product p ON p.id = g.product_id") == 3
    assert shop.one("SELECT group_concat(name) FROM selling_plan") == "Every other week,Monthly"


def test_nowhere_to_send_it(shop: Shop, state: CheckoutState, sign: Sign, change: Change) -> None:
    state["shipping_address"] = None
    place_order(shop.world, shop.sender, state)
    answer = shop.changesets.apply(state["checkout_token"], sign(changes=[change]), buyer_consents=True)
    assert codes(answer) == ["subscription_no_shipping_address_error"]


@pytest.mark.usefixtures("placed")
@pytest.mark.parametrize("code", ["subscription_vaulting_error", "subscription_contract_creation_error"])
def test_what_goes_wrong_inside_shopify_is_played_on_demand(
    shop: Shop, state: CheckoutState, sign: Sign, change: Change, code: str
) -> None:
    token = state["checkout_token"]
    shop.forced.add(checkout_token=token, call="apply", outcome=code)
    assert codes(shop.changesets.apply(token, sign(changes=[change]), buyer_consents=True)) == [code]
