"""Privacy: what shoppers asked for by way of Shopify, the data for the shop's owner, and what was erased."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as BaseResponse

from server.storage.privacy import CUSTOMER_REDACT, DATA_REQUEST, OPEN, PrivacyRequest
from server.usecases.privacy import DUE_AFTER, export_data, hand_over, list_requests
from server.web.guards import merchant, runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show


@dataclass(frozen=True, slots=True)
class RequestLine:
    """One request as the list shows it."""

    id: int
    what: str
    received: str
    state: str
    is_open: bool
    is_overdue: bool


def blueprint() -> Blueprint:
    routes = page_blueprint("privacy", __name__, url_prefix="/privacy")

    @routes.get("/requests")
    def listing() -> BaseResponse:
        parts, frame = runtime(), open_frame()
        found = list_requests(database=parts.database, box=parts.box, shop_domain=merchant().shop_domain)
        return show(
            frame, "pages/privacy.html", lines=[_line(each, frame.display, parts.clock.now()) for each in found]
        )

    @routes.get("/requests/<int:request_id>/data")
    def data(request_id: int) -> Response:
        parts = runtime()
        found = export_data(
            database=parts.database,
            inbox=parts.inbox.database,
            box=parts.box,
            shop_id=shop().shop_id,
            shop_domain=merchant().shop_domain,
            request_id=request_id,
        )
        return jsonify({"name": f"data-request-{request_id}.json", "data": found})

    @routes.post("/requests/<int:request_id>/done")
    def done(request_id: int) -> Response:
        parts = runtime()
        hand_over(
            database=parts.database,
            box=parts.box,
            shop_domain=merchant().shop_domain,
            request_id=request_id,
            now=parts.clock.now(),
        )
        return jsonify({"ok": True})

    return routes


def _line(each: PrivacyRequest, display: Display, now: datetime) -> RequestLine:
    is_open, due_at = each.state == OPEN, each.received_at + DUE_AFTER
    is_overdue = is_open and now > due_at
    if each.kind == DATA_REQUEST:
        due = f"{'Overdue since' if is_overdue else 'To be answered by'} {display.day(due_at)}"
        ended = "Erased" if "erased" in each.proof else "Handed over"
        what, state = "A shopper asks for their data", due if is_open else f"{ended} {display.day(each.done_at)}"
    else:
        what = "A shopper was erased" if each.kind == CUSTOMER_REDACT else "The shop was erased"
        counts = [f"{each.proof[name]} {name}" for name in ("rows", "deliveries") if name in each.proof]
        ended = "Under way" if is_open else f"Done {display.day(each.done_at)}"
        state = ended + (f": {', '.join(counts)}" if counts else "")
    return RequestLine(
        each.id,
        what,
        display.moment(each.received_at),
        state,
        is_open=is_open and each.kind == DATA_REQUEST,
        is_overdue=is_overdue,
    )
