"""The three questions of the one-click page: what is offered, sign what I accept, this happened."""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from server.core.errors import AppError
from server.core.money import Money
from server.domain.offers import OfferedVariant, build_changes
from server.domain.orders import VariantFacts
from server.domain.reasons import Reason
from server.shopify.tokens import change_body, discount_value
from server.usecases.changesets import sign_changeset
from server.usecases.offers import Answer, answer_purchase
from server.usecases.page_events import record_page_event
from server.web.forms import AcceptedOption, PageEvent
from server.web.guards import guarded, post_purchase, purchase_claims, runtime
from server.web.headers import allow_any_origin

_ACCEPT, _DECLINE, _HEADING = "Pay now", "No thanks", "One more thing for your order?"


class UnreadableBody(AppError):
    code = "unreadable_body"


def blueprint() -> Blueprint:
    routes = guarded("post_purchase", __name__, post_purchase, url_prefix="/post-purchase")
    allow_any_origin(routes)

    @routes.post("/offers")
    def offers() -> Response:
        parts, claims = runtime(), purchase_claims()
        answer = answer_purchase(
            database=parts.database,
            shop_domain=claims.shop_domain,
            purchase=claims.purchase,
            now=parts.clock.now(),
        )
        return jsonify(_show(answer))

    @routes.post("/changesets")
    def changesets() -> Response:
        parts, claims = runtime(), purchase_claims()
        try:
            # Any price, variant or discount in the body is not even looked at.
            accepted = AcceptedOption.model_validate_json(request.get_data())
        except ValidationError as fault:
            raise UnreadableBody("The body needs decision_id and option_id.") from fault
        token = sign_changeset(
            database=parts.database,
            signer=parts.signer,
            shop_domain=claims.shop_domain,
            purchase=claims.purchase,
            decision_id=accepted.decision_id,
            option_id=accepted.option_id,
            now=parts.clock.now(),
        )
        return jsonify({"token": token})

    @routes.post("/events")
    def events() -> Response:
        parts, claims = runtime(), purchase_claims()
        try:
            event = PageEvent.model_validate_json(request.get_data())
        except ValidationError as fault:
            raise UnreadableBody("The body is no event of the page.") from fault
        record_page_event(
            database=parts.database,
            shop_domain=claims.shop_domain,
            purchase=claims.purchase,
            decision_id=event.decision_id,
            kind=event.kind,
            status=event.status,
            error_codes=event.error_codes,
            latency_ms=event.latency_ms,
            now=parts.clock.now(),
        )
        return Response(status=204)

    return routes


def _show(answer: Answer | Reason) -> dict[str, Any]:
    if isinstance(answer, Reason):
        return {"decision_id": None, "offer": None, "reason": answer.value}
    decision = answer.decision
    if not answer.is_shown or decision.offered is None or answer.variant is None:
        # A held-out shopper is told what anybody without an offer is told.
        return {"decision_id": decision.id, "offer": None, "reason": Reason.NOTHING_ELIGIBLE.value}
    return {
        "decision_id": decision.id,
        "expires_at": _moment(decision.expires_at),
        "offer": _offer(decision.offered, answer.variant),
    }


def _offer(offered: OfferedVariant, variant: VariantFacts) -> dict[str, Any]:
    image = {"url": variant.image_url, "alt": variant.image_alt or variant.title} if variant.image_url else None
    discount = None
    if offered.discount:
        value, kind = discount_value(offered.discount)
        discount = {"value": value, "value_type": kind, "title": offered.discount.title}
    return {
        "option_id": offered.offer_id,
        "variant_id": int(offered.variant_id),
        "product_id": int(offered.product_id),
        "quantity": offered.quantity,
        "title": variant.title,
        "variant_title": variant.variant_title,
        "description": variant.description,
        "image": image,
        "unit_price": _money(offered.unit_price, offered.currency),
        "discounted_unit_price": _money(offered.discounted_unit_price, offered.currency),
        "discount": discount,
        "reason_line": offered.reason_line,
        "texts": {
            "heading": offered.texts.heading or _HEADING,
            "accept": offered.texts.accept or _ACCEPT,
            "decline": offered.texts.decline or _DECLINE,
        },
        "changes": [change_body(change) for change in build_changes(offered)],
    }


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": Money(minor, currency).text(), "currency": currency}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
