"""The stand-ins for Shopify's components: each is drawn, heard from and readable; what is not promised is a fault."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_store.conftest import Store

pytestmark = pytest.mark.e2e


@pytest.fixture
def full_store(store: Store) -> Store:
    store.install_built("block", "everything.jsx")
    return store


@pytest.fixture
def says(full_store: Store, page: Page, bought: Callable[..., str]) -> Callable[[str], None]:
    """Stand before the block of every component; the fixture's call checks what the block heard last."""
    bought()
    page.wait_for_selector("html[data-block-state]")
    return lambda words: expect(page.get_by_text("Heard: ")).to_have_text(f"Heard: {words}")


def faults(page: Page) -> object:
    return page.evaluate("window.__sandboxErrors ?? []")


def test_what_is_pressed_is_heard(page: Page, says: Callable[[str], None]) -> None:
    page.get_by_role("button", name="Primary").click()
    says("primary")
    page.get_by_role("button", name="Keep").click()
    says("pressed true")
    assert page.get_by_role("button", name="Keep").get_attribute("aria-pressed") == "true"
    for name in ("Away", "A link"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("href", "https://example.com/")
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute("target", "_blank")
    page.get_by_role("button", name="Pressed here").click()
    says("link")
    busy = page.locator("[data-block] [aria-busy=true]")
    busy.click(force=True)
    says("link")  # a busy button keeps still
    page.get_by_text("All of this").click()
    says("clickable")
    page.get_by_role("button", name="Filter", exact=True).click()
    says("chip")
    page.get_by_role("button", name="Remove Filter").click()
    says("chip removed")
    assert faults(page) == []


def test_what_opens_and_closes_is_heard(page: Page, says: Callable[[str], None]) -> None:
    page.get_by_role("button", name="Dismiss").click()
    says("dismissed")
    page.get_by_role("button", name="Open it").click()
    says("shown")
    expect(page.get_by_role("dialog", name="A modal")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    says("hidden")
    page.get_by_role("button", name="Open the sheet").click()
    page.get_by_role("button", name="Away with it").click()
    says("sheet hidden")
    page.get_by_role("button", name="More").click()
    expect(page.get_by_text("Popped")).to_be_visible()
    page.get_by_role("button", name="Hover me").focus()
    expect(page.get_by_role("tooltip")).to_have_text("A tip")
    page.get_by_text("Details", exact=True).click()
    says("details open")
    assert faults(page) == []


def test_what_is_filled_in_is_heard(page: Page, says: Callable[[str], None]) -> None:
    name = page.get_by_label("Your name")
    name.press_sequentially("Ann")
    expect(name).to_have_value("ANN")
    expect(name).to_be_focused()
    name.press("Tab")
    says("typed ANN")
    page.get_by_label("How many").fill("3")
    page.get_by_label("How many").press("Tab")
    says("number 3")
    page.get_by_label("Colour").select_option("g")
    says("colour g")
    page.get_by_role("button", name="Send").click()
    says("submitted")
    expect(page.get_by_label("Message")).to_have_attribute("aria-invalid", "true")
    assert faults(page) == []


def test_what_is_ticked_is_heard(page: Page, says: Callable[[str], None]) -> None:
    page.get_by_label("Wrap it").check()
    says("gift true")
    page.get_by_role("switch", name="Turn on").check()
    says("switch true")
    page.get_by_label("Text me").check()
    says("consent true")
    size = page.get_by_role("group", name="Size")
    expect(size.get_by_label("Medium")).to_be_checked()
    size.get_by_label("Small").check()
    says("size s")
    page.get_by_role("group", name="Extras").get_by_label("Card").check()
    page.get_by_role("group", name="Extras").get_by_label("Ribbon").check()
    says("extras card,ribbon")
    assert faults(page) == []


def test_every_component_is_readable_at_both_widths(
    page: Page, says: Callable[[str], None], check_page: Callable[[], None]
) -> None:
    says("nothing yet")
    assert page.get_by_role("heading", name="Words").evaluate("node => node.tagName") == "H2"
    assert page.get_by_role("heading", name="Nested").evaluate("node => node.tagName") == "H3"
    direction = "node => getComputedStyle(node).flexDirection"
    line = page.locator(".sx-query-container > .sx-stack")
    assert line.evaluate(direction) == "row"
    page.set_viewport_size({"width": 390, "height": 844})
    assert line.evaluate(direction) == "column"
    check_page()
    page.get_by_role("button", name="Open it").click()
    check_page()
    assert faults(page) == []


def test_what_the_typings_do_not_promise_is_a_fault_people_see(
    store: Store, page: Page, bought: Callable[..., str]
) -> None:
    store.install_built("block", "wrong.jsx")
    bought()
    page.wait_for_selector("html[data-block-state]")
    page.get_by_role("button", name="Nobody").click()
    page.wait_for_function("window.__sandboxErrors.some((each) => each.includes('nobody'))")
    assert sorted(page.evaluate("window.__sandboxErrors")) == [
        "no locale file has a text for nowhere",
        "nothing in the block can be told --auto by the id nobody",
        "s-banner has no slot footer",
        "s-button has no event press",
        's-button.variant cannot be "loud"',
        "s-section has no prop kind",
        "s-spinner takes no children",
        "the sandbox has no stand-in for s-map",
        "the sandbox has no stand-in for shopify.query",
        "the typings do not promise shopify.orders here",
        "unknown component div",
        "unknown component s-carousel",
    ]
    expect(page.get_by_role("alert").first).to_contain_text("unknown component s-carousel")
