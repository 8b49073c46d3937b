"""Installation by the code grant, for shops in which Shopify does not install the app by itself: ADR 0017."""

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response

from server.config import REQUIRED_SCOPES
from server.shopify.code_grant import authorize_url, new_state, read_callback
from server.shopify.oauth import embedded_url
from server.usecases.install import install_by_code
from server.web.guards import guarded, public, runtime

CALLBACK_PATH = "/auth/callback"
_COOKIE = "afters_state"
_COOKIE_SECONDS = 600  # a merchant reads the grant screen


def blueprint() -> Blueprint:
    """Return the two routes; the signature of what comes back, and the state, are looked at by the second."""
    routes = guarded("installing", __name__, public, url_prefix="/auth")

    @routes.get("/install")
    def begin() -> Response:
        """Send a merchant to the grant screen of the shop that the address names, which only its staff can pass."""
        settings, state = runtime().settings, new_state()
        response = redirect(
            authorize_url(
                shop_domain=request.args.get("shop", ""),
                client_id=settings.client_id,
                scopes=REQUIRED_SCOPES,
                redirect_uri=f"{settings.public_url}{CALLBACK_PATH}",
                state=state,
            )
        )
        # Lax: it must come along when Shopify sends the browser back.
        response.set_cookie(
            _COOKIE, state, max_age=_COOKIE_SECONDS, path=CALLBACK_PATH, httponly=True, samesite="Lax",
            secure=settings.public_url.startswith("https://"),
        )  # fmt: skip
        return response

    @routes.get("/callback")
    def finish() -> Response:
        parts = runtime()
        granted = read_callback(
            request.args.to_dict(),
            secrets=parts.settings.client_secrets,
            state=request.cookies.get(_COOKIE),
            now=parts.clock.now(),
        )
        where = embedded_url(granted.host, parts.settings.client_id)
        install_by_code(
            database=parts.database,
            box=parts.box,
            auth=parts.auth,
            shop_domain=granted.shop_domain,
            code=granted.code,
            now=parts.clock.now(),
        )
        parts.wake()
        response = redirect(where)
        response.delete_cookie(_COOKIE, path=CALLBACK_PATH)
        return response

    return routes
