"""Signatures and tokens as Shopify makes and reads them, with nothing but the standard library.

Deliberately apart from the app's own code: two implementations that agree are worth more than one.
Claims after Shopify's documentation of session tokens and of the post-purchase JWT.
"""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

ID_TOKEN_SECONDS = 60
LEEWAY_SECONDS = 10


class TokenRefused(Exception):
    """A token that Shopify would not take; the message says why."""


def sign_webhook(secret: str, raw: bytes) -> str:
    """Return the value of `X-Shopify-Hmac-Sha256` for the raw body."""
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode("ascii")


def sign_launch_query(secret: str, parameters: Mapping[str, str]) -> str:
    """Return the hex `hmac` of an admin launch query over all parameters but `hmac` and `signature`."""
    kept = sorted((name, value) for name, value in parameters.items() if name not in {"hmac", "signature"})
    message = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in kept)
    return hmac.new(secret.encode(), message.encode(), hashlib.sha256).hexdigest()


def make_jwt(secret: str, claims: Mapping[str, Any]) -> str:
    """Return the claims as a compact HS256 token."""
    head = _segment(json.dumps({"alg": "HS256", "typ": "JWT"}, separators=(",", ":")).encode())
    body = _segment(json.dumps(claims, separators=(",", ":")).encode())
    return f"{head}.{body}.{_segment(_digest(secret, f'{head}.{body}'))}"


def read_jwt(secret: str, token: str) -> dict[str, Any]:
    """Return the claims of an HS256 token whose signature holds; times are not judged here.

    Raises:
        TokenRefused: not three segments of base64url JSON, another algorithm, or a wrong signature.
    """
    try:
        head, body, signature = token.split(".")
        header = json.loads(_bytes(head))
        claims = json.loads(_bytes(body))
        sent = _bytes(signature)
    except (ValueError, UnicodeDecodeError) as error:
        raise TokenRefused("malformed") from error
    if not isinstance(header, dict) or header.get("alg") != "HS256":
        raise TokenRefused("algorithm")
    if not hmac.compare_digest(_digest(secret, f"{head}.{body}"), sent):
        raise TokenRefused("signature")
    if not isinstance(claims, dict):
        raise TokenRefused("malformed")
    return claims


def make_id_token(
    *,
    secret: str,
    client_id: str,
    shop_domain: str,
    user_id: int,
    session_id: str,
    now: datetime,
    lifetime_seconds: int = ID_TOKEN_SECONDS,
) -> str:
    """Return an admin session token as App Bridge hands it out; it lives for one minute."""
    issued = int(now.timestamp())
    return make_jwt(
        secret,
        {
            "iss": f"https://{shop_domain}/admin",
            "dest": f"https://{shop_domain}",
            "aud": client_id,
            "sub": str(user_id),
            "exp": issued + lifetime_seconds,
            "nbf": issued,
            "iat": issued,
            "jti": str(uuid.uuid4()),
            "sid": session_id,
        },
    )


def make_post_purchase_token(*, secret: str, input_data: Mapping[str, Any], now: datetime) -> str:
    """Return `inputData.token` of the post-purchase page.

    `input_data` is the inputData object without its token; `sub` is its `initialPurchase.referenceId`.
    The real token has no `aud`, `dest`, `exp` or `jti`, so neither has this one.
    """
    return make_jwt(
        secret,
        {
            "iss": "shopify",
            "sub": input_data["initialPurchase"]["referenceId"],
            "iat": int(now.timestamp()),
            "input_data": dict(input_data),
        },
    )


def read_changeset(*, secret: str, client_id: str, reference_id: str, token: str, now: datetime) -> dict[str, Any]:
    """Return the claims of a signed changeset that may be applied to this purchase now.

    Whether its `jti` was used before and how many changesets remain is for the caller, who has the world.

    Raises:
        TokenRefused: signature, `iss`, `sub`, `jti`, `changes`, or an `iat` or `exp` that is no time in
            seconds, lies in the future, or is over.
    """
    claims = read_jwt(secret, token)
    moment = now.timestamp()
    if claims.get("iss") != client_id:
        raise TokenRefused("iss is not the client id")
    if claims.get("sub") != reference_id:
        raise TokenRefused("sub is not the reference id of this purchase")
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise TokenRefused("jti is missing")
    issued = claims.get("iat")
    if not isinstance(issued, int) or isinstance(issued, bool):
        raise TokenRefused("iat is not a whole number of seconds")
    if issued > moment + LEEWAY_SECONDS:
        raise TokenRefused("iat lies in the future (milliseconds instead of seconds?)")
    if "exp" in claims and not (isinstance(claims["exp"], int | float) and claims["exp"] > moment - LEEWAY_SECONDS):
        raise TokenRefused("exp is over")
    if not isinstance(claims.get("changes"), list) or not claims["changes"]:
        raise TokenRefused("changes are missing")
    return claims


def _digest(secret: str, text: str) -> bytes:
    return hmac.new(secret.encode(), text.encode("utf-8", "surrogateescape"), hashlib.sha256).digest()


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(segment: str) -> bytes:
    return base64.b64decode(segment + "=" * (-len(segment) % 4), altchars=b"-_", validate=True)
