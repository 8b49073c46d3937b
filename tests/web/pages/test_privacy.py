"""Privacy requests: the list, the data for the owner, and nothing for another shop."""

from datetime import datetime, timedelta

from server.ports import CustomerRequest
from server.runtime import Runtime
from server.usecases.privacy import list_requests, note_data_request
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def ask(runtime: Runtime, shop: str = SHOP, *, at: datetime = NOW) -> int:
    person = CustomerRequest(None, "jo@example.com", None)
    note_data_request(
        database=runtime.database, box=runtime.box, shop_domain=shop, platform_id="1", person=person, now=at
    )
    return list_requests(database=runtime.database, box=runtime.box, shop_domain=shop)[0].id


def test_no_requests_are_said_so(staff: Staff) -> None:
    assert "No privacy requests" in staff.open("/privacy/requests").text


def test_the_owner_gets_the_data_and_marks_it_as_handed_over(staff: Staff, runtime: Runtime) -> None:
    number = ask(runtime)
    page = staff.open("/privacy/requests").text
    assert "To be answered by" in words(Markup.read(page))
    assert "jo@example.com" not in page
    data = staff.fetch(f"/privacy/requests/{number}/data").get_json()
    assert (data["name"], data["data"]["shop"]) == (f"data-request-{number}.json", SHOP)
    assert staff.send(f"/privacy/requests/{number}/done").json == {"ok": True}
    assert "Handed over" in words(Markup.read(staff.open("/privacy/requests").text))
    assert staff.fetch(f"/privacy/requests/{number}/data").status_code == 404


def test_another_shops_requests_are_neither_seen_nor_answered(staff: Staff, runtime: Runtime) -> None:
    theirs = ask(runtime, OTHER_SHOP)
    assert "No privacy requests" in staff.open("/privacy/requests").text
    assert staff.fetch(f"/privacy/requests/{theirs}/data").status_code == 404
    assert staff.send(f"/privacy/requests/{theirs}/done").status_code == 404


def test_a_request_that_was_not_answered_in_time_is_overdue(staff: Staff, runtime: Runtime) -> None:
    ask(runtime, at=NOW - timedelta(days=31))
    page = Markup.read(staff.open("/privacy/requests").text)
    assert "Overdue since" in words(page)
    assert "To be answered by" not in words(page)
