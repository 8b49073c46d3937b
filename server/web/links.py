"""The links in messages: clicks, and the way out."""

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as BaseResponse

from server.core.signing import LinkSigner
from server.usecases.links import LinkUnknown, describe_unsubscribe, follow_click, unsubscribe
from server.web.guards import guarded, limits, public, runtime


def blueprint() -> Blueprint:
    """Return the routes of links; the signature in each token is the guard, so the blueprint itself is public."""
    routes = guarded("links", __name__, public)

    @routes.get("/c/<token>")
    def click(token: str) -> BaseResponse:
        parts = runtime()
        storefront = f"{parts.settings.sandbox_url}/store" if parts.settings.sandbox_url else None
        target = follow_click(
            database=parts.database,
            box=parts.box,
            touch_id=_read(parts.clicks, token),
            storefront=storefront,
            now=parts.clock.now(),
        )
        return redirect(target)

    @routes.get("/unsubscribe/<token>")
    def ask(token: str) -> str:
        """Show a button: mail scanners open links, and opening one must not unsubscribe anybody."""
        parts = runtime()
        name = describe_unsubscribe(database=parts.database, box=parts.box, touch_id=_read(parts.unsubscribes, token))
        return render_template("unsubscribe.html", shop_name=name, is_done=False)

    @routes.post("/unsubscribe/<token>")
    def leave(token: str) -> Response:
        """Unsubscribe at once, with no cookie, log-in or redirect (RFC 8058)."""
        parts = runtime()
        touch_id = _read(parts.unsubscribes, token)
        unsubscribe(database=parts.database, touch_id=touch_id, now=parts.clock.now())
        name = describe_unsubscribe(database=parts.database, box=parts.box, touch_id=touch_id)
        return Response(render_template("unsubscribe.html", shop_name=name, is_done=True))

    return routes


def _read(signer: LinkSigner, token: str) -> str:
    value = signer.read(token)
    if value is None:
        raise LinkUnknown("This link is not one of ours.")
    limits().links.take(token)
    return value
