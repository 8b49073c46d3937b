"""The thank-you page: what was bought, what the platform did about the one-click page, and the place for a block."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from tests.sandbox.browser.block_pages import no_such_order
from tests.sandbox.browser.block_place import WHY_EMPTY, drawer_context, tell_block, why_empty
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.eligibility import REASONS
from tests.sandbox.browser.order_view import find_order, order_context
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.orders import release_hold
from tests.sandbox.shopify.placed_blocks import THANK_YOU

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
            return no_such_order()
        order = find_order(world, token)
        if checkout.order_id is None or order is None:
            return redirect(url_for("checkout.checkout_page", token=token), 303)
        # Reaching this page ends the one-click page's time, whoever brought the buyer here.
        release_hold(world, checkout.order_id)
        checkouts.finish(token)
        with world.read() as connection:
            applied = connection.execute(
                "SELECT status FROM changeset WHERE reference_id = ? AND status != 'unprocessed' ORDER BY applied_at",
                (token,),
            ).fetchall()
        reason = why_empty(sandbox, THANK_YOU)
        block = None
        if reason is None:
            language = request.args.get("language") or order["customer_locale"]
            block = tell_block(sandbox, target=THANK_YOU, token=token, order_id=order["id"], language=language)
        return render_template(
            "store/thank_you.html",
            **order_context(world, order),
            story=tell_story(checkout, [row["status"] for row in applied]),
            block=block,
            **drawer_context(sandbox),
            block_story=WHY_EMPTY[reason] if reason else "The app's block stands on this page.",
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
