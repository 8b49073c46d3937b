"""The connection to the database is lost at each statement, before each commit and after it, when its answer is lost.

Then the work is done again, as the job engine does it: nothing is lost, nothing is done twice.
"""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from server.domain.orders import Order
from server.storage.contacts import AssignmentRow, Contacts
from server.storage.decisions import DecisionRow
from server.storage.deliveries import HANDLED, Deliveries
from server.storage.orders import OrderLineRow, OrderRow
from server.storage.touches import PLANNED, SENDING, SENT, SequenceRow, TouchRow
from server.usecases.ingest import handle_delivery
from server.usecases.messages import resolve_cut_off, send_touch
from tests.databases import POSTGRESQL
from tests.factories import consent, customer, order
from tests.usecases.house import House

FEWEST_POINTS = 8


class Cutter:
    """Cuts a connection at the `at`-th point since it was armed, once."""

    def __init__(self, *engines: Engine) -> None:
        self._left: int | None = None
        self.has_cut = False
        self._admin = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT")
        for engine in engines:
            event.listen(engine, "before_cursor_execute", self._at_statement)
            engine.dialect.do_commit = self._commit(engine.dialect.do_commit)  # type: ignore[method-assign,assignment]

    def arm(self, at: int) -> None:
        self._left, self.has_cut = at, False

    def disarm(self) -> None:
        self._left = None

    def close(self) -> None:
        self._admin.dispose()

    def _is_here(self) -> bool:
        if self._left is None:
            return False
        self._left -= 1
        if self._left >= 0:
            return False
        self._left, self.has_cut = None, True
        return True

    def _at_statement(self, connection: Any, *_rest: object) -> None:
        if self._is_here():
            self._cut(connection.connection)

    def _commit(self, commit: Callable[[Any], None]) -> Callable[[Any], None]:
        def call(connection: Any) -> None:
            if self._is_here():
                self._cut(connection)
            commit(connection)
            if self._is_here():
                self._cut(connection)
                connection.dbapi_connection.execute("SELECT 1")  # finds that it is cut, as reading the answer would

        return call

    def _cut(self, pooled: Any) -> None:
        connection = pooled.dbapi_connection
        if isinstance(connection, sqlite3.Connection):
            raise _lost()  # no server between us and the file: the disk itself fails
        with self._admin.connect() as admin:
            pid = connection.info.backend_pid
            assert admin.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid}).scalar_one()


def _lost() -> OperationalError:
    return OperationalError("lost", {}, sqlite3.OperationalError("disk I/O error"))


@pytest.fixture
def cutter(house: House) -> Iterator[Cutter]:
    made = Cutter(house.database.engine, house.inbox.database.engine)
    yield made
    made.close()


def wherever(cutter: Cutter, work: Callable[[int], Callable[[], object]], again: Callable[[int], None]) -> int:
    """Do `work` with a cut at each of its points in turn, and `again` after each; return how many points there are.

    `work` prepares what is to be done for one number, undisturbed, and returns it.
    """
    at = 0
    while True:
        act = work(at)
        cutter.arm(at)
        try:
            act()
        except (DBAPIError, psycopg.Error):
            assert cutter.has_cut
        cutter.disarm()
        if not cutter.has_cut:
            return at
        again(at)
        at += 1


def shopper(number: int, house: House) -> Order:
    """Return a paid order of somebody who has not ordered yet; the cap would refuse a second follow-up."""
    now = house.clock.now()
    return order(
        str(1_000 + number),
        reference_id=f"{number:032x}",
        customer_id=str(5_000 + number),
        email=f"shopper{number}@example.com",
        phone=f"+447700{900_000 + number}",
        gateways=("paypal",),
        created_at=now,
        updated_at=now,
    )


def agree(house: House, placed: Order) -> None:
    """Let a shopper have agreed to marketing on both channels."""
    consents = tuple(
        replace(consent(channel), customer_id=placed.customer_id, address=address)
        for channel, address in (("sms", placed.phone), ("email", placed.email))
    )
    known = customer(customer_id=placed.customer_id, email=placed.email, phone=placed.phone, consents=consents)
    with house.database.write() as session:
        Contacts(session, house.shop_id).save_customer(known)


