"""The replay of past orders: what it tells, and that it keeps every promise of the rules."""

import json
from dataclasses import astuple, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.backtest.estimates import ASSUMED_PAGE, Measured, estimate, rates
from server.domain.backtest.past import KnownPerson, Past
from server.domain.backtest.replay import Found, Replay
from server.domain.backtest.results import Results
from server.domain.backtest.stock import GoodsAt, StockModel
from server.domain.locations import Counting, LocationStock
from tests.factories import NOW, document, funnel_json, journey_json, offer_json, variant
from tests.soak.replayed import Limits, Touch, violations
from tests.unit.domain.pasts import busy_past, past, past_order

DAY = timedelta(days=1)
NO_PAGE = {"key": "context.surface", "args": {"surfaces": ["message"]}}
YEAR = NOW - 366 * DAY
DRAFTS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no caps": {"caps": {"sequence_days": 0}},
    "short holds": {"holds": {"sms_holds_email_hours": 2, "email_holds_sms_hours": 1}},
    "little stock": {"stock": {"minimum": 0}},
    "other channel": {
        "journeys": [
            journey_json(
                steps=[
                    {"id": "a", "channel": "email", "delay_seconds": 60, "template": "offer"},
                    {"id": "b", "channel": "sms", "delay_seconds": 90, "template": "offer", "in_hold": "other_channel"},
                    {"id": "c", "channel": "email", "delay_seconds": 90, "template": "offer"},
                ]
            )
        ]
    },
    "calls": {
        "journeys": [journey_json(steps=[{"id": "c", "channel": "call", "delay_seconds": 0, "template": "offer"}])]
    },
}


def play(held: Past, model: StockModel = StockModel.SOLD_SINCE, *, since: datetime = YEAR, **rules: Any) -> Results:
    funnels = rules.pop("funnels", [funnel_json("2", "3", "4")])
    return Replay(held, document(*funnels, **rules), model, "draft", since).run()


def limits(**rules: Any) -> Limits:
    made = document(**rules)
    return Limits(
        days_between={"sales": made.caps.sequence_days, "renewal": made.caps.renewal_days},
        messages_per_order=made.caps.messages_per_sequence,
        sms_holds_email_hours=made.holds.sms_holds_email_hours,
        email_holds_sms_hours=made.holds.email_holds_sms_hours,
        minimum_stock=made.stock.minimum,
    )


@pytest.mark.parametrize("name", DRAFTS)
@given(st.integers(0, 10_000))
def test_no_replay_breaks_a_promise_of_its_rules(name: str, seed: int) -> None:
    rules = DRAFTS[name]
    found = play(busy_past(seed, orders=60, shoppers=8), **rules)
    assert violations([Touch(*astuple(each)) for each in found.touches], limits(**rules)) == []


def test_the_checker_finds_what_is_broken() -> None:
    found = play(
        busy_past(1, orders=300, shoppers=20),
        caps={"sequence_days": 0},
        holds={"sms_holds_email_hours": 0, "email_holds_sms_hours": 0},
    )
    told = violations([Touch(*astuple(each)) for each in found.touches], limits())
    assert any("began" in each for each in told)
    assert any(" after email" in each or " after sms" in each for each in told)
    few = replace(limits(), messages_per_order=1)
    assert any("messages about" in each for each in violations([Touch(*astuple(each)) for each in found.touches], few))
    scarce = past([past_order(1, "7", NOW - DAY)], variant("1"), variant("2", available=3))
    low = play(scarce, stock={"minimum": 0}, repeats={"declined_days": 0}, funnels=[funnel_json("2", audience=NO_PAGE)])
    assert any("in stock" in each for each in violations([Touch(*astuple(each)) for each in low.touches], limits()))


@given(st.integers(0, 10_000))
def test_a_replay_is_the_same_each_time(seed: int) -> None:
    held = busy_past(seed, orders=60, shoppers=10)
    assert play(held).as_json() == play(held).as_json()


@given(st.integers(0, 10_000))
def test_adding_a_cap_never_adds_a_touch(seed: int) -> None:
    held = busy_past(seed, orders=60, shoppers=8)
    free = play(held, caps={"sequence_days": 0})
    assert len(play(held, caps={"sequence_days": 14}).touches) <= len(free.touches)


