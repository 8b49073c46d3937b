"""A person's data for the owner, a person erased, a shop erased: each with its proof, and nobody else touched."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import LargeBinary

from server.domain.told import InvalidFacts, read_told
from server.ports import CustomerRequest
from server.storage.contacts import Contacts
from server.storage.db import InboxBase
from server.storage.deliveries import DeliveryRow
from server.storage.models import metadata
from server.storage.orders import Orders
from server.storage.privacy import PrivacyRequest
from server.usecases.api_keys import create_key, list_keys, recognise
from server.usecases.ingest import handle_delivery
from server.usecases.privacy import UnknownRequest, export_data, finish_erasures, hand_over, list_requests
from server.usecases.told_facts import take_told
from tests.factories import EMAIL, NOW, PHONE, SHOP, customer, order
from tests.usecases.house import House

JO = CustomerRequest("77", EMAIL, PHONE)
OTHER = {"customer_id": "78", "email": "ann@other.example", "phone": "+447700900456", "first_name": "Annabel"}


@pytest.fixture
def known(house: House) -> House:
    """A house that knows two people by orders, messages, and raw deliveries that speak of them."""
    for number, changes in (("500", {"first_name": "Josephine"}), ("501", {"reference_id": "0b" * 16, **OTHER})):
        placed = order(number, created_at=NOW, gateways=("paypal",), **changes)
        raw = json.dumps({"id": number, "email": str(placed.email).upper(), "phone": placed.phone}).encode()
        house.inbound.orders[raw] = placed
        house.deliver("orders/create", raw)
    with house.database.write() as session:
        Contacts(session, house.shop_id).save_customer(customer())
    house.clock.move(minutes=2)
    house.send()
    return house


def tell(house: House, topic: str, request: CustomerRequest = JO) -> str:
    raw = f"{topic} of {request.email}".encode()
    house.inbound.requests[raw] = request
    return house.deliver(topic, raw)


def requests(house: House) -> tuple[PrivacyRequest, ...]:
    return list_requests(database=house.database, box=house.box, shop_domain=SHOP)


def export(house: House, request_id: int) -> dict[str, Any]:
    return export_data(
        database=house.database,
        inbox=house.inbox.database,
        box=house.box,
        shop_id=house.shop_id,
        shop_domain=SHOP,
        request_id=request_id,
    )


def everything(house: House) -> str:
    """Return every value of every column of every table, in lower case."""
    found: list[str] = []
    for database, tables in ((house.database, metadata), (house.inbox.database, InboxBase.metadata)):
        with database.read() as session:
            for table in tables.sorted_tables:
                for row in session.execute(table.select()):
                    for column, value in zip(table.c, row, strict=True):
                        is_raw = isinstance(column.type, LargeBinary)
                        found.append(bytes(value).decode() if is_raw else str(value))
    return "\n".join(found).lower()


def test_a_data_request_waits_for_the_owner(known: House) -> None:
    assert tell(known, "customers/data_request") == "handled"
    assert tell(known, "customers/data_request") == "handled"
    latest, first = requests(known)
    assert (first.kind, first.state) == ("customers/data_request", "open")
    assert latest.id != first.id, "two requests are two, even of one person"


def test_the_export_holds_all_of_one_person_and_nothing_of_another(known: House) -> None:
    tell(known, "customers/data_request")
    found = export(known, requests(known)[0].id)
    assert {name for name, rows in found.items() if rows} >= {
        "customers", "contacts", "orders", "order_lines", "sequences", "touches", "deliveries",
    }  # fmt: skip
    told = json.dumps(found).lower()
    assert EMAIL in told
    assert "josephine" in told
    assert any((row["content"] or {}).get("text") for row in found["touches"])
    assert [row["topic"] for row in found["deliveries"]] == ["orders/create", "customers/data_request"]
    assert not any(value.lower() in told for value in OTHER.values() if len(value) > 3)


def test_what_was_handed_over_is_closed_and_forgets_whom_it_was_about(known: House) -> None:
    tell(known, "customers/data_request")
    number = requests(known)[0].id
    hand_over(database=known.database, box=known.box, shop_domain=SHOP, request_id=number, now=known.clock.now())
    (closed,) = requests(known)
    assert (closed.state, closed.done_at) == ("done", known.clock.now())
    for late in (number, 10**6):
        with pytest.raises(UnknownRequest):
            export(known, late)
        with pytest.raises(UnknownRequest):
            hand_over(database=known.database, box=known.box, shop_domain=SHOP, request_id=late, now=NOW)


def test_an_erased_person_is_in_no_column_of_no_table_and_the_other_still_is(known: House) -> None:
    assert EMAIL in everything(known)
    assert tell(known, "customers/redact") == "handled"
    left = everything(known)
    for name in (EMAIL, PHONE, "josephine"):
        assert name not in left
    for name in ("ann@other.example", "+447700900456", "annabel"):
        assert name in left
    (proof,) = requests(known)
    assert (proof.kind, proof.state) == ("customers/redact", "done")
    assert proof.proof["rows"] > 0
    assert proof.proof["deliveries"] >= 1


def test_erasing_again_finds_nothing(known: House) -> None:
    tell(known, "customers/redact")
    assert tell(known, "customers/redact") == "handled"
    assert requests(known)[0].proof["rows"] == 0


def test_what_systems_told_is_exported_and_erased_and_told_of_nobody_again(known: House) -> None:
    facts = read_told({"customers": [{"customer": "77", "facts": {"loyalty_tier": "Platinum"}}]})
    take_told(database=known.database, shop_id=known.shop_id, told=facts, now=NOW)
    tell(known, "customers/data_request")
    assert export(known, requests(known)[0].id)["customers"][0]["told"] == {"loyalty_tier": "Platinum"}
    tell(known, "customers/redact")
    assert "platinum" not in everything(known)
    with pytest.raises(InvalidFacts, match="77 is no customer that Afters knows"):
        take_told(database=known.database, shop_id=known.shop_id, told=facts, now=NOW)
    assert "platinum" not in everything(known)


def test_keys_of_systems_end_with_the_shop_and_do_not_come_back_with_it(known: House) -> None:
    key = create_key(database=known.database, shop_id=known.shop_id, name="Desk", created_by="1", now=NOW)
    assert recognise(database=known.database, text=key, now=NOW) is not None
    known.deliver("app/uninstalled")
    known.clock.move(minutes=1)
    known.open()
    assert recognise(database=known.database, text=key, now=known.clock.now()) is None
    assert [each.revoked_at is not None for each in list_keys(database=known.database, shop_id=known.shop_id)] == [True]


def test_an_erased_shop_leaves_the_proof_and_nothing_else(known: House) -> None:
    create_key(database=known.database, shop_id=known.shop_id, name="Desk of the erased", created_by="1", now=NOW)
    known.deliver("app/uninstalled")
    known.clock.move(hours=48)
    assert known.deliver("shop/redact") == "handled"
    left = everything(known)
    for name in (EMAIL, PHONE, "ann@other.example", "desk of the erased"):
        assert name not in left
    (proof,) = requests(known)
    assert (proof.kind, proof.state) == ("shop/redact", "done")
    with known.inbox.database.read() as session:
        assert session.query(DeliveryRow).count() == 0


def test_a_request_that_came_after_the_shop_left_is_still_kept(known: House) -> None:
    known.deliver("app/uninstalled")
    known.clock.moment += timedelta(hours=1)
    assert tell(known, "customers/data_request") == "handled"


def test_an_open_data_request_of_the_erased_is_closed_and_another_persons_waits(known: House) -> None:
    ann = CustomerRequest("78", str(OTHER["email"]), PHONE)
    for request in (JO, ann):
        tell(known, "customers/data_request", request)
    tell(known, "customers/redact")
    of_ann, of_jo = (each for each in requests(known) if each.kind == "customers/data_request")
    assert (of_jo.state, of_jo.proof) == ("done", {"erased": True})
    assert of_ann.state == "open", "a telephone that two customers share makes nobody another"
    with pytest.raises(UnknownRequest):
        export(known, of_jo.id)


def test_an_erasure_stays_open_until_what_waits_has_been_taken_in_and_erased_too(known: House) -> None:
    raw = json.dumps({"id": 502, "email": EMAIL, "phone": PHONE}).encode()
    late = known.store("orders/create", raw)
    tell(known, "customers/redact")
    (request,) = requests(known)
    first = request.proof["rows"]
    assert (request.state, first > 0) == ("open", True)

    def go_on() -> int:
        return finish_erasures(
            database=known.database, inbox=known.inbox.database, box=known.box, now=known.clock.now()
        )

    assert go_on() == 1
    known.inbound.orders[raw] = order(
        "502", reference_id="0c" * 16, created_at=known.clock.now(), first_name="Josephine"
    )
    handle_delivery(
        access=known.access,
        inbox=known.inbox.database,
        inbound=known.inbound,
        delivery_id=late,
        now=known.clock.now(),
    )
    assert EMAIL in everything(known), "the delivery wrote the person anew"
    assert go_on() == 0
    (request,) = requests(known)
    assert (request.state, request.done_at, request.proof["rows"] > first) == ("done", known.clock.now(), True)
    left = everything(known)
    for name in (EMAIL, PHONE, "josephine"):
        assert name not in left
    assert go_on() == 0


def test_an_erasure_ends_with_the_shop(known: House) -> None:
    known.store("orders/create", json.dumps({"email": EMAIL}).encode())
    tell(known, "customers/redact")
    known.deliver("app/uninstalled")
    known.clock.move(hours=48)
    known.deliver("shop/redact")
    database, inbox = known.database, known.inbox.database
    assert finish_erasures(database=database, inbox=inbox, box=known.box, now=known.clock.now()) == 0
    assert {each.state for each in requests(known)} == {"done"}


def test_late_news_of_an_erased_order_keeps_money_and_goods_only(known: House) -> None:
    tell(known, "customers/redact")
    raw = b"late"
    known.inbound.orders[raw] = order(
        created_at=NOW, updated_at=known.clock.now(), total=1_500, first_name="Josephine", attributes=(("note", "Jo"),)
    )
    before = len(known.touches())
    assert known.deliver("orders/create", raw) == "handled"
    left = everything(known)
    for name in (EMAIL, PHONE, "josephine"):
        assert name not in left
    assert len(known.touches()) == before
    with known.database.read() as session:
        kept = Orders(session, known.shop_id).get("500")
        assert kept is not None
        assert (kept.total, kept.attributes, len(kept.lines)) == (1_500, (), 1)


def test_a_new_order_of_the_erased_is_taken_in(known: House) -> None:
    tell(known, "customers/redact")
    known.record(order("503", reference_id="0d" * 16, created_at=known.clock.now(), updated_at=known.clock.now()))
    with known.database.read() as session:
        fresh = Orders(session, known.shop_id).get("503")
        assert fresh is not None
        assert fresh.email == EMAIL


def test_what_was_planned_for_the_erased_is_not_sent(known: House) -> None:
    assert known.touch("email").state == "planned"
    tell(known, "customers/redact")
    known.clock.moment = known.touch("email").due_at
    assert known.send("email") == "refused"
    assert known.touch("email").recipient is None
