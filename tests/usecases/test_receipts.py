from datetime import timedelta

import pytest
from sqlalchemy import select

from server.ports import Receipt, TemporaryFailure
from server.storage.contacts import ContactRow, Contacts
from server.storage.deliveries import HANDLED, IGNORED, UNREADABLE, Deliveries
from server.storage.shops import Connections
from server.usecases.receipts import handle_receipt
from tests.factories import EMAIL, NOW, OTHER_SHOP, PHONE, SHOP, order
from tests.usecases.house import House


@pytest.fixture
def sent(house: House) -> House:
    """A shop whose text about an order has just been sent."""
    house.record(order(created_at=NOW, gateways=("paypal",)))
    assert house.send() == "sent"
    return house


def report(house: House, *receipts: Receipt, vendor: str = "texter", domain: str = SHOP) -> str:
    """Let a vendor's report come in; return how it ended."""
    raw = repr(receipts).encode()
    house.vendors.sources[vendor].readable[raw] = receipts
    delivery_id = house.store("receipt", raw, source=vendor, domain=domain)
    return handle(house, delivery_id)


def handle(house: House, delivery_id: int) -> str:
    return handle_receipt(
        access=house.access,
        inbox=house.inbox.database,
        vendors=house.vendors,
        delivery_id=delivery_id,
        now=house.clock.now(),
    )


def about(kind: str, **changes: object) -> Receipt:
    return Receipt(**{"kind": kind, "vendor_id": "V1-sms", "recipient": PHONE, **changes})  # type: ignore[arg-type]  # a table


def suppressed(house: House, channel: str = "sms", address: str = PHONE) -> str | None:
    with house.database.read() as session:
        found = Contacts(session, house.shop_id).get(channel, address)
        return found.suppressed_for if found else None


def test_reports_in_any_order_leave_the_furthest(sent: House) -> None:
    for kind in ("sent", "delivered", "accepted", "sent"):
        assert report(sent, about(kind)) == HANDLED
    assert sent.touch().receipt == "delivered"
    assert report(sent, about("failed", code="30005")) == HANDLED
    assert (sent.touch().receipt, sent.touch().receipt_code) == ("failed", "30005")
    assert suppressed(sent) is None, "a failure alone is no reason never to write again"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("unsubscribed", "opted out"), ("complained", "complaint"), ("bounced", "cannot be reached")],
)
def test_what_ends_all_contact_ends_it_at_once(sent: House, kind: str, reason: str) -> None:
    assert report(sent, about(kind)) == HANDLED
    assert suppressed(sent) == reason
    assert suppressed(sent, "email", EMAIL) is None, "the other channel is another matter"


def test_a_stop_from_a_number_that_was_never_written_to_counts(house: House) -> None:
    assert report(house, about("unsubscribed", vendor_id="SM-inbound", recipient="+447700900999")) == HANDLED
    assert suppressed(house, address="+447700900999") == "opted out"


def test_a_stop_counts_at_once_even_while_a_message_is_on_its_way(sent: House) -> None:
    sent.vendors.mails.fail("send", TemporaryFailure("cut", is_fate_unknown=True))
    sent.clock.move(hours=48)
    assert sent.send("email") == "sending"
    assert report(sent, about("unsubscribed", vendor_id="SM-inbound")) == HANDLED
    assert suppressed(sent) == "opted out"


def test_start_takes_the_opt_out_back(sent: House) -> None:
    report(sent, about("unsubscribed"))
    assert report(sent, about("resubscribed", vendor_id="SM-inbound")) == HANDLED
    assert suppressed(sent) is None


def test_an_answer_changes_nothing(sent: House) -> None:
    assert report(sent, about("replied", vendor_id="SM-inbound", text="thanks")) == HANDLED
    assert (suppressed(sent), sent.touch().receipt) == (None, None)


def test_a_report_that_overtakes_the_record_of_its_message_comes_again(sent: House) -> None:
    sent.vendors.mails.fail("send", TemporaryFailure("cut", is_fate_unknown=True))
    sent.clock.move(hours=48)
    assert sent.send("email") == "sending"
    early = about("delivered", vendor_id="V9")
    with pytest.raises(TemporaryFailure):
        report(sent, early)
    assert sent.resolve("email") == "unknown"
    assert report(sent, early) == HANDLED, "now nobody waits for it any more"


def test_a_report_without_an_address_is_about_the_recipient(sent: House) -> None:
    assert report(sent, about("bounced", recipient=None)) == HANDLED
    assert suppressed(sent) == "cannot be reached"
    assert report(sent, about("bounced", recipient=None, vendor_id="V9")) == HANDLED


def test_several_receipts_in_one_report_are_all_taken(sent: House) -> None:
    assert report(sent, about("delivered"), about("unsubscribed", recipient="+447700900999")) == HANDLED
    assert (sent.touch().receipt, suppressed(sent, address="+447700900999")) == ("unsubscribed", "opted out")


def test_a_vendor_of_e_mails_suppresses_e_mail_addresses(sent: House) -> None:
    report(sent, about("bounced", vendor_id="M1", recipient="Jo@Example.com"), vendor="mailer")
    assert suppressed(sent, "email", EMAIL) == "cannot be reached"


def test_a_report_is_handled_once(sent: House) -> None:
    raw = b"r"
    sent.vendors.sources["texter"].readable[raw] = (about("delivered"),)
    delivery_id = sent.store("receipt", raw, source="texter")
    assert (handle(sent, delivery_id), handle(sent, delivery_id), handle(sent, 10**6)) == (HANDLED, IGNORED, IGNORED)


def test_what_cannot_be_read_is_set_aside(sent: House) -> None:
    delivery_id = sent.store("receipt", b"\xff", source="texter")
    assert handle(sent, delivery_id) == UNREADABLE
    with sent.inbox.database.read() as session:
        row = Deliveries(session).get(delivery_id)
        assert row is not None
        assert row.error is not None
        assert "no receipt" in row.error


def test_reports_on_nobodys_connection_are_ignored(sent: House) -> None:
    assert report(sent, about("unsubscribed"), domain=OTHER_SHOP) == IGNORED
    sent.vendors.sources["unknown"] = type(sent.vendors.sources["texter"])()
    assert report(sent, about("unsubscribed"), vendor="unknown") == IGNORED
    assert suppressed(sent) is None


def test_another_shops_reports_do_not_touch_ours(sent: House) -> None:
    ours, sent.shop_id = sent.shop_id, sent.open(OTHER_SHOP)
    with sent.database.write() as session:
        Connections(session, sent.shop_id, sent.box).save("texter", {}, now=NOW)
    assert report(sent, about("unsubscribed"), domain=OTHER_SHOP) == HANDLED
    with sent.database.read() as session:
        rows = session.scalars(select(ContactRow).where(ContactRow.suppressed_at.is_not(None))).all()
        assert [row.shop_id for row in rows] == [sent.shop_id]
    sent.shop_id = ours
    assert sent.touch().receipt is None
    assert sent.clock.now() - NOW == timedelta(minutes=2)
