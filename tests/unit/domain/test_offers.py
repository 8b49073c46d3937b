from dataclasses import replace
from decimal import Decimal

import pytest

from server.domain.offers import Change, Discount, InvalidOffer, Offer, Texts, build_changes, price_offer
from tests.factories import variant

_OFFER = Offer(id="o", source="fixed", variant_ids=("2",), quantity=2, discount=Discount(Decimal(15), "One more"))
_OFFERED = price_offer(
    offer=_OFFER, funnel_id="f", variant=variant("2"), currency="GBP", minimum_stock=10, reason_line="Because"
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
        currency="GBP",
        minimum_stock=10,
        reason_line="Ours",
    )
    assert offered.reason_line == "Mine"


def test_the_changes_are_what_was_offered() -> None:
    assert build_changes(_OFFERED) == (Change("2", 2, Discount(Decimal(15), "One more")),)
    assert build_changes(replace(_OFFERED, discount=None)) == (Change("2", 2, None),)


@pytest.mark.parametrize("quantity", [0, -1])
def test_an_offer_of_nothing_makes_no_changes(quantity: int) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, quantity=quantity))


@pytest.mark.parametrize("percent", ["0", "-1", "100.01"])
def test_a_discount_beyond_its_bounds_makes_no_changes(percent: str) -> None:
    with pytest.raises(InvalidOffer):
        build_changes(replace(_OFFERED, discount=Discount(Decimal(percent), "T")))


def test_everything_off_is_allowed() -> None:
    assert build_changes(replace(_OFFERED, discount=Discount(Decimal(100), "T")))
