from datetime import timedelta

from server.storage.backlog import Backlog, read_backlog
from server.storage.db import Database
from server.storage.deliveries import Deliveries, PendingDelivery
from server.storage.inbox import Inbox
from server.storage.shops import Imports, Shops
from server.storage.workers import Workers
from tests.conftest import StandingClock
from tests.factories import order
from tests.usecases.house import House


def look(database: Database, inbox: Inbox, clock: StandingClock) -> Backlog:
    with database.read() as session, inbox.database.read() as deliveries:
        return read_backlog(session, deliveries, now=clock.now())


def test_an_empty_house_has_every_state_at_zero_and_no_age(
    database: Database, inbox: Inbox, clock: StandingClock
) -> None:
    found = look(database, inbox, clock)
    assert set(found.deliveries) == {"stored", "queued", "failed", "unreadable"}
    assert {*found.deliveries.values(), *found.touches.values(), *found.imports.values()} == {0}
    ages = (found.delivery_age, found.touch_lateness, found.sending_age, found.import_age)
    assert (ages, found.shops_installed, found.shops_needing_reopen) == ((None, None, None, None), 0, 0)
    assert found.workers_living == 0


def test_a_worker_lives_while_it_says_so(database: Database, inbox: Inbox, clock: StandingClock) -> None:
    database.run(lambda session: Workers(session).start("one", now=clock.now()))
    clock.move(seconds=60)
    assert look(database, inbox, clock).workers_living == 1
    clock.move(seconds=1)
    assert look(database, inbox, clock).workers_living == 0


def test_what_waits_is_counted_and_aged(database: Database, inbox: Inbox, clock: StandingClock) -> None:
    house = House(database, inbox, clock)
    house.set_up()
    house.record(order(created_at=clock.now(), gateways=("paypal",)))
    first = house.store("orders/create", b"1")
    clock.move(seconds=30)
    house.store("orders/paid", b"2")
    with inbox.database.write() as session:
        Deliveries(session).mark_queued([PendingDelivery(first, "shopify", 1)])
    clock.move(seconds=100)
    found = look(database, inbox, clock)
    assert found.deliveries == {"stored": 1, "queued": 1, "failed": 0, "unreadable": 0}
    assert found.delivery_age == timedelta(seconds=130)
    assert (found.touches["planned"], found.touch_lateness) == (1, timedelta(seconds=10))  # the text; not the e-mail
    assert (found.imports["wanted"], found.shops_installed) == (5, 1)


def test_what_was_tried_and_waits_for_its_time_is_not_late(
    database: Database, inbox: Inbox, clock: StandingClock
) -> None:
    house = House(database, inbox, clock)
    house.set_up()
    tried = house.store("orders/create", b"1")
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        row = deliveries.get(tried)
        assert row is not None
        deliveries.postpone(row, until=clock.now() + timedelta(hours=4), error="HTTP 503")
    clock.move(hours=3)
    assert look(database, inbox, clock).delivery_age is None


def test_sends_and_imports_under_way_and_shops_to_be_reopened(
    database: Database, inbox: Inbox, clock: StandingClock
) -> None:
    house = House(database, inbox, clock)
    house.set_up()
    house.record(order(created_at=clock.now(), gateways=("paypal",)))
    text = house.touch()
    with database.write() as session:
        stored = session.get(type(text), text.id)
        assert stored is not None
        stored.state, stored.claimed_at = "sending", clock.now()
        wanted = Imports(session, house.shop_id).get("products")
        assert wanted is not None
        wanted.state = "queued"
        Shops(session, house.box).by_id(house.shop_id).needs_reopen = True
    clock.move(minutes=3)
    found = look(database, inbox, clock)
    assert (found.sending_age, found.import_age) == (timedelta(minutes=3), timedelta(minutes=3))
    assert (found.touches["sending"], found.imports["queued"], found.shops_needing_reopen) == (1, 1, 1)
