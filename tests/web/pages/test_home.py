"""Home: each line of the set-up is really looked at, and today's figures are today's."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.gates import gate_at
from server.domain.impressions import Drop, Share
from server.ports import CredentialsRejected, TemporaryFailure
from server.runtime import Runtime
from server.shopify.blocks import TARGETS
from server.storage.alerts import IMPRESSIONS_FELL, Alerts
from server.storage.gates import Gates
from server.storage.rules import RuleVersionRow
from server.storage.shops import Connections, Imports, Shops
from server.usecases.install import IMPORT_KINDS
from tests.web.installed import grant_until
from tests.web.pages.conftest import AskedApi, Staff
from tests.web.pages.history import History
from tests.web.pages.reading import Markup, words


def steps(staff: Staff) -> dict[str, Markup]:
    """Return the lines of the set-up by their titles."""
    page = Markup.read(staff.fetch("/set-up").text)
    return {words(item.one("strong")): item for item in page.all("li")}


def state(line: Markup) -> str:
    return words(line.one("span", "unseen")).removeprefix(": ")


def figures(staff: Staff) -> dict[str, str]:
    page = Markup.read(staff.open("/").text)
    return {words(each.one("dt")): words(each.one("dd")) for each in page.one("dl").all("div")}


def test_a_new_shop_has_everything_before_it(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        imports = Imports(session, shop_id)
        for kind in IMPORT_KINDS:
            imports.want(kind, now=staff.clock.now())
        session.delete(session.get_one(RuleVersionRow, (shop_id, 1)))
    found = steps(staff)
    assert {title: state(line) for title, line in found.items()} == {
        "Import products": "under way",
        "Import collections": "under way",
        "Import orders": "under way",
        "Import customers": "under way",
        "Import stock at each location": "under way",
        "Choose Afters for the one-click page": "to do",
        "Place the block on the thank-you page": "to do",
        "Place the block on the order-status page": "to do",
        "Publish the first offers": "to do",
        "Connect text messages": "done",
        "Connect e-mail": "to do",
        "Receive webhooks": "to do",
    }
    assert "Waiting to start." in words(found["Import products"])
    assert "How far back the order history goes" in staff.open("/").text
    assert figures(staff) == {
        "Orders": "0",
        "Offers made": "0",
        "Shown": "0",
        "Accepted": "0",
        "Messages sent": "0",
        "Revenue": "£0.00",
    }


def test_a_running_import_says_how_far_it_is(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        imports = Imports(session, shop_id)
        imports.want("products", now=staff.clock.now())
        row = imports.get("products")
        assert row is not None
        row.state, row.done, row.total = "queued", 812, 2_400
    line = steps(staff)["Import products"]
    assert "812 of 2,400" in words(line)
    assert line.one("s-progress").attributes["value"] == "812"
    assert line.one("s-progress").attributes["max"] == "2400"
    assert Markup.read(staff.fetch("/set-up").text).one("ul").attributes["data-is-busy"] == "yes"


def test_a_failed_import_says_why_and_starts_again(
    staff: Staff, runtime: Runtime, shop_id: int, woken: list[datetime]
) -> None:
    with runtime.database.write() as session:
        imports = Imports(session, shop_id)
        imports.want("orders", now=staff.clock.now())
        row = imports.get("orders")
        assert row is not None
        row.state, row.error = "failed", "The scope read_orders is missing."
    line = steps(staff)["Import orders"]
    assert state(line) == "failed"
    assert "The scope read_orders is missing." in words(line)
    post = line.one("s-button").attributes["data-post"]
    assert staff.send(str(post)).json == {"ok": True, "is_started": True}
    assert len(woken) == 1
    assert state(steps(staff)["Import orders"]) == "under way"
    assert staff.send(str(post)).json == {"ok": True, "is_started": False}


def test_there_is_no_import_of_another_kind(staff: Staff) -> None:
    assert staff.send("/imports/reviews/retry").status_code == 404


def test_an_import_that_came_with_a_later_release_is_started_by_hand(staff: Staff) -> None:
    line = steps(staff)["Import customers"]
    assert state(line) == "to do"
    assert staff.send("/imports/customers/retry").json == {"ok": True, "is_started": True}
    assert state(steps(staff)["Import customers"]) == "under way"


def test_a_finished_set_up_comes_after_the_figures(staff: Staff, runtime: Runtime, shop_id: int, api: AskedApi) -> None:
    now = staff.clock.now()
    with runtime.database.write() as session:
        imports, shop = Imports(session, shop_id), Shops(session, runtime.box).by_id(shop_id)
        for kind in IMPORT_KINDS:
            imports.want(kind, now=now)
            row = imports.get(kind)
            assert row is not None
            row.state, row.done, row.finished_at = "done", 30, now
        shop.last_delivery_at, shop.history_starts_at = now, datetime(2026, 9, 24, 9, 0, tzinfo=UTC)
        settings = {"host": "smtp.example.com", "port": "587", "security": "starttls", "from_name": "Gift Shop"}
        settings |= {"from_address": "a@example.com", "postal_address": "1 High Street"}
        Connections(session, shop_id, runtime.box).save("smtp", settings, now=now)
    assert staff.send("/set-up/check").json == {"ok": True, "is_post_purchase_app": True}
    told = {"is_told": "yes", "target": list(TARGETS)}
    assert staff.send("/set-up/look", told).json == {"ok": True}
    text = staff.open("/").text
    assert "12 of 12 done" in text
    assert text.index('heading="Today"') < text.index('heading="Set-up"')
    assert "The order history starts at September 24, 2026." in text
    assert api.is_post_purchase_app


def test_the_one_click_page_is_asked_for_at_shopify(staff: Staff, api: AskedApi) -> None:
    title = "Choose Afters for the one-click page"
    assert "has not been asked" in words(steps(staff)[title])
    api.is_post_purchase_app = False
    assert staff.send("/set-up/check").json == {"ok": True, "is_post_purchase_app": False}
    line = steps(staff)[title]
    assert state(line) == "to do"
    assert "Settings, Checkout, Post-purchase page" in words(line)
    api.is_post_purchase_app = True
    staff.send("/set-up/check")
    assert state(steps(staff)[title]) == "done"


def test_opening_home_asks_shopify_at_most_once_an_hour(
    staff: Staff, api: AskedApi, runtime: Runtime, shop_id: int
) -> None:
    title = "Choose Afters for the one-click page"
    assert staff.send("/set-up/look").json == {"ok": True}
    assert state(steps(staff)[title]) == "done"
    api.is_post_purchase_app = False
    staff.clock.move(minutes=59)
    keep_grant(runtime, shop_id, staff)
    assert staff.send("/set-up/look").json == {"ok": True}
    assert state(steps(staff)[title]) == "done"
    staff.clock.move(minutes=1)
    assert staff.send("/set-up/look").json == {"ok": True}
    line = steps(staff)[title]
    assert state(line) == "to do"
    links = [each.attributes for each in line.all("s-button")]
    assert [each.get("href") or each.get("data-post") for each in links] == [
        "shopify://admin/settings/checkout",
        "/set-up/check",
    ]
    assert links[0]["target"] == "_top"
    with runtime.database.read() as session:
        spans = Gates(session, shop_id).spans()["one_click"]
    assert [each.is_open for each in spans] == [True, False]
    assert gate_at(spans, staff.clock.now() - timedelta(minutes=30)) is None, "it changed at some time in between"


def keep_grant(runtime: Runtime, shop_id: int, staff: Staff) -> None:
    with runtime.database.write() as session:
        row = Shops(session, runtime.box).by_id(shop_id)
        Shops(session, runtime.box).store_grant(row, grant_until(staff.clock.now() + timedelta(hours=1)))


def test_where_the_block_is_placed_app_bridge_tells(staff: Staff, api: AskedApi) -> None:
    thank_you, status = (f"Place the block on the {page} page" for page in ("thank-you", "order-status"))
    assert "has not told yet" in words(steps(staff)[thank_you])
    api.failure = TemporaryFailure("Shopify is busy.")
    told = {"is_told": "yes", "target": ["purchase.thank-you.block.render", "admin.product-details.block.render"]}
    assert staff.send("/set-up/look", told).status_code == 503
    assert [state(steps(staff)[each]) for each in (thank_you, status)] == ["done", "to do"], "kept all the same"
    button = steps(staff)[status].one("s-button").attributes
    assert button["href"] == "shopify://admin/settings/checkout/editor?page=order-status"
    staff.send("/set-up/look")
    assert state(steps(staff)[thank_you]) == "done", "an App Bridge that cannot tell takes nothing back"
    staff.send("/set-up/look", {"is_told": "yes"})
    assert state(steps(staff)[thank_you]) == "to do"


@pytest.mark.parametrize(
    ("failure", "status"),
    [(TemporaryFailure("Shopify is busy."), 503), (CredentialsRejected("Shopify refuses our access."), 502)],
)
def test_a_shopify_that_does_not_answer_is_said_so(
    staff: Staff, api: AskedApi, failure: Exception, status: int
) -> None:
    api.failure = failure
    answer = staff.send("/set-up/check")
    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["message"] == str(failure)


def test_todays_figures_begin_at_the_shops_midnight(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Shops(session, runtime.box).by_id(shop_id).time_zone = "Pacific/Auckland"
    # 10:00 UTC is 23:00 in Auckland: the day there began at 11:00 UTC of the day before.
    history = History(runtime.database, shop_id, staff.clock.now())
    history.everything()
    history.order(900, minutes_ago=22 * 60)
    history.order(901, minutes_ago=24 * 60)
    assert figures(staff) == {
        "Orders": "8",
        "Offers made": "4",
        "Shown": "2",
        "Accepted": "2",
        "Messages sent": "2",
        "Revenue": "£8.50",
    }


def test_yesterday_is_not_today(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    History(runtime.database, shop_id, staff.clock.now()).everything()
    staff.clock.move(hours=20)
    with runtime.database.write() as session:
        # A grant lives for an hour; the shop has been opened again since.
        row = Shops(session, runtime.box).by_id(shop_id)
        Shops(session, runtime.box).store_grant(row, grant_until(staff.clock.now() + timedelta(hours=1)))
    assert figures(staff)["Orders"] == "0"
    assert figures(staff)["Revenue"] == "£0.00"


def test_unknown_fates_lead_to_their_orders(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert "may or may not have arrived" not in staff.open("/").text
    History(runtime.database, shop_id, staff.clock.now()).cut_off()
    page = staff.open("/").text
    assert "1 message may or may not have arrived" in page
    assert 'href="/orders?show=unknown"' in page


def test_a_paused_connection_is_said_with_its_reason(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        connections = Connections(session, shop_id, runtime.box)
        connections.pause("twilio", reason="Twilio refused the credentials.", now=staff.clock.now())
    page = staff.open("/").text
    assert "Twilio is paused" in page
    assert "Twilio refused the credentials." in page
    assert state(steps(staff)["Connect text messages"]) == "to do"


def test_settings_that_no_longer_do_count_as_not_connected(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        Connections(session, shop_id, runtime.box).save("twilio", {"account_sid": "old"}, now=staff.clock.now())
    assert state(steps(staff)["Connect text messages"]) == "to do"


def test_a_shop_whose_facts_are_not_known_yet_has_a_page(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        row = Shops(session, runtime.box).by_id(shop_id)
        row.name = row.currency = row.time_zone = row.country_code = None
    assert figures(staff)["Revenue"] == "\N{EN DASH}"


def test_a_fall_of_impressions_is_said_with_its_figures(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    heading = "The one-click page is shown less than it was"
    assert heading not in staff.open("/").text
    drop = Drop(7, Share(60, 9), Share(900, 720))
    with runtime.database.write() as session:
        Alerts(session, shop_id).raise_(IMPRESSIONS_FELL, asdict(drop), now=staff.clock.now())
    banners = Markup.read(staff.open("/").text).all("s-banner")
    (told,) = (each for each in banners if each.attributes.get("heading") == heading)
    assert "9 of 60 did in the last 7 days (15 %)" in words(told)
    assert "In the weeks before it was 80 %" in words(told)