def count(house: House, row: Any, *which: Any) -> int:
    with house.database.read() as session:
        return session.scalar(select(func.count()).select_from(row).where(*which)) or 0


def test_an_order_is_taken_in_once(house: House, cutter: Cutter) -> None:
    numbers: dict[int, int] = {}

    def handle(number: int) -> str:
        return handle_delivery(
            access=house.access, inbox=house.inbox.database, inbound=house.inbound,
            delivery_id=numbers[number], now=house.clock.now(),
        )  # fmt: skip

    def work(number: int) -> Callable[[], object]:
        raw = str(number).encode()
        house.inbound.orders[raw] = shopper(number, house)
        numbers[number] = house.store("orders/paid", raw)
        return lambda: handle(number)

    def again(number: int) -> None:
        handle(number)
        order_id = str(1_000 + number)
        assert count(house, OrderRow, OrderRow.order_id == order_id) == 1
        assert count(house, OrderLineRow, OrderLineRow.order_id == order_id) == len(order().lines)
        assert count(house, SequenceRow, SequenceRow.order_id == order_id) == 1
        assert [touch.state for touch in house.touches(order_id)] == [PLANNED, PLANNED]
        unit = house.touches(order_id)[0].unit_id
        assert count(house, AssignmentRow, AssignmentRow.unit_id == unit) <= 1
        with house.inbox.database.read() as session:
            row = Deliveries(session).get(numbers[number])
            assert row is not None
            assert row.state in {HANDLED, "superseded"}  # superseded: the first try had stored it all

    assert wherever(cutter, work, again) > FEWEST_POINTS


def test_a_message_goes_out_once(house: House, cutter: Cutter) -> None:
    def sent_to(number: int) -> int:
        found = house.touch("sms", str(1_000 + number)).recipient or shopper(number, house).phone
        return sum(message.recipient == found for message in house.vendors.texts.sent)

    def work(number: int) -> Callable[[], object]:
        placed, house.auth.now = shopper(number, house), house.clock.now()
        house.record(placed)
        agree(house, placed)
        touch = house.touch("sms", placed.id)
        house.clock.moment = max(house.clock.moment, touch.due_at)
        return lambda: send_touch(house.post, shop_id=house.shop_id, touch_id=touch.id, attempt=touch.attempt)

    def again(number: int) -> None:
        # As the worker goes on: ask the vendor of what was claimed, send what waits when its time has come. A cut that
        # hits the renewal of the grant holds others up for a minute, of which they ask every two seconds.
        for _ in range(35):
            touch = house.touch("sms", str(1_000 + number))
            house.clock.moment = max(house.clock.moment, touch.due_at)
            if touch.state == SENDING:
                resolve_cut_off(house.post, shop_id=house.shop_id, touch_id=touch.id)
            elif touch.state != SENT:
                send_touch(house.post, shop_id=house.shop_id, touch_id=touch.id, attempt=touch.attempt)
        last = house.touch("sms", str(1_000 + number))
        assert (last.state, last.reason, last.detail) == (SENT, "sent", ""), number
        assert sent_to(number) == 1

    assert wherever(cutter, work, again) > FEWEST_POINTS


def test_a_purchase_gets_one_decision(house: House, cutter: Cutter) -> None:
    def work(number: int) -> Callable[[], object]:
        return lambda: house.ask(reference_id=f"{number:032x}", customer_id=None)

    def again(number: int) -> None:
        first, second = (house.ask(reference_id=f"{number:032x}", customer_id=None) for _ in range(2))
        assert first.decision.id == second.decision.id
        assert count(house, DecisionRow, DecisionRow.reference_id == f"{number:032x}") == 1

    assert wherever(cutter, work, again) > FEWEST_POINTS // 2


def test_what_was_sent_is_planned_no_more(house: House, cutter: Cutter) -> None:
    """Control: with no cut at all, the same work ends in the same state."""
    placed = shopper(0, house)
    house.record(placed)
    agree(house, placed)
    assert house.send("sms", placed.id) == SENT
    assert not cutter.has_cut
    assert count(house, TouchRow, TouchRow.state == SENT) == 1
