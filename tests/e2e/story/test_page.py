"""The one-click page in real Chromium, with the real bundle: every walk through it on one stage."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.merchant.browsing import AXE, PLAIN_AXE, serious
from tests.sandbox.processes import ChildFailed
from tests.sandbox.shopify.changeset_faults import ERROR_CODES
from tests.story.actors import Shopper, order_of
from tests.story.stage import Stage

pytestmark = pytest.mark.e2e

# What a shopper reads of each of the platform's codes.
SAID = {
    "payment_required": "The payment for it was declined.",
    "insufficient_inventory": "It has just sold out.",
    "changeset_already_applied": "This offer has already been used",
    "unsupported_payment_method": "The way you paid cannot be used",
    "invalid_request": "This offer is no longer available.",
    "server_error": "Something went wrong on our side.",
    "buyer_consent_required": "Your agreement to the subscription did not arrive.",
    "subscription_vaulting_error": "could not be kept for the subscription",
    "subscription_contract_creation_error": "could not be set up",
    "subscription_no_shipping_address_error": "needs an address",
    "subscription_limit_error": "holds a subscription already",
    "order_released_error": "already being prepared",
    "partially_processed": "Added to your order, but not paid",
    "no_answer": "We could not confirm your choice",
}
HOSTILE = (
    "<img src=x onerror=alert(1)> {0} ${7*7} \N{ARABIC LETTER SEEN}\N{ARABIC LETTER LAM} \N{TEDDY BEAR} " + "very " * 40
)
# Wide, a phone, and a small laptop at 200 percent.
SIZES = {"wide": (1280, 900), "phone": (390, 844), "zoomed": (640, 450)}


def publish(stage: Stage, *steps: dict[str, Any]) -> None:
    """Publish offers to everybody, one after another where they name what follows."""
    processes, shop = stage.sandbox.processes, stage.sandbox.settings.shop_domain
    funnel = {"id": "page", "name": "Page", "is_live": True, "steps": list(steps)}
    written = {"schema": 1, "stock": {"minimum": 1}, "holdout": {"percent": 0}, "funnels": [funnel]}
    rules = processes.logs / "page.json"
    rules.write_text(json.dumps(written), encoding="utf-8")
    try:
        processes.run(page=["rules", "import", "--publish", "--shop", shop, str(rules)])
    except ChildFailed as failed:
        raise AssertionError((processes.logs / "page.log").read_text(encoding="utf-8")) from failed


def step(name: str, variant_id: int, **offer: Any) -> dict[str, Any]:
    after: dict[str, Any] = {each: offer.pop(each) for each in ("if_accepted", "if_declined") if each in offer}
    return {"id": name, "offer": {"id": name, "source": "fixed", "variants": [str(variant_id)], **offer}, **after}


@contextmanager
def at_the_page(stage: Stage, bought: int = 0) -> Iterator[tuple[Shopper, str]]:
    """Buy something and stay on the one-click page; yield the shopper and the checkout's token."""
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant(bought))
        shopper.fill_in("new")
        shopper.pay()
        assert "/thank-you" not in shopper.page.url, shopper.page.locator("body").inner_text()
        yield shopper, token


def payable(page: Page) -> Any:
    button = page.get_by_role("button", name="Pay now")
    expect(button).to_be_enabled()
    return button


def lines_of(stage: Stage, token: str) -> list[tuple[int, int]]:
    order = order_of(stage.sandbox, token)
    query = "SELECT variant_id, quantity FROM order_line WHERE order_id = ? ORDER BY id"
    with stage.sandbox.sandbox.world.read() as world:
        return [(row["variant_id"], row["quantity"]) for row in world.execute(query, (order["id"],))]


def siblings(stage: Stage) -> list[tuple[int, str]]:
    """Return the variants of a product that has several in stock."""
    query = (
        "SELECT v.id, v.title FROM variant v JOIN inventory_level i USING (inventory_item_id) WHERE v.product_id = ("
        " SELECT v.product_id FROM variant v JOIN inventory_level i USING (inventory_item_id)"
        " JOIN product p ON p.id = v.product_id WHERE i.available > 5 AND p.status = 'ACTIVE'"
        " GROUP BY v.product_id HAVING count(*) > 1 ORDER BY v.product_id LIMIT 1) AND i.available > 5 ORDER BY v.id"
    )
    with stage.sandbox.sandbox.world.read() as world:
        return [(row["id"], row["title"]) for row in world.execute(query)]


