"""The shell around the app: grant screen, launch, address, menu, framing."""

import base64
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.app import Sandbox
from tests.sandbox.shopify.signing import sign_launch_query

pytestmark = pytest.mark.e2e


def test_the_merchant_grants_and_the_app_opens(
    shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp, uninstalled: None
) -> None:
    page = shell.page
    page.goto(f"{shell.origin}/admin")
    page.get_by_role("link", name="Afters", exact=True).click()
    expect(page.get_by_role("heading", name="Install Afters")).to_be_visible()
    expect(page.get_by_text("read_customers")).to_be_visible()
    assert embedded.documents == []
    page.get_by_role("button", name="Install").click()
    expect(shell.frame.get_by_role("heading", name="Home", level=1)).to_be_visible()
    (document,) = embedded.documents
    query = document["query"]
    assert document["has_token"]
    assert query["hmac"] == sign_launch_query(sandbox.settings.client_secret, query)
    host = base64.b64decode(query["host"] + "=" * (-len(query["host"]) % 4)).decode()
    assert host == "admin.shopify.com/store/gift-shop"
    expect(page.locator("#fault")).to_be_hidden()
    assert shell.complaints == []
    assert shell.foreign == set()


def test_a_deep_link_opens_that_page_of_the_app(shell: Shell, embedded: EmbeddedApp, installed: None) -> None:
    shell.open("/offers?tab=live")
    (document,) = embedded.documents
    assert (document["path"], document["query"]["tab"], document["has_token"]) == ("/offers", "live", True)
    expect(shell.page).to_have_url(f"{shell.origin}/admin/apps/afters/offers?tab=live")
    expect(shell.page).to_have_title("/offers page · Gift Shop")


@pytest.mark.parametrize(("link", "path"), [("#plain-link", "/offers?tab=live"), ("#anchor", "/offers")])
def test_a_link_inside_the_app_bounces_once_and_the_address_follows(
    shell: Shell, embedded: EmbeddedApp, installed: None, link: str, path: str
) -> None:
    frame = shell.open("/")
    frame.locator(link).click()
    expect(frame.get_by_role("heading", name="Offers", level=1)).to_be_visible()
    expect(shell.page).to_have_url(f"{shell.origin}/admin/apps/afters{path}")
    # The browser loads the plain address first, which has no token; App Bridge brings one.
    assert [each["has_token"] for each in embedded.documents] == [True, False, True]
    assert set(embedded.documents[2]["query"]) - {"tab"} == {"id_token"}
    shell.page.go_back()
    expect(frame.get_by_role("heading", name="Home", level=1)).to_be_visible()
    expect(shell.page).to_have_url(f"{shell.origin}/admin/apps/afters/")


def test_the_apps_menu_stands_in_the_shell_and_moves_the_app(
    shell: Shell, embedded: EmbeddedApp, installed: None
) -> None:
    frame = shell.open("/")
    links = shell.page.locator("#app-links a")
    expect(links).to_have_text(["Offers", "Components"])
    links.first.click()
    expect(frame.get_by_role("heading", name="Offers", level=1)).to_be_visible()
    expect(links.first).to_have_attribute("aria-current", "page")
    shell.page.locator("#app-home").click()
    expect(frame.get_by_role("heading", name="Home", level=1)).to_be_visible()
    expect(links.first).not_to_have_attribute("aria-current", "page")
    # The shell itself was loaded once.
    assert sum(bool(re.search(r"/admin/apps/afters/$", url)) for url in shell.requests) == 1


def test_a_client_router_keeps_the_address_too(shell: Shell, embedded: EmbeddedApp, installed: None) -> None:
    shell.open("/")
    shell.run("history.pushState({}, '', '/offers/12?step=2#end')")
    expect(shell.page).to_have_url(f"{shell.origin}/admin/apps/afters/offers/12?step=2#end")


