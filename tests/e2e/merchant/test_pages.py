"""The merchant's pages in a real browser, inside the sandbox's admin: looked at, used, and checked by axe."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from server.storage.rules import Rules
from server.storage.shops import FAILED, Connections, Imports, Shops
from server.usecases.authoring import load_draft, save_funnel
from tests.e2e.merchant.browsing import AXE, PLAIN_AXE, WIDTHS, Merchant, look, serious
from tests.web.pages.history import History

pytestmark = pytest.mark.e2e


def write_history(merchant: Merchant) -> list[str]:
    """Give the shop orders of every kind, a paused sender and a failed import; return the orders' ids."""
    parts, shop_id = merchant.admin.runtime, merchant.admin.shop_id
    now = parts.clock.now()
    with parts.database.write() as session:
        row = Shops(session, parts.box).by_id(shop_id)
        row.installed_at, row.last_delivery_at = now - timedelta(hours=6), now
        Rules(session, shop_id).publish(by="1", now=now)
        connections = Connections(session, shop_id, parts.box)
        connections.save("twilio", {"account_sid": "AC" + "1" * 32, "auth_token": "2" * 32}, now=now)
        connections.pause("twilio", reason="Twilio refused the account's credentials (20003).", now=now)
        failed = Imports(session, shop_id).get("orders")
        assert failed is not None
        failed.state, failed.error = FAILED, "Shopify refused the request: the scope read_orders is missing."
    draft = load_draft(database=parts.database, shop_id=shop_id)
    odd = {
        "id": "odd",
        "name": "Not for regulars",
        "audience": {"any": [{"not": {"key": "customer.tier", "args": {"tiers": ["vip"]}}}]},
        "steps": [{"id": "first", "offer": {"id": "odd-offer", "source": "bought_together", "variants": ["999"]}}],
    }
    save_funnel(database=parts.database, shop_id=shop_id, funnel=odd, revision=draft.revision, now=now)
    return History(parts.database, shop_id, now).everything()


def test_empty_pages_stand_at_both_widths(merchant: Merchant) -> None:
    for path in ("/", "/offers", "/offers/new", "/orders", "/orders?show=unknown", "/integrations", "/orders/nope"):
        look(merchant, path)


def test_full_pages_stand_at_both_widths(imported: Merchant) -> None:
    orders = write_history(imported)
    for path in ("/", "/offers", "/offers/odd", "/offers/bought-together", "/orders", "/integrations"):
        look(imported, path)
    for order_id in orders[:2]:
        look(imported, f"/orders/{order_id}")


def test_home_follows_the_imports_and_asks_shopify_again(merchant: Merchant) -> None:
    app = merchant.app
    expect(app.get_by_text("Waiting to start.").first).to_be_visible()
    merchant.admin.run_imports()
    expect(app.get_by_text("60 orders")).to_be_visible()
    expect(app.get_by_text("The order history starts at")).to_be_visible()
    world = merchant.admin.sandbox.sandbox.world
    for chosen, words in (
        (None, "Another app, or none, has the page after payment."),
        (merchant.admin.sandbox.settings.client_id, "Afters is this shop's post-purchase app."),
    ):
        with world.write() as connection:
            connection.execute("UPDATE shop SET post_purchase_app = ?", (chosen,))
        app.get_by_role("button", name="Check again").click()
        expect(app.get_by_text(words)).to_be_visible()
    assert merchant.complaints == []


def test_older_orders_are_asked_for_and_imported(imported: Merchant) -> None:
    app, page = imported.open("/"), imported.page
    ask = app.get_by_role("button", name="Allow older orders")
    ask.click()
    page.get_by_role("button", name="Cancel").click()
    expect(ask).to_be_visible()
    ask.click()
    page.get_by_role("button", name="Allow", exact=True).click()
    expect(app.get_by_text("Waiting to start.")).to_be_visible()
    expect(ask).to_be_hidden()
    imported.admin.run_imports()
    expect(app.get_by_text("Waiting to start.")).to_be_hidden()
    with imported.admin.runtime.database.read() as session:
        row = Imports(session, imported.admin.shop_id).get("orders")
        assert row is not None
        assert row.since is None
    assert imported.complaints == []


