"""`window.shopify` inside the frame: what App Bridge promises, the stand-in keeps."""

import pytest
from playwright.sync_api import expect

from tests.e2e.sandbox_admin.conftest import Shell
from tests.e2e.sandbox_admin.embedded_app import EmbeddedApp
from tests.sandbox.app import Sandbox
from tests.sandbox.shopify.signing import read_jwt

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("installed")]


def test_says_who_and_where(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    config = shell.run("shopify.config")
    assert config["apiKey"] == sandbox.settings.client_id
    assert (config["shop"], config["locale"]) == ("gift-shop.myshopify.com", "en-GB")
    assert config["host"]
    assert shell.run("shopify.environment") == {"embedded": True, "mobile": False, "pos": False, "intent": False}
    user = shell.run("shopify.user()")
    assert user["name"] == "Gift Shop owner"
    token = shell.run("shopify.idToken()")
    assert read_jwt(sandbox.settings.client_secret, token)["sub"] == str(user["id"])


def test_fetch_brings_a_fresh_token_to_the_apps_own_origin_only(
    shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp
) -> None:
    embedded.policy = dict  # the page may ask another origin here
    shell.open("/")
    for _ in range(2):
        assert shell.run("fetch('/api/me').then((answer) => answer.json())")["iss"].endswith("/admin")
    first, second = embedded.fetches
    assert first["jti"]
    assert first["jti"] != second["jti"]
    with shell.page.expect_request(f"{shell.origin}/cdn/**") as asked:
        shell.run(f"void fetch('{shell.origin}/cdn/shopifycloud/polaris-1.js')")
    assert "authorization" not in asked.value.headers
    shell.run("fetch('/api/me', { headers: { Authorization: 'Bearer mine' } }).then(() => 0)")
    assert embedded.fetches[-1]["header"] == "Bearer mine"


def test_a_refused_fetch_is_tried_once_more_with_its_body(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    embedded.refuse_next = 1
    script = """(() => {
        const body = new FormData();
        body.append("title", "Candles");
        return fetch("/api/offers", { method: "POST", body }).then((answer) => answer.status);
    })()"""
    assert shell.run(script) == 200
    assert embedded.forms == [{"title": ["Candles"]}]
    embedded.refuse_next = 2
    assert shell.run(script) == 401
    assert len(embedded.forms) == 1


def test_a_demand_to_leave_the_frame_moves_the_whole_page(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    embedded.reauthorize = f"{shell.origin}/store"
    shell.run("void fetch('/api/me')")
    expect(shell.page).to_have_url(f"{shell.origin}/store")


def test_the_bounce_page_leads_nowhere_else(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    with shell.page.expect_event("pageerror") as complaint:
        shell.run("void location.assign('/auth/session-token?shopify-reload=https://evil.example/')")
    assert "another origin" in str(complaint.value)
    assert shell.foreign == set()


def test_toasts_are_shown_acted_on_dismissed_and_hidden(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    shell.run(
        """(window.seen = [], window.kept = shopify.toast.show("Offer saved", { duration: 60000, action: "Undo",
            onAction: () => seen.push("action"), onDismiss: () => seen.push("dismiss") }),
            shopify.toast.show("<b>It failed</b>", { isError: true, duration: 60000 }))"""
    )
    toasts = shell.page.locator(".toast")
    expect(toasts).to_have_count(2)
    expect(shell.page.get_by_role("alert").filter(has_text="<b>It failed</b>")).to_be_visible()
    toasts.first.get_by_role("button", name="Undo").click()
    toasts.first.get_by_role("button", name="Dismiss").click()
    expect(toasts).to_have_count(1)
    assert shell.until("seen.length === 2 && seen") == ["action", "dismiss"]
    second = shell.run("shopify.toast.show('Gone at once', { duration: 60000 })")
    expect(toasts).to_have_count(2)
    shell.run("shopify.toast.hide(given)", second)
    expect(toasts).to_have_count(1)


def test_a_toast_leaves_by_itself(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    shell.run("shopify.toast.show('Brief', { duration: 30 })")
    expect(shell.page.locator(".toast")).to_have_count(0)


def test_loading_shows_the_bar(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    bar = shell.page.locator("#loading")
    expect(bar).to_be_hidden()
    shell.run("shopify.loading(true)")
    expect(bar).to_be_visible()
    shell.run("shopify.loading(false)")
    expect(bar).to_be_hidden()


def test_the_save_bar_follows_a_form(shell: Shell, embedded: EmbeddedApp) -> None:
    frame, bar = shell.open("/offers"), shell.page.locator("#save-bar")
    shell.run(
        """document.getElementById("offer").addEventListener("submit", (event) => {
            event.preventDefault();
            window.saved = [...new FormData(event.target)];
        })"""
    )
    expect(bar).to_be_hidden()
    name = frame.get_by_label("Name")
    name.fill("Lanterns")
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Save").click()
    expect(bar).to_be_hidden()
    assert shell.run("saved") == [["title", "Lanterns"]]
    frame.get_by_label("Live").check()
    bar.get_by_role("button", name="Discard").click()
    shell.page.get_by_role("dialog").get_by_role("button", name="Keep editing").click()
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="Discard").click()
    shell.page.get_by_role("dialog").get_by_role("button", name="Discard changes").click()
    expect(bar).to_be_hidden()
    expect(name).to_have_value("Candles")
    expect(frame.get_by_label("Live")).not_to_be_checked()


def test_unsaved_work_holds_the_menu_back(shell: Shell, embedded: EmbeddedApp) -> None:
    frame, page = shell.open("/offers"), shell.page
    frame.get_by_label("Name").fill("Lanterns")
    expect(page.locator("#save-bar")).to_be_visible()
    page.locator("#app-links a").last.click()
    page.get_by_role("link", name="Orders", exact=True).click()
    expect(page).to_have_url(f"{shell.origin}/admin/apps/afters/offers")
    shell.run("(window.left = false, shopify.saveBar.leaveConfirmation().then(() => { window.left = true; }), 0)")
    page.get_by_role("dialog").get_by_role("button", name="Keep editing").click()
    expect(page.locator("#save-bar")).to_be_visible()
    assert shell.run("left") is False
    shell.run("(shopify.saveBar.leaveConfirmation().then(() => { window.left = true; }), 0)")
    page.get_by_role("dialog").get_by_role("button", name="Leave page").click()
    expect(page.locator("#save-bar")).to_be_hidden()
    assert shell.run("shopify.saveBar.leaveConfirmation().then(() => left)") is True


def test_a_save_bar_of_its_own_is_shown_by_its_id(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/offers")
    bar = shell.page.locator("#save-bar")
    shell.run(
        """(window.pressed = [], document.getElementById("bar").addEventListener("click", ({ target }) =>
            pressed.push(target.id)), shopify.saveBar.show("bar"))"""
    )
    bar.get_by_role("button", name="Save").click()
    bar.get_by_role("button", name="Discard").click()
    # A press travels to the frame as a message, which a script in the frame may overtake.
    shell.until("pressed.length === 2")
    shell.run("shopify.saveBar.hide('bar')")
    expect(bar).to_be_hidden()
    assert shell.run("pressed") == ["bar-save", "bar-discard"]
    shell.run("shopify.saveBar.toggle('bar')")
    expect(bar).to_be_visible()
    assert "no save bar" in shell.run("shopify.saveBar.show('missing').catch((reason) => reason.message)")


def test_optional_scopes_are_asked_for_in_a_dialog(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.open("/")
    detail = shell.run("shopify.scopes.query()")
    assert "read_products" in detail["granted"]
    assert detail["required"] == detail["granted"]
    refused = shell.run("shopify.scopes.request(['write_themes']).catch((reason) => reason.message)")
    assert "write_themes" in refused
    assert shell.run("shopify.scopes.request(['read_products']).then(({ result }) => result)") == "granted-all"


def test_a_grant_needs_the_merchants_word(shell: Shell, embedded: EmbeddedApp) -> None:
    plain = {"granted": ["read_orders"], "required": ["read_orders"], "optional": ["read_markets"]}
    more = {**plain, "granted": ["read_orders", "read_markets"]}
    # The app asks for no optional scope yet, so the answers of the server, tested by themselves, are played here.
    shell.page.route("**/admin/bridge/scopes", lambda route: route.fulfill(json=plain))
    shell.page.route("**/admin/bridge/scopes/*", lambda route: route.fulfill(json=more))
    shell.open("/")
    for answer, result in (("Cancel", "declined-all"), ("Allow", "granted-all")):
        shell.run("(window.asked = shopify.scopes.request(['read_markets']), 0)")
        dialog = shell.page.get_by_role("dialog", name="Allow more access?")
        expect(dialog.get_by_text("read_markets")).to_be_visible()
        dialog.get_by_role("button", name=answer).click()
        found = shell.run("asked")
        assert (found["result"], found["detail"]) == (result, plain if answer == "Cancel" else more)
    assert shell.run("shopify.scopes.revoke(['read_markets'])") == {"detail": more}


def test_a_review_is_asked_for_in_a_dialog(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    day = 90_000.0
    sandbox.clock.move(day)
    try:
        shell.open("/")
        shell.run("(window.review = shopify.reviews.request(), 0)")
        shell.page.get_by_role("dialog").get_by_role("button", name="Not now").click()
        assert shell.run("review.then(({ success, code }) => [success, code])") == [False, "cancelled"]
    finally:
        sandbox.clock.move(-day)


def test_modals_open_by_id_and_darken_the_shell(shell: Shell, embedded: EmbeddedApp) -> None:
    frame = shell.open("/offers")
    shell.run("shopify.modal.show('question')")
    expect(frame.get_by_role("dialog", name="Sure?")).to_be_visible()
    expect(shell.page.locator("body")).to_have_class("dimmed")
    assert shell.page.locator("#side").evaluate("side => side.inert")
    shell.run("shopify.modal.hide('question')")
    expect(frame.get_by_role("dialog", name="Sure?")).to_be_hidden()
    expect(shell.page.locator("body")).not_to_have_class("dimmed")
    assert "no modal" in shell.run("shopify.modal.show('missing').catch((reason) => reason.message)")


def test_the_rest_of_the_house(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.open("/")
    deployed = [{"handle": "thank-you-offer", "type": "ui_extension", "activations": []}]
    assert shell.run("shopify.app.extensions()") == deployed, "placed nowhere"
    review = shell.run("shopify.reviews.request()")
    assert (review["success"], review["code"]) == (False, "recently-installed")
    shell.run("shopify.support.registerHandler(() => { window.helped = true; })")
    shell.page.get_by_role("button", name="Get support").click()
    assert shell.until("window.helped") is True
    assert "has no scanner" in shell.run("shopify.scanner.capture().catch((reason) => reason.message)")
    report = shell.run(
        """new Promise((resolve) => {
            shopify.webVitals.onReport(resolve);
            Object.defineProperty(document, "visibilityState", { value: "hidden" });
            document.dispatchEvent(new Event("visibilitychange"));
        })"""
    )
    assert sorted(metric["name"] for metric in report["metrics"]) == ["CLS", "INP", "LCP"]


def test_a_page_without_a_client_id_is_told_so(shell: Shell, embedded: EmbeddedApp) -> None:
    shell.page.goto(f"{shell.origin}/clock")
    shell.page.add_script_tag(url=f"{shell.origin}/cdn/shopifycloud/app-bridge.js")
    assert any("no client id" in complaint for complaint in shell.complaints)


def test_outside_the_admin_there_is_no_token(shell: Shell, sandbox: Sandbox, embedded: EmbeddedApp) -> None:
    shell.page.goto(f"{shell.app_origin}/auth/session-token")
    assert shell.page.evaluate("shopify.environment.embedded") is False
    reason = shell.page.evaluate("shopify.idToken().catch((reason) => reason.message)")
    assert "only inside the admin" in reason