def test_another_variant_and_quantity_are_priced_paid_and_told(stage: Stage) -> None:
    (first, _), (second, title), *_ = siblings(stage)
    discount = {"percent": 10, "title": "Now"}
    publish(stage, step("first", first, has_variant_choice=True, quantities={"most": 3}, discount=discount))
    with at_the_page(stage) as (shopper, token):
        page = shopper.page
        before = payable(page).inner_text()
        page.get_by_label("Option").select_option(label=title)
        page.get_by_label("Quantity").select_option("2")
        expect(page.get_by_role("button", name="Pay now", exact=True)).to_be_disabled()
        assert payable(page).inner_text() != before
        expect(page.get_by_text("Quantity: 2")).to_be_visible()
        payable(page).dblclick()
        expect(page.get_by_text("Added after purchase")).to_be_visible()
    assert lines_of(stage, token)[1:] == [(second, 2)]
    told = stage.explain(order_of(stage.sandbox, token)["name"])
    events = {each["kind"]: each for each in told["page"]["events"]}
    assert {"shown", "choice", "accepted", "outcome"} <= set(events)


def test_a_decline_leads_to_the_downsell_and_its_acceptance_to_the_end(stage: Stage) -> None:
    other, less = stage.popular_variant(3), stage.popular_variant(4)
    publish(stage, step("first", other, if_declined="less"), step("less", less, texts={"heading": "Then this?"}))
    with at_the_page(stage) as (shopper, token):
        payable(shopper.page)
        shopper.page.get_by_role("button", name="No thanks").click()
        expect(shopper.page.get_by_role("heading", name="Then this?")).to_be_visible()
        payable(shopper.page).click()
        expect(shopper.page.get_by_text("Added after purchase")).to_be_visible()
    assert lines_of(stage, token)[1:] == [(less, 1)]


def test_three_offers_are_accepted_one_after_another(stage: Stage) -> None:
    goods = [stage.popular_variant(rank) for rank in (3, 4, 5)]
    names = ("first", "second", "third")
    steps = [step(name, each, texts={"heading": f"The {name}"}) for name, each in zip(names, goods, strict=True)]
    for here, after in zip(steps, names[1:], strict=False):
        here["if_accepted"] = after
    publish(stage, *steps)
    with at_the_page(stage) as (shopper, token):
        for name in names:
            expect(shopper.page.get_by_role("heading", name=f"The {name}")).to_be_visible()
            payable(shopper.page).click()
        shopper.page.wait_for_url("**/thank-you*")
        # Going back finds nothing more to buy.
        shopper.page.go_back()
        shopper.page.wait_for_url("**/thank-you*")
    assert lines_of(stage, token)[1:] == [(each, 1) for each in goods]


def test_what_the_platform_answers_is_said_in_words_and_there_is_a_way_on(stage: Stage) -> None:
    assert set(SAID) >= set(ERROR_CODES)
    publish(stage, step("first", stage.popular_variant(3)))
    with at_the_page(stage) as (shopper, token):
        page = shopper.page
        for outcome, words in SAID.items():
            if outcome == "partially_processed":
                continue  # it puts the goods on the order, so it comes last
            payable(page)
            stage.sandbox.post("/sandbox/api/next-changeset", on="apply", outcome=outcome)
            payable(page).click()
            expect(page.get_by_text(words, exact=False)).to_be_visible()
            expect(page.get_by_role("button", name="Continue to your order")).to_be_enabled()
            page.reload()
        assert lines_of(stage, token)[1:] == []
        payable(page)
        stage.sandbox.post("/sandbox/api/next-changeset", on="apply", outcome="partially_processed")
        payable(page).click()
        expect(page.get_by_text(SAID["partially_processed"])).to_be_visible()
        page.get_by_role("button", name="Continue to your order").click()
        page.wait_for_url("**/thank-you*")
    assert len(lines_of(stage, token)) == 2


def test_a_price_that_cannot_be_had_is_asked_for_again(stage: Stage) -> None:
    publish(stage, step("first", stage.popular_variant(3)))
    stage.sandbox.post("/sandbox/api/next-changeset", on="calculate", outcome="server_error")
    with at_the_page(stage) as (shopper, _):
        page = shopper.page
        expect(page.get_by_text("could not be worked out")).to_be_visible()
        expect(page.get_by_role("button", name="Pay now")).to_be_disabled()
        page.get_by_role("button", name="Try again").click()
        payable(page)
        page.get_by_role("button", name="No thanks").click()
        page.wait_for_url("**/thank-you*")


