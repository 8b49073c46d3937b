"""Which surface an order could see, and what became of each: the table of cases, and laws that hold for every order."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.decision import Outcome
from server.domain.eligibility import (
    MESSAGE,
    ONE_CLICK,
    Asked,
    FollowUp,
    Standing,
    Verdict,
    bar_of,
    block_verdict,
    is_page_eligible,
    message_verdict,
    one_click_verdict,
)
from server.domain.gates import GateSpan, gate_at
from server.domain.pages import PageState
from server.domain.reasons import Reason
from tests.factories import NOW, order
from tests.unit.domain.tables import Row, rows


def _page(row: Row) -> PageState | None:
    if "page" not in row:
        return None
    told = row["page"]
    at = {name: NOW + timedelta(seconds=told[name]) for name in ("shown_at", "answered_at") if name in told}
    answer = Reason(told["answer"]) if "answer" in told else None
    return PageState(was_offered=True, answer=answer, **at)


def _asked(row: Row) -> Asked | None:
    told = row.get("asked")
    return Asked(Outcome(told["outcome"]), Reason(told["reason"]), told.get("answer_ms")) if told else None


def _judged(row: Row) -> Verdict:
    surface, placed = row.get("surface", ONE_CLICK), order(**row.get("order", {}))
    if surface == MESSAGE:
        told = row.get("follow_up")
        if told is None:
            return message_verdict(None)
        refusal = Reason(told["refusal"]) if "refusal" in told else None
        return message_verdict(FollowUp(refusal, tuple((state, Reason(why)) for state, why in told.get("touches", ()))))
    if surface == ONE_CLICK:
        return one_click_verdict(
            placed,
            _asked(row),
            _page(row),
            is_open=row.get("is_open", True),
            had_offers=row.get("had_offers", True),
        )
    return block_verdict(
        surface,
        placed,
        _asked(row),
        row.get("events", ()),
        is_placed=row.get("is_open", True),
        was_page_shown=row.get("was_page_shown", False),
    )


@pytest.mark.parametrize("row", rows("eligibility"))
def test_eligibility(row: Row) -> None:
    found = _judged(row)
    assert (found.standing.value, found.reason.value) == (row["standing"], row["reason"])


ORDERS = st.builds(
    order,
    gateways=st.lists(st.sampled_from(["shopify_payments", "paypal", "gift_card"]), max_size=2).map(tuple),
    payment_kind=st.sampled_from([None, "card", "shop_pay", "apple_pay", "paypal", "local"]),
    presentment_currency=st.sampled_from(["GBP", "EUR"]),
    source_name=st.sampled_from(["web", "pos"]),
    has_shipping_address=st.booleans(),
    needs_shipping=st.sampled_from([None, True, False]),
    has_duties=st.sampled_from([None, True, False]),
    total=st.integers(0, 200),
)
ASKED = st.none() | st.builds(
    Asked, st.sampled_from(Outcome), st.just(Reason.AUDIENCE_MISS), st.none() | st.integers(0, 5_000)
)
LOOKS = st.sampled_from([None, True, False])


@given(ORDERS, ASKED, LOOKS, st.booleans())
def test_what_was_seen_is_shown_whatever_else_is_known(placed: Any, asked: Any, is_open: Any, had: Any) -> None:
    page = PageState(was_offered=True, shown_at=NOW)
    found = one_click_verdict(placed, asked, page, is_open=is_open, had_offers=had)
    assert found.standing is Standing.SHOWN


@given(ORDERS, ASKED, LOOKS, st.booleans())
def test_an_order_is_barred_or_the_fault_is_named(placed: Any, asked: Any, is_open: Any, had: Any) -> None:
    found = one_click_verdict(placed, asked, None, is_open=is_open, had_offers=had)
    assert (found.standing is Standing.BARRED) == (not is_page_eligible(placed) or (asked is None and is_open is False))
    assert is_page_eligible(placed) == (bar_of(placed) is None)


@given(ORDERS)
def test_more_that_is_known_only_ever_bars(placed: Any) -> None:
    """An order that cannot see the page does not see it for want of a word; what is not told is no bar."""
    untold = replace(placed, payment_kind=None, needs_shipping=None, has_duties=None)
    assert not (bar_of(untold) and bar_of(placed) is None)


def _spans(*seen: tuple[bool, int, int]) -> tuple[GateSpan, ...]:
    return tuple(GateSpan(is_open, NOW + timedelta(hours=a), NOW + timedelta(hours=b)) for is_open, a, b in seen)


@pytest.mark.parametrize(
    ("hour", "expected"),
    [(-1, None), (0, True), (5, True), (9, None), (10, False), (12, False), (15, None), (20, True), (99, True)],
)
def test_between_two_looks_that_differ_it_may_have_been_either(hour: int, expected: object) -> None:
    spans = _spans((True, 0, 8), (False, 10, 14), (True, 20, 20))
    assert gate_at(spans, NOW + timedelta(hours=hour)) is expected


def test_nobody_who_never_looked_knows() -> None:
    assert gate_at((), NOW) is None


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), min_size=1, max_size=8), st.integers(-5, 500))
def test_an_answer_is_what_the_look_before_found(looks: list[tuple[bool, int]], hour: int) -> None:
    spans, at = [], 0
    for is_open, gap in looks:
        spans.append((is_open, at, at + gap))
        at += gap + 1
    before = [is_open for is_open, start, _ in spans if start <= hour]
    found = gate_at(_spans(*spans), NOW + timedelta(hours=hour))
    assert found is None or found is before[-1]
    assert found is not None or not before or before[-1] is not looks[-1][0] or hour < spans[-1][1]
