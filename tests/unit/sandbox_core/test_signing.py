import base64
import hashlib
import hmac
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.shopify import signing
from tests.unit.sandbox_core.conftest import moment

SECRET = "shpss_" + "4d" * 16
CLIENT = "c1" * 16
REFERENCE = "ab" * 16
NOW = moment("2026-11-22T10:00:00")
STAMP = int(NOW.timestamp())
CHANGES = [{"type": "add_variant", "variantId": 1, "quantity": 1}]


def test_webhooks_are_signed_as_documented() -> None:
    expected = base64.b64encode(hmac.digest(SECRET.encode(), b'{"id":1}', hashlib.sha256)).decode()
    assert signing.sign_webhook(SECRET, b'{"id":1}') == expected


def test_an_id_token_has_the_claims_of_app_bridge() -> None:
    token = signing.make_id_token(
        secret=SECRET,
        client_id=CLIENT,
        shop_domain="gift-shop.myshopify.com",
        user_id=7,
        session_id="s-1",
        now=NOW,
    )
    claims = signing.read_jwt(SECRET, token)
    assert claims.pop("jti")
    assert claims == {
        "iss": "https://gift-shop.myshopify.com/admin",
        "dest": "https://gift-shop.myshopify.com",
        "aud": CLIENT,
        "sub": "7",
        "exp": STAMP + 60,
        "nbf": STAMP,
        "iat": STAMP,
        "sid": "s-1",
    }


def test_a_post_purchase_token_has_neither_audience_nor_end() -> None:
    data = {"initialPurchase": {"referenceId": REFERENCE}, "shop": {"domain": "gift-shop.myshopify.com"}}
    claims = signing.read_jwt(SECRET, signing.make_post_purchase_token(secret=SECRET, input_data=data, now=NOW))
    assert claims == {"iss": "shopify", "sub": REFERENCE, "iat": STAMP, "input_data": data}


def test_the_launch_query_is_signed_sorted_and_without_its_own_signature() -> None:
    parameters = {"shop": "gift-shop.myshopify.com", "timestamp": "1", "embedded": "1", "hmac": "x", "signature": "y"}
    message = "embedded=1&shop=gift-shop.myshopify.com&timestamp=1"
    assert (
        signing.sign_launch_query(SECRET, parameters)
        == hmac.new(SECRET.encode(), message.encode(), hashlib.sha256).hexdigest()
    )


@given(st.dictionaries(st.text(max_size=8), st.integers() | st.text(max_size=20), max_size=5))
def test_what_is_signed_is_read(claims: dict[str, Any]) -> None:
    assert signing.read_jwt(SECRET, signing.make_jwt(SECRET, claims)) == claims


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    with pytest.raises(signing.TokenRefused):
        signing.read_jwt(SECRET, text)


def _segment(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("a.b", "malformed"),
        (f"{_segment({'alg': 'none'})}.{_segment({})}.", "algorithm"),
        (f"{_segment({'alg': 'RS256'})}.{_segment({})}.AAAA", "algorithm"),
        (f"{_segment([])}.{_segment({})}.AAAA", "algorithm"),
        (signing.make_jwt("shpss_" + "00" * 16, {"iss": CLIENT}), "signature"),
        (signing.make_jwt(SECRET, {"iss": CLIENT})[:-4], "signature"),
        (signing.make_jwt(SECRET, {"iss": CLIENT}) + "\n", "malformed"),
    ],
)
def test_forged_tokens_are_refused(token: str, reason: str) -> None:
    with pytest.raises(signing.TokenRefused, match=reason):
        signing.read_jwt(SECRET, token)


def _changeset(**changes: object) -> str:
    claims: dict[str, object] = {
        "iss": CLIENT,
        "jti": "one",
        "iat": STAMP,
        "exp": STAMP + 600,
        "sub": REFERENCE,
        "changes": CHANGES,
    }
    claims.update(changes)
    return signing.make_jwt(SECRET, {name: value for name, value in claims.items() if value is not None})


def _read(token: str) -> dict[str, Any]:
    return signing.read_changeset(secret=SECRET, client_id=CLIENT, reference_id=REFERENCE, token=token, now=NOW)


@pytest.mark.parametrize("changes", [{}, {"exp": None}, {"iat": STAMP + 9}, {"exp": STAMP - 9}])
def test_a_good_changeset_is_read(changes: dict[str, object]) -> None:
    assert _read(_changeset(**changes))["changes"] == CHANGES


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": "shopify"}, "iss"),
        ({"sub": "cd" * 16}, "sub"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"iat": STAMP * 1000}, "future"),
        ({"iat": None}, "whole number"),
        ({"iat": True}, "whole number"),
        ({"iat": float(STAMP)}, "whole number"),
        ({"exp": STAMP - 11}, "exp"),
        ({"exp": "never"}, "exp"),
        ({"changes": []}, "changes"),
        ({"changes": None}, "changes"),
        ({"changes": {"type": "add_variant"}}, "changes"),
    ],
)
def test_a_bad_changeset_is_refused(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(signing.TokenRefused, match=reason):
        _read(_changeset(**changes))
