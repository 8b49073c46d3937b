from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from server.domain.journeys import TouchPlan
from server.runtime import Runtime
from server.storage.contacts import Contacts
from server.storage.touches import SENT, ClickRow, SequenceRow, Touches, TouchRow
from tests.conftest import StandingClock
from tests.web.installed import SHOP, install


def sent_touch(runtime: Runtime, now: datetime) -> str:
    """Store an e-mail that was sent about an order; return the touch's id."""
    shop_id = install(runtime)
    with runtime.database.write() as session:
        row = SequenceRow(
            shop_id=shop_id,
            order_id="500",
            reference_id="0a" * 16,
            unit_id="customer:77",
            journey_id="j",
            rules_version=1,
            starts_at=now,
            release_reason="page_not_asked",
            created_at=now,
        )
        plan = TouchPlan("mail", "email", "offer", due_at=now, expires_at=now + timedelta(hours=72))
        Touches(session, shop_id).open_sequence(row, (plan,))
        session.flush()
        touch = session.scalars(select(TouchRow)).one()
        touch.state, touch.recipient = SENT, "jo@example.com"
        touch.content = {"subject": "S", "text": "T", "variant_id": "2"}
        return touch.id


@pytest.fixture
def touch_id(runtime: Runtime, clock: StandingClock) -> str:
    return sent_touch(runtime, clock.now())


def is_suppressed(runtime: Runtime) -> bool:
    with runtime.database.read() as session:
        touch = session.scalars(select(TouchRow)).one()
        contact = Contacts(session, touch.shop_id).get("email", "jo@example.com")
        return contact is not None and contact.suppressed_at is not None


def test_a_click_leads_to_the_cart_and_is_remembered(client: FlaskClient, runtime: Runtime, touch_id: str) -> None:
    answer = client.get(f"/c/{runtime.clicks.sign(touch_id)}")
    assert answer.status_code == 302
    assert answer.location == f"https://{SHOP}/cart/2:1?attributes%5B_afters%5D={touch_id}"
    with runtime.database.read() as session:
        assert [row.token for row in session.scalars(select(ClickRow))] == [touch_id]


def test_a_click_needs_our_signature(client: FlaskClient, runtime: Runtime, touch_id: str) -> None:
    for token in (touch_id, f"{touch_id}.", f"{touch_id}.AAAA", runtime.unsubscribes.sign(touch_id), "a.b"):
        assert client.get(f"/c/{token}").status_code == 404
    assert client.get(f"/c/{runtime.clicks.sign('nothing')}").status_code == 404


def test_opening_the_unsubscribe_page_unsubscribes_nobody(client: FlaskClient, runtime: Runtime, touch_id: str) -> None:
    answer = client.get(f"/unsubscribe/{runtime.unsubscribes.sign(touch_id)}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert "Gift Shop" in answer.text
    assert not is_suppressed(runtime)


def test_one_click_unsubscribes_with_no_cookie_and_no_redirect(
    client: FlaskClient, runtime: Runtime, touch_id: str
) -> None:
    path = f"/unsubscribe/{runtime.unsubscribes.sign(touch_id)}"
    for _ in range(2):
        answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert is_suppressed(runtime)


def test_unsubscribing_needs_our_signature(client: FlaskClient, runtime: Runtime, touch_id: str) -> None:
    for token in (touch_id, runtime.clicks.sign(touch_id), f"{touch_id}.AAAAAAAAAAAAAAAAAAAAAA"):
        assert client.post(f"/unsubscribe/{token}").status_code == 404
    assert not is_suppressed(runtime)


def test_the_process_says_that_it_is_well(client: FlaskClient) -> None:
    assert client.get("/health").get_json() == {"status": "ok"}


def test_a_click_puts_as_many_in_the_cart_as_were_offered(client: FlaskClient, runtime: Runtime, touch_id: str) -> None:
    with runtime.database.write() as session:
        session.scalars(select(TouchRow)).one().content = {"variant_id": "2", "quantity": 3}
    assert "/cart/2:3?" in client.get(f"/c/{runtime.clicks.sign(touch_id)}").location
