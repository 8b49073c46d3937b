"""Deliveries that were set aside: what Shopify told and Afters could not take in, and another try."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as BaseResponse

from server.usecases.replay import AsideDelivery, list_aside, replay_all, replay_one
from server.web.guards import merchant, runtime
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show

_SHOWN = 100
_SUBJECTS = {
    "orders": "An order", "refunds": "A refund", "products": "A product", "collections": "A collection",
    "inventory_levels": "Stock",
    "customers": "A customer", "customers_marketing_consent": "Consent to text messages",
    "customers_email_marketing_consent": "Consent to e-mail", "app": "This app", "shop": "The shop",
    "receipt": "A report on a message",
}  # fmt: skip
_STATES = {"failed": "Could not be taken in", "unreadable": "Could not be read"}


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """One delivery as the list shows it."""

    id: int
    subject: str
    received: str
    state: str
    reason: str


def blueprint() -> Blueprint:
    routes = page_blueprint("deliveries", __name__, url_prefix="/deliveries")

    @routes.get("")
    def listing() -> BaseResponse:
        frame = open_frame()
        found = list_aside(inbox=runtime().inbox.database, shop_domain=merchant().shop_domain, limit=_SHOWN)
        return show(frame, "pages/deliveries.html", lines=[_line(each, frame.display) for each in found])

    @routes.post("/<int:delivery_id>/replay")
    def replay(delivery_id: int) -> Response:
        parts = runtime()
        replay_one(inbox=parts.inbox.database, delivery_id=delivery_id, shop_domain=merchant().shop_domain)
        parts.wake()
        return jsonify({"ok": True})

    @routes.post("/replay")
    def replay_every() -> Response:
        parts = runtime()
        count = replay_all(inbox=parts.inbox.database, shop_domain=merchant().shop_domain, limit=_SHOWN)
        parts.wake()
        return jsonify({"ok": True, "count": count})

    return routes


def _line(each: AsideDelivery, display: Display) -> DeliveryLine:
    return DeliveryLine(
        id=each.id,
        subject=_SUBJECTS.get(each.topic.partition("/")[0], "News"),
        received=display.moment(each.received_at),
        state=_STATES.get(each.state, each.state),
        reason=each.error,
    )
