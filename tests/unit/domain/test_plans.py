"""Selling plans: what they make of a price, which one is offered, and that they come back as they were stored."""

import json
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from server.core.money import Money
from server.domain.blocks import Price, price_of
from server.domain.offered import Offered, OfferedItem, OfferedStep, SubscriptionChange, build_changes
from server.domain.offers import Discount
from server.domain.plans import (
    DAYS,
    LONGEST,
    SHORTEST,
    Interval,
    PlanChoice,
    PlanPrice,
    SellingPlan,
    pack_plan,
    terms_of,
    unpack_plan,
)
from server.storage.offers import pack_steps, unpack_steps
from tests.factories import variant

PERCENTS = st.decimals(0, 100, places=2)
INTERVALS = st.builds(Interval, st.sampled_from(sorted(DAYS)), st.integers(1, 24))
PRICES = st.one_of(
    st.builds(PlanPrice, st.integers(0, 5), st.just("percent"), PERCENTS),
    st.builds(PlanPrice, st.integers(0, 5), st.sampled_from(["amount", "price"]), st.integers(0, 99_999).map(Decimal)),
)
PLANS = st.builds(
    SellingPlan,
    st.integers(1, 999).map(str),
    st.text(max_size=9),
    INTERVALS,
    INTERVALS,
    st.lists(PRICES, max_size=3).map(lambda found: tuple(sorted(found, key=lambda each: each.after))),
)


@given(PLANS)
def test_a_plan_comes_back_as_it_was_stored(plan: SellingPlan) -> None:
    assert unpack_plan(json.loads(json.dumps(pack_plan(plan)))) == plan


@given(PLANS, st.integers(1, 1_000_000), st.integers(0, 100))
def test_nobody_ever_pays_less_than_nothing(plan: SellingPlan, full: int, percent: int) -> None:
    discount = Discount("Off", percent=Decimal(percent)) if percent else None
    found = price_of(variant(price=full), discount=discount, minimum_margin=None, currency="GBP", plan=plan)
    assert isinstance(found, Price)
    assert found.terms is not None
    assert found.terms == terms_of(plan, Money(full, "GBP"), shipping=0)
    assert 0 <= found.reduced.minor <= found.terms.unit_price
    assert found.terms.lowest_price >= 0
    if found.terms.later_price is not None:
        assert found.terms.later_price != found.terms.unit_price
        assert (found.terms.later_after or 0) > 0


@given(st.lists(PLANS, min_size=1, max_size=6), st.sampled_from([SHORTEST, LONGEST]))
def test_the_goods_own_plan_is_the_same_in_whatever_order_they_come(plans: list[SellingPlan], interval: str) -> None:
    plans = list({each.plan_id: each for each in plans}.values())
    choice = PlanChoice(interval=interval)
    found = choice.among(plans)
    assert found == choice.among(reversed(plans))
    assert found is not None
    days = [each.delivery.days for each in plans]
    assert found.delivery.days == (min(days) if interval == SHORTEST else max(days))
    assert PlanChoice(plan=found.plan_id, interval=interval).among(plans) == found
    assert PlanChoice(plan="1000").among(plans) is None


@given(PLANS, st.integers(1, 100_000), st.integers(1, 9), st.integers(0, 5_000))
def test_what_is_signed_is_what_was_stored(plan: SellingPlan, full: int, quantity: int, shipping: int) -> None:
    terms = terms_of(plan, Money(full, "GBP"), shipping=shipping)
    item = OfferedItem("2", "p2", quantity, full, terms.unit_price, plan=terms, lines_before=1)
    offered = Offered("f", "s", "o", "GBP", (item,), minimum_stock=0)
    stored = unpack_steps(json.loads(json.dumps(pack_steps([OfferedStep("0", offered)]))))
    assert stored == (OfferedStep("0", offered),)
    (change,) = build_changes(stored[0].offered)
    assert isinstance(change, SubscriptionChange)
    assert (change.variant_id, change.plan_id, change.quantity) == ("2", plan.plan_id, quantity)
    assert (change.first_shipping.price.minor, change.later_shipping.minor) == (0, shipping)
