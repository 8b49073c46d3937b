from datetime import timedelta
from typing import cast

import pytest

from server.domain.plans import Interval, PlanGroup, SellingPlan
from server.jobs.engine import Engine
from server.jobs.schedule import Schedule
from server.ports import CollectionSnapshot, CustomerRequest, ReopenNeeded, TemporaryFailure
from server.runtime import Runtime
from server.storage.catalog import Neighbours
from server.storage.collections import Collections
from server.storage.deliveries import Deliveries, DeliveryRow
from server.storage.rules import Rules
from server.storage.shops import Shops
from server.storage.touches import QUEUED, Touches
from server.usecases.ingest import close_delivery
from server.usecases.plans import list_plans
from server.usecases.privacy import list_requests
from tests.factories import EMAIL, NOW, OTHER_SHOP, SHOP, funnel_json, line, order, rules_json
from tests.jobs.conftest import RecordingEngine
from tests.usecases.house import House


@pytest.fixture
def schedule(runtime: Runtime, recording: RecordingEngine) -> Schedule:
    made = Schedule(runtime, cast("Engine", recording))
    made.tick()
    return made


def test_nothing_is_done_at_the_start_and_the_daily_work_soon_after(
    house: House, schedule: Schedule, recording: RecordingEngine
) -> None:
    assert (recording.forgotten, house.api.calls) == (0, [])
    house.clock.move(minutes=10)
    schedule.tick()
    asked = ["app_state", "plan_groups", "locations", "variants", "orders_updated"]
    assert (recording.forgotten, house.api.calls) == (1, asked)
    house.clock.move(hours=23)
    schedule.tick()
    assert recording.forgotten == 1
    house.clock.move(hours=1)
    schedule.tick()
    assert recording.forgotten == 2


def test_plans_that_no_webhook_told_of_are_found_the_next_day(house: House, schedule: Schedule) -> None:
    month = Interval("month", 1)
    house.api.held_plan_groups["9"] = PlanGroup("9", "Club", (SellingPlan("31", "Monthly", month, month),))
    house.api.fail("plan_groups", TemporaryFailure("busy"))
    house.clock.move(minutes=10)
    schedule.tick()
    assert list_plans(database=house.database, shop_id=house.shop_id) == ()
    house.clock.move(days=1)
    schedule.tick()
    assert [each.plan_id for each in list_plans(database=house.database, shop_id=house.shop_id)] == ["31"]


def test_old_deliveries_go_and_young_ones_stay(house: House, schedule: Schedule) -> None:
    house.deliver("x")
    house.clock.move(days=29)
    house.deliver("y")
    house.clock.move(days=1, seconds=1)
    schedule.tick()
    with house.inbox.database.read() as session:
        assert [row.topic for row in session.query(DeliveryRow)] == ["y"]


def test_what_the_platform_says_of_us_is_asked_daily(house: House, schedule: Schedule) -> None:
    house.clock.move(days=1)
    schedule.tick()
    with house.database.read() as session:
        row = Shops(session, house.box).by_id(house.shop_id)
        assert (row.is_post_purchase_app, row.checked_at) == (True, house.clock.now())


def test_a_shop_that_cannot_be_asked_stops_no_other_work(
    house: House, schedule: Schedule, recording: RecordingEngine
) -> None:
    house.api.fail("app_state", TemporaryFailure("busy"))
    house.record(order(lines=(line("1"), line("2"))))
    house.record(order("501", reference_id="b", lines=(line("1"), line("2"))))
    house.clock.move(days=1)
    schedule.tick()
    assert recording.forgotten == 1
    with house.database.read() as session:
        assert Neighbours(session, house.shop_id).of(["1"]).keys() == {"1"}


