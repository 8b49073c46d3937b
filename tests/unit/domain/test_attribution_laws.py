from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from server.domain.attribution import Click, SignedOffer, credit_order
from server.domain.orders import Order
from tests.factories import NOW, line, order

_LINES = st.lists(st.tuples(st.sampled_from(["1", "2", "3", None]), st.integers(0, 5_000)), max_size=5).map(
    lambda pairs: tuple(line(each, line_id=f"l{at}", total=total) for at, (each, total) in enumerate(pairs))
)
ORDERS = st.builds(
    order,
    lines=_LINES,
    outstanding=st.integers(-100, 8_000),
    attributes=st.lists(st.tuples(st.just("_afters"), st.sampled_from(["t", "u", "v"])), max_size=3).map(tuple),
    cancelled_at=st.none() | st.just(NOW),
)
SIGNED = st.lists(
    st.builds(SignedOffer, st.sampled_from(["d", "e", "f"]), st.sampled_from(["1", "2", "3"])), max_size=3
)
CLICKS = st.lists(
    st.builds(
        lambda token, days: Click(f"touch:{token}", token, NOW - timedelta(days=days)),
        st.sampled_from(["t", "u", "v"]),
        st.floats(-1, 7),
    ),
    max_size=3,
)


@given(ORDERS, SIGNED, CLICKS)
def test_no_more_is_credited_than_the_lines_hold_and_each_line_once(
    placed: Order, signed: list[SignedOffer], clicks: list[Click]
) -> None:
    credits_due = credit_order(placed, signed=signed, clicks=clicks)
    totals = {each.line_id: each.total for each in placed.lines}
    assert len({each.line_id for each in credits_due}) == len(credits_due)
    assert all(0 <= each.amount <= totals[each.line_id] for each in credits_due)
    assert len({each.source for each in credits_due if each.source.startswith("touch:")}) <= 1


@given(ORDERS, SIGNED, CLICKS)
def test_what_is_unpaid_is_credited_to_nobody(placed: Order, signed: list[SignedOffer], clicks: list[Click]) -> None:
    credited = sum(each.amount for each in credit_order(placed, signed=signed, clicks=clicks))
    total = sum(each.total for each in placed.lines)
    assert credited <= total
    if placed.outstanding >= total:
        assert credited == 0


@given(ORDERS, SIGNED, CLICKS)
def test_the_order_in_which_offers_and_clicks_are_named_is_irrelevant(
    placed: Order, signed: list[SignedOffer], clicks: list[Click]
) -> None:
    once = credit_order(placed, signed=signed, clicks=clicks)
    assert set(credit_order(placed, signed=signed[::-1], clicks=clicks[::-1])) == set(once)


@given(ORDERS, SIGNED, CLICKS)
def test_a_refund_never_raises_a_credit(placed: Order, signed: list[SignedOffer], clicks: list[Click]) -> None:
    refunded = replace(placed, lines=tuple(replace(each, total=each.total // 2) for each in placed.lines))
    before, after = (credit_order(each, signed=signed, clicks=clicks) for each in (placed, refunded))
    assert sum(each.amount for each in after) <= sum(each.amount for each in before)
