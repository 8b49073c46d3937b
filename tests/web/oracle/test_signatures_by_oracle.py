"""Webhook and launch signatures, shop names and launch addresses: the same verdict on all three sides."""

import base64

import pytest

from server.core.clock import SystemClock
from server.shopify.inbound import ShopifyInbound
from server.shopify.oauth import UnsafeAddress, embedded_url
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain
from tests.sandbox.shopify.signing import sign_launch_query, sign_webhook
from tests.unit.shopify.forging import CLIENT_ID, OLD_SECRET, SECRET, SHOP
from tests.web.oracle.asking import Oracle, Refused, encoded

pytestmark = pytest.mark.oracle
INBOUND = ShopifyInbound(secrets=(SECRET,))
BODIES = [b"{}", '{"title": "Tür 🚪", "id": 1}'.encode(), b'{"a":1}\n', b"[" + b"0," * 5000 + b"0]"]


def headers(signature: str) -> dict[str, str]:
    return {
        "X-Shopify-Hmac-Sha256": signature,
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-API-Version": "2026-10",
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "X-Shopify-Triggered-At": "2026-11-22T10:00:00Z",
        "X-Shopify-Name": "orders-create",
    }


@pytest.mark.parametrize("body", BODIES)
def test_all_three_sign_a_body_alike(oracle: Oracle, body: bytes) -> None:
    theirs = oracle.ask("sign_body", body=encoded(body))
    assert theirs == sign_webhook(SECRET, body)
    assert INBOUND.verify_delivery(headers=headers(theirs), raw=body)
    said = oracle.ask("webhook", body=encoded(body), headers=headers(sign_webhook(SECRET, body)))
    assert said["valid"] is True
    assert (said["domain"], said["webhookId"]) == (SHOP, headers("")["X-Shopify-Webhook-Id"])


FORGED = {
    "another secret": sign_webhook(OLD_SECRET, BODIES[1]),
    "an empty secret": sign_webhook("", BODIES[1]),
    "another body": sign_webhook(SECRET, BODIES[0]),
    "hex": base64.b64decode(sign_webhook(SECRET, BODIES[1])).hex(),
    "cut short": sign_webhook(SECRET, BODIES[1])[:-2],
    "nothing": "",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_signature_is_none_to_the_library_nor_to_us(oracle: Oracle, name: str) -> None:
    assert not oracle.takes("webhook", body=encoded(BODIES[1]), headers=headers(FORGED[name]))
    assert not INBOUND.verify_delivery(headers=headers(FORGED[name]), raw=BODIES[1])


@pytest.mark.parametrize("missing", ["X-Shopify-Topic", "X-Shopify-Shop-Domain", "X-Shopify-Webhook-Id"])
def test_the_library_needs_the_headers_that_we_need(oracle: Oracle, missing: str) -> None:
    sent = headers(sign_webhook(SECRET, BODIES[0]))
    del sent[missing]
    assert oracle.ask("webhook", body=encoded(BODIES[0]), headers=sent)["reason"] == "missing_headers"


def test_the_sandboxs_launch_query_is_signed_as_shopify_signs_it(oracle: Oracle) -> None:
    query = {
        "shop": SHOP,
        "host": base64.b64encode(b"admin.shopify.com/store/gift-shop").decode().rstrip("="),
        "timestamp": str(int(SystemClock().now().timestamp())),
        "session": "5d2a3f",
        "locale": "en-GB",
        "embedded": "1",
        "id_token": "eyJ.a-b_c.d",
    }
    good = {**query, "hmac": sign_launch_query(SECRET, query)}
    assert oracle.ask("launch_query", query=good) is True
    assert oracle.ask("launch_query", query={**good, "shop": "other.myshopify.com"}) is False
    assert oracle.ask("launch_query", query=good, secret=OLD_SECRET) is False
    with pytest.raises(Refused):
        oracle.ask("launch_query", query={**good, "timestamp": "1"})


@pytest.mark.parametrize(
    "name",
    [SHOP, "a1.myshopify.com", "7up.myshopify.com", "gift-shop", "evil.com", "x.myshopify.com.evil.com",
     "x.myshopify.com/admin", "-x.myshopify.com", "x y.myshopify.com", "x.myshopify.com\n", "", "x.shopify.com"],
)  # fmt: skip
def test_no_shop_name_passes_here_that_the_library_refuses(oracle: Oracle, name: str) -> None:
    try:
        read_shop_domain(name)
    except InvalidShopDomain:
        assert name not in {SHOP, "a1.myshopify.com", "7up.myshopify.com"}
        return
    assert oracle.ask("shop", name=name) == name


@pytest.mark.parametrize(
    "address",
    ["admin.shopify.com/store/gift-shop", "gift-shop.myshopify.com/admin", "evil.com/store/x", "shopify.com.evil.com"],
)
@pytest.mark.parametrize("padding", [True, False])
def test_launch_addresses_lead_where_the_library_leads(oracle: Oracle, address: str, padding: bool) -> None:  # noqa: FBT001 - parametrized
    host = base64.b64encode(address.encode()).decode()
    host = host if padding else host.rstrip("=")
    try:
        theirs = oracle.ask("embedded_url", host=host)
    except Refused:
        with pytest.raises(UnsafeAddress):
            embedded_url(host, CLIENT_ID)
        return
    assert embedded_url(host, CLIENT_ID) == theirs
