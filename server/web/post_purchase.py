"""The three questions of the one-click page: what is offered, sign what I accept, this happened."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from server.core.errors import AppError
from server.domain.offered import FIRST, OfferedStep
from server.domain.orders import VariantFacts
from server.domain.reasons import Reason
from server.usecases.changesets import sign_changeset
from server.usecases.inquiries import Answer
from server.usecases.offer_ends import seconds_left
from server.usecases.offers import answer_purchase, note_answer_time
from server.usecases.page_events import record_page_event
from server.web.forms import AcceptedOption, PageEvent
from server.web.guards import guarded, post_purchase, purchase_claims, runtime
from server.web.headers import allow_any_origin
from server.web.page_offer import page_offer
from server.web.page_words import Reader


class UnreadableBody(AppError):
    code = "unreadable_body"


def blueprint() -> Blueprint:
    routes = guarded("post_purchase", __name__, post_purchase, url_prefix="/post-purchase")
    allow_any_origin(routes)

    @routes.post("/offers")
    def offers() -> Response:
        parts, claims = runtime(), purchase_claims()
        asked_at = parts.clock.now()
        answer = answer_purchase(
            database=parts.database,
            shop_domain=claims.shop_domain,
            purchase=claims.purchase,
            now=asked_at,
        )
        if isinstance(answer, Answer):
            note_answer_time(
                database=parts.database,
                shop_domain=claims.shop_domain,
                answer=answer,
                asked_at=asked_at,
                answered_at=parts.clock.now(),
            )
        return jsonify(_show(answer, Reader(claims.locale, claims.bought)))

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
            path=event.step,
            kind=event.kind,
            status=event.status,
            error_codes=event.error_codes,
            latency_ms=event.latency_ms,
            option_id=event.option_id,
            now=parts.clock.now(),
        )
        left = None
        if event.kind == "shown":
            # The page counts down from this: the shopper's clock may be wrong, and the page be loaded anew.
            left = seconds_left(
                database=parts.database,
                shop_domain=claims.shop_domain,
                purchase=claims.purchase,
                path=event.step,
                now=parts.clock.now(),
            )
        return Response(status=204) if left is None else jsonify({"seconds_left": left})

    return routes


def _show(answer: Answer | Reason, reader: Reader) -> dict[str, Any]:
    if isinstance(answer, Reason):
        return {"decision_id": None, "offer": None, "reason": answer.value}
    decision = answer.decision
    if not answer.is_shown:
        # A held-out shopper is told what anybody without an offer is told.
        return {"decision_id": decision.id, "offer": None, "reason": Reason.NOTHING_ELIGIBLE.value}
    return show_steps(decision.steps, answer.goods, reader, decision_id=decision.id, expires_at=decision.expires_at)


def show_steps(
    steps: Sequence[OfferedStep],
    goods: Mapping[str, VariantFacts],
    reader: Reader,
    *,
    decision_id: str,
    expires_at: datetime,
) -> dict[str, Any]:
    """Return offers as the page's script takes them, the first one and what follows each answer.

    The first must be among the goods that are known; further steps whose goods are not are left out.
    """
    shown = {step.path: page_offer(step, goods, reader) for step in steps if _is_known(step, goods)}
    return {
        "decision_id": decision_id,
        "expires_at": _moment(expires_at),
        "offer": shown.pop(FIRST),
        "steps": shown,
    }


def _is_known(step: OfferedStep, goods: Mapping[str, VariantFacts]) -> bool:
    return all(item.variant_id in goods for item in step.offered.items)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