@given(st.integers(0, 10_000), st.integers(2, 4))
def test_shoppers_may_be_played_apart(seed: int, parts: int) -> None:
    held = busy_past(seed, orders=60, shoppers=8)
    together = funnel_json(offer={"id": "o", "source": "bought_together"}, id="b")
    rules, found = document(funnel_json("2", "3", "4"), together), Found()
    whole = Replay(held, rules, StockModel.SOLD_SINCE, "draft", YEAR).run()
    shares = [[each for each in held.orders if int(each.unit_id[9:]) % parts == number] for number in range(parts)]
    first, *others = (Replay(held, rules, StockModel.SOLD_SINCE, "draft", YEAR, share, found).run() for share in shares)
    for other in others:
        first.join(other)
    assert first.as_json() == whole.as_json()


def test_one_order_is_offered_something_and_followed_up() -> None:
    found = play(past([past_order(1, "7", NOW - DAY)]))
    assert (found.orders, found.shoppers, found.page_possible) == (1, 1, 1)
    page, message = found.reach["funnel", "one_click"], found.reach["funnel", "message"]
    assert (page.offers, page.value) == (1, 850)
    assert (message.offers, message.value) == (2, 2_000)  # a text now, and an e-mail when the hold is over
    assert found.sent == {"sms": 1, "email": 1}
    assert found.deferrals == {"channel_hold": 1}
    assert [touch.variant_id for touch in found.touches] == ["3", "3"]  # not what the page showed
    assert found.touches_per_shopper == {2: 1}
    assert json.loads(json.dumps(found.as_json()))["never_reached"] == []


def test_orders_before_the_window_are_history_alone() -> None:
    repeat = {"key": "customer.history", "args": {"is": "repeat"}}
    orders = [past_order(1, "7", NOW - 60 * DAY), past_order(2, "7", NOW - DAY)]
    found = play(past(orders), since=NOW - 10 * DAY, funnels=[funnel_json("2", audience=repeat)])
    assert (found.orders, found.fitted["funnel"]) == (1, 3)


def test_past_stock_is_what_was_sold_since_or_none() -> None:
    held = past([past_order(1, "7", NOW - 2 * DAY, "2"), past_order(2, "8", NOW - DAY, "2")], variant("2", available=9))
    at = [GoodsAt(held, StockModel.SOLD_SINCE, NOW - days * DAY)["2"].available for days in (3, 1.5, 0)]
    assert at == [11, 10, 9]
    assert GoodsAt(held, StockModel.UNLIMITED, NOW)["2"].available is None


def test_what_was_sold_since_lay_at_the_fullest_location_that_counts() -> None:
    levels = (LocationStock("1", "York", 40), LocationStock("2", "Leeds", 5), LocationStock("3", "Bath", 4))
    goods = replace(variant("2", available=49), levels=levels)
    held = past([past_order(1, "7", NOW - DAY, "2"), past_order(2, "8", NOW - DAY, "2")], goods)

    def lay(*counted: str, at_one: bool = False) -> list[int]:
        counting = Counting(frozenset(counted), at_one=at_one)
        found = GoodsAt(held, StockModel.SOLD_SINCE, NOW - 2 * DAY, counting)["2"].levels
        return [each.available for each in found or ()]

    assert lay("2", "3") == [40, 7, 4]
    assert lay("3") == [40, 5, 6]
    assert lay(at_one=True) == [42, 5, 4]
    assert lay("9") == [40, 5, 4]
    assert GoodsAt(held, StockModel.UNLIMITED, NOW, Counting(frozenset("2")))["2"].available is None


def test_a_replay_counts_what_lies_where_the_rules_say() -> None:
    levels = (LocationStock("1", "York", 40), LocationStock("2", "Leeds", 5))
    held = past([past_order(1, "7", NOW - DAY)], variant("1"), replace(variant("2", available=45), levels=levels))
    found = [
        play(held, StockModel.SOLD_SINCE, funnels=[funnel_json("2")], stock={"locations": [place]}).never_reached
        for place in ("1", "2")
    ]
    assert found == [[], ["funnel"]]


def test_results_are_told_with_and_without_stock() -> None:
    goods = (variant("1"), variant("2", available=3))
    held = past([past_order(1, "7", NOW - DAY)], *goods)
    short, endless = (play(held, model, funnels=[funnel_json("2")]) for model in StockModel)
    assert (sum(each.offers for each in short.reach.values()), endless.reach["funnel", "one_click"].offers) == (0, 1)
    assert short.never_reached == ["funnel"]
    assert short.why_never("funnel") == "stock_below_minimum"


