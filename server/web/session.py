"""The bounce page: where App Bridge fetches a session token for a page that was loaded without one."""

from collections.abc import Mapping
from urllib.parse import urlencode

from flask import Blueprint, current_app, render_template, request

from server.shopify.oauth import safe_reload_path

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
    def session_token() -> str:
        safe_reload_path(request.args.get("shopify-reload", "/"))
        settings = current_app.extensions["afters"].settings
        return render_template("bounce.html", client_id=settings.client_id, cdn_url=settings.cdn_url)
