"""Forms of the rules in a real browser: follow-ups, and the further offers and tests of a funnel."""

from typing import Any

import pytest
from playwright.sync_api import expect

from server.usecases.authoring import load_draft, save_settings
from tests.e2e.merchant.browsing import Merchant, look
from tests.e2e.merchant.test_pages import pick, titles_in_stock

pytestmark = pytest.mark.e2e


def drafted(merchant: Merchant) -> dict[str, Any]:
    return load_draft(database=merchant.admin.runtime.database, shop_id=merchant.admin.shop_id).document


def write(merchant: Merchant, **parts: Any) -> None:
    """Write parts of the draft as a file of rules would."""
    runtime, shop_id = merchant.admin.runtime, merchant.admin.shop_id
    revision = load_draft(database=runtime.database, shop_id=shop_id).revision
    save_settings(
        database=runtime.database, shop_id=shop_id, settings=parts, revision=revision, now=runtime.clock.now()
    )


def names_of(merchant: Merchant, css: str) -> list[str]:
    found: list[str] = merchant.in_app(f"[...root.querySelectorAll({css!r})].map((each) => each.getAttribute('name'))")
    return found


class TestFollowUps:
    def test_the_pages_stand_at_both_widths(self, imported: Merchant) -> None:
        for path in ("/follow-ups", "/follow-ups/new", "/follow-ups/after-the-order", "/follow-ups/nope"):
            look(imported, path)
        write(imported, journeys=[])
        look(imported, "/follow-ups")

    def test_one_is_made_corrected_and_told(self, imported: Merchant) -> None:
        app = imported.open("/follow-ups")
        app.get_by_role("link", name="Add follow-up").click()
        expect(app.get_by_text("It has no messages yet, so nothing will be sent.")).to_be_visible()
        for _ in range(2):
            app.get_by_role("button", name="Add message").click()
        assert names_of(imported, "#messages [name$='.delay_seconds']") == [
            "steps[0].delay_seconds",
            "steps[1].delay_seconds",
        ]
        messages = app.locator("#messages > li")
        messages.nth(0).get_by_label("Channel").select_option("sms")
        messages.nth(0).get_by_label("Delay", exact=True).fill("5")
        messages.nth(0).get_by_label("Unit of").select_option("minutes")
        expect(app.get_by_text("5 minutes after that: a text with an offer")).to_be_visible()
        expect(app.get_by_text("that holds it back for 48 hours: it waits for that long.")).to_be_visible()
        messages.nth(1).get_by_label("Delay", exact=True).fill("4")
        imported.save()
        expect(app.get_by_text("Lies beyond “Expires after hours”, 72.")).to_be_visible()
        expect(app.get_by_text("Must be a text of 1 to 300 characters.")).to_be_visible()
        assert imported.faults == []
        app.get_by_label("Name", exact=True).fill("Two in a row")
        messages.nth(1).get_by_label("Delay", exact=True).fill("2")
        imported.save()
        expect(imported.page.get_by_text("Follow-up saved.")).to_be_visible()
        expect(app.get_by_role("heading", name="Two in a row")).to_be_visible()
        made = drafted(imported)["journeys"][-1]
        assert [(each["channel"], each["delay_seconds"]) for each in made["steps"]] == [
            ("sms", 300),
            ("email", 172_800),
        ]

    def test_messages_come_back_when_discarded(self, imported: Merchant) -> None:
        app = imported.open("/follow-ups/after-the-order")
        app.get_by_role("button", name="Remove: Message 1").click()
        expect(app.locator("#messages strong")).to_have_text(["Message 1"])
        expect(app.get_by_text("2 minutes after that")).to_be_hidden()
        imported.discard()
        expect(app.locator("#messages strong")).to_have_text(["Message 1", "Message 2"])
        expect(app.get_by_text("2 minutes after that")).to_be_visible()
        expect(imported.page.locator("#save-bar")).to_be_hidden()

    def test_one_is_deleted_only_after_a_question(self, imported: Merchant) -> None:
        app = imported.open("/follow-ups/after-the-order")
        app.get_by_role("button", name="Delete").click()
        app.locator("s-modal").get_by_role("button", name="Delete").click()
        expect(app.get_by_text("No follow-ups yet")).to_be_visible()
        assert drafted(imported)["journeys"] == []

    def test_the_second_of_two_is_told_what_changed(self, imported: Merchant) -> None:
        app = imported.open("/follow-ups/after-the-order")
        theirs = [{**each, "name": "Theirs"} for each in drafted(imported)["journeys"]]
        write(imported, journeys=theirs)
        app.get_by_label("Name", exact=True).fill("Mine")
        imported.save()
        expect(app.get_by_role("heading", name="Someone else changed these rules")).to_be_visible()
        app.get_by_role("button", name="Load the page again").click()
        expect(app.get_by_label("Name", exact=True)).to_have_value("Theirs")


