"""The preview beside an offer's form: the real bundle in its worker, by the form as it stands, in a real browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Frame, FrameLocator, Route, ViewportSize, expect

from server.app import create_app
from server.domain.orders import VariantFacts
from server.storage.catalog import Catalog
from server.usecases.authoring import load_draft
from server.web.stage import built_parts
from tests.e2e.merchant.browsing import AXE, PLAIN_AXE, Merchant, look, serious
from tests.e2e.merchant.test_forms import drafted, write
from tests.e2e.merchant.test_pages import titles_in_stock

pytestmark = pytest.mark.e2e

OFFER = "/offers/bought-together"
PHONE = ViewportSize(width=390, height=900)
# So wide that nothing is scaled down: Playwright's presses do not land in a frame that a transform has scaled.
WIDE = ViewportSize(width=2000, height=1300)


@pytest.fixture(autouse=True)
def built(imported: Merchant) -> None:
    with create_app(imported.admin.runtime).app_context():
        assert built_parts() is not None, "run `make bundles` first"


def stage_of(merchant: Merchant) -> FrameLocator:
    return merchant.app.frame_locator("[data-preview] iframe")


def stage_frame(merchant: Merchant) -> Frame:
    return next(each for each in merchant.page.frames if "/previews/stage" in each.url)


def offered(merchant: Merchant, *steps: dict[str, Any], **more: Any) -> str:
    """Write a funnel of such steps into the draft, and return its page's path."""
    made = [{"id": f"step-{number}", **step} for number, step in enumerate(steps)]
    funnel = {"id": "shown", "name": "Shown", "is_live": True, "priority": 9, "steps": made, **more}
    write(merchant, funnels=[*drafted(merchant)["funnels"], funnel])
    return "/offers/shown"


def goods(merchant: Merchant) -> list[VariantFacts]:
    """Return goods in stock, as the app knows them."""
    with merchant.admin.runtime.database.read() as session:
        known = {each.title: each for each in Catalog(session, merchant.admin.shop_id).everything().values()}
    return [known[title] for title in titles_in_stock(merchant, 4)]


def fixed(merchant: Merchant, number: int) -> dict[str, Any]:
    return {"id": f"offer-{number}", "source": "fixed", "variants": [goods(merchant)[number].variant_id]}


def test_the_page_with_its_preview_stands_at_both_widths(imported: Merchant) -> None:
    look(imported, OFFER)
    for viewport in (WIDE, PHONE):
        imported.page.set_viewport_size(viewport)
        expect(stage_of(imported).get_by_role("button", name="Pay now")).to_be_enabled()
        frame = stage_frame(imported)
        frame.evaluate(AXE.read_text(encoding="utf-8"))
        assert serious(frame.evaluate(PLAIN_AXE)) == []
        assert frame.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_what_is_typed_is_seen_before_it_is_saved(imported: Merchant) -> None:
    path = offered(imported, {"offer": fixed(imported, 0)})
    before = drafted(imported)
    app = imported.open(path)
    stage = stage_of(imported)
    expect(stage.get_by_role("heading", name="One more thing for your order?")).to_be_visible()
    app.get_by_label("Heading").first.fill("Before you go")
    expect(stage.get_by_role("heading", name="Before you go")).to_be_visible()
    hostile = "<img src=x onerror=alert(1)>"
    app.get_by_label("Heading").first.fill(hostile)
    expect(stage.get_by_role("heading", name=hostile)).to_be_visible()
    app.get_by_label("Discount", exact=True).first.fill("50")
    expect(stage.get_by_text("(50%)")).to_be_visible()
    expect(stage.get_by_text("Preview: nothing is charged")).to_be_visible()
    app.locator("[data-preview]").get_by_label("Language").select_option("de")
    expect(stage.get_by_text("Jetzt zu zahlen")).to_be_visible()
    assert drafted(imported) == before
    assert imported.complaints == []
    asked = [url for url in imported.visited if "/post-purchase" in url]
    assert asked == [], "the page's own questions end on the stage"


