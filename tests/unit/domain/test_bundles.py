"""Bundles at one price: shared out to the last penny, alike each time, never dearer than the goods by themselves."""

from hypothesis import given
from hypothesis import strategies as st

from server.core.money import Money
from server.domain.bundles import at_one_price
from server.domain.offered import OfferedItem

PRICES = st.lists(st.integers(1, 100_000), min_size=2, max_size=6)


def goods(*prices: int, quantity: int = 1) -> tuple[OfferedItem, ...]:
    return tuple(OfferedItem(str(at), f"p{at}", quantity, price, price) for at, price in enumerate(prices))


def prices(found: tuple[OfferedItem, ...]) -> list[int]:
    return [each.discounted_unit_price for each in found]


def test_each_bears_its_share() -> None:
    found = at_one_price(goods(3_000, 1_000), Money(3_000, "GBP"), "Together")
    assert prices(found) == [2_250, 750]
    assert [each.discount.amount.minor for each in found if each.discount and each.discount.amount] == [750, 250]


def test_what_rounding_leaves_goes_to_one() -> None:
    assert prices(at_one_price(goods(100, 100, 100), Money(200, "JPY"), "Together")) == [66, 67, 67]


def test_goods_that_cost_no_more_keep_their_prices() -> None:
    assert at_one_price(goods(100, 100), Money(250, "GBP"), "Together") == goods(100, 100)


@given(PRICES, st.integers(1, 100_000))
def test_together_they_cost_the_price(each: list[int], price: int) -> None:
    found = at_one_price(goods(*each), Money(price, "GBP"), "Together")
    assert sum(item.total for item in found) == min(price, sum(each))
    assert all(0 <= item.discounted_unit_price <= item.unit_price for item in found)


@given(PRICES, st.integers(1, 100_000), st.integers(2, 9))
def test_several_units_come_to_a_few_minor_units_less_at_most(each: list[int], price: int, quantity: int) -> None:
    found = at_one_price(goods(*each, quantity=quantity), Money(price, "GBP"), "Together")
    total, full = sum(item.total for item in found), quantity * sum(each)
    if price >= quantity:
        assert min(price, full) - quantity < total <= min(price, full)
    assert total >= quantity
    assert all(0 <= item.discounted_unit_price <= item.unit_price for item in found)
