"""Customers in the admin: the list with consent, and one customer whose consent can be edited."""

from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response

from tests.sandbox.browser.admin.frame import Frame
from tests.sandbox.browser.admin.paging import PAGE_SIZE, like, pages_of
from tests.sandbox.shopify.customers import STATES, Channel, set_consent

VIEWS = {
    "all": ("All", "1"),
    "email": ("E-mail subscribers", "email_state = 'SUBSCRIBED'"),
    "sms": ("SMS subscribers", "sms_state = 'SUBSCRIBED'"),
}
CHANNELS: tuple[tuple[Channel, str, str], ...] = (("email", "E-mail", "email"), ("sms", "SMS", "phone"))
_UNPROCESSABLE = 422


def add_customer_pages(pages: Blueprint, frame: Frame) -> None:
    """Add `/customers` and everything below it."""
    world, sender = frame.sandbox.world, frame.sandbox.sender

    @pages.get("/customers")
    def customers() -> str:
        words, view = request.args.get("query", "").strip()[:100], request.args.get("view", "all")
        condition = VIEWS.get(view, VIEWS["all"])[1]
        values: tuple[str, ...] = ()
        if words:
            condition += """ AND (email LIKE ? ESCAPE '\\' OR phone LIKE ? ESCAPE '\\'
                OR (coalesce(first_name, '') || ' ' || coalesce(last_name, '')) LIKE ? ESCAPE '\\')"""
            values = (like(words),) * 3
        with world.read() as connection:
            total = connection.execute(f"SELECT count(*) FROM customer WHERE {condition}", values).fetchone()[0]
            place = pages_of(total, request.args.get("page"))
            rows = connection.execute(
                f"SELECT * FROM customer WHERE {condition} ORDER BY updated_at DESC, id DESC LIMIT ? OFFSET ?",
                (*values, PAGE_SIZE, place.first),
            ).fetchall()
        return frame.show("customers.html", rows=rows, place=place, words=words, view=view, views=VIEWS)

    @pages.get("/customers/<int:customer_id>")
    def customer(customer_id: int) -> str:
        return _customer_page(frame, customer_id)

    @pages.post("/customers/<int:customer_id>/consent")
    def consent(customer_id: int) -> Response | tuple[str, int]:
        try:
            for channel, _, address in CHANNELS:
                state = request.form.get(f"{channel}_state")
                if state is not None:
                    _check_reachable(frame, customer_id, address, state)
                    level = "SINGLE_OPT_IN" if state == "SUBSCRIBED" else None
                    set_consent(world, sender, customer_id, channel, state=state, opt_in_level=level)
        except ValueError as refusal:
            return _customer_page(frame, customer_id, refusal=str(refusal)), _UNPROCESSABLE
        except LookupError:
            abort(404)
        return redirect(url_for("admin.customer", customer_id=customer_id, done="consent"), code=303)


def _check_reachable(frame: Frame, customer_id: int, address: str, state: str) -> None:
    with frame.sandbox.world.read() as connection:
        row = connection.execute("SELECT email, phone FROM customer WHERE id = ?", (customer_id,)).fetchone()
    if row is None:
        raise LookupError(f"no customer {customer_id}")
    if row[address] is None and state == "SUBSCRIBED":
        raise ValueError(f"Somebody without {'an e-mail address' if address == 'email' else 'a phone number'} "
                         "cannot be subscribed.")  # fmt: skip


def _customer_page(frame: Frame, customer_id: int, *, refusal: str | None = None) -> str:
    with frame.sandbox.world.read() as connection:
        row = connection.execute("SELECT * FROM customer WHERE id = ?", (customer_id,)).fetchone()
        if row is None:
            abort(404)
        orders = connection.execute(
            "SELECT * FROM orders WHERE customer_id = ? ORDER BY created_at DESC, id DESC LIMIT 10", (customer_id,)
        ).fetchall()
    return frame.show(
        "customer.html",
        customer=row,
        orders=orders,
        channels=CHANNELS,
        states={channel: sorted(states) for channel, states in STATES.items()},
        refusal=refusal,
    )
