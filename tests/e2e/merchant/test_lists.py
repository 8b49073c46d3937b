"""The rules' shorter lists and the lift in a real browser."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from server.storage.rules import Rules
from tests.e2e.merchant.browsing import Merchant, look
from tests.e2e.merchant.test_forms import drafted, names_of, write
from tests.usecases.test_lift import draw, place

pytestmark = pytest.mark.e2e


def test_the_pages_stand_at_both_widths_empty_and_full(imported: Merchant) -> None:
    for path in ("/tiers/0", "/pairings", "/pairings/new", "/templates", "/markets", "/markets/new", "/lift"):
        look(imported, path)
    write(
        imported,
        tiers=[*drafted(imported)["tiers"], {"name": "all", "audience": {"not": {"any": []}}}],
        pairings=[{"id": "p", "name": "P", "pairs": [{"bought": f"b{at}", "offered": "o"} for at in range(9)]}],
        templates=[{"tag": "candle", "template": "offer"}],
        markets=[{"id": "fr", "name": "France", "countries": ["FR"], "overrides": {"journeys": []}}],
    )
    for path in (
        "/tiers",
        "/tiers/1",
        "/pairings",
        "/pairings/p",
        "/templates",
        "/markets",
        "/markets/fr",
        "/settings",
    ):
        look(imported, path)


def test_a_tier_is_made_named_anew_and_moved(imported: Merchant) -> None:
    app = imported.open("/settings")
    app.get_by_role("link", name="Tiers").click()
    app.get_by_role("link", name="Add tier").click()
    app.get_by_label("Name", exact=True).fill("vip")
    app.locator("#condition-kind select").select_option("customer.orders")
    app.get_by_role("button", name="Add condition").click()
    app.get_by_label("At least").fill("2")
    imported.save()
    expect(app.get_by_text("'vip' is used as a name twice")).to_be_visible()
    assert imported.faults == []
    app.get_by_label("Name", exact=True).fill("regulars")
    imported.save()
    expect(imported.page.get_by_text("Tier saved.")).to_be_visible()
    expect(app.get_by_role("heading", name="regulars")).to_be_visible()
    app.get_by_role("link", name="Tiers").click()
    app.get_by_role("button", name="Move up: regulars").click()
    expect(app.get_by_role("button", name="Move down: regulars")).to_be_enabled()
    assert [each["name"] for each in drafted(imported)["tiers"]] == ["regulars", "vip"]


def test_pairs_come_and_go(imported: Merchant) -> None:
    app = imported.open("/pairings/new")
    app.get_by_label("Name", exact=True).fill("Goes with")
    app.get_by_role("button", name="Add pair", exact=True).click()
    for number, (bought, offered) in enumerate((("phone", "case"), ("shoes", "socks"))):
        app.get_by_label("Tag of what was bought").nth(number).fill(bought)
        app.get_by_label("Tag of what is offered").nth(number).fill(offered)
    app.get_by_role("button", name="Remove: Pair 1").click()
    assert names_of(imported, ".row s-text-field") == ["pairs[0].bought", "pairs[0].offered"]
    imported.save()
    expect(imported.page.get_by_text("Pairing saved.")).to_be_visible()
    assert drafted(imported)["pairings"][0]["pairs"] == [{"bought": "shoes", "offered": "socks"}]
    app = imported.open("/offers/bought-together")
    app.get_by_text("What goes with it, by product tags").first.click()
    app.get_by_label("Pairing").first.select_option(label="Goes with")
    imported.save()
    expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
    assert drafted(imported)["funnels"][0]["steps"][0]["offer"]["source"] == "paired"


def test_templates_are_chosen_by_tags(imported: Merchant) -> None:
    app = imported.open("/templates")
    app.get_by_role("button", name="Add tag").click()
    imported.save()
    expect(app.get_by_text("Must be a text of 1 to 300 characters.")).to_be_visible()
    app.get_by_label("Product tag").fill("candle")
    imported.save()
    expect(imported.page.get_by_text("Templates saved.")).to_be_visible()
    assert drafted(imported)["templates"] == [{"tag": "candle", "template": "offer"}]


def test_a_market_is_made_of_fields_and_text(imported: Merchant) -> None:
    app = imported.open("/markets/new")
    app.get_by_label("Name", exact=True).fill("France")
    app.get_by_label("Discount").first.fill("25")
    text = app.get_by_label("Everything else that is otherwise here")
    text.fill("journeys:\n- id: nobody\n  is_live: false\n")
    imported.save()
    expect(app.get_by_text("Is nowhere; name its countries")).to_be_visible()
    app.get_by_label("Countries").fill("fr")
    imported.save()
    expect(app.get_by_text("'nobody' is not there to be overridden")).to_be_visible()
    assert imported.faults == []
    text.fill("journeys:\n- id: after-the-order\n  is_live: false\n")
    imported.save()
    expect(imported.page.get_by_text("Market saved.")).to_be_visible()
    expect(app.get_by_label("Discount").first).to_have_value("25")
    (market,) = drafted(imported)["markets"]
    assert market["countries"] == ["FR"]
    assert market["overrides"]["journeys"] == [{"id": "after-the-order", "is_live": False}]


def test_the_lift_is_told_with_its_chart(imported: Merchant) -> None:
    parts, shop_id = imported.admin.runtime, imported.admin.shop_id
    now = parts.clock.now()
    write(imported, holdout={"percent": 50, "salt": "lift"})
    with parts.database.write() as session:
        Rules(session, shop_id).publish(by="1", now=now)
    look(imported, "/lift")
    with parts.database.write() as session:
        for number in range(120):
            is_offered = bool(number % 2)
            at = now - timedelta(days=40)
            arm = "treated" if is_offered else "held_out"
            unit_id = draw(session, shop_id, 80_000 + number, arm=arm, at=at, experiment="holdout:lift")
            place(session, shop_id, unit_id, at + timedelta(days=1), (2_000 if is_offered else 1_000) + number)
    app = imported.open("/lift")
    expect(app.get_by_text("Offers add", exact=True)).to_be_visible()
    expect(app.locator("svg.interval")).to_be_visible()
    look(imported, "/lift")
    app.get_by_role("link", name="7 days").click()
    expect(app.get_by_text("bought within 7 days")).to_be_visible()
