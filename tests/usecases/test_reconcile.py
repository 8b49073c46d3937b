from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.orders import Order
from server.ports import TemporaryFailure
from server.storage.orders import Orders
from server.storage.shops import Shops
from server.usecases.reconcile import Reconciliation, reconcile_orders
from tests.factories import NOW, order
from tests.usecases.house import House

LONG_AGO = NOW - timedelta(hours=2)


def reconcile(house: House) -> Reconciliation:
    return reconcile_orders(access=house.access, shop_id=house.shop_id, now=house.clock.now())


def on_the_platform(house: House, order_id: str, *, changed_at: datetime = LONG_AGO, **changes: Any) -> Order:
    placed = order(
        order_id, created_at=LONG_AGO, updated_at=changed_at, reference_id=f"{int(order_id):032x}", **changes
    )
    house.api.held_orders[order_id] = placed
    return placed


def stored(house: House, order_id: str) -> Order | None:
    with house.database.read() as session:
        return Orders(session, house.shop_id).get(order_id)


def shop(house: House) -> tuple[datetime | None, int]:
    with house.database.read() as session:
        row = Shops(session, house.box).by_id(house.shop_id)
        return row.reconciled_at, row.reconciled_count


def test_an_order_whose_webhooks_never_came_is_taken_in_whole(house: House) -> None:
    on_the_platform(house, "500", gateways=("paypal",))
    assert reconcile(house) == Reconciliation(compared=1, found=1, is_done=True)
    assert stored(house, "500") is not None
    assert len(house.touches("500")) == 2, "it is followed up like any other"
    assert shop(house) == (NOW - timedelta(minutes=5), 1)
    assert reconcile(house).found == 0


def test_what_came_by_webhook_is_not_found_again(house: House) -> None:
    known = on_the_platform(house, "500")
    house.record(known)
    assert reconcile(house) == Reconciliation(compared=1, found=0, is_done=True)


def test_a_change_that_never_came_replaces_what_is_stored(house: House) -> None:
    house.record(order("500", created_at=LONG_AGO, updated_at=LONG_AGO))
    on_the_platform(house, "500", changed_at=LONG_AGO + timedelta(minutes=1), cancelled_at=LONG_AGO)
    assert reconcile(house).found == 1
    assert {touch.reason for touch in house.touches("500")} <= {"order_cancelled"}


def test_what_changed_just_now_is_left_to_its_webhook_and_looked_at_the_next_time(house: House) -> None:
    on_the_platform(house, "500", changed_at=NOW - timedelta(minutes=4))
    assert reconcile(house) == Reconciliation(compared=0, found=0, is_done=True)
    house.clock.move(minutes=15)
    assert reconcile(house).found == 1


def test_what_the_platforms_search_told_late_is_seen(house: House) -> None:
    reconcile(house)
    on_the_platform(house, "500", changed_at=NOW - timedelta(minutes=9))
    house.clock.move(minutes=15)
    assert reconcile(house).found == 1


def test_a_failure_in_the_middle_keeps_what_was_found_and_goes_on_there(house: House) -> None:
    for number in range(5):
        on_the_platform(house, str(500 + number), changed_at=LONG_AGO + timedelta(minutes=20 * number))
    house.api.fail("orders_updated", None, TemporaryFailure("throttled"))
    with pytest.raises(TemporaryFailure):
        reconcile(house)
    assert [stored(house, str(500 + number)) is not None for number in range(5)] == [True, True, False, False, False]
    assert shop(house) == (LONG_AGO + timedelta(minutes=20), 2)
    assert reconcile(house).found == 3


def test_a_shop_with_very_much_to_compare_goes_on_in_the_next_run(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.usecases.reconcile._MOST_PAGES", 1)
    for number in range(3):
        on_the_platform(house, str(500 + number), changed_at=LONG_AGO + timedelta(minutes=20 * number))
    assert reconcile(house) == Reconciliation(compared=2, found=2, is_done=False)
    assert reconcile(house).found == 1


def test_what_notices_do_not_tell_is_added_without_being_a_change_that_was_missed(house: House) -> None:
    known = on_the_platform(house, "500", payment_kind="apple_pay", fulfilment="on_hold")
    house.record(replace(known, payment_kind=None, fulfilment=None))
    assert reconcile(house) == Reconciliation(compared=1, found=0, is_done=True)
    assert stored(house, "500") == known
    assert shop(house)[1] == 0


def test_a_change_of_what_is_not_kept_is_no_change_that_was_missed(house: House) -> None:
    """As by a tag: the order's time moves, and nothing else that is stored."""
    known = on_the_platform(house, "500")
    house.record(known)
    later = on_the_platform(house, "500", changed_at=LONG_AGO + timedelta(minutes=9))
    house.api.calls.clear()
    assert reconcile(house).found == 0
    assert stored(house, "500") == later
    assert "customer" not in house.api.calls, "nothing is drawn from it"
