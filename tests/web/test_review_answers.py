"""What Shopify's review looks at, as far as answers tell; the names in capitals are those of `shopify app doctor`."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.runtime import Runtime
from tests.conftest import StandingClock
from tests.factories import OTHER_SHOP
from tests.shopify_client import make_session_token
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, install

COMPLIANCE = ("customers/data_request", "customers/redact", "shop/redact")


def opened(client: FlaskClient, clock: StandingClock, shop: str, path: str = "/orders") -> str:
    token = make_session_token(shop=shop, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
    query = {"embedded": "1", "shop": shop, "host": "YWRtaW4", "id_token": token}
    answer = client.get(path, query_string=query, headers={"Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return str(answer.headers["Content-Security-Policy"])


def test_each_page_may_stand_in_the_admin_of_its_own_shop_only(
    client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    """MISSING_EMBEDDED_CSP, STATIC_FRAME_ANCESTORS."""
    install(runtime)
    install(runtime, domain=OTHER_SHOP)
    for shop in (SHOP, OTHER_SHOP):
        (ancestors,) = (part for part in opened(client, clock, shop).split(";") if "frame-ancestors" in part)
        assert set(ancestors.split()[1:]) == {f"https://{shop}", "https://admin.shopify.com"}


@pytest.mark.parametrize("topic", COMPLIANCE)
@pytest.mark.parametrize("signature", ["", "AAAA", "x" * 44])
def test_a_compliance_webhook_with_a_bad_signature_is_refused(client: FlaskClient, topic: str, signature: str) -> None:
    headers = {
        "X-Shopify-Topic": topic,
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": "1",
        "X-Shopify-Hmac-Sha256": signature,
    }
    assert client.post("/webhooks/shopify", data=b"{}", headers=headers).status_code == 401


@pytest.mark.parametrize(
    "shop",
    ["evil.example", "gift-shop.myshopify.com.evil.example", "gift-shop.myshopify.com/", "-a.myshopify.com", "a b"],
)
def test_a_shop_that_is_none_is_refused(client: FlaskClient, runtime: Runtime, shop: str) -> None:
    """WEAK_SHOP_VALIDATION, REQUEST_DERIVED_SHOP_SCOPE: the latter at large in test_tenancy.py."""
    install(runtime)
    answer = client.get("/orders", query_string={"shop": shop, "embedded": "1"})
    assert answer.status_code in {302, 400, 401}
    assert shop not in answer.headers.get("Location", "").partition("?")[0]


def test_nobody_without_a_token_gets_anything(app: Flask, client: FlaskClient) -> None:
    """UNAUTHENTICATED_ENDPOINT: what is public is listed in tests/architecture/test_guards.py and holds no data."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.partition(".")[0] in {
            "installing",
            "links",
            "offer_links",
            "policy",
            "public",
            "rule_schema",
            "static",
        }:
            continue
        path = rule.rule.replace("<int:", "<").replace("<", "").replace(">", "")
        for method in sorted(set(rule.methods or ()) & {"GET", "POST"}):
            answer = client.open(path.replace("delivery_id", "1").replace("request_id", "1"), method=method)
            assert answer.status_code in {302, 401, 404}, f"{method} {path}: HTTP {answer.status_code}"


def test_nothing_is_remembered_in_cookies(client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
    """It works in incognito, where a frame's cookies are blocked."""
    install(runtime)
    for path in ("/", "/orders", "/offers", "/integrations", "/health", "/auth/session-token"):
        token = make_session_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
        answer = client.get(path, query_string={"embedded": "1", "shop": SHOP, "id_token": token})
        assert "Set-Cookie" not in answer.headers, path
