"""The link of a block's button: on to the cart, or a page that says why not and leads back to the shop."""

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from server.core.errors import AppError
from server.ports import VendorFailure
from server.usecases.access import ShopAccess
from server.usecases.block_links import OfferOver, OrderNotThere, take_offer
from server.usecases.links import LinkUnknown
from server.web.ended_words import words_for
from server.web.errors import status_of
from server.web.guards import guarded, limits, public, runtime

_ASK_AGAIN_SECONDS = "4"


def blueprint() -> Blueprint:
    """Return the route of the links; the signature in each token is the guard, so the blueprint itself is public."""
    routes = guarded("offer_links", __name__, public)

    @routes.get("/o/<token>")
    def take(token: str) -> BaseResponse:
        parts = runtime()
        named = parts.offers.read(token)
        if named is None:
            raise LinkUnknown("This link is not one of ours.")
        limits().links.take(token)
        if request.method == "HEAD":
            return Response(status=204)  # scanners look without wanting anything
        decision_id, _, option_id = named.partition(":")
        storefront = f"{parts.settings.sandbox_url}/store" if parts.settings.sandbox_url else None
        try:
            target = take_offer(
                access=ShopAccess(parts.database, parts.box, parts.auth, parts.apis),
                decision_id=decision_id,
                option_id=option_id,
                storefront=storefront,
                now=parts.clock.now(),
            )
        except OrderNotThere as reason:
            return _page(reason, "confirming", asks_again=True)
        except OfferOver as reason:
            return _page(reason, "ended" if reason.code == "offer_expired" else "gone")
        except VendorFailure as failure:
            return _page(failure, "busy")
        return redirect(target, 303)

    return routes


def _page(error: AppError, cause: str, *, asks_again: bool = False) -> BaseResponse:
    language, words = words_for(request.accept_languages)
    heading, text = getattr(words, cause)
    html = render_template(
        "offer_ended.html",
        language=language,
        heading=heading,
        text=text,
        asks_again=asks_again,
        back=words.back,
        again=words.again,
        shop_url=error.data.get("shop_url"),
    )
    response = Response(html, status=status_of(error), content_type="text/html; charset=utf-8")
    if asks_again:
        response.headers["Refresh"] = _ASK_AGAIN_SECONDS
    return response
