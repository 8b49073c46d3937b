"""Calls: whom to call and what to say, and what came of it."""

import pytest

from server.runtime import Runtime
from server.storage.contacts import Contacts
from server.storage.touches import Touches
from tests.factories import NOW
from tests.web.pages.conftest import Staff
from tests.web.pages.history import History
from tests.web.pages.reading import Markup, words


@pytest.fixture
def call_id(runtime: Runtime, shop_id: int) -> str:
    return History(runtime.database, shop_id, NOW).call(1001)


def test_nobody_to_call_is_said_so(staff: Staff) -> None:
    assert "Nobody to call" in staff.open("/calls").text


def test_a_call_is_shown_with_number_script_and_order(staff: Staff, call_id: str) -> None:
    page = staff.open("/calls").text
    assert "Jo, #1001" in page
    told = words(Markup.read(page))
    for part in ("+447700900123", "Thank Jo for the order.", "Waiting since"):
        assert part in told
    assert call_id


@pytest.mark.parametrize("outcome", ["reached", "not_reached", "unwanted"])
def test_what_came_of_it_is_kept_once(staff: Staff, runtime: Runtime, shop_id: int, call_id: str, outcome: str) -> None:
    assert staff.send(f"/calls/{call_id}/{outcome}").json == {"ok": True}
    assert "Nobody to call" in staff.open("/calls").text
    assert staff.send(f"/calls/{call_id}/{outcome}").status_code == 404
    with runtime.database.read() as session:
        touch = Touches(session, shop_id).get(call_id)
        assert touch is not None
        assert touch.receipt == outcome
        contact = Contacts(session, shop_id).get("sms", "+447700900123")
        assert bool(contact and contact.suppressed_at) is (outcome == "unwanted")


def test_another_outcome_is_refused(staff: Staff, call_id: str) -> None:
    assert staff.send(f"/calls/{call_id}/bought").status_code == 404


def test_an_order_is_explained_as_data(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    order_id = History(runtime.database, shop_id, NOW).accepted(1002)
    told = staff.open(f"/orders/{order_id}/explanation").json
    assert told is not None
    assert told["page"]["reason"] == "page_accepted"
    assert told["page"]["decision"]["trace"]
    assert staff.open("/orders/none/explanation").status_code == 404
