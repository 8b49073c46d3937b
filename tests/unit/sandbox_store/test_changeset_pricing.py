from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.sandbox.shopify.changeset_pricing import ChangesetFault, Priced, price_changes
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import Placed
from tests.unit.sandbox_store.conftest import Shop


@pytest.fixture
def shop_at_ten_pounds(shop: Shop) -> Shop:
    shop.change("UPDATE variant SET price = 1000 WHERE id = ?", shop.variants[0])
    return shop


def price(shop: Shop, *changes: Any, country: str | None = "GB") -> Priced:
    with shop.world.read() as connection:
        return price_changes(connection, list(changes), country_code=country, buyer_consents=False)


def adding(shop: Shop, quantity: Any = 1, **discount: Any) -> dict[str, Any]:
    change = {"type": "add_variant", "variantId": shop.variants[0], "quantity": quantity}
    return {**change, "discount": {"title": "Offer", **discount}} if discount else change


@pytest.mark.parametrize(
    ("quantity", "discount", "expected"),
    [
        (1, {}, 1000),
        (2, {}, 2000),
        (1, {"value": 15, "valueType": "percentage"}, 850),
        (3, {"value": 15, "valueType": "percentage"}, 2550),
        (1, {"value": 12.5, "valueType": "percentage"}, 875),
        (1, {"value": 100, "valueType": "percentage"}, 0),
        (1, {"value": "2.50", "valueType": "fixed_amount"}, 750),
        (2, {"value": 2.5, "valueType": "fixed_amount"}, 1500),
        (1, {"value": 50, "valueType": "fixed_amount"}, 0),
    ],
)
def test_discounts_come_off_each_unit(
    shop_at_ten_pounds: Shop, quantity: int, discount: dict[str, Any], expected: int
) -> None:
    priced = price(shop_at_ten_pounds, adding(shop_at_ten_pounds, quantity, **discount))
    assert priced.total == expected
    assert priced.lines[0].discount_title == ("Offer" if discount else None)


def test_vat_is_inside_british_prices_and_nowhere_else(shop_at_ten_pounds: Shop) -> None:
    shipping = {"type": "add_shipping_line", "price": 2, "presentmentTitle": "Extra parcel"}
    at_home = price(shop_at_ten_pounds, adding(shop_at_ten_pounds), shipping)
    assert (at_home.goods, at_home.total, at_home.tax) == (1000, 1200, 200)
    assert at_home.shipping[0].title == "Extra parcel"
    assert price(shop_at_ten_pounds, adding(shop_at_ten_pounds), country="FR").tax == 0


@pytest.mark.parametrize(
    "change",
    [
        None,
        "add_variant",
        {},
        {"type": "add_everything"},
        {"type": "add_variant", "variantId": "1", "quantity": 1},
        {"type": "add_variant", "variantId": True, "quantity": 1},
        {"type": "add_variant", "variantId": 1, "quantity": 1},
        {"type": "add_shipping_line"},
        {"type": "add_shipping_line", "price": -1},
        {"type": "add_shipping_line", "price": "free"},
        {"type": "add_shipping_line", "price": float("nan")},
        {"type": "add_shipping_line", "price": 10**9},
        {"type": "set_metafield", "namespace": "a", "key": "", "value": 1, "valueType": "integer"},
        {"type": "set_metafield", "namespace": "a", "key": "b", "value": 1, "valueType": "money"},
        {"type": "set_metafield", "namespace": "a", "key": "b", "valueType": "string"},
    ],
)
def test_changes_without_sense_are_refused(shop: Shop, change: Any) -> None:
    with pytest.raises(ChangesetFault) as caught:
        price(shop, change)
    assert caught.value.code == "invalid_request"


@pytest.mark.parametrize("quantity", [0, -1, 1.0, "2", None, True])
def test_quantities_without_sense_are_refused(shop: Shop, quantity: Any) -> None:
    with pytest.raises(ChangesetFault, match="whole numbers"):
        price(shop, adding(shop, quantity))