@pytest.mark.parametrize("error", [TemporaryFailure("busy"), RuntimeError("the database restarts")])
def test_work_that_fails_is_tried_again_the_next_time(
    house: House, schedule: Schedule, recording: RecordingEngine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(**_: object) -> int:
        raise error

    monkeypatch.setattr(recording, "forget_finished", fail)
    house.clock.move(days=1)
    schedule.tick()
    assert "app_state" in house.api.calls, "the rest was done"
    monkeypatch.undo()
    house.clock.move(days=1)
    schedule.tick()
    assert recording.forgotten == 1


def test_what_a_job_left_behind_is_taken_up_after_an_hour(house: House, schedule: Schedule) -> None:
    house.record(order(created_at=NOW, gateways=("paypal",)))
    delivery_id = house.store("orders/create", b"o")
    with house.inbox.database.write() as session:
        Deliveries(session).mark_queued(Deliveries(session).pending(now=NOW, limit=1))
    with house.database.write() as session:
        touch = Touches(session, house.shop_id).get(house.touch().id)
        assert touch is not None
        touch.state = QUEUED
    house.clock.move(minutes=59)
    schedule.tick()
    assert house.touch().state == QUEUED
    house.clock.move(hours=2)
    schedule.tick()
    assert (house.touch().state, house.touch().attempt) == ("planned", 2)
    with house.inbox.database.read() as session:
        row = Deliveries(session).get(delivery_id)
        assert row is not None
        assert (row.state, row.attempt) == ("stored", 2)
    assert house.clock.now() - NOW == timedelta(hours=2, minutes=59)


def test_orders_whose_webhooks_never_came_are_asked_for(house: House, schedule: Schedule) -> None:
    house.api.held_orders["500"] = order(created_at=NOW, updated_at=NOW)
    house.clock.move(minutes=15)
    schedule.tick()
    assert house.touches("500")


def test_a_grant_that_nobody_used_for_a_week_is_renewed(house: House, schedule: Schedule) -> None:
    def given_after(**lengths: float) -> int:
        house.auth.now = house.clock.move(**lengths)
        schedule._refresh_quiet(house.clock.now())
        return house.auth.given

    assert [given_after(days=7), given_after(hours=2), given_after(days=1)] == [1, 2, 2]


def test_a_shop_that_cannot_be_renewed_stops_no_other(house: House, schedule: Schedule) -> None:
    house.open(OTHER_SHOP)
    house.auth.now = house.clock.move(days=8)
    house.auth.fail("refresh", ReopenNeeded("dead"))
    schedule._refresh_quiet(house.clock.now())
    assert [call.split()[1] for call in house.auth.calls if call.startswith("refresh ")] == [OTHER_SHOP]


def test_collections_that_live_rules_ask_about_are_read_again_and_one_shop_stops_no_other(
    house: House, schedule: Schedule
) -> None:
    other = house.open(OTHER_SHOP)
    asked = {"key": "order.contains", "args": {"collections": ["31"]}}
    found = CollectionSnapshot("31", "Gifts", ("p1",))
    house.publish(rules_json(funnel_json(audience=asked)))
    with house.database.write() as session:
        rules = Rules(session, other)
        rules.save_draft(rules_json(funnel_json(audience=asked)), revision=1, now=NOW)
        rules.publish(by=None, now=NOW)
        for shop_id in (house.shop_id, other):
            Collections(session, shop_id).save(CollectionSnapshot("31", "Gifts", ()), read_at=NOW)
            Collections(session, shop_id).finish_reading(since=NOW, now=NOW)
    house.api.fail("collection", TemporaryFailure("busy"))
    for api in (house.api, house.apis.by_domain[OTHER_SHOP]):
        api.held_collections["31"] = found
    house.clock.move(hours=1)
    schedule._refresh_collections(house.clock.now())
    with house.database.read() as session:
        read = [dict(Collections(session, shop_id).everything().of_products) for shop_id in (house.shop_id, other)]
    assert read == [{}, {"p1": {"31"}}]
    schedule._refresh_collections(house.clock.now())
    with house.database.read() as session:
        assert Collections(session, house.shop_id).everything().of_products == {"p1": {"31"}}


def test_erasures_that_wait_for_a_delivery_are_gone_on_with(house: House, schedule: Schedule) -> None:
    house.inbound.requests[b"redact"] = CustomerRequest("77", EMAIL, None)
    late = house.store("unknown", EMAIL.encode())
    house.deliver("customers/redact", b"redact")

    def states() -> list[str]:
        found = list_requests(database=house.database, box=house.box, shop_domain=SHOP)
        return [each.state for each in found]

    for ends, expected in ((False, ["open"]), (True, ["done"])):
        if ends:
            close_delivery(inbox=house.inbox.database, delivery_id=late, state="ignored", error=None, now=NOW)
        house.clock.move(minutes=15)
        schedule.tick()
        assert states() == expected
