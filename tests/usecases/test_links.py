from datetime import timedelta

import pytest

from server.storage.contacts import Contacts
from server.storage.ledger import Ledger
from server.storage.touches import Touches
from server.usecases.links import LinkUnknown, describe_unsubscribe, follow_click, unsubscribe
from tests.factories import EMAIL, NOW, PHONE, SHOP, order
from tests.threads import at_once
from tests.usecases.house import House


@pytest.fixture
def sent(house: House) -> House:
    house.record(order(created_at=NOW, gateways=("paypal",)))
    assert house.send() == "sent"
    return house


def click(house: House, touch_id: str, storefront: str | None = None) -> str:
    return follow_click(
        database=house.database, box=house.box, touch_id=touch_id, storefront=storefront, now=house.clock.now()
    )


def suppressed(house: House) -> str | None:
    with house.database.read() as session:
        found = Contacts(session, house.shop_id).get("sms", PHONE)
        return found.suppressed_for if found else None


def test_a_click_leads_to_the_cart_with_the_goods_in_it_and_is_remembered(sent: House) -> None:
    touch_id = sent.touch().id
    assert click(sent, touch_id) == f"https://{SHOP}/cart/2:1?attributes[_afters]={touch_id}"
    assert click(sent, touch_id, "http://127.0.0.1:4600/store").startswith("http://127.0.0.1:4600/store/cart/2:1?")
    with sent.database.read() as session:
        assert len(Touches(session, sent.shop_id).clicks([touch_id])) == 2


def test_a_click_on_a_message_whose_content_is_gone_leads_to_the_shop(sent: House) -> None:
    with sent.database.write() as session:
        touch = Touches(session, sent.shop_id).get(sent.touch().id)
        assert touch is not None
        touch.content = None
    assert click(sent, sent.touch().id) == f"https://{SHOP}"


def test_an_order_that_carries_the_click_is_credited_to_the_message(sent: House) -> None:
    touch_id = sent.touch().id
    click(sent, touch_id)
    placed_at = sent.clock.move(minutes=30)
    sent.record(
        order("501", reference_id="b", created_at=placed_at, updated_at=placed_at, attributes=(("_afters", touch_id),))
    )
    assert revenue(sent, "501") == {f"touch:{touch_id}": 1_000}
    assert revenue(sent, "500") == {}


def test_a_click_too_long_ago_is_credited_to_nobody(sent: House) -> None:
    touch_id = sent.touch().id
    click(sent, touch_id)
    placed_at = sent.clock.move(days=5, seconds=1)
    sent.record(
        order("501", reference_id="b", created_at=placed_at, updated_at=placed_at, attributes=(("_afters", touch_id),))
    )
    assert revenue(sent, "501") == {}


def revenue(house: House, order_id: str) -> dict[str, int]:
    with house.database.read() as session:
        return {each.source: each.amount for each in Ledger(session, house.shop_id).of_order(order_id)}


def test_unsubscribing_takes_effect_at_once_and_again_changes_nothing(sent: House) -> None:
    touch_id = sent.touch().id
    for _ in range(2):
        unsubscribe(database=sent.database, touch_id=touch_id, now=NOW)
    assert suppressed(sent) == "unsubscribed by link"
    with sent.database.read() as session:
        mail = Contacts(session, sent.shop_id).get("email", EMAIL)
        assert mail is not None
        assert mail.suppressed_at is None


def test_unsubscribing_many_times_at_once_is_no_fault(sent: House) -> None:
    with sent.database.write() as session:
        session.delete(Contacts(session, sent.shop_id).get("sms", PHONE))
    touch_id = sent.touch().id
    results = at_once(*[lambda: unsubscribe(database=sent.database, touch_id=touch_id, now=NOW)] * 4)
    assert results == [None] * 4
    assert suppressed(sent) == "unsubscribed by link"


def test_the_page_names_the_shop(sent: House) -> None:
    assert describe_unsubscribe(database=sent.database, box=sent.box, touch_id=sent.touch().id) == SHOP


def test_an_erased_recipient_has_nothing_to_leave(sent: House) -> None:
    with sent.database.write() as session:
        touch = Touches(session, sent.shop_id).get(sent.touch().id)
        assert touch is not None
        touch.recipient = None
    unsubscribe(database=sent.database, touch_id=sent.touch().id, now=NOW + timedelta(days=1))
    assert suppressed(sent) is None


def test_a_link_to_nothing_is_unknown(house: House) -> None:
    with pytest.raises(LinkUnknown):
        click(house, "nobody")
    with pytest.raises(LinkUnknown):
        unsubscribe(database=house.database, touch_id="nobody", now=NOW)
    with pytest.raises(LinkUnknown):
        describe_unsubscribe(database=house.database, box=house.box, touch_id="nobody")
