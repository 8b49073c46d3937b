from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from server.domain.decision import decide
from server.ports import CustomerRequest
from server.storage.catalog import Catalog
from server.storage.contacts import Assignments, ContactRow, Contacts
from server.storage.db import Session
from server.storage.decisions import DecisionRow, Decisions
from server.storage.erasure import Erasure
from server.storage.models import metadata
from server.storage.orders import OrderRow, Orders
from server.storage.shops import Shops
from server.storage.touches import SequenceRow, Touches, TouchRow
from tests.factories import (
    EMAIL,
    NOW,
    PHONE,
    REFERENCE,
    customer,
    document,
    order,
    product,
    situation,
    variant,
)
from tests.storage.conftest import Stores
from tests.storage.sequences import open_sequence

BY_ID = CustomerRequest(customer_id="77", email=None, phone=None)


def fill(session: Session, shop_id: int) -> None:
    Contacts(session, shop_id).save_customer(customer())
    other: dict[str, Any] = {"customer_id": "88", "email": "al@example.com", "phone": None}
    for order_id, changes in (("500", {}), ("501", other)):
        Orders(session, shop_id).save(
            order(order_id, reference_id=order_id, attributes=(("gift_note", "for Jo"),), **changes),
            unit_id=f"u{order_id}",
        )
        for touch in open_sequence(session, shop_id, order_id=order_id, reference_id=order_id, unit_id=f"u{order_id}"):
            address = PHONE if touch.channel == "sms" else "Jo@Example.com"
            touch.recipient = address if order_id == "500" else "al@example.com"
            touch.content = {"text": "Hi Jo"}


def names(session: Session, shop_id: int, order_id: str = "500") -> set[str | None]:
    found = Orders(session, shop_id).get(order_id)
    assert found is not None
    touches = Touches(session, shop_id).of_order(order_id)
    told = {found.email, found.phone, found.first_name, found.customer_id, *(each.recipient for each in touches)}
    return told | {str(each.content) for each in touches if each.content}


