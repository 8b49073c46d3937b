import html
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.sandbox.browser.admin.configuration import read_app
from tests.sandbox.browser.admin.scopes import describe
from tests.sandbox.shopify.signing import read_jwt
from tests.unit.sandbox_admin_shell.conftest import Browser, Shell


def frame_source(page: str) -> str:
    found = re.search(r'data-src="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


def test_an_app_that_is_not_installed_asks_first(browser: Browser, shell: Shell) -> None:
    page = browser.page("/admin/apps/afters/offers")
    assert "Install Afters" in page
    assert "View products" in page
    assert "<code>read_orders</code>" in page
    assert "<iframe" not in page
    answer = browser.post("/admin/install", path="/offers")
    assert answer.headers["Location"].endswith("/admin/apps/afters/offers")
    row = shell.one("SELECT * FROM installation")
    assert (row["scopes"], row["application_url"]) == ("read_products,read_orders", shell.settings.app_origin)
    assert "<iframe" in browser.page("/admin/apps/afters/offers")


def test_the_path_after_the_handle_is_the_apps(browser: Browser, shell: Shell) -> None:
    shell.install()
    source = frame_source(browser.page("/admin/apps/afters/offers/12", tab="live"))
    assert source.startswith(f"{shell.settings.app_origin}/offers/12?")
    assert parse_qs(urlsplit(source).query)["tab"] == ["live"]
    for path in ("/admin/apps/afters", "/admin/apps/afters/"):
        assert frame_source(browser.page(path)).startswith(f"{shell.settings.app_origin}/?")
    for path in ("/admin/apps/afters//evil.example/x", "/admin/apps/afters/%2F/evil.example/x"):
        answer = browser.client.get(path, base_url=browser.origin, follow_redirects=True)
        source = frame_source(answer.get_data(as_text=True))
        assert source.startswith(f"{shell.settings.app_origin}/evil.example/x?")


def test_a_deploy_with_more_scopes_asks_again_and_tells_the_app(browser: Browser, shell: Shell) -> None:
    shell.install()
    shell.change("UPDATE installation SET scopes = 'read_products,write_customers'")
    page = browser.page("/admin/apps/afters/")
    assert "Update Afters" in page
    assert "<code>read_orders</code>" in page
    assert "<code>read_products</code>" not in page
    browser.post("/admin/install")
    assert shell.one("SELECT scopes FROM installation")["scopes"] == "read_products,write_customers,read_orders"
    (body,) = shell.told("app/scopes_update")
    assert body["current"] == ["read_products", "write_customers", "read_orders"]


def test_uninstalling_ends_the_access_and_is_told_once(browser: Browser, shell: Shell) -> None:
    shell.install()
    answer = browser.post("/admin/uninstall")
    assert "The app was uninstalled." in browser.page(answer.headers["Location"])
    assert "Install Afters" in browser.page("/admin/apps/afters/")
    browser.post("/admin/uninstall")
    assert len(shell.told("app/uninstalled")) == 1
    assert browser.post_json("/admin/bridge/id-token", {}).status_code == 409


def test_id_tokens_are_for_the_installed_app(browser: Browser, shell: Shell) -> None:
    shell.install()
    token = browser.post_json("/admin/bridge/id-token", {}).get_json()["id_token"]
    assert read_jwt(shell.settings.client_secret, token)["aud"] == shell.settings.client_id
    assert browser.get("/admin/bridge/id-token").status_code == 405


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
@pytest.mark.parametrize("path", ["/admin/bridge/id-token", "/admin/install", "/admin/uninstall"])
def test_other_origins_get_nothing_done(browser: Browser, shell: Shell, site: str, path: str) -> None:
    shell.install()
    answer = browser.client.post(path, base_url=browser.origin, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert shell.one("SELECT uninstalled_at FROM installation")["uninstalled_at"] is None


def test_other_sites_may_link_here_but_not_read(browser: Browser) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert browser.client.get("/admin", base_url=browser.origin, headers=headers).status_code == 200
    headers["Sec-Fetch-Mode"] = "cors"
    assert browser.client.get("/admin/bridge/user", base_url=browser.origin, headers=headers).status_code == 403


def test_there_is_one_origin(browser: Browser, shell: Shell) -> None:
    answer = browser.client.get("/admin/orders?view=all", base_url=f"http://localhost:{shell.settings.port}")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{shell.settings.origin}/admin/orders?view=all"


def test_optional_scopes_are_granted_and_taken_back(browser: Browser, shell: Shell) -> None:
    shell.install()
    before = browser.get("/admin/bridge/scopes").get_json()
    assert before == {
        "granted": ["read_products", "read_orders"],
        "required": ["read_products", "read_orders"],
        "optional": ["write_customers", "read_markets"],
    }
    granted = browser.post_json("/admin/bridge/scopes/grant", {"scopes": ["read_markets"]}).get_json()
    assert granted["granted"] == ["read_products", "read_orders", "read_markets"]
    browser.post_json("/admin/bridge/scopes/grant", {"scopes": ["read_markets"]})
    revoked = browser.post_json("/admin/bridge/scopes/revoke", {"scopes": ["read_markets"]}).get_json()
    assert revoked == before
    told = [(body["previous"], body["current"]) for body in shell.told("app/scopes_update")]
    plain, more = ["read_products", "read_orders"], ["read_products", "read_orders", "read_markets"]
    assert told == [(plain, more), (more, plain)]


@pytest.mark.parametrize(
    ("verb", "body", "words"),
    [
        ("grant", {"scopes": ["write_products"]}, "not declared"),
        ("revoke", {"scopes": ["read_orders"]}, "required scopes stay"),
        ("revoke", {"scopes": ["read_markets"]}, "not granted"),
        ("grant", {"scopes": "read_markets"}, "list of scopes"),
        ("grant", {"scopes": [1]}, "list of scopes"),
        ("grant", [], "list of scopes"),
        ("steal", {"scopes": []}, "list of scopes"),
    ],
)
def test_refuses_scopes_that_cannot_be_had(browser: Browser, shell: Shell, verb: str, body: object, words: str) -> None:
    shell.install()
    answer = browser.post_json(f"/admin/bridge/scopes/{verb}", body)
    assert answer.status_code == 422
    assert words in answer.get_json()["error"]
    assert not shell.told("app/scopes_update")


def test_scopes_are_words_a_merchant_understands() -> None:
    assert describe("read_products") == "View products"
    assert describe("write_order_edits") == "Edit edits of orders"
    assert describe("read_something_new") == "View something new"


def test_extensions_are_read_from_the_apps_files(browser: Browser) -> None:
    answer = browser.get("/admin/bridge/extensions").get_json()
    assert answer == [{"handle": "thank-you-block", "type": "ui_extension", "activations": []}]


def test_a_review_is_asked_for_once_and_not_too_early(browser: Browser, shell: Shell) -> None:
    def code() -> str | None:
        refusal = browser.get("/admin/bridge/review").get_json()["refusal"]
        return refusal and str(refusal["code"])

    assert code() == "merchant-ineligible"
    shell.install()
    assert code() == "recently-installed"
    shell.clock.move(timedelta(hours=25).total_seconds())
    assert code() is None
    browser.post_json("/admin/bridge/review", {"isSent": True})
    assert code() == "already-reviewed"


def test_the_frame_is_checked_with_the_launch_query(browser: Browser, shell: Shell) -> None:
    # No app listens here, which is one of the faults a developer has to be told of.
    (fault,) = browser.get("/admin/bridge/check", path="/offers").get_json()["faults"]
    assert shell.settings.app_origin in fault
    assert browser.get("/admin/bridge/check", path="https://evil.example").status_code == 422


def test_reads_the_real_app() -> None:
    real = read_app(Path(__file__).parents[3])
    assert real.handle == "afters"
    assert real.has_post_purchase
    assert "read_products" in real.scopes
