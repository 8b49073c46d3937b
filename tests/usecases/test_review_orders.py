"""An order's news may come in any order, and the import may have been there first."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.storage.contacts import Contacts
from server.storage.orders import Orders
from server.storage.touches import REFUSED, Touches
from server.usecases.imports import order_unit
from tests.factories import EMAIL, NOW, order
from tests.usecases.house import House

LATER = NOW - timedelta(seconds=20)


def consent_of(house: House) -> str | None:
    with house.database.read() as session:
        found = Contacts(session, house.shop_id).get("email", EMAIL)
        return found.consent if found else None


def forget_contacts(house: House) -> None:
    with house.database.write() as session:
        for row in Contacts(session, house.shop_id).of_customer("77"):
            session.delete(row)


@pytest.mark.parametrize("topic", ["orders/edited", "refunds/create", "orders/cancelled"])
def test_news_that_only_names_an_order_brings_the_customer_too(house: House, topic: str) -> None:
    forget_contacts(house)
    house.inbound.references[b"body"] = "500"
    house.api.held_orders["500"] = order()
    assert house.deliver(topic) == "handled"
    assert consent_of(house) == "subscribed"


def test_consent_is_kept_from_an_order_whose_news_is_late(house: House) -> None:
    with house.database.write() as session:
        Orders(session, house.shop_id).save(order(updated_at=LATER), unit_id=order_unit(order()))
    forget_contacts(house)
    house.inbound.orders[b"body"] = order()
    assert house.deliver("orders/create") == "superseded"
    assert consent_of(house) == "subscribed"


def test_an_order_that_the_import_saw_first_is_followed_up_as_it_stands(house: House) -> None:
    stored = order(updated_at=LATER, phone=None, email="other@example.com")
    with house.database.write() as session:
        Orders(session, house.shop_id).save(stored, unit_id=order_unit(stored))
    assert house.record(order()) is False
    assert [each.channel for each in house.touches()] == ["sms", "email"]
    assert house.record(order()) is False
    assert len(house.touches()) == 2
    with house.database.read() as session:
        held = Orders(session, house.shop_id).get("500")
    assert held is not None
    assert held.email == "other@example.com"


def test_late_news_of_a_payment_does_not_revive_a_cancelled_order(house: House) -> None:
    house.record(order())
    cancelled = replace(order(), cancelled_at=LATER, updated_at=LATER)
    with house.database.write() as session:
        Orders(session, house.shop_id).save(cancelled, unit_id=order_unit(cancelled))
    assert house.record(order()) is False
    assert {each.state for each in house.touches()} == {REFUSED}


def test_late_news_opens_nothing_for_an_order_cancelled_since(house: House) -> None:
    cancelled = replace(order(), cancelled_at=LATER, updated_at=LATER)
    with house.database.write() as session:
        Orders(session, house.shop_id).save(cancelled, unit_id=order_unit(cancelled))
    assert house.record(order()) is False
    with house.database.read() as session:
        assert Touches(session, house.shop_id).sequence_of("500") is None