class TestFurtherOffers:
    def test_a_way_of_three_is_laid_and_kept(self, imported: Merchant) -> None:
        first, second = titles_in_stock(imported, 2)
        app = imported.open("/offers/bought-together")
        for _ in range(2):
            app.get_by_role("button", name="Add an offer", exact=True).click()
        steps = app.locator("#steps > li")
        for place, title in enumerate((first, second)):
            pick(imported, steps.nth(place).get_by_role("button", name="Choose products"), title)
        app.get_by_label("Next if accepted").first.select_option(label="Offer 2")
        imported.save()
        expect(steps.nth(1).get_by_text("Is never reached; name it in “Next if accepted”")).to_be_visible()
        assert imported.faults == []
        app.get_by_label("Next if declined").first.select_option(label="Offer 3")
        imported.save()
        expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
        way = app.locator("ul.way").first
        expect(way).to_contain_text(f"If accepted Offer 2: {first}")
        expect(way).to_contain_text(f"If declined Offer 3: {second}")
        (funnel,) = drafted(imported)["funnels"]
        ids = [step["id"] for step in funnel["steps"]]
        assert (funnel["steps"][0]["if_accepted"], funnel["steps"][0]["if_declined"]) == (ids[1], ids[2])
        look(imported, "/offers/bought-together")

    def test_an_offer_that_moves_or_goes_is_followed(self, imported: Merchant) -> None:
        app = imported.open("/offers/bought-together")
        for _ in range(2):
            app.get_by_role("button", name="Add an offer", exact=True).click()
        accepted = app.get_by_label("Next if accepted").first
        accepted.select_option(label="Offer 3")
        app.get_by_role("button", name="Move up: Offer 3").click()
        expect(accepted.locator("option:checked")).to_have_text("Offer 2")
        assert names_of(imported, "#steps > li > input") == ["steps[1].id", "steps[2].id"]
        app.get_by_role("button", name="Remove: Offer 2").click()
        expect(accepted.locator("option:checked")).to_have_text("Nothing more")
        expect(accepted.locator("option:not([hidden])")).to_have_text(["Nothing more", "Offer 2"])
        imported.discard()
        expect(app.locator("#steps > li")).to_have_count(0)
        expect(accepted.locator("option:not([hidden])")).to_have_text(["Nothing more"])

    def test_a_test_of_another_offer_is_set_up(self, imported: Merchant) -> None:
        (title,) = titles_in_stock(imported, 1)
        app = imported.open("/offers/bought-together")
        app.get_by_text("Test other offers against this one").first.click()
        app.get_by_role("button", name="Add an offer to test").first.click()
        arm = app.locator("[data-entries='steps[0].experiment.arms'] > li")
        pick(imported, arm.get_by_role("button", name="Choose products"), title)
        arm.get_by_label("Weight").fill("0")
        imported.save()
        expect(arm.get_by_text("Must be a whole number from 1 to 100.")).to_be_visible()
        arm.get_by_label("Weight").fill("2")
        imported.save()
        expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
        (made,) = drafted(imported)["funnels"][0]["steps"][0]["experiment"]["arms"]
        assert (made["id"], made["weight"], len(made["offer"]["variants"])) == ("b", 2, 1)


class TestTheShoppersPage:
    def test_layout_and_languages_are_kept_for_each_offer_of_a_way(self, imported: Merchant) -> None:
        (title,) = titles_in_stock(imported, 1)
        app = imported.open("/offers/bought-together")
        app.get_by_label("Arrangement").first.select_option("compact")
        app.get_by_label("Badge").first.fill("{percent} off")
        app.get_by_role("button", name="Add a language").first.click()
        language = app.locator("[data-entries='offer.translations'] > li")
        language.get_by_role("textbox", name="Language").fill("German")
        language.get_by_label("Badge").fill("{prozent} weniger")
        app.get_by_role("button", name="Add an offer", exact=True).click()
        step = app.locator("#steps > li").first
        pick(imported, step.get_by_role("button", name="Choose products"), title)
        app.get_by_label("Next if declined").first.select_option(label="Offer 2")
        step.get_by_text("Words and layout").click()
        step.get_by_role("button", name="Add a language").click()
        assert names_of(imported, "#steps [name$='.language']") == ["steps[1].offer.translations[0].language"]
        step.get_by_role("textbox", name="Language").fill("fr")
        imported.save()
        expect(language.get_by_text("Must be a language such as de")).to_be_visible()
        expect(language.get_by_text("Has braces that are no variable; known are {product}")).to_be_visible()
        assert imported.faults == []
        language.get_by_role("textbox", name="Language").fill("de")
        language.get_by_label("Badge").fill("{percent} weniger")
        imported.save()
        expect(imported.page.get_by_text("Offer saved.")).to_be_visible()
        first, second = (each["offer"] for each in drafted(imported)["funnels"][0]["steps"])
        assert (first["layout"], first["texts"]["badge"]) == ({"name": "compact"}, "{percent} off")
        assert first["translations"] == [{"language": "de", "badge": "{percent} weniger"}]
        assert second["translations"] == [{"language": "fr"}]
        look(imported, "/offers/bought-together")
