"""Collections in the merchant's pages: chosen by name, kept by id, told where they are gone."""

import pytest
from playwright.sync_api import expect

from server.storage.collections import Collections
from server.storage.rules import Rules
from tests.e2e.merchant.browsing import Merchant
from tests.e2e.merchant.test_pages import pick
from tests.sandbox.shopify.collections import delete_collection

pytestmark = pytest.mark.e2e
OFFER = "/offers/bought-together"


def id_of(merchant: Merchant, title: str) -> str:
    with merchant.admin.sandbox.sandbox.world.read() as connection:
        return str(connection.execute("SELECT id FROM collection WHERE title = ?", (title,)).fetchone()[0])


def test_a_collection_is_chosen_by_name_and_kept_by_id(imported: Merchant) -> None:
    app = imported.open(OFFER)
    app.locator("#condition-kind select").select_option("order.contains")
    app.get_by_role("button", name="Add condition").click()
    box = app.locator("[data-condition]").last
    pick(imported, box.get_by_role("button", name="Choose collections").first, "Best sellers", "Party")
    chosen = box.locator("[data-picker='collections'] [data-chosen-title]")
    expect(chosen).to_have_text(["Best sellers", "Party"])
    imported.save()
    expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
    expect(chosen).to_have_text(["Best sellers", "Party"])
    expect(box.locator("[data-chosen-detail]").first).to_contain_text("As of")
    parts = imported.admin.runtime
    with parts.database.read() as session:
        draft = Rules(session, imported.admin.shop_id).draft()
        assert draft is not None
        (funnel,) = draft.document["funnels"]
    ids = [id_of(imported, title) for title in ("Best sellers", "Party")]
    assert funnel["audience"]["all"][-1] == {"key": "order.contains", "args": {"collections": ids}}
    app = imported.open("/offers")
    expect(app.get_by_text("collections Best sellers, Party")).to_be_visible()
    assert imported.faults == []


def test_one_that_was_deleted_is_told_when_it_is_published(imported: Merchant) -> None:
    sandbox = imported.admin.sandbox.sandbox
    app = imported.open(OFFER)
    app.locator("#condition-kind select").select_option("order.contains")
    app.get_by_role("button", name="Add condition").click()
    box = app.locator("[data-condition]").last
    pick(imported, box.get_by_role("button", name="Choose collections").first, "Stationery")
    imported.save()
    expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
    gone = id_of(imported, "Stationery")
    delete_collection(sandbox.world, sandbox.sender, int(gone))
    with imported.admin.runtime.database.write() as session:
        Collections(session, imported.admin.shop_id).remove(gone)
    app = imported.open(OFFER)
    expect(app.get_by_text(f"Collection {gone}")).to_be_visible()
    expect(app.get_by_text("Not among your collections")).to_be_visible()
    app.get_by_role("button", name="Publish").click()
    expect(app.get_by_text(f"'{gone}' is no collection of the shop").first).to_be_visible()