def test_layout_languages_and_clock_are_those_of_the_rules(imported: Merchant) -> None:
    offer = {
        **fixed(imported, 0),
        "layout": {"name": "compact", "blocks": ["title", "heading", "price"]},
        "ends_after_minutes": 5,
        "quantities": {"most": 3},
        "texts": {"heading": "Take {product}"},
        "translations": [{"language": "es", "heading": "Una cosa m\u00e1s"}],
    }
    app = imported.open(offered(imported, {"offer": offer}))
    stage = stage_of(imported)
    title = goods(imported)[0].title
    expect(stage.get_by_role("heading", name=f"Take {title}")).to_be_visible()
    assert stage.get_by_role("heading").all_inner_texts()[0] == title, "the merchant's own order of blocks"
    expect(stage.get_by_text(re.compile(r"\b4:5\d\b"))).to_be_visible()
    app.locator("[data-preview]").get_by_label("Language").select_option("es")
    expect(stage.get_by_role("heading", name="Una cosa m\u00e1s")).to_be_visible()
    assert imported.complaints == []


def test_a_layout_is_seen_at_once_as_it_is_chosen(imported: Merchant) -> None:
    app = imported.open(offered(imported, {"offer": fixed(imported, 0)}))
    stage = stage_of(imported)
    expect(stage.locator("h1:below(img)")).to_be_visible()
    app.get_by_label("Arrangement").first.select_option("story")
    expect(stage.locator("h1:above(img)")).to_be_visible()
    app.get_by_label("Badge").first.fill("Just for you")
    expect(stage.get_by_text("Just for you")).to_be_visible()
    assert imported.complaints == []


def test_the_merchant_walks_through_every_step_and_is_charged_nothing(imported: Merchant) -> None:
    path = offered(
        imported,
        {"offer": fixed(imported, 0), "if_accepted": "step-1", "if_declined": "step-2"},
        {"offer": fixed(imported, 1)},
        {"offer": fixed(imported, 2)},
    )
    titles = [each.title for each in goods(imported)]
    imported.page.set_viewport_size(WIDE)
    app = imported.open(path)
    stage = stage_of(imported)
    expect(stage.get_by_role("heading", name=titles[0])).to_be_visible()
    stage.get_by_role("button", name="Pay now").click()
    expect(stage.get_by_role("heading", name=titles[1])).to_be_visible()
    expect(stage.get_by_text("In the real page this would charge £")).to_be_visible()
    expect(app.locator("[data-said]")).to_contain_text("In the real page this would charge £")
    stage.get_by_role("button", name="No thanks").click()
    expect(stage.get_by_text("Here the shopper goes on to the order confirmation.")).to_be_visible()
    app.get_by_role("button", name="Start again").click()
    expect(stage.get_by_role("heading", name=titles[0])).to_be_visible()
    expect(stage.get_by_text("Preview: nothing is charged")).to_be_visible()
    stage.get_by_role("button", name="No thanks").click()
    expect(stage.get_by_role("heading", name=titles[2])).to_be_visible()
    assert imported.complaints == []


def test_on_a_phone_it_is_asked_for_and_worked_by_keys(imported: Merchant) -> None:
    imported.page.set_viewport_size(PHONE)
    app = imported.open(OFFER)
    expect(app.locator("[data-stage-frame]")).to_be_hidden()
    app.get_by_role("button", name="Preview").first.click()
    stage = stage_of(imported)
    pay = stage.get_by_role("button", name="Pay now")
    expect(pay).to_be_enabled()
    assert stage_frame(imported).evaluate("window.innerWidth") == 390
    app.get_by_label("Screen").select_option("desktop")
    expect(pay).to_be_enabled()
    assert stage_frame(imported).evaluate("window.innerWidth") == 1160
    assert imported.in_app("root.scrollWidth - root.clientWidth") <= 0
    pay.press("Enter")
    expect(app.locator("[data-said]")).to_contain_text("goes on to the order confirmation")
    assert imported.complaints == []


