"""Getting and refreshing a shop's API credentials, and the addresses an admin page may safely be sent to.

Requests are built and refusals named by Shopify's own package `shopifyapp`. It takes our HTTP client, but what it
does with failures does not fit (it sleeps on 429 whatever Retry-After says, repeats 5xx at once, and hides
time-outs), and it reads the system clock: so failures are raised before it sees the answer, and lifetimes are
counted here from the clock that is passed in.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Annotated, Any, NoReturn
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from shopify_app import IdTokenDetails, ShopifyApp, TokenExchangeAccessToken

from server.core.clock import Clock
from server.core.errors import AppError
from server.outbound.http import raise_for_vendor, vendor_failures
from server.ports import (
    AccessGrant,
    CredentialsRejected,
    PermanentFailure,
    ReopenNeeded,
    SessionTokenRejected,
    TemporaryFailure,
)
from server.shopify.shop_domain import read_shop_domain

VENDOR = "Shopify"
_HOST_PARAMETER = re.compile(r"[0-9a-zA-Z+/]+={0,2}")
# Browsers read a backslash as a slash and drop control characters, so "/\\evil.com" would be "//evil.com".
_OWN_PATH = re.compile(r"/(?!/)[^\\\x00-\x20\x7f]*")
_ADMIN_PATH = re.compile(r"/store/[a-z0-9][a-z0-9-]*")


class UnsafeAddress(AppError):
    """A launch parameter would lead away from Shopify or from this app."""

    code = "unsafe_address"


_Seconds = Annotated[int, Field(gt=0, le=10 * 365 * 86_400)]


class _Grant(BaseModel):
    model_config = ConfigDict(strict=True)

    access_token: Annotated[str, Field(min_length=1)]
    refresh_token: Annotated[str, Field(min_length=1)]
    expires_in: _Seconds
    refresh_token_expires_in: _Seconds
    scope: str


class _CheckedClient:
    """What `shopifyapp` sees of our client: answers it can read, and no failure of the network or the server."""

    def __init__(self, client: httpx.Client, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self.grant: _Grant | None = None
        self.error = ""

    def post(self, url: str, *, headers: dict[str, str], json: dict[str, object]) -> httpx.Response:
        with vendor_failures(VENDOR):
            response = self._client.post(url, headers=headers, json=json)
        answer = _json_object(response)
        if response.status_code == HTTPStatus.BAD_REQUEST and answer:  # an OAuth error, which shopifyapp tells apart
            self.error = str(answer.get("error", ""))
            return response
        raise_for_vendor(response, vendor=VENDOR, now=self._clock.now())
        try:
            self.grant = _Grant.model_validate(answer)
        except ValidationError:
            raise TemporaryFailure("Shopify answered no expiring grant.", vendor=VENDOR) from None
        return response


def _json_object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


class ShopifyAuth:
    """Token exchange and refresh; implements `server.ports.PlatformAuth`."""

    def __init__(self, *, client: httpx.Client, client_id: str, client_secret: str, clock: Clock) -> None:
        self._client = client
        self._client_id, self._client_secret = client_id, client_secret
        self._app = ShopifyApp(client_id, client_secret)
        self._clock = clock

    def exchange(self, *, shop_domain: str, session_token: str) -> AccessGrant:
        """Trade a verified session token for an expiring offline grant.

        Raises:
            InvalidShopDomain, SessionTokenRejected, TemporaryFailure, PermanentFailure, CredentialsRejected.
        """
        checked = _CheckedClient(self._client, self._clock)
        verified = IdTokenDetails(
            exchangeable=True,
            token=session_token,
            claims={"dest": f"https://{read_shop_domain(shop_domain)}"},
        )
        result = self._app.exchange_using_token_exchange(
            access_mode="offline",
            id_token=verified,
            invalid_token_response=None,
            http_client=checked,  # type: ignore[arg-type] # it calls nothing but post()
        )
        return self._accept(result.log.code, checked)

    def redeem(self, *, shop_domain: str, code: str) -> AccessGrant:
        """Trade the code that a grant screen gave for an expiring offline grant.

        Raises:
            InvalidShopDomain, SessionTokenRejected, TemporaryFailure, PermanentFailure, CredentialsRejected.
        """
        checked = _CheckedClient(self._client, self._clock)
        # shopifyapp knows every grant but this one. Without `expiring`, Shopify gives a token that it then refuses.
        checked.post(
            f"https://{read_shop_domain(shop_domain)}/admin/oauth/access_token",
            headers={"Accept": "application/json"},
            json={"client_id": self._client_id, "client_secret": self._client_secret, "code": code, "expiring": 1},
        )
        if checked.grant is None and checked.error in {"invalid_request", "invalid_grant"}:
            raise SessionTokenRejected("Shopify does not take this code: it was used, or is too old. Begin anew.")
        return self._accept("", checked)

    def refresh(self, *, shop_domain: str, refresh_token: str) -> AccessGrant:
        """Trade a refresh token for a new grant; the old one dies when the new one is first used.

        Raises:
            InvalidShopDomain, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
        """
        checked = _CheckedClient(self._client, self._clock)
        # Without expiries it does not ask the system clock whether a refresh is due: that is the caller's to say.
        held = TokenExchangeAccessToken(
            access_mode="offline",
            shop=read_shop_domain(shop_domain).removesuffix(".myshopify.com"),
            token="",
            expires="",
            scope="",
            refresh_token=refresh_token,
            refresh_token_expires="",
            user=None,
        )
        result = self._app.refresh_token_exchanged_access_token(
            held,
            http_client=checked,  # type: ignore[arg-type] # it calls nothing but post()
        )
        return self._accept(result.log.code, checked)

    def _accept(self, refusal: str, checked: _CheckedClient) -> AccessGrant:
        if checked.grant is None:
            _refuse(refusal, checked.error)
        now = self._clock.now()
        return AccessGrant(
            access_token=checked.grant.access_token,
            expires_at=now + timedelta(seconds=checked.grant.expires_in),
            refresh_token=checked.grant.refresh_token,
            refresh_expires_at=now + timedelta(seconds=checked.grant.refresh_token_expires_in),
            scopes=tuple(scope.strip() for scope in checked.grant.scope.split(",") if scope.strip()),
        )


def _refuse(code: str, error: str) -> NoReturn:
    if code == "invalid_subject_token":
        raise SessionTokenRejected("Shopify does not take this session token; fetch a fresh one.")
    if error == "invalid_grant":
        raise ReopenNeeded("The refresh token is no longer good; the merchant must open the app again.")
    if error in {"invalid_client", "application_cannot_be_found", "unauthorized_client"}:
        raise CredentialsRejected(
            "Shopify does not take the app's client id and secret, or the app is not installed.", vendor=VENDOR
        )
    raise PermanentFailure("Shopify refused to give a grant.", vendor=VENDOR, reason=code)


def decode_host(host: str) -> str:
    """Return the admin address that the launch parameter `host` holds: base64 without its padding.

    Raises:
        UnsafeAddress: it is not base64, or not the admin of a shop.
    """
    if not _HOST_PARAMETER.fullmatch(host):
        raise UnsafeAddress("The host parameter is not base64.")
    bare = host.rstrip("=")
    try:
        address = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True).decode("ascii")
        parts = urlsplit(f"https://{address}")
        is_admin = parts.netloc == "admin.shopify.com" and bool(_ADMIN_PATH.fullmatch(parts.path))
        if not is_admin:
            read_shop_domain(parts.netloc)
            is_admin = parts.path == "/admin"
    except (binascii.Error, ValueError, AppError) as error:
        raise UnsafeAddress("The host parameter does not name the admin of a shop.") from error
    if not is_admin or parts.query or parts.fragment:
        raise UnsafeAddress("The host parameter does not name the admin of a shop.")
    return address


def embedded_url(host: str, client_id: str) -> str:
    """Return where the app stands inside Shopify's admin, for a page that was opened outside it.

    Raises:
        UnsafeAddress: `host` does not name the admin of a shop.
    """
    return f"https://{decode_host(host)}/apps/{client_id}"


def safe_reload_path(path: str) -> str:
    """Return `path` if it is a path of this very app, to which App Bridge may reload.

    Raises:
        UnsafeAddress: it could lead to another origin: two slashes, a backslash, a scheme, a control character.
    """
    if not _OWN_PATH.fullmatch(path):
        raise UnsafeAddress("The reload path must be a path of this app.")
    return path
