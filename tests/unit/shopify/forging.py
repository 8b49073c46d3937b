"""Tokens good and forged for the tests of this folder, made without the code under test."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NOW = datetime(2026, 11, 22, 10, 0, 0, tzinfo=UTC)
SECRET = "shpss_" + "5" * 32
OLD_SECRET = "shpss_" + "7" * 32
CLIENT_ID = "c" * 32
SHOP = "gift-shop.myshopify.com"
REFERENCE = "a1" * 16


@dataclass(frozen=True)
class StoppedClock:
    moment: datetime = NOW

    def now(self) -> datetime:
        return self.moment


def segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(claims: object, *, secret: str = SECRET, header: Mapping[str, object] | None = None) -> str:
    """Return an HS256 token, whatever the claims and the header say."""
    text = ".".join(segment(json.dumps(part).encode()) for part in (header or {"alg": "HS256", "typ": "JWT"}, claims))
    return f"{text}.{segment(hmac.digest(secret.encode(), text.encode(), hashlib.sha256))}"


def unsigned(claims: object) -> str:
    return ".".join(segment(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)) + "."


def signed_by_rsa(claims: object) -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    text = ".".join(segment(json.dumps(part).encode()) for part in ({"alg": "RS256"}, claims))
    return f"{text}.{segment(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def session_claims(**changes: Any) -> dict[str, Any]:
    issued = int(NOW.timestamp())
    claims = {
        "iss": f"https://{SHOP}/admin",
        "dest": f"https://{SHOP}",
        "aud": CLIENT_ID,
        "sub": "42",
        "exp": issued + 60,
        "nbf": issued,
        "iat": issued,
        "jti": "6c992878-dbaf-48d1-bb9d-6d9b59814fd1",
        "sid": "5d2a3f",
    }
    return without_none(claims | changes)


def money(amount: object, currency: str = "GBP") -> dict[str, dict[str, object]]:
    one = {"amount": amount, "currencyCode": currency}
    return {"shopMoney": one, "presentmentMoney": one}


def input_data(**changes: Any) -> dict[str, Any]:
    purchase = {
        "referenceId": REFERENCE,
        "customerId": 7001,
        "destinationCountryCode": "GB",
        "totalPriceSet": money("25.90"),
        "lineItems": [
            {
                "quantity": 2,
                "totalPriceSet": money("20.90"),
                "product": {"id": 11, "title": "Lantern", "variant": {"id": 111, "title": "Red", "metafields": []}},
            },
            {
                "quantity": 1,
                "totalPriceSet": money(5.0),
                "product": {"id": 12, "title": "Card", "variant": {"id": 121, "title": "", "metafields": []}},
            },
        ],
    }
    data = {
        "extensionPoint": "Checkout::PostPurchase::ShouldRender",
        "version": "1.0.0",
        "locale": "en-GB",
        "shop": {"id": 900, "domain": SHOP, "metafields": []},
        "initialPurchase": purchase | changes.pop("purchase", {}),
    }
    return without_none(data | changes)


def post_purchase_claims(data: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": "shopify",
        "iat": int(NOW.timestamp()),
        "sub": REFERENCE,
        "input_data": input_data() if data is None else data,
    }
    return without_none(claims | changes)


def without_none(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}
