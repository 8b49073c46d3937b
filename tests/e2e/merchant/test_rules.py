"""The rules in a real browser: settings as a form, the whole document as text, presets, and the way back."""

import pytest
from playwright.sync_api import expect

from server.usecases.authoring import load_draft
from server.usecases.presets import PRESETS
from tests.e2e.merchant.browsing import Merchant, look

pytestmark = pytest.mark.e2e


def test_the_pages_stand_at_both_widths(imported: Merchant) -> None:
    for path in ("/settings", "/rules/text", "/rules/presets", "/rules/versions"):
        look(imported, path)
    imported.open("/offers").get_by_role("button", name="Publish").click()
    expect(imported.app.get_by_role("button", name="Publish")).to_be_hidden()
    look(imported, "/rules/versions")


def test_a_limit_is_corrected_saved_and_published(imported: Merchant) -> None:
    app = imported.open("/")
    imported.page.get_by_role("link", name="Settings").click()
    expect(app.get_by_role("heading", name="Settings", level=1)).to_be_visible()
    messages, days = (
        app.get_by_label("Messages in one follow-up"),
        app.get_by_label("Days between two follow-ups of orders"),
    )
    messages.fill("9")
    days.fill("30")
    imported.save()
    expect(app.get_by_text("Must be a whole number from 1 to 3.")).to_be_visible()
    messages.fill("2")
    app.get_by_label("Goods that go on selling when out of stock").click()
    imported.save()
    expect(imported.page.get_by_text("Settings saved.")).to_be_visible()
    expect(days).to_have_value("30")
    app.get_by_role("button", name="Publish").click()
    expect(app.get_by_role("button", name="Publish")).to_be_hidden()
    live = load_draft(database=imported.admin.runtime.database, shop_id=imported.admin.shop_id).live_document
    assert live is not None
    assert (live["caps"]["sequence_days"], live["caps"]["messages_per_sequence"]) == (30, 2)
    assert live["stock"]["offers_oversold"] is False


def test_the_text_is_refused_with_places_and_saved_when_sound(imported: Merchant) -> None:
    publish = imported.open("/offers").get_by_role("button", name="Publish")
    publish.click()
    expect(publish).to_be_hidden()
    app = imported.open("/rules/text")
    field = app.get_by_label("Rules", exact=True)
    written = field.input_value()
    field.fill(written.replace("sequence_days: 14", "sequence_days: often"))
    imported.save()
    expect(app.get_by_text("caps.sequence_days: must be a whole number")).to_be_visible()
    field.fill(written.replace("sequence_days: 14", "sequence_days: 21"))
    imported.save()
    expect(app.get_by_text("caps.sequence_days: 14 > 21")).to_be_visible()
    field.fill("nonsense: [")
    imported.discard()
    expect(field).to_have_value(written.replace("sequence_days: 14", "sequence_days: 21"))


def test_every_preset_is_added_by_its_button(imported: Merchant) -> None:
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    for preset in PRESETS.values():
        before = load_draft(database=parts.database, shop_id=shop_id)
        app = imported.open("/rules/presets")
        app.get_by_role("button", name=f"Add to the draft: {preset.name}").click()
        expect(imported.page.get_by_text("Added to the draft")).to_be_visible()
        after = load_draft(database=parts.database, shop_id=shop_id)
        assert after.problems == ()
        assert after.revision > before.revision, preset.name
    assert imported.complaints == []


def test_an_earlier_version_is_made_live_again(imported: Merchant) -> None:
    app = imported.open("/offers")
    app.get_by_role("button", name="Publish").click()
    expect(app.get_by_role("button", name="Publish")).to_be_hidden()
    imported.open("/settings").get_by_label("Minimum stock").fill("4")
    imported.save()
    expect(app.get_by_role("button", name="Publish")).to_be_visible()
    app.get_by_role("button", name="Publish").click()
    expect(app.get_by_role("button", name="Publish")).to_be_hidden()
    app = imported.open("/rules/versions")
    expect(app.get_by_text("stock.minimum: 10 > 4")).to_be_visible()
    app.get_by_role("button", name="Make version 1 live again").click()
    expect(app.get_by_text("stock.minimum: 4 > 10")).to_be_visible()
