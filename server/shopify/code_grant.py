"""The authorization code grant, for shops in which Shopify-managed installation is off: ADR 0017.

A browser is sent to Shopify's grant screen and comes back with a code. What it comes back with proves nothing until
three things hold: Shopify's signature over the query, its age, and the state that this very browser was sent off with.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlencode

from authlib.common.security import generate_token
from authlib.oauth2.base import OAuth2Error
from authlib.oauth2.rfc6749.parameters import parse_authorization_code_response, prepare_grant_uri

from server.core.errors import AppError
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain

# Shopify's own libraries take a query for a minute and a half.
_LIFE = timedelta(seconds=90)
_STATE_CHARACTERS = 40
_UNSIGNED = ("hmac", "signature")


class GrantRefused(AppError):
    """What came back from the grant screen is not what was asked for; the installation has to begin anew."""

    code = "grant_refused"


@dataclass(frozen=True, slots=True)
class GrantedCode:
    """A code that Shopify gave for a shop; `host` says where the app stands in its admin."""

    shop_domain: str
    code: str
    host: str


def new_state() -> str:
    return str(generate_token(_STATE_CHARACTERS))  # type: ignore[no-untyped-call]  # Authlib has no types


def authorize_url(*, shop_domain: str, client_id: str, scopes: Iterable[str], redirect_uri: str, state: str) -> str:
    """Return the address of a shop's grant screen.

    Raises:
        InvalidShopDomain.
    """
    address = f"https://{read_shop_domain(shop_domain)}/admin/oauth/authorize"
    # Shopify separates scopes by commas, RFC 6749 by spaces.
    asked = ",".join(scopes)
    screen: str = prepare_grant_uri(  # type: ignore[no-untyped-call]  # as above
        address, client_id, response_type="code", redirect_uri=redirect_uri, scope=asked, state=state
    )
    return screen


def read_callback(query: Mapping[str, str], *, secrets: Iterable[str], state: str | None, now: datetime) -> GrantedCode:
    """Read what the grant screen sent a browser back with; `state` is what that browser was sent off with.

    Raises:
        GrantRefused: the signature does not hold, it is old, it is another browser's, or there is no code.
    """
    if not _is_signed(query, secrets):
        raise GrantRefused("Shopify did not sign this address.")
    told = query.get("timestamp", "")
    if not told.isdecimal() or abs(now.timestamp() - int(told)) > _LIFE.total_seconds():
        raise GrantRefused("This address is too old. Please begin the installation anew.")
    if not state or not hmac.compare_digest(state.encode(), query.get("state", "").encode()):
        raise GrantRefused("The installation was begun in another browser, or cookies are blocked. Please begin anew.")
    try:
        answered = parse_authorization_code_response(  # type: ignore[no-untyped-call]  # as above
            f"https://callback/?{urlencode(query)}", state=state
        )
        shop_domain = read_shop_domain(query.get("shop"))
    except (OAuth2Error, InvalidShopDomain) as fault:
        raise GrantRefused("Shopify gave no code for a shop.") from fault
    return GrantedCode(shop_domain, str(answered["code"]), query.get("host", ""))


def _is_signed(query: Mapping[str, str], secrets: Iterable[str]) -> bool:
    # The two official libraries write a query down in different ways, and differ where characters need escaping.
    pairs = sorted((name, value) for name, value in query.items() if name not in _UNSIGNED)
    spellings = (
        "&".join(f"{name}={value}" for name, value in pairs),
        "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs),
    )
    sent = query.get("hmac", "").encode()
    return any(
        hmac.compare_digest(sent, hmac.new(secret.encode(), text.encode(), sha256).hexdigest().encode())
        for secret in secrets
        for text in spellings
    )
