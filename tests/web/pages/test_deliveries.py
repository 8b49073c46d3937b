"""Set aside: the list, another try of one and of all, and nothing of other shops."""

from dataclasses import replace

from server.runtime import Runtime
from server.storage.deliveries import Deliveries, DeliveryRow
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.storage.test_deliveries import NEW
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def set_aside(runtime: Runtime, *delivery_ids: str, shop: str = SHOP) -> list[int]:
    for each in delivery_ids:
        new = replace(NEW, delivery_id=each, shop_domain=shop, body=b'{"email": "jo@example.com"}')
        runtime.inbox.store(new, now=NOW)
    with runtime.inbox.database.write() as session:
        rows = [row for row in session.query(DeliveryRow) if row.delivery_id in delivery_ids]
        for row in rows:
            Deliveries(session).close(row.id, state="failed", now=NOW, error="HTTP 503")
        return [row.id for row in rows]


def states(runtime: Runtime) -> dict[str, str]:
    with runtime.inbox.database.read() as session:
        return {row.delivery_id: row.state for row in session.query(DeliveryRow)}


def test_nothing_set_aside_is_said_so(staff: Staff) -> None:
    page = staff.open("/deliveries")
    assert page.status_code == 200
    assert "Nothing was set aside" in page.text


def test_each_is_listed_with_its_reason_and_nobodys_data(staff: Staff, runtime: Runtime) -> None:
    set_aside(runtime, "1", "2")
    told = words(Markup.read(staff.open("/deliveries").text))
    assert told.count("An order") >= 2
    assert "Could not be taken in: HTTP 503" in told
    assert "jo@example.com" not in told
    assert "2 deliveries could not be taken in." in words(Markup.read(staff.open("/").text))


def test_one_and_all_are_tried_again(staff: Staff, runtime: Runtime) -> None:
    first, _, _ = set_aside(runtime, "1", "2", "3")
    assert staff.send(f"/deliveries/{first}/replay").json == {"ok": True}
    assert states(runtime) == {"1": "stored", "2": "failed", "3": "failed"}
    assert staff.send("/deliveries/replay").json == {"ok": True, "count": 2}
    assert set(states(runtime).values()) == {"stored"}


def test_another_shops_are_neither_seen_nor_tried(staff: Staff, runtime: Runtime) -> None:
    (theirs,) = set_aside(runtime, "theirs", shop=OTHER_SHOP)
    assert "Nothing was set aside" in staff.open("/deliveries").text
    assert staff.send(f"/deliveries/{theirs}/replay").status_code == 404
    assert staff.send("/deliveries/replay").json == {"ok": True, "count": 0}
    assert states(runtime) == {"theirs": "failed"}
