"""Who may call what: every blueprint has one guard, which runs before any of its routes."""

import hmac
from collections.abc import Callable, Mapping
from typing import cast

from flask import Blueprint, current_app, g, redirect, request
from structlog.contextvars import bind_contextvars
from werkzeug.exceptions import BadRequest
from werkzeug.wrappers import Response

from server.core.errors import AppError
from server.ports import DeliveryHeaders, SessionTokenRejected
from server.runtime import Runtime
from server.shopify.oauth import embedded_url
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain
from server.shopify.tokens import (
    BlockClaims,
    PostPurchaseClaims,
    SessionClaims,
    TokenRejected,
    read_block_token,
    read_post_purchase_token,
    read_session_token,
)
from server.storage.shops import Connection, Connections, Shops
from server.usecases.api_keys import Caller, recognise
from server.usecases.install import OpenedShop, open_app
from server.web.limits import Limits
from server.web.session import bounce_url

Guard = Callable[[], Response | None]
MAX_BODY = 2 * 1024 * 1024  # the largest order payloads are a few hundred kilobytes


class NotAuthenticated(AppError):
    """The caller did not prove who it is."""

    code = "not_authenticated"


class BodyTooLarge(AppError):
    code = "body_too_large"


def runtime() -> Runtime:
    return cast("Runtime", current_app.extensions["afters"])


def limits() -> Limits:
    return cast("Limits", current_app.extensions["afters_limits"])


def guarded(name: str, import_name: str, guard: Guard, *, url_prefix: str | None = None) -> Blueprint:
    """Return a blueprint behind `guard`. There is no other way to make one; a test checks that."""
    blueprint = Blueprint(name, import_name, url_prefix=url_prefix)
    blueprint.before_request(guard)
    return blueprint


def public() -> Response | None:
    """Let everybody in: for health checks and pages that hold nothing."""
    return None


def metrics_token() -> Response | None:
    """Let in who knows the token of the metrics."""
    if not hmac.compare_digest(_bearer().encode(errors="replace"), (runtime().settings.metrics_token or "").encode()):
        raise NotAuthenticated("The token is not that of the metrics.")
    return None


def api_key() -> Response | None:
    """Let in a merchant's own system by its key; the shop is the key's, and a `shop` that says otherwise is refused."""
    parts = runtime()
    caller = recognise(database=parts.database, text=_bearer(), now=parts.clock.now())
    if caller is None:
        raise NotAuthenticated("The key is none, or was revoked. Make one in Afters, under API keys.", reason="key")
    if request.args.get("shop", caller.shop_domain) != caller.shop_domain:
        raise NotAuthenticated("The key is another shop's.", reason="wrong_shop")
    bind_contextvars(shop=caller.shop_domain, system=caller.key_id)
    limits().systems.take(str(caller.key_id))
    g.caller = caller
    return None


def api_caller() -> Caller:
    return cast("Caller", g.caller)


def verify_delivery(parts: Runtime, *, headers: Mapping[str, str], raw: bytes) -> DeliveryHeaders:
    """Let in what the platform signed. Nothing is parsed before that, and nothing is believed.

    Raises:
        NotAuthenticated, UnreadablePayload.
    """
    if not parts.inbound.verify_delivery(headers=headers, raw=raw):
        raise NotAuthenticated("The delivery's signature does not hold.")
    return parts.inbound.read_headers(headers)


def vendor_signature() -> Response | None:
    """Let in a vendor's report that carries the signature of the connection of the shop it names."""
    slug = (request.view_args or {}).get("vendor", "")
    try:
        domain = read_shop_domain(request.args.get("shop"))
    except InvalidShopDomain as error:
        raise NotAuthenticated("The report names no shop.") from error
    raw, parts = _body(), runtime()
    with parts.database.read() as session:
        shop = Shops(session, parts.box).by_domain(domain)
        found = Connections(session, shop.id, parts.box).get(slug) if shop is not None else None
    source = parts.vendors.receipts(slug, found.settings) if found is not None else None
    url = f"{parts.settings.public_url}{request.full_path.removesuffix('?')}"
    if found is None or source is None or not source.verify(url=url, headers=_headers(), raw=raw):
        raise NotAuthenticated("The report's signature does not hold.")
    g.raw, g.connection = raw, found
    bind_contextvars(shop=domain, vendor=slug)
    return None


def vendor_report() -> tuple[Connection, bytes]:
    return g.connection, g.raw


