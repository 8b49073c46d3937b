"""What a bundle finds in the worker, and what the page makes of its components."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_store import bundles
from tests.e2e.sandbox_store.conftest import Store

pytestmark = pytest.mark.e2e

PROMISED = {
    "self": "object", "console": "object", "setTimeout": "function", "clearTimeout": "function",
    "setInterval": "function", "fetch": "function", "Headers": "function", "Request": "function",
    "Response": "function", "AbortController": "function", "Promise": "function", "Map": "function",
    "shopify": "object",
}  # fmt: skip
FORBIDDEN = (
    "window", "document", "localStorage", "sessionStorage", "indexedDB", "caches", "XMLHttpRequest", "importScripts",
    "WebSocket", "EventSource", "Worker", "BroadcastChannel", "MessageChannel", "Notification", "navigator", "location",
    "crypto", "performance", "URL", "TextEncoder", "postMessage", "addEventListener", "onmessage", "close",
    "WorkerGlobalScope", "FileReader", "queueMicrotask", "structuredClone", "atob", "OffscreenCanvas", "WebAssembly",
)  # fmt: skip


@pytest.fixture
def show(store: Store, page: Page, at_checkout: Callable[..., str]) -> Callable[[str], None]:
    """Install a bundle and go on to its page."""

    def go(bundle: str) -> None:
        store.install(bundle, NAMES=json.dumps([*PROMISED, *FORBIDDEN]))
        at_checkout()
        page.get_by_role("button", name="Pay").click()
        page.wait_for_url("**/post-purchase")
        page.wait_for_selector("html[data-rendered]")

    return go


def test_the_worker_offers_what_is_promised_and_nothing_else(page: Page, show: Callable[[str], None]) -> None:
    show(bundles.GLOBALS)
    expect(page.get_by_text("inherited: ", exact=False)).to_be_visible()
    lines = dict(line.split(": ", 1) for line in page.locator("main p").all_inner_texts())
    assert {name: lines[name] for name in PROMISED} == PROMISED
    assert {name: lines[name] for name in FORBIDDEN} == dict.fromkeys(FORBIDDEN, "undefined")
    assert page.evaluate("window.__sandboxErrors") == []


def test_every_component_is_drawn_and_heard(
    page: Page, show: Callable[[str], None], check_page: Callable[[], None]
) -> None:
    show(bundles.EVERYTHING)
    heard = page.locator("#heard")
    page.get_by_label("Your name").press_sequentially("Ann")
    expect(heard).to_have_text("typing Ann")
    page.get_by_label("Your name").press("Tab")
    expect(heard).to_have_text("typed Ann")
    assert page.get_by_label("Your name").get_attribute("autocomplete") == "given-name"
    page.get_by_label("Colour").select_option("g")
    expect(heard).to_have_text("colour g")
    page.get_by_label("Wrap it").check()
    expect(heard).to_have_text("gift true")
    page.get_by_label("Not to be ticked").click()
    expect(heard).to_have_text("stubborn")
    expect(page.get_by_label("Not to be ticked")).not_to_be_checked()
    page.get_by_label("Large").check()
    expect(heard).to_have_text("radio true")
    page.get_by_label("I agree to be charged").check()
    expect(heard).to_have_text("consent true")
    page.get_by_role("button", name="Pressed here").click()
    expect(heard).to_have_text("link")
    page.get_by_label("Your name").press("Enter")
    expect(heard).to_have_text("submitted")
    page.get_by_role("button", name="Shuffle").click()
    expect(heard).to_have_text("shuffled")
    assert page.locator("main p", has_text="first").or_(page.locator("main p", has_text="second")).or_(
        page.locator("main p", has_text="third")
    ).all_inner_texts() == ["second", "first", "third"]
    page.get_by_role("button", name="Start").click()
    busy = page.get_by_role("button", name="Working on it")
    expect(busy).to_be_focused()
    assert busy.get_attribute("aria-busy") == "true"
    assert page.get_by_role("heading", name="Everything").evaluate("node => node.tagName") == "H2"
    assert page.get_by_role("heading", name="Nested").evaluate("node => node.tagName") == "H3"
    expect(page.get_by_label("Message")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("link", name="Away", exact=True)).to_have_attribute("target", "_blank")
    assert page.evaluate("window.__sandboxErrors") == []
    check_page()


def test_a_prop_that_does_not_exist_is_a_fault_people_see(page: Page, show: Callable[[str], None]) -> None:
    show(bundles.WRONG_PROP)
    assert page.evaluate("window.__sandboxErrors") == ["Button has no prop kind", 'Button.plain cannot be "yes"']
    expect(page.get_by_role("alert")).to_contain_text("Button has no prop kind")


def test_a_name_that_the_typings_do_not_promise_is_a_fault(page: Page, show: Callable[[str], None]) -> None:
    show(bundles.WRONG_NAMES)
    expect(page.get_by_text("true", exact=True)).to_be_visible()
    assert page.evaluate("window.__sandboxErrors") == [
        "the typings do not promise api.inputData.initialPurchase.email",
        "the typings do not promise api.buyer",
        "the typings do not promise api.inputData.initialPurchase.lineItems[].sku",
        "the typings do not promise api.calculateChangeset().calculatedPurchase.discount",
    ]


def test_a_component_that_does_not_exist_ends_rendering_but_holds_nobody(
    page: Page, show: Callable[[str], None]
) -> None:
    show(bundles.WRONG_COMPONENT)
    assert page.evaluate("document.documentElement.dataset.rendered") == "failed"
    assert "Carousel" in page.evaluate("window.__sandboxErrors")[0]
    page.get_by_role("link", name="View order confirmation").click()
    page.wait_for_url("**/thank-you")


def test_a_rejection_that_nobody_catches_is_a_fault(page: Page, show: Callable[[str], None]) -> None:
    show(bundles.SPEAKS_LATER)
    page.wait_for_function("window.__sandboxErrors.length > 0")
    assert "nobody caught this" in page.evaluate("window.__sandboxErrors")[0]
