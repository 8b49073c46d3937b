"""The places for blocks: a bundle in its worker, and what its page tells it and does for it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.sandbox_store.conftest import Store
from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, THANK_YOU, place_blocks
from tests.sandbox.shopify.signing import read_jwt
from tests.sandbox.shopify.switches import reset_switches, set_switches

pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def _switches_at_rest(store: Store) -> Iterator[None]:
    yield
    reset_switches(store.world)
    store.sender.release()


@pytest.fixture
def told_store(store: Store) -> Store:
    store.install_built("block", "told.jsx")
    return store


def faults(page: Page) -> list[str]:
    found = page.evaluate("window.__sandboxErrors ?? []")
    assert isinstance(found, list)
    return found


def rendered(page: Page) -> None:
    page.wait_for_selector("html[data-block-state]")
    assert page.locator("html").get_attribute("data-block-state") == "rendered", faults(page)


def told(page: Page) -> dict[str, str]:
    """Return the lines of `told.jsx`, once its calls are through."""
    rendered(page)
    for name in ("session", "kept", "fetched"):
        expect(page.locator("[data-block] p", has_text=f"{name}: ")).to_be_visible()
    return dict(line.split(": ", 1) for line in page.locator("[data-block] p").all_inner_texts())


def test_the_thank_you_page_tells_a_block_of_the_order(
    told_store: Store, page: Page, bought: Callable[..., str]
) -> None:
    variant, other = told_store.variants[:2]
    token = bought(f"{variant}:2,{other}:1?discount=WELCOME10&attributes[gift]=yes")
    found = told(page)
    order = told_store.one("SELECT id FROM orders WHERE checkout_token = ?", token)
    total = told_store.one("SELECT current_total FROM orders WHERE id = ?", order)
    assert found["target"] == THANK_YOU
    assert found["order"] == f"gid://shopify/Order/{order}"
    assert (found["token"], found["editor"]) == (token, "none")
    assert found["total"] == f"£{total // 100}.{total % 100:02}"
    assert found["counted"] == "2 lines"
    assert found["line"] == f"2 gid://shopify/ProductVariant/{variant} 1 gid://shopify/ProductVariant/{other}"
    assert (found["codes"], found["attributes"]) == ("WELCOME10", "gift=yes")
    assert (found["analytics"], found["customer"], found["country"]) == ("allowed", "unknown", "GB")
    assert found["email"] == told_store.one("SELECT email FROM orders WHERE id = ?", order)
    assert (found["window"], found["fetched"]) == ("none", "heard")
    claims = read_jwt(told_store.settings.client_secret, found["session"])
    now = int(told_store.clock.now().timestamp())
    assert (claims["dest"], claims["aud"]) == (told_store.settings.shop_domain, told_store.settings.client_id)
    assert 290 <= claims["exp"] - now <= 300
    assert "sub" not in claims
    assert faults(page) == []


def test_the_order_status_page_shows_the_other_target_and_lets_a_buyer_log_in(
    told_store: Store, page: Page, bought: Callable[..., str]
) -> None:
    token = bought()
    assert told(page)["kept"] == "1"
    page.get_by_role("link", name="The page of every later visit").click()
    page.wait_for_url(f"**/orders/{token}")
    found = told(page)
    assert (found["target"], found["state"]) == (ORDER_STATUS, "pre_authenticated")
    assert found["kept"] == "2"  # what a block stores is its own, on whichever page it runs
    page.get_by_role("button", name="Log me in").click()
    expect(page.get_by_text("You are logged in")).to_be_visible()
    found = told(page)
    customer = told_store.one("SELECT customer_id FROM orders WHERE checkout_token = ?", token)
    assert (found["state"], found["customer"]) == ("fully_authenticated", f"gid://shopify/Customer/{customer}")
    claims = read_jwt(told_store.settings.client_secret, found["session"])
    assert claims["sub"] == f"gid://shopify/Customer/{customer}"
    assert faults(page) == []


def test_each_switch_changes_what_a_block_is_told(told_store: Store, page: Page, bought: Callable[..., str]) -> None:
    set_switches(told_store.world, {"knows_checkout_token": False, "allows_analytics": False, "is_logged_in": True})
    with told_store.world.write() as connection:
        connection.execute("UPDATE shop SET protected_data_level = 1")
    token = bought(Pay_in="EUR")
    found = told(page)
    with told_store.world.write() as connection:
        connection.execute("UPDATE shop SET protected_data_level = 2")
    customer = told_store.one("SELECT customer_id FROM orders WHERE checkout_token = ?", token)
    assert (found["token"], found["analytics"]) == ("unknown", "refused")
    assert (found["email"], found["country"]) == ("unknown", "unknown")
    assert found["customer"] == f"gid://shopify/Customer/{customer}"
    assert found["total"].startswith("€")
    assert faults(page) == []


def test_texts_and_formats_follow_the_language_of_the_page(
    told_store: Store, page: Page, bought: Callable[..., str]
) -> None:
    token = bought()
    page.goto(f"/orders/{token}/thank-you?language=de")
    found = told(page)
    assert (found["counted"], found["language"]) == ("1 Zeile", "de")
    assert found["total"].endswith("£")
    assert "," in found["total"]
    page.goto(f"/orders/{token}/thank-you?language=fr")
    assert told(page)["counted"] == "1 line"


def test_consent_taken_by_a_block_reaches_its_signal(told_store: Store, page: Page, bought: Callable[..., str]) -> None:
    bought()
    assert told(page)["analytics"] == "allowed"
    page.get_by_role("button", name="Refuse").click()
    expect(page.get_by_text("analytics: refused")).to_be_visible()


@pytest.mark.parametrize(
    ("network", "brought"),
    [
        ("drop", "failed: Failed to fetch"),
        ("server_error", "failed: status 500"),
        ("html", "failed: Unexpected token '<', \"<!doctype \"... is not valid JSON"),
        ("wrong_cors", "failed: Failed to fetch"),
        ("slow", "heard"),
    ],
)
def test_the_network_is_as_bad_as_the_drawer_says(
    told_store: Store, page: Page, bought: Callable[..., str], network: str, brought: str
) -> None:
    bought()
    assert told(page)["fetched"] == "heard"
    page.get_by_text("Sandbox controls").click()
    page.get_by_label("Requests of the extension").select_option(network)
    page.get_by_label("Milliseconds to wait before").fill("300")
    page.get_by_role("button", name="Set").click()
    expect(page.get_by_text("The switches are set.", exact=False)).to_be_visible()
    page.get_by_text("Sandbox controls").click()
    page.get_by_role("button", name="Ask again").click()
    expect(page.locator("[data-block] p", has_text="fetched: ")).to_have_text(f"fetched: {brought}")
    page.reload()
    assert told(page)["fetched"] == brought  # and on pages loaded from then on


def test_without_network_access_nothing_goes_out(told_store: Store, page: Page, bought: Callable[..., str]) -> None:
    set_switches(told_store.world, {"has_network_access": False})
    bought()
    assert told(page)["fetched"] == "failed: Failed to fetch: the extension has no network access"


def test_the_editor_previews_both_pages_with_a_sample(told_store: Store, page: Page) -> None:
    page.goto("/checkout/editor/thank-you")
    found = told(page)
    assert (found["editor"], found["target"]) == ("checkout", THANK_YOU)
    page.get_by_role("link", name="Order status page").click()
    page.wait_for_url("**/order-status")
    assert told(page)["target"] == ORDER_STATUS
    assert faults(page) == []


def test_a_block_that_is_not_placed_is_not_loaded(told_store: Store, page: Page, bought: Callable[..., str]) -> None:
    place_blocks(told_store.world, [ORDER_STATUS])
    bought()
    expect(page.get_by_text("the merchant has not placed it here")).to_be_visible()
    assert page.locator("[data-block]").count() == 0
    place_blocks(told_store.world, [THANK_YOU, ORDER_STATUS])
