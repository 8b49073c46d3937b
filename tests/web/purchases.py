"""Tokens of the one-click page, really signed, and the ways to forge them."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from tests.web.installed import CLIENT_SECRET, SHOP

REFERENCE = "0a" * 16


def money(amount: str, currency: str = "GBP", presentment: str | None = None) -> dict[str, Any]:
    return {
        "shopMoney": {"amount": amount, "currencyCode": currency},
        "presentmentMoney": {"amount": amount, "currencyCode": presentment or currency},
    }


def input_data(
    *,
    reference_id: str = REFERENCE,
    shop: str = SHOP,
    variant_id: int = 1,
    amount: str = "25.00",
    presentment: str | None = None,
    customer_id: int | None = 77,
) -> dict[str, Any]:
    line = {
        "quantity": 1,
        "totalPriceSet": money(amount, presentment=presentment),
        "product": {
            "id": variant_id + 1_000,
            "title": "Bought",
            "metafields": [],
            "variant": {"id": variant_id, "title": "Default Title", "metafields": []},
        },
    }
    purchase: dict[str, Any] = {
        "referenceId": reference_id,
        "destinationCountryCode": "GB",
        "totalPriceSet": money("0.0", presentment=presentment),
        "lineItems": [line],
    }
    if customer_id is not None:
        purchase["customerId"] = customer_id
    return {
        "extensionPoint": "Checkout::PostPurchase::ShouldRender",
        "version": "1",
        "locale": "en-GB",
        "shop": {"id": 1, "domain": shop, "metafields": []},
        "initialPurchase": purchase,
    }


def claims(now: datetime, **data: Any) -> dict[str, Any]:
    told = input_data(**data)
    return {
        "iss": "shopify",
        "iat": int(now.timestamp()),
        "sub": told["initialPurchase"]["referenceId"],
        "input_data": told,
    }


def sign(body: dict[str, Any], *, secret: str = CLIENT_SECRET, algorithm: str = "HS256") -> str:
    """Return a compact JWT; any algorithm name may be claimed, the signature is always an HMAC-SHA256."""
    parts = [_segment(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()), _segment(json.dumps(body).encode())]
    signature = hmac.new(secret.encode(), ".".join(parts).encode(), hashlib.sha256).digest()
    return ".".join([*parts, "" if algorithm == "none" else _segment(signature)])


def token(now: datetime, **data: Any) -> str:
    return sign(claims(now, **data))


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


def session_claims(now: datetime, client_id: str) -> dict[str, Any]:
    moment = int(now.timestamp())
    return {
        "iss": f"https://{SHOP}/admin",
        "dest": f"https://{SHOP}",
        "aud": client_id,
        "sub": "42",
        "exp": moment + 60,
        "nbf": moment,
        "iat": moment,
        "jti": "f8912129-1af6-4cad-9ca3-76b0f7621087",
        "sid": "aaea182f2732d44c23057c0fea584021a4485b2bd25d3eb7fd349313ad24c685",
    }


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
