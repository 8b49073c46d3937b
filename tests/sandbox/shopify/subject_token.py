"""Reading the session token that an app hands in for an access token, as strictly as Shopify does."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.signing import LEEWAY_SECONDS, TokenRefused, read_jwt


def read_subject(settings: SandboxSettings, token: Any, now: datetime) -> dict[str, Any]:
    """Return the claims of an id_token of this app and shop that is valid now.

    Raises:
        TokenRefused: no token, a wrong signature or algorithm, another app or shop, out of time, or one of the
            other kinds of token that the same secret signs.
    """
    if not isinstance(token, str):
        raise TokenRefused("missing")
    claims = read_jwt(settings.client_secret, token)
    _check_times(claims, now.timestamp())
    if claims.get("aud") != settings.client_id:
        raise TokenRefused("aud is another app")
    for name, path in (("dest", ""), ("iss", "/admin")):
        address = urlsplit(str(claims.get(name)))
        if (address.scheme, address.netloc, address.path) != ("https", settings.shop_domain, path):
            raise TokenRefused(f"{name} is another shop")
    if not str(claims.get("sub", "")).isdigit() or not claims.get("jti") or not claims.get("sid"):
        raise TokenRefused("sub, jti or sid is missing")
    return claims


def _check_times(claims: Mapping[str, Any], now: float) -> None:
    for name in ("exp", "nbf"):
        value = claims.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TokenRefused(f"{name} is missing")
    if claims["exp"] <= now - LEEWAY_SECONDS:
        raise TokenRefused("exp is over")
    if claims["nbf"] > now + LEEWAY_SECONDS:
        raise TokenRefused("nbf lies ahead")
