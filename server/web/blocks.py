"""The questions of the blocks on the thank-you and order-status pages: what is offered, this happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import ValidationError

from server.core.money import Money
from server.domain.offered import FIRST, Offered, OfferedItem, OfferedStep
from server.domain.presentment import shown_prices
from server.domain.reasons import Reason
from server.shopify.block_question import read_block_question
from server.shopify.tokens import discount_value
from server.usecases.access import ShopAccess
from server.usecases.block_offers import BlockAnswer, answer_block, price_tags, record_block_event
from server.web.forms import BlockEvent
from server.web.guards import block_claims, block_page, guarded, runtime
from server.web.headers import allow_any_origin
from server.web.page_words import Reader, Words
from server.web.post_purchase import UnreadableBody


def blueprint() -> Blueprint:
    routes = guarded("blocks", __name__, block_page, url_prefix="/blocks")
    allow_any_origin(routes)

    @routes.post("/offers")
    def offers() -> Response:
        parts, claims = runtime(), block_claims()
        question = read_block_question(request.get_data(), customer_id=claims.customer_id)
        found = answer_block(
            database=parts.database, shop_domain=claims.shop_domain, question=question, now=parts.clock.now()
        )
        if isinstance(found, Reason):
            return jsonify({"decision_id": None, "offer": None, "reason": found.value})
        access = ShopAccess(parts.database, parts.box, parts.auth, parts.apis)
        local = price_tags(access, claims.shop_domain, found, now=parts.clock.now())
        return jsonify(_show(found, local, Reader(question.locale, prices_differ=bool(local))))

    @routes.post("/events")
    def events() -> Response:
        parts, claims = runtime(), block_claims()
        try:
            event = BlockEvent.model_validate_json(request.get_data())
        except ValidationError as fault:
            raise UnreadableBody("The body is no event of a block.") from fault
        record_block_event(
            database=parts.database,
            shop_domain=claims.shop_domain,
            decision_id=event.decision_id,
            path=event.step,
            kind=event.kind,
            option_id=event.option_id,
            latency_ms=event.latency_ms if event.may_measure else None,
            now=parts.clock.now(),
        )
        return Response(status=204)

    return routes


def _show(found: BlockAnswer, local: Mapping[str, Money], reader: Reader) -> dict[str, Any]:
    decision, goods = found.answer.decision, found.answer.goods
    if not found.answer.is_shown:
        # A held-out shopper is told what anybody without an offer is told.
        return {"decision_id": decision.id, "offer": None, "reason": Reason.NOTHING_ELIGIBLE.value}
    shown = {
        step.path: _offer(found, step, local, reader)
        for step in decision.steps
        if step.offered.item.variant_id in goods
    }
    return {
        "decision_id": decision.id,
        "expires_at": _moment(decision.expires_at),
        "offer": shown.pop(FIRST),
        "steps": shown,
    }


def _offer(found: BlockAnswer, step: OfferedStep, local: Mapping[str, Money], reader: Reader) -> dict[str, Any]:
    decision_id, goods, offered = found.answer.decision.id, found.answer.goods, step.offered
    first = goods[offered.item.variant_id]
    words = Words(offered, offered.item, first.title, reader)
    return {
        **_option(decision_id, step.path, offered, offered.item, local),
        "title": first.title,
        "variant_title": first.variant_title,
        "description": first.description,
        "image": {"url": first.image_url, "alt": first.image_alt or first.title} if first.image_url else None,
        "reason_line": words.reason,
        "texts": words.texts,
        "accept_by": "code",
        "code_days": found.code_days,
        "choices": [
            {
                **_option(decision_id, f"{step.path}.{number}", offered, item, local),
                "title": goods[item.variant_id].variant_title,
            }
            for number, item in enumerate(offered.choices)
            if item.variant_id in goods
        ],
    }


def _option(
    decision_id: str, option_id: str, offered: Offered, item: OfferedItem, local: Mapping[str, Money]
) -> dict[str, Any]:
    """Return what one option comes to, with the link that takes it to the cart."""
    full, reduced = shown_prices(item, offered.currency, local)
    parts, discount = runtime(), None
    if item.discount is not None:
        value, kind = discount_value(item.discount)
        discount = {"value": value, "value_type": kind, "title": item.discount.title}
    return {
        "option_id": option_id,
        "product_id": int(item.product_id),
        "variant_id": int(item.variant_id),
        "quantity": item.quantity,
        "unit_price": _money(full),
        "discounted_unit_price": _money(reduced),
        "discount": discount,
        "url": f"{parts.settings.public_url}/o/{parts.offers.sign(f'{decision_id}:{option_id}')}",
    }


def _money(amount: Money) -> dict[str, str]:
    return {"amount": amount.text(), "currency": amount.currency}


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
