from dataclasses import replace
from decimal import Decimal

import pytest

from server.core.money import Money
from server.domain.offered import (
    AppliedDiscount,
    Change,
    InvalidOffer,
    Offered,
    OfferedItem,
    ShippingPrice,
    answers_before,
    build_changes,
)
from server.domain.offers import Discount

_ITEM = OfferedItem("2", "p2", 2, 1_000, 850, AppliedDiscount("One more", Decimal(15)))
_OTHER = OfferedItem("3", "p3", 1, 500, 500)
_OFFERED = Offered("f", "first", "o", "GBP", (_ITEM,), minimum_stock=10, choices=(_OTHER,))


def test_the_changes_are_what_was_offered() -> None:
    assert build_changes(_OFFERED) == (Change("2", 2, AppliedDiscount("One more", Decimal(15))),)
    assert build_changes(replace(_OFFERED, items=(replace(_ITEM, discount=None),))) == (Change("2", 2, None),)


def test_a_bundle_is_added_as_a_whole() -> None:
    assert build_changes(replace(_OFFERED, items=(_ITEM, _OTHER))) == (
        Change("2", 2, AppliedDiscount("One more", Decimal(15))),
        Change("3", 1, None),
    )


def test_shipping_is_a_change_of_its_own() -> None:
    shipping = ShippingPrice("Parcel", Money(295, "GBP"))
    goods = build_changes(_OFFERED)
    assert build_changes(replace(_OFFERED, shipping=shipping)) == (*goods, shipping)


def test_a_choice_is_added_instead() -> None:
    assert build_changes(_OFFERED, 0) == (Change("3", 1, None),)
    for none in (1, -1):
        with pytest.raises(InvalidOffer):
            build_changes(_OFFERED, none)


@pytest.mark.parametrize("quantity", [0, -1])
def test_an_offer_of_nothing_makes_no_changes(quantity: int) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, items=(replace(_ITEM, quantity=quantity),)))


@pytest.mark.parametrize("percent", ["0", "-1", "100.01"])
def test_a_discount_beyond_its_bounds_makes_no_changes(percent: str) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, items=(_ITEM, _discounted(AppliedDiscount("T", Decimal(percent))))))


def test_everything_off_is_allowed() -> None:
    for discount in (AppliedDiscount("T", Decimal(100)), AppliedDiscount("T", amount=Money(1_000, "GBP"))):
        assert build_changes(replace(_OFFERED, items=(_discounted(discount),)))


@pytest.mark.parametrize("amount", [0, -1, 1_001])
def test_an_amount_beyond_the_price_makes_no_changes(amount: int) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, items=(_discounted(AppliedDiscount("T", amount=Money(amount, "GBP"))),)))


def _discounted(discount: AppliedDiscount) -> OfferedItem:
    return replace(_ITEM, discount=discount)


@pytest.mark.parametrize(
    ("amounts", "currency", "left"),
    [
        ({"GBP": 250}, "GBP", 750),
        ({"GBP": 1_000}, "GBP", 0),
        ({"GBP": 1_001}, "GBP", None),
        ({"GBP": 250, "JPY": 300}, "JPY", 700),
    ],
)
def test_an_amount_is_taken_off_in_its_own_currency(amounts: dict[str, int], currency: str, left: int | None) -> None:
    applied = Discount("T", amounts=amounts).in_currency(currency)
    assert applied is not None
    reduced = applied.reduce(Money(1_000, currency))
    assert (reduced.minor if reduced else None) == left


def test_no_amount_in_a_currency_is_no_discount_in_it() -> None:
    assert Discount("T", amounts={"GBP": 250}).in_currency("EUR") is None


def test_a_place_tells_the_way_that_leads_to_it() -> None:
    assert list(answers_before("0")) == []
    assert list(answers_before("0da")) == [("0", "d"), ("0d", "a")]