def test_a_scope_that_is_missing_is_said(imported: Merchant) -> None:
    with imported.admin.runtime.database.write() as session:
        Shops(session, imported.admin.runtime.box).by_id(imported.admin.shop_id).scopes = ["read_products"]
    app = imported.open("/")
    missing = "read_inventory, read_locations, read_orders, read_customers, write_discounts"
    expect(app.get_by_text(f"Missing: {missing}.")).to_be_visible()
    look(imported, "/")
    app.get_by_role("button", name="Check again").first.click()
    expect(app.get_by_text("Missing:")).to_be_hidden()


def test_the_policy_stands_at_both_widths(browsing: Merchant) -> None:
    page = browsing.page
    page.goto(f"{browsing.admin.runtime.settings.public_url}/privacy")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.get_by_role("heading", name="Privacy", exact=True)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert serious(page.evaluate(PLAIN_AXE)) == []
    # A page that a browser opens by itself has it ask for an icon, which the app does not have.
    assert [each for each in browsing.complaints if "404" not in each] == []


def test_what_shopify_withholds_is_said_until_it_is_shown(imported: Merchant) -> None:
    imported.admin.sandbox.post("/sandbox/api/protected-data", level=1)
    app = imported.open("/")
    app.get_by_role("button", name="Check again").first.click()
    heading = "Shopify keeps your customers' names, e-mail addresses and phone numbers from Afters"
    said = app.locator(f's-banner[heading="{heading}"]')
    expect(said).to_be_visible()
    look(imported, "/")
    imported.admin.sandbox.post("/sandbox/api/protected-data", level=2)
    app.get_by_role("button", name="Check again").first.click()
    expect(app.get_by_text("Waiting to start.").first).to_be_visible()
    expect(said).to_be_hidden()


def test_a_failed_import_starts_again(imported: Merchant) -> None:
    write_history(imported)
    app = imported.open("/")
    expect(app.get_by_text("Stopped: Shopify refused the request")).to_be_visible()
    app.get_by_role("button", name="Try again").click()
    expect(app.get_by_text("Waiting to start.")).to_be_visible()


def pick(merchant: Merchant, button: Locator, *titles: str) -> None:
    """Choose goods in Shopify's picker by their titles, and wait until they stand on the page.

    The admin closes its dialog before the app is told what was chosen.
    """
    # The button is drawn inside an element of Polaris.
    place = button.evaluate_handle("(button) => button.getRootNode().host.closest('[data-picker]')").as_element()
    assert place is not None
    button.click()
    dialog = merchant.page.get_by_role("dialog")
    for title in titles:
        dialog.get_by_role("searchbox").fill(title)
        dialog.get_by_role("checkbox", name=title).first.check()
    dialog.get_by_role("button", name="Select").click()
    for title in titles:
        place.wait_for_selector(f"[data-chosen-title]:text-is({json.dumps(title)})")


def titles_in_stock(merchant: Merchant, count: int) -> list[str]:
    with merchant.admin.sandbox.sandbox.world.read() as connection:
        rows = connection.execute(
            """SELECT p.title FROM product p JOIN variant v ON v.product_id = p.id
               JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
               WHERE p.status = 'ACTIVE' GROUP BY p.title HAVING count(*) = 1 AND sum(l.available) > 20
               ORDER BY p.title LIMIT ?""",
            (count,),
        ).fetchall()
    return [row["title"] for row in rows]


