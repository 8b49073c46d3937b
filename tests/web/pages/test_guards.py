"""Who may open the pages, what their answers carry, and what an outsider sees."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from server.runtime import Runtime
from tests.shopify_client import make_session_token, sign_token
from tests.web.installed import SHOP, install
from tests.web.pages.conftest import Staff
from tests.web.pages.history import History

PAGES = ("/", "/set-up", "/offers", "/offers/new", "/offers/fixed", "/offers/variants", "/orders", "/integrations")
CHANGES = (
    "/set-up/check",
    "/set-up/look",
    "/imports/orders/retry",
    "/offers/new",
    "/offers/fixed",
    "/offers/fixed/delete",
    "/offers/publish",
    "/integrations/smtp",
)
RETRY = "X-Shopify-Retry-Invalid-Session-Request"


@pytest.mark.parametrize("path", PAGES)
def test_a_page_without_a_token_bounces_for_one(staff: Staff, path: str) -> None:
    answer = staff.client.get(path, query_string={"embedded": "1", "shop": SHOP, "host": "YWRtaW4", "tab": "a b"})
    assert answer.status_code == 302
    target = urlsplit(answer.location)
    assert target.path == "/auth/session-token"
    reload_to = urlsplit(parse_qs(target.query)["shopify-reload"][0])
    assert reload_to.path == path
    assert parse_qs(reload_to.query)["tab"] == ["a b"]
    assert "id_token" not in answer.location


def test_an_expired_token_in_the_address_bounces_too(staff: Staff) -> None:
    old = staff.token(now=staff.clock.now() - timedelta(minutes=5))
    answer = staff.client.get("/orders", query_string={"embedded": "1", "shop": SHOP, "id_token": old})
    assert answer.status_code == 302
    assert old not in answer.location


@pytest.mark.parametrize("path", PAGES)
def test_a_fetch_with_a_bad_token_is_told_to_fetch_a_new_one(staff: Staff, path: str) -> None:
    for token in ("nonsense", staff.token(secret="shpss_" + "0" * 32), staff.token(aud="another app")):
        answer = staff.client.get(path, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.headers.get(RETRY)) == (401, "1")
        assert answer.json is not None
        assert answer.json["error"]["code"] == "not_authenticated"


@pytest.mark.parametrize("path", CHANGES)
def test_nothing_changes_without_a_good_token(staff: Staff, path: str) -> None:
    assert staff.client.post(path, data={"revision": "1"}).status_code == 401
    old = staff.token(now=staff.clock.now() - timedelta(minutes=5))
    answer = staff.client.post(path, data={"revision": "1"}, headers={"Authorization": f"Bearer {old}"})
    assert (answer.status_code, answer.headers.get(RETRY)) == (401, "1")


def test_tokens_of_other_kinds_open_nothing(staff: Staff) -> None:
    now = int(staff.clock.now().timestamp())
    purchase = {"iss": "shopify", "iat": now, "sub": "ref", "input_data": {"shop": {"domain": SHOP}}}
    secret = "shpss_" + "5a" * 16
    for claims in (purchase, {"iss": "x", "iat": now, "jti": "1", "sub": "ref", "changes": []}):
        answer = staff.client.get("/orders", headers={"Authorization": f"Bearer {sign_token(claims, secret)}"})
        assert answer.status_code == 401


def test_a_shop_in_the_address_must_be_the_tokens(staff: Staff) -> None:
    answer = staff.client.get(
        "/", query_string={"embedded": "1", "shop": "other-shop.myshopify.com", "id_token": staff.token()}
    )
    assert answer.status_code == 401


def test_another_shops_staff_see_nothing_of_this_shop(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    order_id = History(runtime.database, shop_id, staff.clock.now()).accepted()
    install(runtime, domain="other-shop.myshopify.com", rules={"schema": 1, "funnels": []})
    stranger = Staff(staff.client, staff.clock, shop="other-shop.myshopify.com")
    assert "#1001" in staff.open("/orders").text
    assert "#1001" not in stranger.open("/orders").text
    assert stranger.open(f"/orders/{order_id}").status_code == 404
    assert stranger.open("/offers/fixed").status_code == 404
    assert "Fixed" not in stranger.open("/offers").text
    assert stranger.fetch("/offers/variants", ids="1,2").json == staff.fetch("/offers/variants", ids="1,2").json
    assert stranger.send("/offers/fixed", {"revision": "1"}).status_code == 404


@pytest.mark.parametrize("path", [*PAGES[:5], "/orders", "/integrations", "/orders/nope"])
def test_only_the_admin_of_the_tokens_shop_may_frame_a_page(staff: Staff, path: str) -> None:
    policy = staff.open(path).headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors https://{SHOP} https://admin.shopify.com")
    assert "script-src 'self'" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert "X-Frame-Options" not in staff.open(path).headers
    assert "app-bridge.js" in staff.open(path).headers["Link"]


def test_a_page_names_the_app_before_any_script_and_app_bridge_first(staff: Staff) -> None:
    text = staff.open("/").text
    meta, bridge = (
        text.index('name="shopify-api-key" content="0123456789abcdef0123456789abcdef"'),
        text.index("<script"),
    )
    assert meta < bridge
    assert text[bridge:].startswith('<script src="https://cdn.shopify.com/shopifycloud/app-bridge.js"></script>')
    assert text.count("<script") - text.count('<script type="module"') == 2


def test_a_page_opened_outside_the_admin_is_sent_there(staff: Staff) -> None:
    host = "YWRtaW4uc2hvcGlmeS5jb20vc3RvcmUvZ2lmdC1zaG9w"
    answer = staff.client.get("/orders", query_string={"shop": SHOP, "host": host, "id_token": staff.token()})
    assert answer.status_code == 302
    assert answer.location == "https://admin.shopify.com/store/gift-shop/apps/0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("shop", "ancestors"),
    [
        (SHOP, f"https://{SHOP} https://admin.shopify.com"),
        ("other-shop.myshopify.com", "https://other-shop.myshopify.com https://admin.shopify.com"),
        ("evil.example", "https://admin.shopify.com"),
        ("x.myshopify.com.evil.example", "https://admin.shopify.com"),
        ("a.myshopify.com https://evil.example", "https://admin.shopify.com"),
        (None, "https://admin.shopify.com"),
    ],
)
def test_the_bounce_page_may_be_framed_by_shops_only(staff: Staff, shop: str | None, ancestors: str) -> None:
    answer = staff.client.get("/auth/session-token", query_string={"shop": shop} if shop else {})
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors {ancestors}")
    assert answer.text.count("<script") == 1
    assert 'data-api-key="0123456789abcdef0123456789abcdef"' in answer.text


@pytest.mark.parametrize("path", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_the_bounce_page_leads_nowhere_else(staff: Staff, path: str) -> None:
    answer = staff.client.get("/auth/session-token", query_string={"shop": SHOP, "shopify-reload": path})
    assert answer.status_code == 400


def test_a_token_of_a_shop_that_is_no_shopify_shop_is_refused(staff: Staff) -> None:
    token = make_session_token(
        shop="evil.example",
        client_id="0123456789abcdef0123456789abcdef",
        secret="shpss_" + "5a" * 16,
        now=staff.clock.now(),
    )
    assert staff.client.get("/", headers={"Authorization": f"Bearer {token}"}).status_code == 401
