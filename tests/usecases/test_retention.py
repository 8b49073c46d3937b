"""Each term of the retention table, at its end and a day before, on real databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from server.domain import retention
from server.domain.retention import Term
from server.ports import CustomerRequest
from server.storage.deliveries import Deliveries, DeliveryRow
from server.storage.orders import OrderRow
from server.storage.privacy import PrivacyRequestRow
from server.storage.retention import Expired
from server.storage.shops import ShopRow, Shops
from server.storage.touches import PLANNED, SENT, TouchRow
from server.usecases.install import close_shop
from server.usecases.privacy import erase_customer, list_requests
from server.usecases.retention import Forgotten, apply_retention
from tests.factories import SHOP, order
from tests.usecases.house import House

NOTHING = Forgotten(0, 0, 0, 0, 0, 0)
DAY = timedelta(days=1)


def forget(house: House) -> Forgotten:
    return apply_retention(database=house.database, inbox=house.inbox.database, box=house.box, now=house.clock.now())


def after(house: House, start: datetime, term: Term, *, early: timedelta = timedelta()) -> None:
    """Move on to a day past the end of a term that began at `start`, or so much earlier."""
    assert term.length is not None
    house.clock.moment = start + term.length + DAY - early


def test_an_order_loses_its_addresses_and_keeps_money_and_goods(house: House) -> None:
    start = house.clock.now()
    house.record(order(created_at=start, gateways=("paypal",), attributes=(("gift", "For Jo"), ("_afters", "t1"))))
    after(house, start, retention.ORDER_CONTACTS, early=2 * DAY)
    assert forget(house).orders == 0
    after(house, start, retention.ORDER_CONTACTS)
    assert forget(house).orders == 1
    with house.database.read() as session:
        row = session.scalars(select(OrderRow)).one()
        assert (row.email, row.phone, row.first_name, row.attributes) == (None, None, None, [])
        assert (row.total, row.customer_id, row.country_code) == (order().total, "77", "GB")
    assert forget(house).orders == 0


def test_an_order_of_a_guest_is_still_found_by_its_address_when_it_has_none_any_more(house: House) -> None:
    start = house.clock.now()
    house.record(order(created_at=start, customer_id=None, email="guest@example.com", phone=None))
    after(house, start, retention.ORDER_CONTACTS)
    forget(house)
    erase_customer(
        database=house.database, inbox=house.inbox.database, box=house.box, shop_id=house.shop_id, shop_domain=SHOP,
        platform_id="r1", request=CustomerRequest(None, "Guest@Example.com", None), now=house.clock.now(),
    )  # fmt: skip
    with house.database.read() as session:
        assert session.scalars(select(OrderRow)).one().unit_id.startswith("erased:")


def test_a_message_loses_its_words_first_and_whom_it_went_to_later(house: House) -> None:
    house.record(order(created_at=house.clock.now(), gateways=("paypal",)))
    with house.database.write() as session:
        for touch in session.scalars(select(TouchRow)):
            touch.state, touch.recipient = SENT, "jo@example.com"
            touch.content = {"subject": "S", "text": "Hello Jo", "variant_id": "2", "quantity": 1}
        start = max(touch.due_at for touch in session.scalars(select(TouchRow)))
    after(house, start, retention.MESSAGE_TEXTS, early=2 * DAY)
    assert (forget(house).texts, forget(house).recipients) == (0, 0)
    after(house, start, retention.MESSAGE_TEXTS)
    assert (forget(house).texts, forget(house).texts) == (2, 0)
    with house.database.read() as session:
        for touch in session.scalars(select(TouchRow)):
            assert (touch.content, touch.recipient) == ({"variant_id": "2", "quantity": 1}, "jo@example.com")
    after(house, start, retention.RECIPIENTS)
    assert forget(house).recipients == 2
    with house.database.read() as session:
        assert {touch.recipient for touch in session.scalars(select(TouchRow))} == {None}


def test_what_is_still_to_be_sent_is_left_alone(house: House) -> None:
    start = house.clock.now()
    house.record(order(created_at=start, gateways=("paypal",)))
    with house.database.write() as session:
        for touch in session.scalars(select(TouchRow)):
            touch.state, touch.content = PLANNED, {"text": "Hello"}
    after(house, start, retention.RECIPIENTS)
    done = forget(house)
    assert (done.texts, done.recipients) == (0, 0)


def test_deliveries_go_when_they_were_handled_long_enough_ago(house: House) -> None:
    start = house.clock.now()
    first, second = house.store("orders/create"), house.store("orders/paid")
    with house.inbox.database.write() as session:
        Deliveries(session).close(first, state="handled", now=start)
    after(house, start, retention.DELIVERIES, early=2 * DAY)
    assert forget(house).deliveries == 0
    after(house, start, retention.DELIVERIES)
    assert forget(house).deliveries == 1
    with house.inbox.database.read() as session:
        assert session.scalars(select(DeliveryRow.id)).all() == [second], "what was never handled is not lost"


def test_proofs_go_and_open_requests_stay(house: House) -> None:
    start = house.clock.now()
    with house.database.write() as session:
        for name, done_at in (("done", start), ("open", None)):
            session.add(
                PrivacyRequestRow(
                    shop_domain=SHOP, kind="customers/redact", platform_id=name, person=None, state=name, proof={},
                    received_at=start, done_at=done_at,
                )
            )  # fmt: skip
    after(house, start, retention.PROOFS, early=2 * DAY)
    assert forget(house).proofs == 0
    after(house, start, retention.PROOFS)
    assert forget(house).proofs == 1
    left = list_requests(database=house.database, box=house.box, shop_domain=SHOP)
    assert [each.state for each in left] == ["open"]


def test_a_shop_that_left_is_erased_even_where_nobody_asks_for_it(house: House) -> None:
    start = house.clock.now()
    close_shop(database=house.database, box=house.box, shop_id=house.shop_id, said_at=None, now=start)
    after(house, start, retention.UNINSTALLED, early=2 * DAY)
    assert forget(house) == NOTHING
    after(house, start, retention.UNINSTALLED)
    assert forget(house).shops == 1
    with house.database.read() as session:
        assert session.scalars(select(ShopRow)).all() == []


def test_a_shop_that_came_back_is_not_erased(house: House) -> None:
    start = house.clock.now()
    close_shop(database=house.database, box=house.box, shop_id=house.shop_id, said_at=None, now=start)
    house.open()
    after(house, start, retention.UNINSTALLED)
    assert forget(house).shops == 0
    with house.database.read() as session:
        assert Shops(session, house.box).by_domain(SHOP) is not None


@pytest.mark.parametrize("at_once", [1, 2, 10])
def test_it_goes_in_steps_and_misses_none(house: House, at_once: int) -> None:
    for number in range(5):
        house.record(order(id=str(600 + number), created_at=house.clock.now(), reference_id=f"{number:032x}"))
    before, counts = house.clock.now() + DAY, list[int]()
    while not counts or counts[-1]:
        with house.database.write() as session:
            counts.append(Expired(session, at_once=at_once).forget_order_contacts(before=before))
    assert sum(counts) == 5
    assert max(counts) <= at_once