def test_an_offer_is_made_corrected_and_published(imported: Merchant) -> None:
    app = imported.open("/offers")
    app.get_by_role("link", name="Add offer").click()
    expect(app.get_by_role("heading", name="Add offer")).to_be_visible()
    first, second = titles_in_stock(imported, 2)
    pick(imported, app.get_by_role("button", name="Choose products").first, first, second)
    chosen = app.locator("[data-name='offer.variants'] [data-chosen-title]")
    expect(chosen).to_have_text([first, second])
    expect(app.locator("[data-chosen-detail]").first).to_contain_text("in stock")
    app.get_by_role("button", name=f"Move down: {first}").click()
    expect(chosen).to_have_text([second, first])
    app.get_by_label("Discount", exact=True).fill("150")
    app.get_by_role("button", name="Add condition").click()
    app.get_by_role("textbox", name="At least", exact=True).fill("30")
    imported.save()
    expect(app.get_by_text("Some fields need your attention.")).to_be_visible()
    expect(app.get_by_text("Must lie above 0 and at most at 100")).to_be_visible()
    expect(app.get_by_text("Must be a text of 1 to 300 characters.")).to_be_visible()
    assert imported.faults == []
    app.get_by_label("Name", exact=True).fill("Two for the shelf")
    app.get_by_label("Discount", exact=True).fill("20")
    expect(app.get_by_text("Must lie above 0")).to_be_hidden()
    imported.save()
    expect(app.get_by_role("heading", name="Two for the shelf")).to_be_visible()
    expect(chosen).to_have_text([second, first])
    expect(app.get_by_role("textbox", name="At least", exact=True)).to_have_value("30.00")
    expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
    app.get_by_role("button", name="Publish").click()
    expect(app.get_by_text("Nothing is live yet")).to_be_hidden()
    parts = imported.admin.runtime
    with parts.database.read() as session:
        live = Rules(session, imported.admin.shop_id).live()
        assert live is not None
        assert [funnel.name for funnel in live.document.funnels] == ["Often bought together", "Two for the shelf"]
        assert live.document.funnels[1].steps[0].offer.discount is not None
    assert imported.complaints == [
        "Failed to load resource: the server responded with a status of 422 (UNPROCESSABLE ENTITY)"
    ]


def test_conditions_come_go_and_come_back_when_discarded(imported: Merchant) -> None:
    app = imported.open("/offers/bought-together")
    boxes = app.locator("[data-condition]")
    expect(boxes.locator("strong")).to_have_text(["Number of items"])
    app.get_by_role("button", name="Remove Number of items").click()
    for kind in ("order.contains", "customer.tier"):
        app.locator("#condition-kind select").select_option(kind)
        app.get_by_role("button", name="Add condition").click()
    expect(boxes.locator("strong").first).to_have_text("Order contains any of")
    names = imported.in_app("[...root.querySelectorAll('[data-condition] > input')].map((field) => field.name)")
    assert names == ["audience.all[0].key", "audience.all[1].key"]
    (title,) = titles_in_stock(imported, 1)
    pick(imported, boxes.first.get_by_role("button", name="Choose products"), title)
    expect(boxes.first.locator("[data-chosen-title]")).to_have_text([title])
    imported.save()
    expect(boxes.nth(1).get_by_text("Is missing.")).to_be_visible()
    imported.discard()
    expect(boxes.locator("strong")).to_have_text(["Number of items"])
    expect(app.get_by_text("Is missing.")).to_be_hidden()
    expect(imported.page.locator("#save-bar")).to_be_hidden()


def test_unsaved_work_is_not_lost_by_a_link(imported: Merchant) -> None:
    app = imported.open("/offers/bought-together")
    app.get_by_label("Name", exact=True).fill("Half done")
    app.get_by_role("link", name="Offers").click()
    imported.page.get_by_role("button", name="Keep editing").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("Half done")
    app.get_by_role("link", name="Offers").click()
    imported.page.get_by_role("button", name="Leave page").click()
    expect(app.get_by_role("heading", name="Offers", level=1)).to_be_visible()


def test_two_merchants_do_not_overwrite_each_other(imported: Merchant) -> None:
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    app = imported.open("/offers/bought-together")
    draft = load_draft(database=parts.database, shop_id=shop_id)
    theirs = {**draft.funnel("bought-together"), "name": "Their name"}
    save_funnel(database=parts.database, shop_id=shop_id, funnel=theirs, revision=draft.revision, now=parts.clock.now())
    app.get_by_label("Name", exact=True).fill("My name")
    imported.save()
    expect(app.get_by_role("heading", name="Someone else changed these rules")).to_be_visible()
    expect(app.get_by_text("funnels[bought-together].name")).to_be_visible()
    app.get_by_role("button", name="Load the page again").click()
    expect(app.get_by_label("Name", exact=True)).to_have_value("Their name")


