from typing import Any

import pytest

from server.storage.deliveries import Deliveries, DeliveryRow
from server.usecases.replay import UnknownDelivery, list_aside, replay_all, replay_one
from tests.factories import OTHER_SHOP, SHOP, order
from tests.usecases.house import House


def aside(house: House, **which: Any) -> list[int]:
    return [each.id for each in list_aside(inbox=house.inbox.database, limit=10, **which)]


def row(house: House, delivery_id: int) -> DeliveryRow:
    with house.inbox.database.read() as session:
        found = Deliveries(session).get(delivery_id)
    assert found is not None
    return found


def set_aside(house: House, raw: bytes = b"\xff{", *, domain: str = SHOP) -> int:
    """Let a delivery come that cannot be read, and return its number."""
    house.deliver("orders/create", raw, domain=domain)
    with house.inbox.database.read() as session:
        return max(each.id for each in session.query(DeliveryRow))


def test_what_was_set_aside_is_listed_with_its_reason_and_without_its_body(house: House) -> None:
    assert aside(house) == []
    first = set_aside(house)
    house.inbound.orders[b"good"] = order()
    house.deliver("orders/create", b"good")
    house.deliver("something/new")
    (found,) = list_aside(inbox=house.inbox.database, limit=10)
    assert (found.id, found.state, found.topic) == (first, "unreadable", "orders/create")
    assert found.error == "The body cannot be read."
    assert not hasattr(found, "body")
    assert len(aside(house, states=("ignored",))) == 1


def test_another_try_handles_it_once_the_fault_is_mended(house: House) -> None:
    number = set_aside(house, b"later")
    house.inbound.orders[b"later"] = order()
    shown = replay_one(inbox=house.inbox.database, delivery_id=number, shop_domain=SHOP)
    assert shown.state == "unreadable"
    waiting = row(house, number)
    assert (waiting.state, waiting.attempt, waiting.failures, waiting.handled_at, waiting.error) == (
        "stored", 2, 0, None, None,
    )  # fmt: skip
    assert aside(house) == []
    with pytest.raises(UnknownDelivery):
        replay_one(inbox=house.inbox.database, delivery_id=number)


def test_a_shop_sees_and_tries_its_own_only(house: House) -> None:
    house.open(OTHER_SHOP)
    ours, theirs = set_aside(house), set_aside(house, b"\xfe", domain=OTHER_SHOP)
    assert (aside(house, shop_domain=SHOP), aside(house)) == ([ours], [theirs, ours])
    with pytest.raises(UnknownDelivery):
        replay_one(inbox=house.inbox.database, delivery_id=theirs, shop_domain=SHOP)
    assert replay_all(inbox=house.inbox.database, limit=10, shop_domain=SHOP) == 1
    assert aside(house) == [theirs]
    with pytest.raises(UnknownDelivery):
        replay_one(inbox=house.inbox.database, delivery_id=10**6)


def test_what_was_handled_is_never_tried_again(house: House) -> None:
    house.inbound.orders[b"good"] = order()
    house.deliver("orders/create", b"good")
    with house.inbox.database.read() as session:
        number = max(each.id for each in session.query(DeliveryRow))
    with pytest.raises(UnknownDelivery):
        replay_one(inbox=house.inbox.database, delivery_id=number)
