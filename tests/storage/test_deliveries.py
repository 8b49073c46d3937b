from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from server.storage.db import Session
from server.storage.deliveries import (
    FAILED,
    HANDLED,
    QUEUED,
    STORED,
    Deliveries,
    DeliveryRow,
    NewDelivery,
)
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.storage.conftest import Stores

NEW = NewDelivery(
    source="shopify",
    shop_domain=SHOP,
    topic="orders/create",
    delivery_id="d1",
    event_id="e1",
    triggered_at=NOW,
    headers={"x-shopify-api-version": "2026-10"},
    body=b"{}",
)
LATER = NOW + timedelta(hours=1)


def rows(session: Session) -> list[DeliveryRow]:
    return list(session.scalars(select(DeliveryRow).order_by(DeliveryRow.id)))


def test_a_delivery_is_stored_once_by_shop_topic_and_id(stores: Stores) -> None:
    with stores.database.write() as session:
        inbox = Deliveries(session)
        assert inbox.store(NEW, now=NOW)
        assert not inbox.store(NEW, now=LATER)
        assert not inbox.store(replace(NEW, body=b"other", event_id=None), now=LATER)
        for other in (
            replace(NEW, topic="orders/paid"),
            replace(NEW, shop_domain=OTHER_SHOP),
            replace(NEW, delivery_id="d2"),
            replace(NEW, source="twilio"),
        ):
            assert inbox.store(other, now=NOW)
    with stores.database.read() as session:
        first, *others = rows(session)
        assert len(others) == 4
        assert (first.body, first.state, first.attempt, first.received_at) == (b"{}", STORED, 1, NOW)
        assert (first.headers, first.triggered_at) == (NEW.headers, NOW)
        assert Deliveries(session).get(first.id) is first
        assert Deliveries(session).get(10**6) is None


def test_what_waits_is_handed_out_oldest_first_until_it_is_marked(stores: Stores) -> None:
    with stores.database.write() as session:
        inbox = Deliveries(session)
        for number in range(3):
            inbox.store(replace(NEW, delivery_id=str(number)), now=NOW)
        waiting = inbox.pending(now=NOW, limit=2)
        assert [each.attempt for each in waiting] == [1, 1]
        assert [each.id for each in waiting] == [row.id for row in rows(session)[:2]]
        for each in waiting:
            inbox.mark_queued(each)
        assert [each.id for each in inbox.pending(now=NOW, limit=9)] == [rows(session)[2].id]


def test_a_postponed_delivery_waits_and_an_old_mark_does_not_touch_it(stores: Stores) -> None:
    with stores.database.write() as session:
        inbox = Deliveries(session)
        inbox.store(NEW, now=NOW)
        (seen,) = inbox.pending(now=NOW, limit=9)
        (row,) = rows(session)
        inbox.postpone(row, until=LATER, error="busy")
        session.flush()
        assert inbox.pending(now=NOW, limit=9) == ()
        inbox.mark_queued(seen)
        session.refresh(row)
        assert (row.state, row.attempt, row.error) == (STORED, 2, "busy")
        assert [each.attempt for each in inbox.pending(now=LATER, limit=9)] == [2]


def test_what_never_came_to_an_end_is_taken_up_again(stores: Stores) -> None:
    with stores.database.write() as session:
        inbox = Deliveries(session)
        for number, received_at in enumerate((NOW, LATER)):
            inbox.store(replace(NEW, delivery_id=str(number)), now=received_at)
        for each in inbox.pending(now=LATER, limit=9):
            inbox.mark_queued(each)
        old, young = rows(session)
        inbox.store(replace(NEW, delivery_id="postponed"), now=NOW)
        postponed = rows(session)[2]
        inbox.postpone(postponed, until=LATER, error="busy")
        session.flush()
        for each in inbox.pending(now=LATER, limit=9):
            inbox.mark_queued(each)
        assert inbox.take_up_lost(before=NOW + timedelta(minutes=1)) == 1
        for row in (old, young, postponed):
            session.refresh(row)
        assert (old.state, old.attempt) == (STORED, 2)
        assert (young.state, postponed.state) == (QUEUED, QUEUED)


def test_what_ended_is_counted_and_purged_in_time(stores: Stores) -> None:
    with stores.database.write() as session:
        inbox = Deliveries(session)
        for number in range(4):
            inbox.store(replace(NEW, delivery_id=str(number)), now=NOW)
        inbox.store(replace(NEW, shop_domain=OTHER_SHOP), now=NOW)
        first, second, third, *_ = rows(session)
        inbox.close(first, state=HANDLED, now=NOW)
        inbox.close(second, state=FAILED, now=LATER, error="e")
        inbox.close(third, state=HANDLED, now=LATER)
        session.flush()
        assert inbox.counts(SHOP, since=NOW) == {STORED: 1, HANDLED: 2, FAILED: 1}
        assert inbox.counts(SHOP, since=LATER) == {}
        assert inbox.counts(OTHER_SHOP, since=NOW) == {STORED: 1}
        assert inbox.purge(before=LATER) == 1
        assert inbox.counts(SHOP, since=NOW) == {STORED: 1, HANDLED: 1, FAILED: 1}
