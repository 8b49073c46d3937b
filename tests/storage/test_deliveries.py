from dataclasses import replace
from datetime import timedelta

import pytest
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
from server.storage.inbox import Inbox
from tests.factories import NOW, OTHER_SHOP, SHOP

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


def take_in(inbox: Inbox, *delivery_ids: str, shop: str = SHOP) -> None:
    for each in delivery_ids:
        inbox.store(replace(NEW, delivery_id=each, shop_domain=shop), now=NOW)


def test_a_delivery_is_stored_once_by_shop_topic_and_id(inbox: Inbox) -> None:
    inbox.store(NEW, now=NOW)
    inbox.store(NEW, now=LATER)
    inbox.store(replace(NEW, body=b"other", event_id=None), now=LATER)
    for other in (
        replace(NEW, topic="orders/paid"),
        replace(NEW, shop_domain=OTHER_SHOP),
        replace(NEW, delivery_id="d2"),
        replace(NEW, source="twilio"),
    ):
        inbox.store(other, now=NOW)
    with inbox.database.read() as session:
        first, *others = rows(session)
        assert len(others) == 4
        assert (first.body, first.state, first.attempt, first.received_at) == (b"{}", STORED, 1, NOW)
        assert (first.headers, first.triggered_at) == (NEW.headers, NOW)
        assert Deliveries(session).get(first.id) is first
        assert Deliveries(session).get(10**6) is None


def test_what_waits_is_handed_out_oldest_first_until_it_is_marked(inbox: Inbox) -> None:
    take_in(inbox, "0", "1", "2")
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        waiting = deliveries.pending(now=NOW, limit=2)
        assert [each.attempt for each in waiting] == [1, 1]
        assert [each.id for each in waiting] == [row.id for row in rows(session)[:2]]
        assert deliveries.under_way() == 0
        deliveries.mark_queued(waiting)
        assert deliveries.under_way() == 2
        assert [each.id for each in deliveries.pending(now=NOW, limit=9)] == [rows(session)[2].id]


def test_two_workers_find_different_deliveries(inbox: Inbox) -> None:
    take_in(inbox, "0", "1", "2")
    if inbox.database.engine.dialect.name == "sqlite":
        pytest.skip("on SQLite there is one worker")
    with inbox.database.write() as one, inbox.database.write() as other:
        first = Deliveries(one).pending(now=NOW, limit=2)
        second = Deliveries(other).pending(now=NOW, limit=9)
        Deliveries(one).mark_queued(first)
        Deliveries(other).mark_queued(second)
    assert (len(first), len(second)) == (2, 1)
    assert {each.id for each in first}.isdisjoint(each.id for each in second)
    with inbox.database.write() as session:
        assert not Deliveries(session).is_any_pending(now=NOW)


def test_a_shop_that_bursts_lets_the_others_have_their_turn(inbox: Inbox) -> None:
    take_in(inbox, *(str(number) for number in range(30)))
    take_in(inbox, "a", "b", shop=OTHER_SHOP)
    with inbox.database.read() as session:
        domains = {row.id: row.shop_domain for row in rows(session)}
        found = [each.id for each in Deliveries(session).pending(now=NOW, limit=5)]
    assert [domains[each] for each in found] == [SHOP, OTHER_SHOP, SHOP, OTHER_SHOP, SHOP]
    ours = [each for each in found if domains[each] == SHOP]
    assert ours == sorted(ours)


def test_a_postponed_delivery_waits_for_its_time(inbox: Inbox) -> None:
    inbox.store(NEW, now=NOW)
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        (row,) = rows(session)
        deliveries.postpone(row, until=LATER, error="busy")
        session.flush()
        assert (row.state, row.attempt, row.error) == (STORED, 2, "busy")
        assert deliveries.pending(now=NOW, limit=9) == ()
        assert not deliveries.is_any_pending(now=NOW)
        assert deliveries.is_any_pending(now=LATER)
        assert [each.attempt for each in deliveries.pending(now=LATER, limit=9)] == [2]


def test_what_never_came_to_an_end_is_taken_up_again(inbox: Inbox) -> None:
    take_in(inbox, "old")
    inbox.store(replace(NEW, delivery_id="young"), now=LATER)
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        deliveries.mark_queued(deliveries.pending(now=LATER, limit=9))
    take_in(inbox, "postponed")
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        old, young, postponed = rows(session)
        deliveries.postpone(postponed, until=LATER, error="busy")
        session.flush()
        deliveries.mark_queued(deliveries.pending(now=LATER, limit=9))
        assert deliveries.take_up_lost(before=NOW + timedelta(minutes=1)) == 1
        for row in (old, young, postponed):
            session.refresh(row)
        assert (old.state, old.attempt) == (STORED, 2)
        assert (young.state, postponed.state) == (QUEUED, QUEUED)


def test_what_ended_is_purged_in_time(inbox: Inbox) -> None:
    take_in(inbox, "0", "1", "2", "3")
    take_in(inbox, "0", shop=OTHER_SHOP)
    with inbox.database.write() as session:
        deliveries = Deliveries(session)
        first, second, third, *_ = rows(session)
        deliveries.close(first.id, state=HANDLED, now=NOW)
        deliveries.close(second.id, state=FAILED, now=LATER, error="e")
        deliveries.close(third.id, state=HANDLED, now=LATER)
        session.expire_all()
        assert deliveries.purge(before=LATER) == 1
        assert [row.state for row in rows(session)] == [FAILED, HANDLED, STORED, STORED]
        deliveries.forget_shop(SHOP, until=NOW - timedelta(seconds=1))
        assert len(rows(session)) == 4, "what came after is of a shop that was installed again"
        deliveries.forget_shop(SHOP, until=NOW)
        assert [row.shop_domain for row in rows(session)] == [OTHER_SHOP]
