"""Orders in the admin: the list, one order with its timeline, and what can be done to it."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from tests.sandbox.browser.admin.amounts import pence
from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.paging import PAGE_SIZE, like, pages_of
from tests.sandbox.browser.admin.timeline import timeline
from tests.sandbox.shopify.order_cancels import REASONS, cancel_order
from tests.sandbox.shopify.order_payments import PaymentRefused, mark_paid
from tests.sandbox.shopify.order_refunds import RefundRefused, refund_lines
from tests.sandbox.shopify.payload_orders import current_goods

VIEWS = {
    "all": ("All", "1"),
    "unpaid": ("Unpaid", "o.outstanding > 0 AND o.cancelled_at IS NULL"),
    "edited": ("Edited", "o.edited = 1"),
    "refunded": ("Refunded", "o.refunded > 0"),
    "cancelled": ("Cancelled", "o.cancelled_at IS NOT NULL"),
}
_FROM = "FROM orders o LEFT JOIN customer c ON c.id = o.customer_id"
_UNPROCESSABLE = 422


def add_order_pages(pages: Blueprint, frame: Frame) -> None:
    """Add `/orders` and everything below it."""
    _add_views(pages, frame)
    _add_actions(pages, frame)


def _add_views(pages: Blueprint, frame: Frame) -> None:
    world = frame.sandbox.world

    @pages.get("/orders")
    def orders() -> str:
        words, view = request.args.get("query", "").strip()[:100], request.args.get("view", "all")
        condition, values = _condition(words, view)
        with world.read() as connection:
            total = connection.execute(f"SELECT count(*) {_FROM} WHERE {condition}", values).fetchone()[0]
            place = pages_of(total, request.args.get("page"))
            rows = connection.execute(
                f"""SELECT o.*, c.first_name, c.last_name,
                    (SELECT coalesce(sum(current_quantity), 0) FROM order_line WHERE order_id = o.id) AS units
                    {_FROM} WHERE {condition} ORDER BY o.created_at DESC, o.id DESC LIMIT ? OFFSET ?""",
                (*values, PAGE_SIZE, place.first),
            ).fetchall()
        return frame.show("orders.html", rows=rows, place=place, words=words, view=view, views=VIEWS)

    @pages.get("/orders/<int:order_id>")
    def order(order_id: int) -> str:
        return _order_page(frame, order_id)


def _add_actions(pages: Blueprint, frame: Frame) -> None:
    world, sender = frame.sandbox.world, frame.sandbox.sender

    @pages.post("/orders/<int:order_id>/refund")
    def refund(order_id: int) -> Response | tuple[str, int]:
        try:
            refund_lines(
                world,
                sender,
                order_id,
                _units(request.form),
                restock="restock" in request.form,
                shipping=pence(request.form.get("shipping", "")),
                note=request.form.get("note", "").strip()[:200] or None,
            )
        except (RefundRefused, ValueError) as refusal:
            return _order_page(frame, order_id, refusal=str(refusal)), _UNPROCESSABLE
        except LookupError:
            abort(404)
        return _back(order_id, "refunded")

    @pages.post("/orders/<int:order_id>/cancel")
    def cancel(order_id: int) -> Response | tuple[str, int]:
        try:
            cancel_order(world, sender, order_id, reason=request.form.get("reason", ""))
        except (RefundRefused, ValueError) as refusal:
            return _order_page(frame, order_id, refusal=str(refusal)), _UNPROCESSABLE
        except LookupError:
            abort(404)
        return _back(order_id, "cancelled")

    @pages.post("/orders/<int:order_id>/mark-paid")
    def paid(order_id: int) -> Response | tuple[str, int]:
        try:
            mark_paid(world, sender, order_id)
        except PaymentRefused as refusal:
            return _order_page(frame, order_id, refusal=str(refusal)), _UNPROCESSABLE
        except LookupError:
            abort(404)
        return _back(order_id, "paid")


def _back(order_id: int, done: str) -> Response:
    return redirect(url_for("admin.order", order_id=order_id, done=done), code=303)


def _condition(words: str, view: str) -> tuple[str, tuple[str, ...]]:
    condition = VIEWS.get(view, VIEWS["all"])[1]
    if not words:
        return condition, ()
    pattern = like(words)
    found = """(o.name LIKE ? ESCAPE '\\' OR o.email LIKE ? ESCAPE '\\' OR o.phone LIKE ? ESCAPE '\\'
               OR (c.first_name || ' ' || c.last_name) LIKE ? ESCAPE '\\')"""
    return f"{condition} AND {found}", (pattern,) * 4


def _order_page(frame: Frame, order_id: int, *, refusal: str | None = None) -> str:
    with frame.sandbox.world.read() as connection:
        order = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
        if order is None:
            abort(404)
        lines = _lines(connection, order_id)
        customer = connection.execute("SELECT * FROM customer WHERE id = ?", (order["customer_id"],)).fetchone()
        entries = timeline(connection, order)
    return frame.show(
        "order.html",
        order=order,
        lines=lines,
        customer=customer,
        entries=entries,
        refusal=refusal,
        reasons=sorted(REASONS),
        shipping_left=order["current_total"] - current_goods(lines),
    )


def _lines(connection: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    return connection.execute(
        """SELECT l.*, e.app_client_id, s.name AS plan_name, p.id IS NOT NULL AS is_sold FROM order_line l
           LEFT JOIN order_edit e ON e.id = l.added_by_edit LEFT JOIN product p ON p.id = l.product_id
           LEFT JOIN order_line_plan s ON s.line_id = l.id
           WHERE l.order_id = ? ORDER BY l.id""",
        (order_id,),
    ).fetchall()


def _units(form: MultiDict[str, Any]) -> Mapping[int, int]:
    """Return how many of each line are to be refunded.

    Raises:
        ValueError: a field that holds no number.
    """
    units = {}
    for name, value in form.items():
        if not name.startswith("line-") or not str(value).strip():
            continue
        if not (name.removeprefix("line-").isdecimal() and str(value).strip().isdecimal()):
            raise ValueError(f"{value!r} is no number of units.")
        if count := int(value):
            units[int(name.removeprefix("line-"))] = count
    return units
