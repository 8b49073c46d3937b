"""Orders: each with what Afters did, did not do, and why."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from server.domain.charges import ChargeState
from server.storage.shops import ShopRow
from server.usecases.explain import explain_order
from server.usecases.reports import OrderSummary, order_story, recent_orders, unknown_orders
from server.web.guards import runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show
from server.web.pages.story import tell
from server.web.pages.surfaces import hold_words, surface_line
from server.web.pages.wording import Badge, page_badge, sequence_badge, touch_badge

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order as the list shows it."""

    id: str
    name: str
    placed: str
    customer: str
    total: str
    page: Badge | None  # None: the order is older than Afters in this shop, and nobody asked
    offered: str | None
    messages: tuple[Badge, ...]
    revenue: str | None


def blueprint() -> Blueprint:
    routes = page_blueprint("orders", __name__, url_prefix="/orders")

    @routes.get("")
    def listing() -> Response:
        parts, frame = runtime(), open_frame()
        is_unknown_only = request.args.get("show") == "unknown"
        before = _read_place(request.args.get("before", ""))
        if is_unknown_only:
            found = unknown_orders(
                database=parts.database, shop_id=shop().shop_id, limit=PAGE_SIZE, now=parts.clock.now()
            )
        else:
            found = recent_orders(database=parts.database, shop_id=shop().shop_id, limit=PAGE_SIZE + 1, before=before)
        shown = found[:PAGE_SIZE]
        return show(
            frame,
            "pages/orders.html",
            lines=[_line(each, frame.shop, frame.display) for each in shown],
            older=_write_place(shown[-1]) if len(found) > PAGE_SIZE else None,
            is_first=before is None,
            is_unknown_only=is_unknown_only,
        )

    @routes.get("/<order_id>/explanation")
    def explanation(order_id: str) -> Response:
        """Tell as data why an order did or did not get what."""
        parts = runtime()
        told = explain_order(database=parts.database, shop_id=shop().shop_id, named=order_id, now=parts.clock.now())
        return jsonify(told)

    @routes.get("/<order_id>")
    def one(order_id: str) -> Response:
        parts, frame = runtime(), open_frame()
        story = order_story(database=parts.database, shop_id=shop().shop_id, order_id=order_id, now=parts.clock.now())
        is_earlier = story.order.created_at < frame.shop.installed_at
        entries = tell(story, frame.display)
        return show(
            frame,
            "pages/order.html",
            story=story,
            entries=entries,
            surfaces=[surface_line(each) for each in story.surfaces],
            unpaid=sum(each.amount for each in story.charges if each.state is ChargeState.UNPAID),
            hold=hold_words(story.hold, frame.display) if story.hold else None,
            is_earlier=is_earlier,
        )

    return routes


def _line(summary: OrderSummary, row: ShopRow, display: Display) -> OrderLine:
    order = summary.order
    messages = [touch_badge(touch) for touch in summary.touches]
    if summary.sequence is not None:
        refused = sequence_badge(summary.sequence)
        messages += [refused] if refused else []
    is_earlier = order.created_at < row.installed_at and summary.page.decision is None
    return OrderLine(
        id=order.id,
        name=order.name,
        placed=display.moment(order.created_at),
        customer=order.first_name or "Guest",
        total=display.money(*order.paid),
        page=None if is_earlier else page_badge(summary.page),
        offered=summary.page.title,
        messages=tuple(messages),
        revenue=display.money(summary.revenue, order.currency) if summary.revenue else None,
    )


def _write_place(summary: OrderSummary) -> str:
    at = summary.order.created_at.isoformat().replace("+00:00", "Z")  # a plus sign would be a space in an address
    return f"{at}_{summary.order.id}"


def _read_place(text: str) -> tuple[datetime, str] | None:
    """Return where the page before ended; what cannot be read starts at the newest."""
    at, _, order_id = text.partition("_")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, order_id) if order_id and moment.tzinfo is not None else None
