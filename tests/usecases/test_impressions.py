"""The watch over impressions: what counts, what alarms, and that it is told once until it is over."""

from datetime import datetime, timedelta
from itertools import count

import pytest

from server.domain.decision import Outcome
from server.domain.impressions import Drop, Share
from server.domain.reasons import Reason
from server.storage.decisions import DecisionRow, EventRow
from server.storage.impressions import Impressions, share_of
from server.storage.orders import Orders
from server.usecases.diagnosis.shops import check_impressions, read_shops
from server.usecases.impressions import read_drop, watch_impressions
from tests.factories import NOW, funnel_json, order, rules_json
from tests.usecases.house import KEY, House

HOUR = timedelta(hours=1)
NUMBERS = count(5_000)


def placed(
    house: House, at: datetime, *, outcome: Outcome | None = Outcome.OFFERED, was_shown: bool = True, **changes: object
) -> None:
    """Let an order be placed, about which the checkout asked unless `outcome` is None."""
    number = next(NUMBERS)
    reference = f"{number:032x}"
    made = order(str(number), created_at=at, updated_at=at, reference_id=reference, **changes)
    with house.database.write() as session:
        Orders(session, house.shop_id).save(made, unit_id=f"customer:{number}")
        if outcome is None:
            return
        session.add(
            DecisionRow(
                id=f"d{number}", shop_id=house.shop_id, reference_id=reference, surface="one_click",
                unit_id=f"customer:{number}", rules_version=1, outcome=outcome.value, reason=Reason.OFFERED.value,
                offered=[], facts={}, read_facts={}, screened=[], trace=[], decided_at=at, expires_at=at + HOUR,
                signed={},
            )
        )  # fmt: skip
        session.flush()
        if was_shown:
            session.add(
                EventRow(
                    shop_id=house.shop_id, decision_id=f"d{number}", reference_id=reference, path="0", kind="shown",
                    data={}, occurred_at=at,
                )
            )  # fmt: skip


@pytest.fixture
def busy(house: House) -> House:
    """A shop in which, over two weeks until two days ago, 72 of 90 orders that could see the page did."""
    for number in range(90):
        placed(house, NOW - timedelta(days=2) - 3 * HOUR * number, was_shown=number % 5 != 0)
    return house


def lately(house: House, orders: int, *, shown: int) -> None:
    for number in range(orders):
        placed(house, house.clock.now() - 2 * HOUR - timedelta(minutes=5 * number), was_shown=number < shown)


def watch(house: House) -> Drop | None:
    return watch_impressions(database=house.database, shop_id=house.shop_id, now=house.clock.now())


def held(house: House) -> Drop | None:
    with house.database.read() as session:
        return read_drop(session, house.shop_id)


def test_only_orders_that_could_see_the_page_are_counted(house: House) -> None:
    at = NOW - 3 * HOUR
    placed(house, at)
    placed(house, at, was_shown=False)
    placed(house, at, outcome=None)  # nobody asked: it counts, as not shown
    placed(house, at, outcome=Outcome.HELD_OUT, was_shown=False)
    placed(house, at, outcome=Outcome.NOTHING, was_shown=False)
    placed(house, at, was_shown=False, gateways=("paypal",))
    placed(house, at, was_shown=False, payment_kind="apple_pay")
    placed(house, at, was_shown=False, presentment_currency="EUR")
    placed(house, at, was_shown=False, is_test=True)
    with house.database.read() as session:
        chances = Impressions(session, house.shop_id).chances(since=NOW - 4 * HOUR, until=NOW)
    assert share_of(chances, since=NOW - 4 * HOUR, until=NOW) == Share(3, 1)
    assert share_of(chances, since=NOW - 2 * HOUR, until=NOW) == Share(0, 0)


def test_a_fall_is_told_once_and_again_only_after_it_was_over(busy: House) -> None:
    lately(busy, 30, shown=2)
    told = watch(busy)
    assert told == Drop(1, Share(30, 2), Share(90, 72))
    assert held(busy) == told
    busy.clock.move(hours=1)
    assert watch(busy) is None, "told once"
    assert held(busy) == told
    with busy.database.read() as session:
        (shop,) = read_shops(session, keys=(KEY,))
    (finding,) = check_impressions(shop)
    assert (finding.code, finding.shop) == ("impressions_fell", shop.row.domain)
    assert "2 of the 30 orders of 24 hours" in finding.message
    assert "80%" in finding.message
    busy.clock.move(days=2)
    lately(busy, 30, shown=28)
    assert watch(busy) is None
    assert held(busy) is None, "over"
    busy.clock.move(days=2)
    lately(busy, 60, shown=1)
    assert watch(busy) is not None, "another one is told again"


def test_few_orders_and_a_shop_as_ever_are_no_fall(busy: House) -> None:
    lately(busy, 10, shown=0)
    assert watch(busy) is None
    busy.clock.move(days=3)
    lately(busy, 30, shown=24)
    assert watch(busy) is None
    assert held(busy) is None


def test_a_gate_that_closed_is_seen_by_orders_nobody_asked_about(busy: House) -> None:
    for number in range(30):
        placed(busy, NOW - 2 * HOUR - timedelta(minutes=5 * number), outcome=None)
    assert watch(busy) == Drop(1, Share(30, 0), Share(90, 72))


def test_a_slow_loss_is_seen_over_a_week(busy: House) -> None:
    busy.clock.move(days=8)
    for number in range(60):
        placed(busy, busy.clock.now() - 2 * HOUR - timedelta(hours=2.5) * number, was_shown=number % 5 == 0)
    told = watch(busy)
    assert told is not None
    assert told.days == 7


def test_whoever_offers_nothing_has_no_fall(busy: House) -> None:
    lately(busy, 30, shown=2)
    assert watch(busy) is not None
    busy.publish(rules_json(funnels=[funnel_json(is_live=False)]))
    assert watch(busy) is None
    assert held(busy) is None


def test_what_nothing_better_is_known_of_any_more_is_over(busy: House) -> None:
    lately(busy, 30, shown=2)
    assert watch(busy) is not None
    busy.clock.move(days=29)
    assert watch(busy) is None
    assert held(busy) is None
