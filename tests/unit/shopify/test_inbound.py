"""Deliveries: signatures over raw bytes, and what the headers say."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shopify_app import ShopifyApp

from server.ports import UnreadablePayload
from server.shopify.inbound import ShopifyInbound
from tests.sandbox.shopify.signing import sign_webhook
from tests.unit.shopify.forging import CLIENT_ID, OLD_SECRET, SECRET, SHOP

INBOUND = ShopifyInbound(secrets=(SECRET, OLD_SECRET, ""))
RAW = '{"id": 1, "title": "Tür"}'.encode()
HEADERS = {
    "X-Shopify-Shop-Domain": SHOP,
    "X-Shopify-Topic": "orders/create",
    "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
    "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
    "X-Shopify-Triggered-At": "2026-11-22T10:00:27.877041743Z",
    "X-Shopify-API-Version": "2026-10",
}


def is_good(signature: str | None, raw: bytes = RAW, name: str = "X-Shopify-Hmac-Sha256") -> bool:
    return INBOUND.verify_delivery(headers={} if signature is None else {name: signature}, raw=raw)


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
@pytest.mark.parametrize("name", ["X-Shopify-Hmac-Sha256", "x-shopify-hmac-sha256", "X-SHOPIFY-HMAC-SHA256"])
def test_a_good_signature_is_taken_however_the_header_is_written(secret: str, name: str) -> None:
    assert is_good(sign_webhook(secret, RAW), name=name)


@pytest.mark.parametrize(
    "signature",
    [None, "", "x", "====", sign_webhook("", RAW), sign_webhook("shpss_" + "9" * 32, RAW),
     sign_webhook(SECRET, RAW + b" "), sign_webhook(SECRET, RAW)[:-1], sign_webhook(SECRET, RAW) + "\n", "ü" * 44],
)  # fmt: skip
def test_any_other_signature_is_refused(signature: str | None) -> None:
    assert not is_good(signature)


def test_the_signature_says_which_family_the_other_headers_are_of() -> None:
    newer = {"shopify-hmac-sha256": sign_webhook(SECRET, RAW)}
    assert not INBOUND.verify_delivery(headers={**HEADERS, "shopify-hmac-sha256": "x"}, raw=RAW)
    assert INBOUND.verify_delivery(headers=newer, raw=RAW)
    with pytest.raises(UnreadablePayload):
        INBOUND.read_headers({**HEADERS, **newer})


@given(st.text(max_size=60), st.binary(max_size=60))
def test_no_text_passes_as_a_signature(signature: str, raw: bytes) -> None:
    assert not is_good(signature, raw)


@given(st.text(max_size=200), st.sampled_from([SECRET, OLD_SECRET, "shpss_" + "9" * 32]))
def test_we_judge_as_shopifys_own_package_does(text: str, secret: str) -> None:
    app = ShopifyApp(CLIENT_ID, SECRET, OLD_SECRET)
    headers = {**HEADERS, "X-Shopify-Hmac-Sha256": sign_webhook(secret, text.encode())}
    theirs = app.verify_webhook_req({"method": "POST", "url": "https://app.example/", "headers": headers, "body": text})
    assert INBOUND.verify_delivery(headers=headers, raw=text.encode()) is theirs.ok


def test_the_headers_say_what_was_delivered() -> None:
    found = INBOUND.read_headers({name.upper(): value for name, value in HEADERS.items()})
    assert found.shop_domain == SHOP
    assert found.topic == "orders/create"
    assert found.delivery_id == HEADERS["X-Shopify-Webhook-Id"]
    assert found.event_id == HEADERS["X-Shopify-Event-Id"]
    assert found.triggered_at == datetime(2026, 11, 22, 10, 0, 27, 877041, tzinfo=UTC)
    assert found.api_version == "2026-10"


@pytest.mark.parametrize("moment", ["", "yesterday", "2026-11-22T10:00:00", "0001-01-01T00:00:00+14:00"])
def test_what_is_nice_to_have_may_be_missing(moment: str) -> None:
    needed = {name: HEADERS[name] for name in ("X-Shopify-Shop-Domain", "X-Shopify-Topic", "X-Shopify-Webhook-Id")}
    found = INBOUND.read_headers({**needed, "X-Shopify-Triggered-At": moment})
    assert (found.event_id, found.triggered_at, found.api_version) == (None, None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Shopify-Shop-Domain", "evil.com"),
        ("X-Shopify-Shop-Domain", ""),
        ("X-Shopify-Topic", ""),
        ("X-Shopify-Topic", "x" * 256),
        ("X-Shopify-Webhook-Id", ""),
        ("X-Shopify-Webhook-Id", "a\nb"),
    ],
)
def test_a_delivery_that_does_not_say_what_it_is_is_unreadable(name: str, value: str) -> None:
    with pytest.raises(UnreadablePayload):
        INBOUND.read_headers({**HEADERS, name: value})
    with pytest.raises(UnreadablePayload):
        INBOUND.read_headers({key: held for key, held in HEADERS.items() if key != name})
