"""The measured lift: who counts, what counts, from the stored draws, decisions and orders."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.lift import Shopper
from server.storage.contacts import Assignments
from server.storage.db import Session
from server.storage.orders import Orders
from server.storage.outcomes import Outcomes
from server.storage.shops import Shops
from server.usecases.lift import LiftReport, measure_lift
from tests.factories import NOW, order, rules_json
from tests.storage.test_decisions import save
from tests.usecases.house import House

DAY = timedelta(days=1)
DRAWN = NOW - 40 * DAY


@pytest.fixture(autouse=True)
def currency(house: House) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).currency = "GBP"


def draw(
    session: Session, shop_id: int, number: int, *, arm: str, at: datetime = DRAWN, experiment: str = "holdout:holdout"
) -> str:
    unit_id = f"customer:{number}"
    Assignments(session, shop_id).assign(experiment, unit_id, arm=arm, now=at)
    return unit_id


def place(session: Session, shop_id: int, unit_id: str, at: datetime, total: int, **changes: Any) -> None:
    order_id = f"{unit_id}-{at.timestamp():.0f}"
    changes = {"total": total, "current_total": total, "reference_id": f"r-{order_id}"} | changes
    Orders(session, shop_id).save(order(order_id, created_at=at, **changes), unit_id=unit_id)


def measure(house: House, **changes: Any) -> LiftReport:
    asked: dict[str, Any] = {"days": 90, "window_days": 30, "now": NOW} | changes
    found = measure_lift(database=house.database, shop_id=house.shop_id, **asked)
    assert found is not None
    return found


def test_all_who_were_drawn_count_whatever_they_then_bought(house: House) -> None:
    with house.database.write() as session:
        for number, arm in ((1, "treated"), (2, "treated"), (3, "held_out")):
            unit_id = draw(session, house.shop_id, number, arm=arm)
            if number != 2:
                place(session, house.shop_id, unit_id, DRAWN + timedelta(seconds=9), 1_000 * number)
    found = measure(house)
    assert (found.offered.shoppers, found.offered.per_shopper, found.offered.per_order) == (2, 500, 1_000)
    assert (found.held_out.shoppers, found.held_out.per_shopper) == (1, 3_000)
    assert found.lift is None
    assert not found.is_mismatched


def test_what_counts_of_each(house: House) -> None:
    with house.database.write() as session:
        unit_id = draw(session, house.shop_id, 1, arm="treated")
        place(session, house.shop_id, unit_id, DRAWN - 2 * DAY, 70_000)  # long before the draw
        place(session, house.shop_id, unit_id, DRAWN - timedelta(hours=2), 1_000)  # what the follow-up is about
        place(session, house.shop_id, unit_id, DRAWN + 29 * DAY, 500, current_total=200)  # some was given back
        place(session, house.shop_id, unit_id, DRAWN + 5 * DAY, 9_000, cancelled_at=NOW, current_total=0)
        place(session, house.shop_id, unit_id, DRAWN + 6 * DAY, 9_000, is_test=True)
        place(session, house.shop_id, unit_id, DRAWN + 31 * DAY, 9_000)  # beyond the window
        place(session, house.shop_id, "customer:9", DRAWN, 9_000)  # was never drawn
    found = measure(house)
    assert (found.offered.shoppers, found.offered.per_shopper, found.offered.per_order) == (1, 1_200, 600)


def test_who_does_not_count(house: House) -> None:
    with house.database.write() as session:
        draw(session, house.shop_id, 1, arm="treated", at=NOW - 29 * DAY)  # the window is not over
        draw(session, house.shop_id, 2, arm="treated", at=NOW - 91 * DAY)
        draw(session, house.shop_id, 3, arm="treated", experiment="holdout:another draw")
        Assignments(session, house.shop_id).assign(
            "holdout:holdout", "reference:1", arm="treated", now=DRAWN
        )  # the shopper of the order counts
    assert measure(house).offered.shoppers == 0
    assert measure(house, window_days=7).offered.shoppers == 1


def test_what_was_bought_before_is_the_basket_that_the_page_was_asked_about(house: House) -> None:
    with house.database.write() as session:
        for number, at in ((1, NOW), (2, NOW), (3, NOW + 3 * timedelta(hours=1))):
            unit_id = draw(session, house.shop_id, number, arm="treated", at=NOW)
            place(session, house.shop_id, unit_id, at, 1_500, reference_id=f"ref-{number}")
        save(session, house.shop_id, reference_id="ref-1", unit_id="customer:1")  # a basket of 10.00
        session.flush()
        found = Outcomes(session, house.shop_id).of("holdout:holdout", since=NOW, until=NOW + 9 * DAY, window=DAY)
        assert list(found) == [
            ("treated", Shopper(before=1_000, value=1_500, orders=1)),
            ("treated", Shopper(before=1_500, value=1_500, orders=1)),
            ("treated", Shopper(before=0, value=1_500, orders=1)),  # placed after the draw: an offer may have led to it
        ]


def test_what_offers_add_is_found_when_it_is_much(house: House) -> None:
    with house.database.write() as session:
        for number in range(240):
            unit_id = draw(session, house.shop_id, number, arm="held_out" if number % 4 == 0 else "treated")
            place(session, house.shop_id, unit_id, DRAWN, 1_000 + number % 7)
            if number % 4:
                place(session, house.shop_id, unit_id, DRAWN + DAY, 500 + number % 5)
    found = measure(house)
    assert found.lift is not None
    assert found.lift.is_certain
    assert found.lift.low < 502 < found.lift.high
    assert found.as_json()["is_certain"] is True


def test_the_share_must_be_what_the_rules_say(house: House) -> None:
    with house.database.write() as session:
        for number in range(200):
            draw(session, house.shop_id, number, arm="held_out" if number % 2 else "treated")
    house.publish(rules_json(holdout={"percent": 5}))
    assert measure(house).is_mismatched
