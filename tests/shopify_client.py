"""What Shopify signs, for tests of the app: session tokens, post-purchase tokens and webhooks, really computed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

LIFETIME_SECONDS = 60
BLOCK_LIFETIME_SECONDS = 300


def make_session_token(
    *, shop: str, client_id: str, secret: str, now: datetime, user_id: str = "42", **changed: Any
) -> str:
    """Return the token that App Bridge hands to a page in the admin of `shop`; a claim changed to None is left out."""
    issued = int(now.timestamp())
    claims = {
        "iss": f"https://{shop}/admin",
        "dest": f"https://{shop}",
        "aud": client_id,
        "sub": user_id,
        "exp": issued + LIFETIME_SECONDS,
        "nbf": issued,
        "iat": issued,
        "jti": str(uuid4()),
        "sid": "5d2a3f",
    }
    return sign_token(_without_none({**claims, **changed}), secret)


def make_post_purchase_token(*, input_data: Mapping[str, Any], secret: str, now: datetime, **changed: Any) -> str:
    """Return the token of a one-click page for its `inputData`; a claim changed to None is left out."""
    claims = {
        "iss": "shopify",
        "iat": int(now.timestamp()),
        "sub": input_data["initialPurchase"]["referenceId"],
        "input_data": input_data,
    }
    return sign_token(_without_none({**claims, **changed}), secret)


def make_block_token(
    *, shop: str, client_id: str, secret: str, now: datetime, customer_id: str | None = None, **changed: Any
) -> str:
    """Return the token that a block gets on a thank-you or order-status page; a claim changed to None is left out."""
    issued = int(now.timestamp())
    claims = {
        "dest": shop,
        "aud": client_id,
        "sub": f"gid://shopify/Customer/{customer_id}" if customer_id else None,
        "exp": issued + BLOCK_LIFETIME_SECONDS,
        "nbf": issued,
        "iat": issued,
        "jti": str(uuid4()),
    }
    return sign_token(_without_none({**claims, **changed}), secret)


def sign_token(claims: Mapping[str, Any], secret: str) -> str:
    """Return an HS256 token of any claims."""
    parts = [_segment(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims)]
    signature = hmac.digest(secret.encode(), ".".join(parts).encode(), hashlib.sha256)
    return ".".join([*parts, _segment(signature)])


def sign_webhook(raw: bytes, secret: str) -> str:
    """Return the X-Shopify-Hmac-Sha256 of a body."""
    return base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _without_none(claims: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}