def test_what_stands_in_the_way_is_told_at_its_field(imported: Merchant) -> None:
    app = imported.open(offered(imported, {"offer": fixed(imported, 0)}))
    expect(stage_of(imported).get_by_role("button", name="Pay now")).to_be_enabled()
    stock = app.get_by_label("Minimum stock").first
    stock.fill("900000")
    expect(app.locator("[data-problem-reasons]")).to_contain_text("Too little stock.")
    expect(app.locator("[data-stage-frame]")).to_be_hidden()
    stock.fill("-3")
    told = app.locator("[data-problem-reasons]")
    expect(told).to_contain_text("Minimum stock: must be a whole number from 0 to")
    field = app.locator("s-number-field[label='Minimum stock']").first
    expect(field).not_to_have_attribute("error", "Must be a whole number from 0 to 1000000.")  # while it is typed
    app.locator("[data-preview]").get_by_role("button", name="Preview").click()
    expect(field).to_have_attribute("error", "Must be a whole number from 0 to 1000000.")
    stock.fill("")
    expect(stage_of(imported).get_by_role("button", name="Pay now")).to_be_enabled()


def test_any_product_is_shown_and_taken_back(imported: Merchant) -> None:
    app = imported.open(OFFER)
    stage = stage_of(imported)
    found = stage.locator("h2")
    expect(found).to_be_visible()
    usual = found.inner_text()
    wanted = next(each.title for each in goods(imported) if each.title != usual)
    app.get_by_text("Which product, for whom").click()
    app.get_by_role("button", name="Choose: Product shown").click()
    dialog = imported.page.get_by_role("dialog")
    dialog.get_by_role("searchbox").fill(wanted)
    dialog.get_by_role("radio", name=wanted).first.check()
    dialog.get_by_role("button", name="Select").click()
    expect(found).to_have_text(wanted)
    expect(app.locator("[data-pick-one=product] [data-picked]")).to_contain_text(wanted)
    app.get_by_role("button", name="Take back: Product shown").click()
    expect(found).to_have_text(usual)


def test_a_script_that_breaks_is_told_and_the_form_lives_on(imported: Merchant) -> None:
    broken: list[str] = []

    def refuse(route: Route) -> None:
        broken.append(route.request.url)
        route.fulfill(body="throw new Error('broken on purpose');", content_type="text/javascript")

    imported.page.route("**/static/preview/page-*.js", refuse)
    app = imported.open(OFFER)
    expect(app.get_by_role("heading", name="The preview stopped")).to_be_visible()
    expect(app.locator("[data-problem-reasons]")).to_contain_text("The page's script did not run.")
    assert broken
    imported.page.unroute("**/static/preview/page-*.js")
    app.locator("[data-preview]").get_by_role("button", name="Preview").click()
    expect(stage_of(imported).get_by_role("button", name="Pay now")).to_be_enabled()
    app.get_by_label("Name", exact=True).fill("Still editable")
    imported.save()
    expect(imported.page.get_by_text("Offer saved.")).to_be_visible()


def test_the_stage_has_no_origin_and_no_network(imported: Merchant) -> None:
    imported.open(OFFER)
    expect(stage_of(imported).get_by_role("button", name="Pay now")).to_be_enabled()
    frame = stage_frame(imported)
    assert frame.evaluate("window.origin") == "null"
    tried = {
        "fetch": "fetch('/health').then(() => 'reached', () => 'refused')",
        "the page around": "(() => { try { return parent.document.title } catch { return 'refused' } })()",
        "storage": "(() => { try { return localStorage.length } catch { return 'refused' } })()",
        "cookies": "(() => { try { return document.cookie } catch { return 'refused' } })()",
    }
    assert {name: frame.evaluate(script) for name, script in tried.items()} == dict.fromkeys(tried, "refused")


def test_the_draft_is_nobodys_to_change_from_here(imported: Merchant) -> None:
    runtime, shop_id = imported.admin.runtime, imported.admin.shop_id
    revision = load_draft(database=runtime.database, shop_id=shop_id).revision
    app = imported.open("/offers/new")
    expect(app.locator("[data-preview]").get_by_role("button", name="Preview")).to_be_visible()
    app.get_by_label("Name", exact=True).fill("Soon")
    expect(imported.app.locator("[data-problem-reasons]")).to_contain_text(
        "What is offered: is empty; choose at least one product"
    )
    assert load_draft(database=runtime.database, shop_id=shop_id).revision == revision