def test_an_offer_is_deleted_only_after_a_question(imported: Merchant) -> None:
    app = imported.open("/offers/bought-together")
    app.get_by_role("button", name="Delete").click()
    dialog = app.locator("s-modal")
    dialog.get_by_role("button", name="Keep").click()
    expect(dialog.get_by_role("button", name="Delete")).to_be_hidden()
    app.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("shoppers stop getting it when you publish")).to_be_visible()
    assert imported.faults == []
    dialog.get_by_role("button", name="Delete").click()
    expect(app.get_by_text("No offers yet")).to_be_visible()


def test_a_vendor_is_connected_in_its_form(imported: Merchant) -> None:
    app = imported.open("/integrations")
    form = app.locator("form#twilio")
    form.get_by_label("Account SID").fill("AC123")
    form.get_by_role("button", name="Connect Twilio").click()
    expect(form.get_by_text("Account SID must start with AC and have 34 characters")).to_be_visible()
    expect(form.get_by_text("Auth Token is missing.")).to_be_visible()
    assert imported.faults == []
    form.get_by_label("Account SID").fill("AC" + "1" * 32)
    form.get_by_label("Auth Token").fill("2" * 32)
    form.get_by_label("From number").fill("+447700900123")
    form.get_by_role("button", name="Connect Twilio").click()
    expect(app.get_by_text("Stored. Leave it empty to keep it.")).to_be_visible()
    expect(form.get_by_label("Auth Token")).to_have_value("")
    parts = imported.admin.runtime
    with parts.database.read() as session:
        held = Connections(session, imported.admin.shop_id, parts.box).get("twilio")
        assert held is not None
        assert held.settings["auth_token"] == "2" * 32


def test_links_move_with_a_token_that_does_not_stay_in_the_address(imported: Merchant) -> None:
    write_history(imported)
    app = imported.open("/orders")
    imported.visited.clear()
    app.get_by_role("link", name="#1001").click()
    expect(app.get_by_role("heading", name="Order #1001")).to_be_visible()
    documents = [url for url in imported.visited if "/orders/1001" in url]
    assert len(documents) == 1
    assert "id_token=" in documents[0]
    assert not [url for url in imported.visited if "/auth/session-token" in url]
    assert "id_token" not in imported.in_app("location.href")
    expect(imported.page).to_have_url(f"{imported.admin.sandbox.origin}/admin/apps/afters/orders/1001")
    imported.page.go_back()
    expect(app.get_by_role("heading", name="Orders", level=1)).to_be_visible()


def test_a_row_of_the_list_opens_its_order(imported: Merchant) -> None:
    write_history(imported)
    app = imported.open("/orders")
    app.get_by_role("cell", name="Held out").click()
    expect(app.get_by_role("heading", name="Order #1007")).to_be_visible()


def test_public_pages_stand_on_a_phone(chromium: Browser, imported: Merchant, tmp_path: Path) -> None:
    write_history(imported)
    origin = imported.admin.sandbox.settings.app_origin
    token = imported.admin.runtime.unsubscribes.sign("email-1002")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    try:
        page.goto(f"{origin}/unsubscribe/{token}")
        expect(page.get_by_role("heading", name="No more offers from Gift Shop?")).to_be_visible()
        look_plain(page)
        page.get_by_role("button", name="Unsubscribe").click()
        expect(page.get_by_role("heading", name="You are unsubscribed")).to_be_visible()
        look_plain(page)
        page.goto(f"{origin}/unsubscribe/nonsense")
        expect(page.get_by_role("heading", name="Not found")).to_be_visible()
        look_plain(page)
    finally:
        page.close()


def look_plain(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # The page's own policy forbids a script element; DevTools evaluates all the same.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert serious(page.evaluate(PLAIN_AXE)) == []