def test_funnels_in_each_others_way_are_counted() -> None:
    funnels = [funnel_json("2", id="first", priority=9), funnel_json("3", id="second")]
    found = play(past([past_order(1, "7", NOW - DAY)]), funnels=funnels, journeys=[])
    assert found.collisions == {("first", "second"): 1}
    assert found.never_reached == ["second"]
    assert found.why_never("second") == "lower_priority"
    assert found.sequence_refusals == {"no_live_journey": 1}


def test_two_orders_in_a_week_give_one_follow_up() -> None:
    orders = [past_order(1, "7", NOW - 20 * DAY), past_order(2, "7", NOW - 15 * DAY), past_order(3, "7", NOW - 2 * DAY)]
    found = play(past(orders))
    assert found.sequence_refusals == {"sequence_cap": 1}
    assert found.sequences == {"journey": 2}


def test_who_has_not_agreed_is_not_written_to() -> None:
    held = past([past_order(1, "7", NOW - DAY)], people={"customer:7": KnownPerson(consents={"sms": "subscribed"})})
    found = play(held)
    assert found.sent == {"sms": 1}
    assert found.touch_refusals == {"no_consent": 1}
    assert play(past([past_order(1, "7", NOW - DAY)], people={})).touch_refusals == {"no_consent": 2}


def test_the_holdout_gets_nothing_and_is_counted() -> None:
    found = play(past([past_order(1, "7", NOW - DAY)]), holdout={"percent": 100})
    reach = found.reach["funnel", "one_click"]
    assert (reach.offers, reach.held_out) == (0, 1)
    assert found.sequence_refusals == {"held_out": 1}


def test_a_wallet_sees_no_page() -> None:
    found = play(past([past_order(1, "7", NOW - DAY, gateways=("paypal",))]))
    assert (found.page_possible, found.page_outcomes) == (0, {})
    assert [touch.variant_id for touch in found.touches] == ["2", "2"]


@pytest.mark.parametrize(("has_codes", "offered"), [(False, ["2", "2"]), (True, [])])
def test_messages_keep_the_margin_at_the_price_that_a_code_makes(has_codes: bool, offered: list[str]) -> None:  # noqa: FBT001 - parametrized
    orders = [past_order(1, "7", NOW - DAY, gateways=("paypal",))]
    goods = (variant("1"), variant("2", price=1_000, unit_cost=700))
    found = play(past(orders, *goods, has_codes=has_codes), funnels=[funnel_json("2")], margin={"minimum": 20})
    assert [touch.variant_id for touch in found.touches] == offered, "30 % are left of 10.00, and 18 % of 8.50"


def test_what_was_bought_lately_is_not_offered() -> None:
    orders = [past_order(1, "7", NOW - 20 * DAY, "2"), past_order(2, "7", NOW - DAY, "1")]
    found = play(past(orders), since=NOW - 10 * DAY, journeys=[])
    assert found.blocks["funnel", "bought_lately"] == 1


class TestEstimates:
    def test_an_estimate_is_a_range_of_what_was_offered(self) -> None:
        found = play(past([past_order(1, "7", NOW - DAY)], variant("1"), variant("2", unit_cost=350)), journeys=[])
        page, message = rates(Measured())
        told = estimate(found, page, message)
        assert page is ASSUMED_PAGE
        assert (told.page.low, told.page.high) == (round(850 * 0.05), round(850 * 0.15))
        assert (told.margin.low, told.margin.high) == (25, 75)
        assert told.share_of_known_cost == 1.0

    def test_a_shops_own_figures_go_before_guesses_once_there_are_enough(self) -> None:
        assert rates(Measured(shown=199, accepted=20))[0] is ASSUMED_PAGE
        page, message = rates(Measured(shown=200, accepted=20, sent=500, ordered=5))
        assert page.low == pytest.approx(0.0657, abs=1e-3)
        assert page.high == pytest.approx(0.1495, abs=1e-3)
        assert message.source == "measured in this shop: 5 of 500 messages"

    @given(st.integers(200, 10_000), st.data())
    def test_a_measured_range_holds_the_share_and_lies_within_all(self, shown: int, data: st.DataObject) -> None:
        accepted = data.draw(st.integers(0, shown))
        page, _ = rates(Measured(shown=shown, accepted=accepted))
        assert 0 <= page.low <= accepted / shown + 1e-12
        assert accepted / shown - 1e-12 <= page.high <= 1


def test_bundles_and_steps_are_counted_by_what_begins() -> None:
    bundle = funnel_json(offer=offer_json("2", "3", source="bundle"))
    found = play(past([past_order(1, "7", NOW - DAY)]), funnels=[bundle], journeys=[])
    assert found.reach["funnel", "one_click"].value == 1_700
