"""The three questions of the one-click page: what is offered, sign what I accept, this happened."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from server.core.errors import AppError
from server.core.money import Money
from server.domain.offered import FIRST, AppliedDiscount, Offered, OfferedItem, OfferedStep, build_changes
from server.domain.orders import VariantFacts
from server.domain.plans import PlanTerms
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
            path=event.step,
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
    if not answer.is_shown:
        # A held-out shopper is told what anybody without an offer is told.
        return {"decision_id": decision.id, "offer": None, "reason": Reason.NOTHING_ELIGIBLE.value}
    return show_steps(decision.steps, answer.goods, decision_id=decision.id, expires_at=decision.expires_at)


def show_steps(
    steps: Sequence[OfferedStep], goods: Mapping[str, VariantFacts], *, decision_id: str, expires_at: datetime
) -> dict[str, Any]:
    """Return offers as the page's script takes them, the first one and what follows each answer.

    The first must be among the goods that are known; further steps whose goods are not are left out.
    """
    shown = {step.path: _offer(step, goods) for step in steps if _is_known(step, goods)}
    return {
        "decision_id": decision_id,
        "expires_at": _moment(expires_at),
        "offer": shown.pop(FIRST),
        "steps": shown,
    }


def _is_known(step: OfferedStep, goods: Mapping[str, VariantFacts]) -> bool:
    return all(item.variant_id in goods for item in step.offered.items)


def _offer(step: OfferedStep, goods: Mapping[str, VariantFacts]) -> dict[str, Any]:
    """Return a step as the page shows it; what comes after it is under its option with an "a" or a "d" behind it."""
    offered = step.offered
    first = goods[offered.item.variant_id]
    is_bundle = len(offered.items) > 1
    image = {"url": first.image_url, "alt": first.image_alt or first.title} if first.image_url else None
    return {
        **_option(offered, step.path, None),
        "product_id": int(offered.item.product_id),
        "title": " + ".join(goods[item.variant_id].title for item in offered.items),
        "variant_title": None if is_bundle else first.variant_title,
        "description": "" if is_bundle else first.description,
        "image": image,
        "reason_line": offered.reason_line,
        "texts": {
            "heading": offered.texts.heading or _HEADING,
            "accept": offered.texts.accept or _ACCEPT,
            "decline": offered.texts.decline or _DECLINE,
        },
        "choices": [
            {**_option(offered, f"{step.path}.{number}", number), "title": goods[item.variant_id].variant_title}
            for number, item in enumerate(offered.choices)
            if item.variant_id in goods
        ],
    }


def _option(offered: Offered, option_id: str, choice: int | None) -> dict[str, Any]:
    """Return what is accepted under one option, priced. A bundle is one thing at the price of all its goods."""
    items = offered.chosen(choice)
    item = items[0]
    if len(items) > 1:
        item = OfferedItem(
            item.variant_id,
            item.product_id,
            quantity=1,
            unit_price=sum(each.quantity * each.unit_price for each in items),
            discounted_unit_price=sum(each.total for each in items),
        )
    return {
        "option_id": option_id,
        "variant_id": int(item.variant_id),
        "quantity": item.quantity,
        "unit_price": _money(item.unit_price, offered.currency),
        "discounted_unit_price": _money(item.discounted_unit_price, offered.currency),
        "discount": _discount(item.discount) if item.discount else None,
        "subscription": _subscription(item.plan, offered.currency) if item.plan else None,
        "changes": [change_body(change) for change in build_changes(offered, choice)],
    }


def _subscription(terms: PlanTerms, currency: str) -> dict[str, Any]:
    """Return what the shopper is bound to, so that the page can say it before it asks for consent."""
    later = None
    if terms.later_after is not None and terms.later_price is not None:
        later = {"after": terms.later_after, "unit_price": _money(terms.later_price, currency)}
    return {
        "plan": terms.name,
        "billing": asdict(terms.billing),
        "delivery": asdict(terms.delivery),
        "unit_price": _money(terms.unit_price, currency),
        "shipping": _money(terms.shipping, currency),
        "later": later,
    }


def _discount(discount: AppliedDiscount) -> dict[str, Any]:
    value, kind = discount_value(discount)
    return {"value": value, "value_type": kind, "title": discount.title}


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": Money(minor, currency).text(), "currency": currency}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