def test_a_person_goes_by_customer_id(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        fill(session, stores.theirs)
    with stores.database.write() as session:
        # One order with its two touches, two contacts, one customer.
        assert Erasure(session, stores.ours).customer(BY_ID) == 2 + 1 + 2 + 1
    with stores.database.write() as session:
        assert names(session, stores.ours) == {None}
        erased = Orders(session, stores.ours).get("500")
        assert erased is not None
        assert (erased.attributes, erased.total, len(erased.lines)) == ((), 1_000, 1)
        contacts = Contacts(session, stores.ours)
        assert (contacts.customer("77"), contacts.get("sms", PHONE), contacts.get("email", EMAIL)) == (None, None, None)
        assert "al@example.com" in names(session, stores.ours, "501"), "another person's order stays"
        assert EMAIL in names(session, stores.theirs), "another shop's data stay"
        assert Contacts(session, stores.theirs).customer("77") is not None
        assert Erasure(session, stores.ours).customer(CustomerRequest("nobody", None, None)) == 0


def test_nothing_that_is_counted_names_the_person_any_more(stores: Stores) -> None:
    unit_id = "customer:77"
    with stores.database.write() as session:
        for shop_id in (stores.ours, stores.theirs):
            Orders(session, shop_id).save(order(), unit_id=unit_id)
            open_sequence(session, shop_id)
            Decisions(session, shop_id).save(
                decide(document(), situation()),
                replaces=None,
                reference_id=REFERENCE,
                surface="one_click",
                unit_id=unit_id,
                rules_version=1,
                facts={"total": 1, "customer_id": "77"},
                read_facts={"order_currency": "GBP", "customer_tags": ["loyal"]},
                now=NOW,
                expires_at=NOW,
            )
            Assignments(session, shop_id).assign("holdout", unit_id, arm="treated", now=NOW)
    with stores.database.write() as session:
        Erasure(session, stores.ours).customer(BY_ID)
    tables: tuple[Any, ...] = (OrderRow, SequenceRow, TouchRow, DecisionRow)
    with stores.database.read() as session:
        units = {
            unit
            for table in tables
            for unit in session.scalars(select(table.unit_id).where(table.shop_id == stores.ours))
        }
        (unit,) = units
        assert unit.startswith("erased:")
        decision = Decisions(session, stores.ours).find(REFERENCE, "one_click")
        assert decision is not None
        assert decision.facts == {"total": 1, "customer_id": None}
        assert decision.read_facts == {"order_currency": "GBP"}
        assert Assignments(session, stores.ours).arm("holdout", unit_id) is None
        assert Assignments(session, stores.theirs).arm("holdout", unit_id) == "treated"
        assert Orders(session, stores.theirs).unit_of("500") == unit_id


def test_a_guest_goes_by_address_however_it_is_written(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        Orders(session, stores.ours).save(
            order("500", reference_id="500", email="JO@example.com", phone=None, customer_id=None), unit_id="u500"
        )
        assert Erasure(session, stores.ours).customer(CustomerRequest(None, "jo@EXAMPLE.com ", PHONE)) > 0
        session.expire_all()
        assert names(session, stores.ours) == {None}
        assert Contacts(session, stores.ours).get("email", EMAIL) is None
        assert Contacts(session, stores.ours).get("sms", PHONE) is None


@pytest.mark.parametrize("written", ["07700 900123", "+44 (0)7700-900.123", "00447700900123", "447700900123"])
def test_a_guest_goes_by_telephone_however_it_is_written(stores: Stores, written: str) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        guest = order("500", reference_id="500", email=None, phone=written, customer_id=None)
        Orders(session, stores.ours).save(guest, unit_id="u500")
        for touch in Touches(session, stores.ours).of_order("500"):
            touch.recipient = written
        Erasure(session, stores.ours).customer(CustomerRequest(None, None, PHONE))
        session.expire_all()
        assert names(session, stores.ours) == {None}


def test_a_telephone_that_two_customers_share_makes_nobody_anothers(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        theirs = order("501", reference_id="501", customer_id="88", email="al@example.com", phone=PHONE)
        Orders(session, stores.ours).save(theirs, unit_id="u501")
        Erasure(session, stores.ours).customer(CustomerRequest("77", EMAIL, PHONE))
        session.expire_all()
        assert "al@example.com" in names(session, stores.ours, "501")
        assert names(session, stores.ours) == {None}


def test_a_second_address_on_the_persons_own_orders_goes_too(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        second = order("502", reference_id="502", email="Jo.Work@example.com", phone=None)
        Orders(session, stores.ours).save(second, unit_id="customer:77")
        contacts = Contacts(session, stores.ours)
        contacts.suppress("email", "jo.work@example.com", reason="by link", now=NOW)
        Erasure(session, stores.ours).customer(BY_ID)
        session.expire_all()
        assert "jo.work@example.com" not in set(session.scalars(select(ContactRow.address)))


def test_an_opt_out_outlives_the_address_it_was_for(stores: Stores) -> None:
    with stores.database.write() as session:
        for shop_id in (stores.ours, stores.theirs):
            fill(session, shop_id)
        contacts = Contacts(session, stores.ours)
        contacts.suppress("sms", PHONE, reason="STOP", now=NOW)
        Erasure(session, stores.ours).customer(BY_ID)
    with stores.database.write() as session:
        contacts = Contacts(session, stores.ours)
        rows = session.scalars(select(ContactRow).where(ContactRow.shop_id == stores.ours)).all()
        assert [(row.channel, row.customer_id, row.consent, row.suppressed_for) for row in rows] == [
            ("sms", None, None, "STOP")
        ], "the e-mail address had not opted out and is gone"
        assert PHONE not in rows[0].address
        found = contacts.get("sms", PHONE)
        assert found is not None
        assert found.suppressed_at == NOW
        assert contacts.get("sms", "+447700900124") is None
        assert contacts.get("email", EMAIL) is None
        # The person buys again, and the platform says that they agreed: their own word stands.
        contacts.save_customer(customer())
        again = contacts.get("sms", PHONE)
        assert again is not None
        assert (again.address, again.suppressed_at, again.suppressed_for) == (PHONE, NOW, "STOP")
        # Erased once more, and then they write START.
        Erasure(session, stores.ours).customer(BY_ID)
        contacts.lift("sms", PHONE, at=NOW + timedelta(hours=1))
        lifted = contacts.get("sms", PHONE)
        assert lifted is not None
        assert lifted.suppressed_at is None
        theirs = Contacts(session, stores.theirs).get("sms", PHONE)
        assert theirs is not None
        assert theirs.suppressed_at is None


def test_what_was_decided_before_it_was_known_who_asked_names_nobody_either(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        Decisions(session, stores.ours).save(
            decide(document(), situation()),
            replaces=None,
            reference_id="500",
            surface="one_click",
            unit_id="reference:500",
            rules_version=1,
            facts={"total": 1, "customer_id": "77"},
            read_facts={"order_currency": "GBP", "customer_tags": ["loyal"]},
            now=NOW,
            expires_at=NOW,
        )
        Erasure(session, stores.ours).customer(BY_ID)
        decision = Decisions(session, stores.ours).find("500", "one_click")
        assert decision is not None
        assert decision.facts["customer_id"] is None
        assert decision.unit_id.startswith("erased:")


def test_orders_go_by_their_ids(stores: Stores) -> None:
    with stores.database.write() as session:
        fill(session, stores.ours)
        Erasure(session, stores.ours).customer(CustomerRequest(None, None, None, order_ids=("501",)))
        session.expire_all()
        assert names(session, stores.ours, "501") == {None}
        assert EMAIL in names(session, stores.ours, "500")


def test_a_shop_goes_with_all_it_has_and_leaves_the_others(stores: Stores) -> None:
    with stores.database.write() as session:
        for shop_id in (stores.ours, stores.theirs):
            fill(session, shop_id)
            Catalog(session, shop_id).save(product(variant("2")))
        assert not Erasure(session, stores.ours).shop(), "an installed shop is not erased"
        shops = Shops(session, stores.box)
        shops.uninstall(shops.by_id(stores.ours), now=NOW + timedelta(hours=48))
    with stores.database.write() as session:
        assert Erasure(session, stores.ours).shop()
        assert not Erasure(session, stores.ours).shop()
    with stores.database.read() as session:
        for table in metadata.sorted_tables:
            if "shop_id" in table.c:
                left = session.scalar(select(func.count()).select_from(table).where(table.c.shop_id == stores.ours))
                assert left == 0, table.name
        assert session.scalar(text("SELECT count(*) FROM order_lines")) == 2
        assert EMAIL in names(session, stores.theirs)
