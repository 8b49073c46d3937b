"""A second extension, written from Shopify's public typings alone, lives on the one-click page as ours does."""

import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_store.conftest import BROWSER_FOLDER, EXTENSIONS, Store

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _second(store: Store) -> None:
    store.install_built("post_purchase", "second.tsx")


def test_it_is_written_from_the_typings_and_nothing_else() -> None:
    done = subprocess.run(
        ["node_modules/.bin/tsc", "-p", str(EXTENSIONS / "tsconfig.json")],
        cwd=BROWSER_FOLDER,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_it_offers_is_refused_once_and_then_accepted(
    store: Store, page: Page, at_checkout: Callable[..., str], check_page: Callable[[], None]
) -> None:
    token = at_checkout()
    page.get_by_role("button", name="Pay").click()
    page.wait_for_url("**/post-purchase")
    page.wait_for_selector("html[data-rendered=true]")
    title = store.one("SELECT title FROM product WHERE id = ?", store.product_of[store.variants[1]])
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    price = store.one("SELECT price FROM variant WHERE id = ?", store.variants[1])
    expect(page.get_by_text(f"{price / 100:.2f} GBP")).to_be_visible()
    page.get_by_label("How many").select_option("2")
    expect(page.get_by_text(f"{2 * price / 100:.2f} GBP")).to_be_visible()
    page.get_by_label("Wrap it").check()
    expect(page.get_by_text("It will be wrapped")).to_be_visible()
    check_page()
    page.get_by_text("Sandbox controls").click()
    page.get_by_label("Answer", exact=True).select_option("insufficient_inventory")
    page.get_by_role("button", name="Use it once").click()
    expect(page.get_by_text("The next applyChangeset answers", exact=False)).to_be_visible()
    page.get_by_text("Sandbox controls").click()
    page.get_by_role("button", name="Pay now").click()
    expect(page.get_by_text("Refused: insufficient_inventory")).to_be_visible()
    assert page.evaluate("window.__sandboxErrors") == []
    page.get_by_role("button", name="Pay now").click()
    page.wait_for_url("**/thank-you")
    expect(page.get_by_text("Added after purchase")).to_be_visible()
    order = store.one("SELECT id FROM orders WHERE checkout_token = ?", token)
    added = "SELECT quantity FROM order_line WHERE order_id = ? AND added_by_edit IS NOT NULL"
    assert store.one(added, order) == 2
