"""The bounce page: where App Bridge fetches a session token for a page that was loaded without one."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request
from werkzeug.wrappers import Response

from server.shopify.oauth import safe_reload_path
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain
from server.web.headers import embed

BOUNCE_PATH = "/auth/session-token"
_KEPT = ("embedded", "shop", "host", "locale", "session", "timestamp", "hmac")


def bounce_url(path: str, arguments: Mapping[str, str]) -> str:
    """Return the bounce page's address for a page at `path`; the token that was refused is left out."""
    kept = {name: value for name, value in arguments.items() if name != "id_token"}
    reload_to = f"{path}?{urlencode(kept)}" if kept else path
    passed = {name: kept[name] for name in _KEPT if name in kept}
    return f"{BOUNCE_PATH}?{urlencode({**passed, 'shopify-reload': reload_to})}"


def register(blueprint: Blueprint) -> None:
    """Add the bounce page to a public blueprint: it holds nothing but App Bridge."""

    @blueprint.get(BOUNCE_PATH)
    def session_token() -> Response:
        safe_reload_path(request.args.get("shopify-reload", "/"))
        settings = current_app.extensions["afters"].settings
        response = Response(render_template("bounce.html"), content_type="text/html; charset=utf-8")
        return embed(response, settings, shop_domain=framing_shop())


def framing_shop() -> str | None:
    """Return the shop that the launch names, if it is the name of a shop at all.

    Nothing proves it here: the proof is what this page is there to fetch. The page holds no data and does nothing
    without the admin around it, so it may be framed by the admin of any shop, and by no other kind of site.
    """
    try:
        return read_shop_domain(request.args.get("shop"))
    except InvalidShopDomain:
        return None
