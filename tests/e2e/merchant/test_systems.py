"""Keys of other systems, and which locations count, in a real browser inside the sandbox's admin."""

import httpx
import pytest
from playwright.sync_api import expect

from server.storage.contacts import CustomerRow
from server.storage.stock import LocationRow
from server.usecases.access import ShopAccess
from server.usecases.authoring import load_draft
from server.usecases.locations import refresh_locations
from tests.e2e.merchant.browsing import WIDTHS, Merchant, look
from tests.sandbox.shopify import ids

pytestmark = pytest.mark.e2e


def read_locations(merchant: Merchant) -> None:
    parts = merchant.admin.runtime
    access = ShopAccess(parts.database, parts.box, parts.auth, parts.apis)
    refresh_locations(access=access, shop_id=merchant.admin.shop_id, now=parts.clock.now())


def test_a_system_tells_what_it_knows_with_a_key_that_staff_made_and_revoked(imported: Merchant) -> None:
    look(imported, "/keys")
    app, parts = imported.open("/keys"), imported.admin.runtime
    expect(app.get_by_text("No system has a key yet")).to_be_visible()
    app.get_by_role("button", name="Make a key").click()
    expect(app.get_by_text("Name the system that will use it").first).to_be_visible()
    app.get_by_label("Name", exact=True).fill("Helpdesk")
    app.get_by_role("button", name="Make a key").click()
    shown = app.get_by_label("Your new key")
    expect(shown).to_be_visible()
    key = shown.input_value()
    expect(app.get_by_text("No system has a key yet")).to_be_hidden()
    for width in WIDTHS:
        imported.page.set_viewport_size({"width": width, "height": 900})
        assert imported.faults == []
        assert imported.in_app("root.scrollWidth - root.clientWidth") <= 0
    imported.page.set_viewport_size({"width": 1280, "height": 900})
    app.get_by_role("button", name="I have copied it").click()
    expect(app.get_by_text("Never used")).to_be_visible()
    assert key not in app.locator("body").inner_html()

    with parts.database.read() as session:
        customer_id = session.query(CustomerRow.customer_id).order_by(CustomerRow.customer_id).limit(1).scalar()
    address = f"{imported.admin.sandbox.settings.app_origin}/api/facts"
    sent = {"customers": [{"customer": customer_id, "facts": {"open_tickets": 2}}]}
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.post(address, json=sent, headers=headers, trust_env=False)
    assert answer.json() == {"ok": True, "customers": 1, "changed": 1}
    look(imported, "/keys")
    expect(app.get_by_text("Last used")).to_be_visible()

    app.get_by_role("button", name="Revoke the key of Helpdesk").click()
    app.get_by_role("button", name="Revoke", exact=True).click()
    expect(app.get_by_text("Revoked", exact=True)).to_be_visible()
    assert httpx.post(address, json=sent, headers=headers, trust_env=False).status_code == 401
    look(imported, "/keys")


def test_which_locations_count_is_chosen_by_name_and_saved(imported: Merchant) -> None:
    read_locations(imported)
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    look(imported, "/settings")
    app = imported.open("/settings")
    expect(app.get_by_text("Does not send orders of the online shop")).to_be_visible()
    app.get_by_label("Leeds warehouse").check()
    imported.save()
    expect(imported.page.get_by_text("Settings saved.")).to_be_visible()
    draft = load_draft(database=parts.database, shop_id=shop_id)
    assert draft.document["stock"]["locations"] == [str(ids.LOCATION_ID)]
    app = imported.open("/settings")
    expect(app.get_by_label("Leeds warehouse")).to_be_checked()
    with parts.database.write() as session:
        row = session.get(LocationRow, (shop_id, str(ids.LOCATION_ID)))
        assert row is not None
        row.is_active = False
    look(imported, "/settings")
    expect(app.get_by_text("Deactivated in Shopify")).to_be_visible()
