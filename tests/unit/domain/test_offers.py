from dataclasses import replace
from decimal import Decimal

import pytest

from server.core.money import Money
from server.domain.offers import (
    AppliedDiscount,
    Change,
    Discount,
    InvalidOffer,
    Offer,
    Texts,
    build_changes,
    price_offer,
)
from tests.factories import variant

_OFFER = Offer(id="o", source="fixed", variant_ids=("2",), quantity=2, discount=Discount("One more", Decimal(15)))
_REDUCED = Money(850, "GBP")
_OFFERED = price_offer(
    offer=_OFFER, funnel_id="f", variant=variant("2"), reduced=_REDUCED, minimum_stock=10, reason_line="Because"
)


def test_an_offer_is_priced_per_unit() -> None:
    assert (_OFFERED.unit_price, _OFFERED.discounted_unit_price, _OFFERED.quantity) == (1_000, 850, 2)
    assert (_OFFERED.product_id, _OFFERED.currency, _OFFERED.minimum_stock) == ("p2", "GBP", 10)
    assert _OFFERED.reason_line == "Because"


def test_the_merchants_reason_goes_first() -> None:
    offered = price_offer(
        offer=replace(_OFFER, texts=Texts(reason="Mine")),
        funnel_id="f",
        variant=variant("2"),
        reduced=_REDUCED,
        minimum_stock=10,
        reason_line="Ours",
    )
    assert offered.reason_line == "Mine"


def test_the_changes_are_what_was_offered() -> None:
    assert build_changes(_OFFERED) == (Change("2", 2, AppliedDiscount("One more", Decimal(15))),)
    assert build_changes(replace(_OFFERED, discount=None)) == (Change("2", 2, None),)


@pytest.mark.parametrize("quantity", [0, -1])
def test_an_offer_of_nothing_makes_no_changes(quantity: int) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, quantity=quantity))


@pytest.mark.parametrize("percent", ["0", "-1", "100.01"])
def test_a_discount_beyond_its_bounds_makes_no_changes(percent: str) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, discount=AppliedDiscount("T", Decimal(percent))))


def test_everything_off_is_allowed() -> None:
    assert build_changes(replace(_OFFERED, discount=AppliedDiscount("T", Decimal(100))))
    assert build_changes(replace(_OFFERED, discount=AppliedDiscount("T", amount=Money(1_000, "GBP"))))


@pytest.mark.parametrize("amount", [0, -1, 1_001])
def test_an_amount_beyond_the_price_makes_no_changes(amount: int) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, discount=AppliedDiscount("T", amount=Money(amount, "GBP"))))


@pytest.mark.parametrize(
    ("amounts", "currency", "left"),
    [
        ({"GBP": 250}, "GBP", 750),
        ({"GBP": 1_000}, "GBP", 0),
        ({"GBP": 1_001}, "GBP", None),
        ({"GBP": 250, "JPY": 300}, "JPY", 700),
        ({"GBP": 250}, "EUR", None),
    ],
)
def test_an_amount_is_taken_off_in_its_own_currency(amounts: dict[str, int], currency: str, left: int | None) -> None:
    reduced = Discount("T", amounts=amounts).reduce(Money(1_000, currency))
    assert (reduced.minor if reduced else None) == left
