"""A shopper's ways through the shop, with a bundle of the test's own in the worker."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_store import bundles
from tests.e2e.sandbox_store.conftest import Store

pytestmark = pytest.mark.e2e
AtCheckout = Callable[..., str]


@pytest.fixture(autouse=True)
def _offer(store: Store) -> None:
    store.install(bundles.OFFER)


def faults(page: Page) -> object:
    return page.evaluate("window.__sandboxErrors")


def pay_and_see_the_offer(page: Page) -> None:
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/post-purchase")
    page.wait_for_selector("html[data-rendered=true]")


def test_from_the_shelf_to_an_accepted_offer(store: Store, page: Page, check_page: Callable[[], None]) -> None:
    title = store.one("SELECT title FROM product WHERE id = ?", store.product_of[store.variants[0]])
    page.goto("/store")
    check_page()
    page.get_by_label("Search the shop").fill(title)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=title, exact=True).first.click()
    check_page()
    page.get_by_role("button", name="Add to basket").click()
    expect(page.get_by_role("heading", name="Your basket")).to_be_visible()
    check_page()
    page.get_by_role("button", name="Check out").click()
    page.wait_for_selector("html[data-should-render=yes]")
    expect(page.get_by_role("checkbox", name="Text me")).not_to_be_checked()
    check_page()
    page.get_by_role("link", name="Fill in for me").click()
    page.wait_for_selector("html[data-should-render=yes]")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("stored: from ShouldRender")).to_be_visible()
    token = page.url.split("/")[4]
    price = store.one("SELECT price FROM variant WHERE id = ?", store.variants[1])
    offered = price - (price * 20 + 50) // 100
    expect(page.get_by_text(f"Total {offered / 100:.2f}, VAT {(offered + 3) // 6 / 100:.2f}")).to_be_visible()
    assert faults(page) == []
    check_page()
    page.get_by_role("button", name="Pay now").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text("Added after purchase")).to_be_visible()
    expect(page.get_by_text("changeset 1: added to the order and charged", exact=False)).to_be_visible()
    check_page()
    order = store.one("SELECT id FROM orders WHERE checkout_token = ?", token)
    assert page.get_by_role("link", name="The order in the admin").get_attribute("href") == f"/admin/orders/{order}"
    assert store.one("SELECT discount_title FROM order_line WHERE order_id = ? AND added_by_edit", order) == (
        "Thank-you price"
    )
    assert store.one("SELECT held_until FROM orders WHERE id = ?", order) is None
    page.go_back()
    page.wait_for_url("**/thank-you")


def test_declining_leads_to_the_thank_you_page(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    pay_and_see_the_offer(page)
    page.get_by_role("button", name="No thanks").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text("Nothing was added to the order.")).to_be_visible()


def test_leaving_by_the_link_is_possible_at_any_time(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    pay_and_see_the_offer(page)
    page.get_by_role("link", name="View order confirmation").click()
    page.wait_for_url("**/thank-you")


def test_a_wallet_never_sees_the_page(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    page.get_by_role("radio", name="PayPal").check()
    expect(page.get_by_label("Card number")).to_be_hidden()
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text("only cards and Shop Pay do", exact=False)).to_be_visible()


def test_shop_pay_forgets_what_should_render_stored(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    page.get_by_role("radio", name="Shop Pay").check()
    pay_and_see_the_offer(page)
    expect(page.get_by_text("stored: nothing")).to_be_visible()


def test_should_render_runs_again_when_total_currency_or_country_change(page: Page, at_checkout: AtCheckout) -> None:
    asked: list[str] = []
    page.on("console", lambda message: asked.append(message.text) if message.text.startswith("asked") else None)
    at_checkout()
    assert asked[-1].startswith("asked 0.00 GBP GB")
    runs = len(asked)
    page.get_by_label("First name").fill("Zoe")
    page.get_by_label("First name").blur()
    with page.expect_console_message(lambda message: message.text.endswith("GBP FR")):
        page.get_by_label("Country or region").select_option("FR")
    assert len(asked) == runs + 1
    assert not asked[-1].startswith("asked 0.00")
    with page.expect_console_message(lambda message: message.text.startswith("asked")):
        page.get_by_label("Code, for example").fill("WELCOME10")
        page.get_by_role("button", name="Apply").click()
    page.get_by_label("Pay in", exact=True).select_option("EUR")
    page.wait_for_selector("html[data-should-render=not_asked]")
    page.get_by_role("button", name="Pay €").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text("not the one of the shop", exact=False)).to_be_visible()


@pytest.mark.parametrize(
    ("bundle", "words"),
    [
        (bundles.SAYS_NO, "answered no to ShouldRender"),
        (bundles.NEVER_ANSWERS, "longer than two seconds"),
        (bundles.THROWS, "failed with an error"),
        (bundles.BROKEN, "could not load the bundle"),
    ],
    ids=["says no", "never answers", "throws", "broken"],
)
def test_an_extension_that_does_not_say_yes_costs_the_buyer_nothing(
    store: Store, page: Page, at_checkout: AtCheckout, bundle: str, words: str
) -> None:
    store.install(bundle)
    at_checkout()
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text(words, exact=False)).to_be_visible()


def test_a_card_that_refuses_leaves_something_to_pay(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    page.get_by_text("Sandbox controls").click()
    page.get_by_label("The card refuses what is added").check()
    pay_and_see_the_offer(page)
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_text("partially_processed payment_required")).to_be_visible()
    page.get_by_role("button", name="No thanks").click()
    expect(page.get_by_text("is still to be paid", exact=False)).to_be_visible()


def test_the_drawer_forces_the_next_answers(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout()
    pay_and_see_the_offer(page)
    page.get_by_text("Sandbox controls").click()
    forced = {"insufficient_inventory": "unprocessed insufficient_inventory", "no_answer": "no answer"}
    for outcome, shown in forced.items():
        page.get_by_label("Answer", exact=True).select_option(outcome)
        page.get_by_role("button", name="Use it once").click()
        expect(page.get_by_text(f"answers “{outcome.replace('_', ' ')}”", exact=False)).to_be_visible()
        page.get_by_role("button", name="Pay now").click()
        expect(page.locator("main").get_by_text(shown, exact=True)).to_be_visible()
    page.get_by_role("button", name="Pay now").click()
    page.wait_for_url("**/thank-you")


def test_faults_in_the_form_are_shown_and_focused(
    page: Page, at_checkout: AtCheckout, check_page: Callable[[], None]
) -> None:
    at_checkout()
    page.get_by_label("Postcode").fill("")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Enter a postcode.")).to_be_visible()
    expect(page.get_by_label("Postcode")).to_be_focused()
    check_page()
    page.get_by_label("Postcode").fill("LS1 1AA")
    page.get_by_label("Card number").fill("2")
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_text("Your card was declined.", exact=False)).to_be_visible()
    page.get_by_label("Card number").fill("1")
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/post-purchase")


def test_the_buyer_from_new_york_pays_in_dollars(page: Page, at_checkout: AtCheckout) -> None:
    at_checkout(buyer="us")
    expect(page.get_by_role("button", name="Pay US$")).to_be_visible()
    assert page.evaluate("document.documentElement.dataset.shouldRender") == "not_asked"
