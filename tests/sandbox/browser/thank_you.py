"""The thank-you page: what was bought, and what the platform did about the one-click page."""

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.checkout_form import COUNTRIES, PAYMENTS
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.eligibility import REASONS
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.orders import release_hold

_STATUS_WORDS = {
    "processed": "added to the order and charged",
    "partially_processed": "added to the order, but the card refused the charge",
}


def add_routes(pages: Blueprint, sandbox: Shopside) -> None:
    """Add `/orders/<checkout token>/thank-you`."""
    world = sandbox.world
    checkouts = Checkouts(world)

    @pages.get("/orders/<token>/thank-you")
    def thank_you(token: str) -> AnyResponse | str | tuple[str, int]:
        checkout = checkouts.find(token)
        if checkout is None:
            words = "No order of this shop has this address."
            return render_template("store/pay_missing.html", heading="No such order", words=words), 404
        if checkout.order_id is None:
            return redirect(url_for("checkout.checkout_page", token=token), 303)
        # Reaching this page ends the one-click page's time, whoever brought the buyer here.
        release_hold(world, checkout.order_id)
        checkouts.finish(token)
        with world.read() as connection:
            order = _order(connection, checkout.order_id)
            lines = connection.execute(
                "SELECT * FROM order_line WHERE order_id = ? AND current_quantity > 0 ORDER BY id",
                (checkout.order_id,),
            ).fetchall()
            applied = connection.execute(
                "SELECT status FROM changeset WHERE reference_id = ? AND status != 'unprocessed' ORDER BY applied_at",
                (token,),
            ).fetchall()
        return render_template(
            "store/thank_you.html",
            order=order,
            lines=lines,
            address=json.loads(order["shipping_address"] or "null"),
            countries=COUNTRIES,
            currency=order["presentment_currency"],
            rate=order["presentment_rate"],
            payment=PAYMENTS[checkout.form.payment][0],
            story=tell_story(checkout, [row["status"] for row in applied]),
        )


def tell_story(checkout: Checkout, applied: list[str]) -> str:
    """Return what happened to the one-click page, in words."""
    if checkout.not_shown is not None:
        return f"No one-click page. {REASONS[checkout.not_shown]}"
    report: Mapping[str, Any] = checkout.should_render or {}
    shown = f"The one-click page was offered: ShouldRender said yes after {report.get('milliseconds')} ms."
    if not applied:
        return f"{shown} Nothing was added to the order."
    added = "; ".join(f"changeset {number}: {_STATUS_WORDS[status]}" for number, status in enumerate(applied, 1))
    return f"{shown} {added[0].upper()}{added[1:]}."


def _order(connection: sqlite3.Connection, order_id: int) -> sqlite3.Row:
    row: sqlite3.Row = connection.execute(
        "SELECT o.*, c.first_name FROM orders o LEFT JOIN customer c ON c.id = o.customer_id WHERE o.id = ?",
        (order_id,),
    ).fetchone()
    return row
