"""Laws of failed charges, and what is known of a hold."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.attribution import SignedOffer, credit_order, shortfalls
from server.domain.charges import WRITTEN_OFF_AFTER, Charge, ChargeState, follow, settled_reason
from server.domain.holds import Hold, HoldState, hold_of
from server.domain.orders import Order
from server.domain.pages import PageState
from server.domain.reasons import Reason
from tests.factories import NOW, line, order

OFFER = SignedOffer("d", frozenset({"2"}))
ORDERS = st.builds(
    lambda total, outstanding, quantity, status, cancelled: order(
        lines=(line("1"), line("2", total=total if quantity else 0, quantity=quantity)),
        outstanding=outstanding,
        financial_status=status,
        cancelled_at=NOW if cancelled else None,
    ),
    st.integers(1, 2_000),
    st.integers(0, 3_000),
    st.integers(0, 2),
    st.sampled_from(["paid", "partially_paid", "pending", "authorized"]),
    st.booleans(),
)


def _followed(held: tuple[Charge, ...], placed: Order, *, was_told: bool = True) -> tuple[Charge, ...]:
    return follow(held, placed, shortfalls(placed, signed=[OFFER]), was_told=was_told, now=NOW)


@given(ORDERS)
def test_what_is_missing_and_what_is_earned_are_the_whole_line(placed: Order) -> None:
    live = replace(placed, cancelled_at=None)
    earned = {each.line_id: each.amount for each in credit_order(live, signed=[OFFER], clicks=[])}
    missing = {each.line_id: each.amount for each in shortfalls(live, signed=[OFFER])}
    assert earned.get("l2", 0) + missing.get("l2", 0) == live.lines[1].total


@given(ORDERS, ORDERS, st.booleans())
def test_the_last_news_alone_decide(first: Order, last: Order, was_told: bool) -> None:  # noqa: FBT001 - drawn
    held = _followed((), first, was_told=was_told)
    after = _followed(held, last, was_told=was_told)
    assert _followed(after, last, was_told=was_told) == after, "the same news again change nothing"
    is_gone = last.cancelled_at is not None or not last.lines[1].quantity
    for charge in after:
        expected = ChargeState.UNPAID if last.outstanding > 0 else ChargeState.PAID
        assert charge.state is (ChargeState.REMOVED if is_gone else expected)


@given(ORDERS)
def test_no_charge_is_opened_where_nothing_is_missing(placed: Order) -> None:
    for charge in _followed((), placed):
        assert charge.amount > 0
        assert placed.outstanding > 0


def test_it_is_given_up_after_its_time_and_not_before() -> None:
    placed = order(lines=(line("2"),), outstanding=1_000, financial_status="partially_paid")
    (charge,) = _followed((), placed)
    for late, state in ((timedelta(0), ChargeState.UNPAID), (timedelta(seconds=1), ChargeState.WRITTEN_OFF)):
        (found,) = _followed((replace(charge, since=NOW - WRITTEN_OFF_AFTER - late),), placed)
        assert found.state is state


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), Reason.PAGE_ACCEPTED_UNPAID),
        ((ChargeState.PAID,), Reason.PAGE_PAID_LATER),
        ((ChargeState.PAID, ChargeState.UNPAID), Reason.PAGE_ACCEPTED_UNPAID),
        ((ChargeState.REMOVED, ChargeState.PAID), Reason.PAGE_PAID_LATER),
        ((ChargeState.WRITTEN_OFF, ChargeState.PAID), Reason.PAGE_WRITTEN_OFF),
        ((ChargeState.REMOVED,), Reason.PAGE_UNPAID_REMOVED),
    ],
)
def test_an_acceptance_is_what_its_charges_came_to(states: tuple[ChargeState, ...], expected: Reason) -> None:
    assert settled_reason(Charge("l", "d", each, 1, NOW, NOW) for each in states) is expected


SHOWN = PageState(was_offered=True, shown_at=NOW)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("fulfilment", "page", "minutes", "expected"),
    [
        (None, None, 5, None),
        ("unfulfilled", PageState(was_offered=True), 5, None),
        ("on_hold", None, 5, Hold(HoldState.HELD, NOW + HOUR)),
        ("on_hold", PageState(was_offered=True), 90, Hold(HoldState.ENDED_BY, NOW + HOUR)),
        (None, SHOWN, 5, Hold(HoldState.HELD, NOW + HOUR)),
        (None, SHOWN, 60, Hold(HoldState.ENDED_BY, NOW + HOUR)),
        ("on_hold", replace(SHOWN, answered_at=NOW + HOUR / 4), 5, Hold(HoldState.ENDED, NOW + HOUR / 4)),
    ],
)
def test_a_hold_is_known_by_what_was_read_and_seen(
    fulfilment: str | None, page: PageState | None, minutes: int, expected: Hold | None
) -> None:
    placed = order(created_at=NOW, fulfilment=fulfilment)
    assert hold_of(placed, page, now=NOW + timedelta(minutes=minutes)) == expected