def right_policy(embedded: EmbeddedApp) -> str:
    settings = embedded.settings
    return f"frame-ancestors https://{settings.shop_domain} https://admin.shopify.com {settings.origin}"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        (lambda app: {"Content-Security-Policy": right_policy(app) + " *"}, "also allows *"),
        (lambda app: {}, "There is no frame-ancestors"),
        (
            lambda app: {"Content-Security-Policy": right_policy(app), "X-Frame-Options": "SAMEORIGIN"},
            "X-Frame-Options: SAMEORIGIN is set",
        ),
    ],
)
def test_wrong_framing_raises_a_red_banner(
    shell: Shell,
    embedded: EmbeddedApp,
    installed: None,
    headers: Callable[[EmbeddedApp], dict[str, str]],
    words: str,
) -> None:
    embedded.policy = lambda: headers(embedded)
    shell.page.goto(f"{shell.origin}/admin/apps/afters/")
    banner = shell.page.get_by_role("alert")
    expect(banner).to_contain_text("not framed as Shopify demands")
    expect(banner).to_contain_text(words)
    red = banner.evaluate("element => getComputedStyle(element).backgroundColor")
    assert red == "rgb(179, 19, 43)"


def test_the_browser_itself_refuses_a_frame_for_other_places(
    shell: Shell, embedded: EmbeddedApp, installed: None
) -> None:
    embedded.policy = lambda: {"Content-Security-Policy": "frame-ancestors https://other-shop.myshopify.com"}
    shell.page.goto(f"{shell.origin}/admin/apps/afters/")
    expect(shell.page.get_by_role("alert")).to_contain_text("does not name")
    assert any("frame-ancestors" in complaint for complaint in shell.complaints)
    expect(shell.frame.locator("s-page")).to_have_count(0)


def test_an_app_that_does_not_run_is_said(shell: Shell, installed: None) -> None:
    shell.page.goto(f"{shell.origin}/admin/apps/afters/")
    expect(shell.page.get_by_role("alert")).to_contain_text("The app does not answer at")


def test_admin_addresses_open_the_admins_own_pages(shell: Shell, embedded: EmbeddedApp, installed: None) -> None:
    frame = shell.open("/")
    frame.locator("#to-products").click()
    expect(shell.page).to_have_url(f"{shell.origin}/admin/products")
    shell.open("/")
    with shell.page.expect_popup() as popup:
        shell.run("void open('shopify://admin/orders/12', '_blank')")
    assert popup.value.url == f"{shell.origin}/admin/orders/12"
    shell.run("void open('https://admin.shopify.com/store/gift-shop/customers', '_top')")
    expect(shell.page.get_by_role("heading", name="Home", level=1)).to_have_count(0)


def test_uninstalling_leads_back_to_the_grant_screen(
    shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp, installed: None
) -> None:
    page = shell.page
    shell.open("/")
    page.get_by_role("link", name="Manage", exact=True).click()
    page.get_by_role("button", name="Uninstall").first.click()
    page.get_by_role("dialog").get_by_role("button", name="Uninstall").click()
    expect(page.get_by_role("status")).to_have_text("The app was uninstalled.")
    page.get_by_role("link", name="Afters", exact=True).click()
    expect(page.get_by_role("heading", name="Install Afters")).to_be_visible()


def test_messages_from_anywhere_else_are_ignored(shell: Shell, embedded: EmbeddedApp, installed: None) -> None:
    shell.open("/")
    shell.page.evaluate(
        """() => {
            postMessage({ bridge: "afters-sandbox", id: 1, method: "idToken" }, location.origin);
            const params = { id: "x", message: "Forged" };
            postMessage({ bridge: "afters-sandbox", method: "toast.show", params }, location.origin);
        }"""
    )
    # An honest question goes the same way, so whatever the forged ones set off has begun when it is answered.
    assert shell.run("shopify.user()")["name"]
    assert not [url for url in shell.requests if url.endswith("/bridge/id-token")]
    # And the app's page takes no event that its parent did not send.
    shell.run("postMessage({ bridge: 'afters-sandbox', event: 'navigate', detail: { path: '/offers' } }, '*')")
    shell.run("shopify.toast.show('Honest')")
    expect(shell.page.locator(".toast")).to_have_text(re.compile("Honest"))
    assert [each["path"] for each in embedded.documents] == ["/"]
