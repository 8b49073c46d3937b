"""Security headers, by what kind of answer it is."""

from flask import Blueprint, Flask, g, request
from werkzeug.wrappers import Response

from server.config import Settings

_ADMIN = "https://admin.shopify.com"
# On every answer that nobody may keep.
PLAIN = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    ("Cache-Control", "no-store"),
)
# A year. The proxy redirects http, which the first request of a browser could still be made to use.
HTTPS_ONLY = "max-age=31536000"


def register_headers(app: Flask, settings: Settings) -> None:
    """Add the headers that every answer carries."""

    @app.after_request
    def protect(response: Response) -> Response:
        for name, value in PLAIN:
            if name != "Cache-Control" or not request.path.startswith("/static/"):
                response.headers.setdefault(name, value)
        if settings.public_url.startswith("https://"):
            response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)
        if (response.content_type or "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", _policy(settings))
        return response


def embed(response: Response, settings: Settings, *, shop_domain: str | None) -> Response:
    """Let one verified shop's admin frame the answer, and nobody else.

    A fixed list would let any shop frame any other's pages; a shop read from the query would let an attacker choose.
    """
    response.headers["Content-Security-Policy"] = _policy(settings, ancestors=_ancestors(settings, shop_domain))
    response.headers["Link"] = f"<{settings.cdn_url}/shopifycloud/app-bridge.js>; rel=preload; as=script"
    return response


def isolate(response: Response, settings: Settings, *, shop_domain: str | None) -> Response:
    """Let a page of our own frame the answer, which runs our scripts and a worker without an origin or the network.

    Such a page may start a worker from what it wrote itself alone, hence `blob:`; no other page of the app may.
    """
    app = settings.public_url
    pictures = "data: https: http://127.0.0.1:*" if settings.sandbox_url else "data: https:"
    response.headers["Content-Security-Policy"] = "; ".join(
        (
            "default-src 'none'",
            f"script-src {app}",
            "worker-src blob:",
            f"style-src {app}",
            f"img-src {app} {pictures}",
            "base-uri 'none'",
            "form-action 'none'",
            "sandbox allow-scripts",
            f"frame-ancestors 'self' {_ancestors(settings, shop_domain)}",
        )
    )
    return response


def allow_any_origin(blueprint: Blueprint) -> None:
    """Answer extensions, which run on an origin of their own: on every answer, errors too, or they see none at all."""

    @blueprint.after_request
    def open_up(response: Response) -> Response:
        return open_to_extensions(response)


def open_to_extensions(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type"
    response.headers["Access-Control-Allow-Methods"] = "POST, OPTIONS"
    response.headers["Access-Control-Max-Age"] = "7200"
    return response


def _ancestors(settings: Settings, shop_domain: str | None) -> str:
    ancestors = [f"https://{shop_domain}", _ADMIN] if shop_domain else [_ADMIN]
    return " ".join([*ancestors, settings.sandbox_url] if settings.sandbox_url else ancestors)


def _policy(settings: Settings, *, ancestors: str = "'none'") -> str:
    cdn = settings.sandbox_url or "https://cdn.shopify.com"
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' {cdn} https://cdn.shopify.com",
            f"style-src 'self' 'unsafe-inline' {cdn} https://cdn.shopify.com",
            "img-src 'self' data: https: http://127.0.0.1:*" if settings.sandbox_url else "img-src 'self' data: https:",
            f"font-src 'self' {cdn} https://cdn.shopify.com",
            f"connect-src 'self' {settings.sandbox_url or ''} https://*.shopify.com".replace("  ", " "),
            "base-uri 'none'",
            "form-action 'self'",
            f"frame-ancestors {ancestors}",
        )
    )


def current_shop_domain() -> str | None:
    claims = g.get("claims")
    return claims.shop_domain if claims is not None else None