@pytest.mark.parametrize(
    "discount",
    [
        {"value": 101, "valueType": "percentage"},
        {"value": 0, "valueType": "percentage"},
        {"value": -5, "valueType": "fixed_amount"},
        {"value": 5, "valueType": "relative"},
        {"value": True, "valueType": "percentage"},
        {"value": "much", "valueType": "percentage"},
        {"value": 5, "valueType": "percentage", "title": ""},
        {"value": 5, "valueType": "percentage", "title": 5},
    ],
)
def test_discounts_without_sense_are_refused(shop: Shop, discount: dict[str, Any]) -> None:
    with pytest.raises(ChangesetFault) as caught:
        price(shop, adding(shop, 1, **discount))
    assert caught.value.code == "invalid_request"


def test_a_discount_must_be_an_object(shop: Shop) -> None:
    with pytest.raises(ChangesetFault, match="object"):
        price(shop, {**adding(shop), "discount": 15})


def test_a_draft_product_and_the_other_spelling_of_the_key_are_refused(shop: Shop) -> None:
    with pytest.raises(ChangesetFault):
        price(shop, {"type": "add_variant", "variantID": shop.variants[0], "quantity": 1})
    shop.change("UPDATE product SET status = 'DRAFT'")
    with pytest.raises(ChangesetFault, match="not on sale"):
        price(shop, adding(shop))


def test_untracked_stock_never_runs_out(shop: Shop) -> None:
    shop.change("UPDATE variant SET tracked = 0")
    assert price(shop, adding(shop, 100_000)).lines[0].quantity == 100_000


def test_changes_are_a_short_list(shop: Shop) -> None:
    with pytest.raises(ChangesetFault):
        price(shop, *[adding(shop)] * 21)


@given(
    price_=st.integers(1, 100_000),
    quantity=st.integers(1, 20),
    value=st.decimals("0.01", "100", places=2),
    kind=st.sampled_from(["percentage", "fixed_amount"]),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
def test_no_discount_makes_a_price_negative_or_greater(
    shop: Shop, price_: int, quantity: int, value: Decimal, kind: str
) -> None:
    shop.change("UPDATE variant SET price = ?, tracked = 0 WHERE id = ?", price_, shop.variants[0])
    priced = price(shop, adding(shop, quantity, value=float(value), valueType=kind))
    assert 0 <= priced.total <= price_ * quantity
    assert priced.tax * 6 <= priced.total + 3


def test_calculation_shows_the_added_part_and_the_new_totals(shop: Shop, state: CheckoutState, placed: Placed) -> None:
    before = shop.one("SELECT total FROM orders WHERE id = ?", placed.order_id)
    assert isinstance(before, int)
    shop.change("UPDATE variant SET price = 1000 WHERE id = ?", shop.variants[1])
    change = {
        "type": "add_variant",
        "variantId": shop.variants[1],
        "quantity": 2,
        "discount": {"value": 10, "valueType": "percentage", "title": "Offer"},
    }
    answer = shop.changesets.calculate(state["checkout_token"], [change])
    purchase = answer["calculatedPurchase"]
    bag = {"amount": "18.00", "currencyCode": "GBP"}
    assert answer["errors"] == []
    assert purchase["totalOutstandingSet"] == {"shopMoney": bag, "presentmentMoney": bag}
    assert purchase["updatedLineItems"][0]["priceSet"]["presentmentMoney"]["amount"] == "10.00"
    assert purchase["updatedLineItems"][0]["totalPriceSet"]["presentmentMoney"]["amount"] == "18.00"
    assert purchase["addedTaxLines"][0]["priceSet"]["presentmentMoney"]["amount"] == "3.00"
    assert Decimal(purchase["totalPriceSet"]["shopMoney"]["amount"]) * 100 == before + 1800
    assert purchase["addedShippingLines"] == []
    # Asking changes nothing.
    assert shop.one("SELECT total FROM orders WHERE id = ?", placed.order_id) == before
