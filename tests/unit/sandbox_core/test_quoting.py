from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.shopify import money
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.quoting import CheckoutRefused, Quote, quote, spread
from tests.sandbox.shopify.world import World

Make = Callable[..., CheckoutState]


@given(st.lists(st.integers(0, 100_000), min_size=1, max_size=12), st.integers(0, 1000))
def test_spreading_loses_no_penny_and_overcharges_no_line(shares: list[int], share: int) -> None:
    amount = sum(shares) * share // 1000
    parts = spread(amount, shares)
    assert sum(parts) == amount
    assert all(0 <= part <= whole for part, whole in zip(parts, shares, strict=True))


@pytest.mark.parametrize("amount", [-1, 31])
def test_more_than_everything_cannot_be_spread(amount: int) -> None:
    with pytest.raises(ValueError, match="cannot be spread"):
        spread(amount, [10, 20])


@given(st.integers(-(10**9), 10**9))
def test_money_is_written_with_two_decimals(amount: int) -> None:
    text = money.text(amount)
    assert round(float(text) * 100) == amount
    assert len(text.partition(".")[2]) == 2


@given(st.integers(0, 10**7), st.sampled_from(sorted(money.RATES)))
def test_presentment_money_is_even_around_nothing(amount: int, currency: str) -> None:
    rate = money.RATES[currency]
    assert money.presentment(-amount, rate) == -money.presentment(amount, rate)
    assert abs(money.presentment(amount, rate) - amount * rate) <= 0.5 + 1e-6


@pytest.mark.parametrize(("gross", "tax"), [(0, 0), (600, 100), (100, 17), (3, 1), (2, 0)])
def test_vat_is_a_sixth_of_what_britons_pay(gross: int, tax: int) -> None:
    assert money.included_tax("GB", gross) == tax
    assert money.included_tax("DE", gross) == 0
    assert money.included_tax(None, gross) == 0


def _quote(world: World, state: CheckoutState) -> Quote:
    with world.read() as connection:
        return quote(connection, state)


def test_a_quote_adds_up(world: World, checkout: Make) -> None:
    found = _quote(world, checkout(discount_codes=[{"code": "TEN", "type": "percentage", "value": 10}]))
    goods = sum(line.gross for line in found.lines)
    assert found.discounts == (goods * 10 + 50) // 100 == sum(line.discount for line in found.lines)
    assert found.subtotal == goods - found.discounts
    assert found.total == found.subtotal + found.shipping
    assert found.tax == money.included_tax("GB", found.total)


def test_lines_of_one_variant_become_one(world: World, checkout: Make, sellable: list[int]) -> None:
    found = _quote(
        world, checkout(lines=[{"variant_id": sellable[0], "quantity": 1}, {"variant_id": sellable[0], "quantity": 2}])
    )
    assert [(line.variant_id, line.quantity) for line in found.lines] == [(sellable[0], 3)]


def test_a_fixed_code_takes_no_more_than_the_goods(world: World, checkout: Make) -> None:
    found = _quote(world, checkout(discount_codes=[{"code": "BIG", "type": "fixed_amount", "value": 10**8}]))
    assert found.subtotal == 0
    assert found.total == found.shipping


def test_without_an_address_nothing_is_shipped(world: World, checkout: Make) -> None:
    found = _quote(world, checkout(shipping_address=None))
    assert (found.shipping, found.tax) == (0, 0)


def test_dear_orders_are_sent_free(world: World, checkout: Make, sellable: list[int]) -> None:
    with world.write() as connection:
        connection.execute("UPDATE variant SET price = 10000 WHERE id = ?", (sellable[0],))
    assert _quote(world, checkout(lines=[{"variant_id": sellable[0], "quantity": 1}])).shipping == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": []}, "empty_cart"),
        ({"lines": [{"variant_id": 1, "quantity": 1}]}, "not_on_sale"),
        ({"discount_codes": [{"code": "A", "type": "percentage", "value": 5}] * 2}, "one_code_only"),
        ({"discount_codes": [{"code": "A", "type": "percentage", "value": 101}]}, "invalid_code"),
        ({"discount_codes": [{"code": "A", "type": "fixed_amount", "value": 0}]}, "invalid_code"),
        ({"discount_codes": [{"code": "A", "type": "shipping", "value": 1}]}, "invalid_code"),
    ],
)
def test_carts_that_cannot_be_sold(world: World, checkout: Make, changes: dict[str, object], code: str) -> None:
    with pytest.raises(CheckoutRefused) as refused:
        _quote(world, checkout(**changes))
    assert refused.value.code == code


@pytest.mark.parametrize("quantity", [0, -1, 10**9])
def test_odd_quantities_are_refused(world: World, checkout: Make, sellable: list[int], quantity: int) -> None:
    with pytest.raises(CheckoutRefused) as refused:
        _quote(world, checkout(lines=[{"variant_id": sellable[0], "quantity": quantity}]))
    assert refused.value.code == "invalid_quantity"


@pytest.mark.parametrize(
    ("column", "value", "is_sold"),
    [("inventory_policy", "CONTINUE", True), ("tracked", 0, True), ("inventory_policy", "DENY", False)],
)
def test_stock_limits_only_what_is_tracked_and_denied(
    world: World, checkout: Make, sellable: list[int], column: str, value: object, *, is_sold: bool
) -> None:
    with world.write() as connection:
        connection.execute(f"UPDATE variant SET {column} = ? WHERE id = ?", (value, sellable[0]))
        connection.execute(
            """UPDATE inventory_level SET available = 2 WHERE inventory_item_id =
               (SELECT inventory_item_id FROM variant WHERE id = ?)""",
            (sellable[0],),
        )
    state = checkout(lines=[{"variant_id": sellable[0], "quantity": 3}])
    if is_sold:
        assert _quote(world, state).lines[0].quantity == 3
    else:
        with pytest.raises(CheckoutRefused) as refused:
            _quote(world, state)
        assert refused.value.code == "insufficient_inventory"


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED"])
def test_only_live_products_are_sold(world: World, checkout: Make, status: str) -> None:
    state = checkout()
    with world.write() as connection:
        connection.execute("UPDATE product SET status = ?", (status,))
    with pytest.raises(CheckoutRefused) as refused:
        _quote(world, state)
    assert refused.value.code == "not_on_sale"