def test_the_keyboard_alone_reaches_everything_in_the_order_of_reading(stage: Stage) -> None:
    (first, _), *_ = siblings(stage)
    publish(stage, step("first", first, has_variant_choice=True, quantities={"most": 2}))
    with at_the_page(stage) as (shopper, token):
        page = shopper.page
        payable(page)
        page.get_by_label("Option").focus()
        seen = []
        for _ in range(4):
            seen.append(page.evaluate("(document.activeElement.labels?.[0] ?? document.activeElement).textContent"))
            page.keyboard.press("Tab")
        for told, name in zip(seen, ("Option", "Quantity", "Pay now", "No thanks"), strict=True):
            assert told.startswith(name), seen
        page.get_by_label("Quantity").focus()
        page.keyboard.press("ArrowDown")
        expect(page.get_by_text("Quantity: 2")).to_be_visible()
        payable(page)
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Added after purchase")).to_be_visible()
    assert lines_of(stage, token)[1:] == [(first, 2)]


def test_every_layout_fits_a_phone_and_a_zoomed_screen_and_axe_finds_nothing(stage: Stage) -> None:
    (first, _), *_ = siblings(stage)
    offer = {"has_variant_choice": True, "quantities": {"most": 3}, "discount": {"percent": 20, "title": "Now"}}
    words = {"badge": "{percent} off", "reason": "Goes with your {bought}"}
    for name in ("picture_left", "picture_top", "compact", "story"):
        publish(stage, step("first", first, layout={"name": name}, texts=words, ends_after_minutes=9, **offer))
        with at_the_page(stage) as (shopper, _):
            _look(shopper.page, name)
            expect(shopper.page.get_by_text("20% off")).to_be_visible()
            expect(shopper.page.get_by_text("This offer ends in 8:", exact=False)).to_be_visible()


def test_a_bundle_shows_its_goods_and_texts_stay_texts(stage: Stage) -> None:
    goods = [str(stage.popular_variant(rank)) for rank in (3, 4)]
    hostile = {"heading": HOSTILE.replace("{0} ${7*7}", "[[7*7]]"), "reason": "Long, " * 50}
    shipping = {"title": "Post", "amounts": {"GBP": 0}}
    publish(stage, step("first", 1, source="bundle", variants=goods, texts=hostile, shipping=shipping))
    with at_the_page(stage) as (shopper, token):
        _look(shopper.page, "bundle")
        expect(shopper.page.get_by_role("heading", name="<img src=x", exact=False)).to_be_visible()
        expect(shopper.page.get_by_text("Free shipping")).to_be_visible()
        payable(shopper.page).click()
        expect(shopper.page.get_by_text("Added after purchase").first).to_be_visible()
    assert sorted(str(variant_id) for variant_id, _ in lines_of(stage, token)[1:]) == sorted(goods)


def _look(page: Page, name: str) -> None:
    payable(page)
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert overflow <= 0, (name, size)
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert serious(page.evaluate(PLAIN_AXE)) == [], name


def test_where_the_clock_has_run_out_the_offer_is_over(stage: Stage) -> None:
    publish(stage, step("first", stage.popular_variant(3), ends_after_minutes=3))
    with at_the_page(stage) as (shopper, token):
        page = shopper.page
        expect(page.get_by_text("This offer ends in 2:", exact=False)).to_be_visible()
        payable(page)
        stage.sandbox.move_clock(200)  # the shopper's own clock stands: the server's counts
        payable(page).click()
        expect(page.get_by_text("This offer is no longer available.", exact=False)).to_be_visible()
        page.reload()
        page.wait_for_url("**/thank-you*")
    assert lines_of(stage, token)[1:] == []


def test_after_two_hours_the_token_is_too_old_and_nothing_is_charged(stage: Stage) -> None:
    publish(stage, step("first", stage.popular_variant(3)))
    with at_the_page(stage) as (shopper, token):
        page = shopper.page
        payable(page)
        stage.sandbox.move_clock(2 * 3600 + 60)
        payable(page).click()
        expect(page.get_by_text("You have not been charged for it", exact=False)).to_be_visible()
        page.get_by_role("button", name="Continue to your order").click()
        page.wait_for_url("**/thank-you*")
    assert lines_of(stage, token)[1:] == []