def post_purchase() -> Response | None:
    """Let in the one-click page: the purchase comes from the signed token, whatever the body says."""
    if request.method == "OPTIONS":
        return Response(status=204)  # the preflight carries no token, and learns nothing but the CORS headers
    parts = runtime()
    try:
        g.purchase_claims = read_post_purchase_token(
            _bearer(), secrets=parts.settings.client_secrets, now=parts.clock.now()
        )
    except TokenRejected as reason:
        raise NotAuthenticated(f"The token is not accepted: {reason.code}.", reason=reason.code) from reason
    bind_contextvars(shop=g.purchase_claims.shop_domain)
    limits().purchases.take(f"{g.purchase_claims.shop_domain} {g.purchase_claims.reference_id}")
    return None


def purchase_claims() -> PostPurchaseClaims:
    return cast("PostPurchaseClaims", g.purchase_claims)


def block_page() -> Response | None:
    """Let in our blocks: the shop and the customer come from the signed token, whatever the body says."""
    if request.method == "OPTIONS":
        return Response(status=204)
    parts = runtime()
    try:
        g.block_claims = read_block_token(
            _bearer(),
            secrets=parts.settings.client_secrets,
            client_id=parts.settings.client_id,
            now=parts.clock.now(),
        )
    except TokenRejected as reason:
        raise NotAuthenticated(f"The token is not accepted: {reason.code}.", reason=reason.code) from reason
    bind_contextvars(shop=g.block_claims.shop_domain)
    limits().blocks.take(f"{g.block_claims.shop_domain} {g.block_claims.token_id}")
    return None


def block_claims() -> BlockClaims:
    return cast("BlockClaims", g.block_claims)


def merchant_session() -> Response | None:
    """Let in staff of a shop, by the session token of the admin; a page without one bounces for it.

    The shop is the token's; a `shop` in the query that says otherwise is refused.
    """
    parts = runtime()
    is_fetch = "Authorization" in request.headers
    is_page = not is_fetch and request.method in {"GET", "HEAD"}
    if is_page and request.args.get("embedded") != "1" and "host" in request.args:
        return redirect(embedded_url(request.args["host"], parts.settings.client_id))
    # A token in an address ends up in histories and logs: it opens pages, and changes nothing.
    token = request.args.get("id_token", "") if is_page else _bearer()
    try:
        if not token:
            raise TokenRejected("malformed", "There is no session token.")  # noqa: TRY301 - one answer for both
        claims = read_session_token(
            token, secrets=parts.settings.client_secrets, client_id=parts.settings.client_id, now=parts.clock.now()
        )
    except TokenRejected as reason:
        if is_page:
            return redirect(bounce_url(request.path, request.args))
        raise NotAuthenticated(f"The session token is not accepted: {reason.code}.", reason=reason.code) from reason
    if request.args.get("shop", claims.shop_domain) != claims.shop_domain:
        raise NotAuthenticated("The session token is another shop's.", reason="wrong_shop")
    g.claims = claims
    bind_contextvars(shop=claims.shop_domain)
    limits().staff.take(f"{claims.shop_domain} {claims.user_id}")
    try:
        g.shop = open_app(
            database=parts.database,
            box=parts.box,
            auth=parts.auth,
            shop_domain=claims.shop_domain,
            session_token=token,
            now=parts.clock.now(),
        )
    except SessionTokenRejected:
        if is_page:
            return redirect(bounce_url(request.path, request.args))
        raise
    return None


def merchant() -> SessionClaims:
    return cast("SessionClaims", g.claims)


def shop() -> OpenedShop:
    return cast("OpenedShop", g.shop)


def refuse_control_characters() -> None:
    """Refuse addresses that hold a NUL, which no page has and PostgreSQL cannot even compare with."""
    if "\x00" in request.path or any("\x00" in value for value in request.args.values()):
        raise BadRequest("The address holds a character that no address has.")


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or not token:
        raise NotAuthenticated("The request carries no token.", reason="missing")
    return token


def _body() -> bytes:
    if (request.content_length or 0) > MAX_BODY:
        raise BodyTooLarge(f"A body may have at most {MAX_BODY} bytes.", length=request.content_length)
    return request.get_data(cache=False)


def _headers() -> Mapping[str, str]:
    return {name: value for name, value in request.headers.items()}  # noqa: C416 - a plain dict of an iterator of pairs
