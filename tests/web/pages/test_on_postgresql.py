"""Every page and every change once on PostgreSQL: the same queries must hold there."""

import pytest

from server.runtime import Runtime
from tests.web.pages import test_follow_ups, test_lift, test_markets, test_pairings, test_tiers
from tests.web.pages.conftest import Staff
from tests.web.pages.history import History
from tests.web.pages.reading import words
from tests.web.pages.test_home import figures
from tests.web.pages.test_offers import draft, funnels, save
from tests.web.pages.test_orders import listed, timeline

pytestmark = pytest.mark.postgresql
# What the shop of these tests does not have: a second offer.
FIELDS = {"test_markets": {"overrides.funnels[1].is_live": ""}}


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


def test_every_page_reads_and_every_change_is_kept(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    history = History(runtime.database, shop_id, staff.clock.now())
    orders = history.everything()
    for number in range(1, 31):
        history.order(number, minutes_ago=90)
    assert len(listed(staff)) == 25
    last = "2026-11-23T08:30:00Z_26"
    assert set(listed(staff, before=last)) == {f"#{number}" for number in (27, 28, 29, 3, 30, 4, 5, 6, 7, 8, 9)}
    assert list(listed(staff, show="unknown")) == ["#1005"]
    assert all(len(timeline(staff, order_id)) > 2 for order_id in orders)
    assert figures(staff) == {
        "Orders": "37",
        "Offers made": "4",
        "Shown": "2",
        "Accepted": "2",
        "Messages sent": "2",
        "Revenue": "£8.50",
    }
    path = save(staff, runtime, shop_id)["location"]
    assert "Product 1" in staff.open(path).text
    late = save(staff, runtime, shop_id, revision="1")
    assert late["error"]["code"] == "draft_changed"
    assert staff.send("/offers/publish", {"revision": "2"}).json == {"ok": True, "number": 2}
    assert staff.send(f"{path}/delete", {"revision": "2"}).status_code == 200
    assert set(funnels(runtime, shop_id)) == {"Fixed"}
    assert staff.fetch("/offers/variants", ids="1,2").status_code == 200
    assert staff.send("/set-up/check").status_code == 200
    assert staff.open("/integrations").status_code == 200


def test_the_forms_of_the_rules_and_the_lift(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    test_lift.publish(runtime, shop_id, holdout={"percent": 50})
    test_lift.shoppers(runtime, shop_id, offered=60, held_out=60, worth=2_000)
    assert "Offers add" in words(test_lift.page(staff))
    for form in (test_follow_ups, test_tiers, test_pairings, test_markets):
        made = form.save(staff, runtime, shop_id, **FIELDS.get(form.__name__.rpartition(".")[2], {}))
        assert staff.open(made["location"]).status_code == 200, made
        late = form.save(staff, runtime, shop_id, revision="1")
        assert late["status"] in {409, 422}
    assert (
        staff.send("/tiers/0", {"name": "first", "revision": str(draft(runtime, shop_id).revision)}).status_code == 200
    )
    document = draft(runtime, shop_id).document
    assert [len(document[part]) for part in ("journeys", "tiers", "pairings", "markets")] == [1, 1, 1, 1]
