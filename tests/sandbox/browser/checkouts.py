"""The checkout rows of the world: opened by a cart, changed by the form, closed by Pay and the thank-you page."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Any

from tests.sandbox.browser.cart import Cart
from tests.sandbox.browser.checkout_form import (
    DISCOUNT_CODES,
    CheckoutForm,
    checkout_state,
    form_content,
    stored_form,
)
from tests.sandbox.shopify.checkout_state import CheckoutState, DiscountCode
from tests.sandbox.shopify.discounts import find_code
from tests.sandbox.shopify.world import World


@dataclass(frozen=True, kw_only=True)
class Checkout:
    """One checkout. `stage` is open, post_purchase or done; `not_shown` a key of eligibility.REASONS.

    `should_render` is the browser's report at Pay: `{"outcome": ..., "milliseconds": ...}`.
    """

    token: str
    stage: str
    order_id: int | None
    cart: Cart
    form: CheckoutForm
    needs_shipping: bool
    discount: DiscountCode | None = None
    should_render: Mapping[str, Any] | None = None
    not_shown: str | None = None

    def state(self, *, post_purchase: bool = False) -> CheckoutState:
        """Return what `orders.place_order` takes."""
        return checkout_state(
            self.form,
            self.cart,
            token=self.token,
            needs_shipping=self.needs_shipping,
            discount=self.discount,
            post_purchase=post_purchase,
        )


class Checkouts:
    """Reads and writes the checkout table of one world."""

    def __init__(self, world: World) -> None:
        self.world = world

    def open(self, cart: Cart, form: CheckoutForm | None = None) -> str:
        """Store a new checkout of the cart's lines and return its token."""
        token = secrets.token_hex(16)
        start = form or CheckoutForm(discount_code=cart.discount_code or "")
        with self.world.write() as connection:
            marks = ",".join("?" * len(cart.lines))
            shipped = connection.execute(
                f"SELECT COUNT(*) FROM variant WHERE requires_shipping AND id IN ({marks})", list(cart.lines)
            ).fetchone()[0]
            fresh = Checkout(
                token=token,
                stage="open",
                order_id=None,
                cart=cart,
                form=start,
                needs_shipping=shipped > 0,
                discount=self._discount(start, connection),
            )
            connection.execute(
                "INSERT INTO checkout (token, state, order_id, stage, created_at) VALUES (?, ?, NULL, 'open', ?)",
                (token, _content(fresh), self.world.now_text()),
            )
        return token

    def find(self, token: str) -> Checkout | None:
        """Return the checkout of a token, or None."""
        with self.world.read() as connection:
            row = connection.execute("SELECT * FROM checkout WHERE token = ?", (token,)).fetchone()
        if row is None:
            return None
        content = json.loads(row["state"])
        page = content["page"]
        cart = page["cart"]
        found = Checkout(
            token=row["token"],
            stage=row["stage"],
            order_id=row["order_id"],
            cart=replace(Cart(**cart), lines={int(key): count for key, count in cart["lines"].items()}),
            form=stored_form(page["form"]),
            needs_shipping=page["needs_shipping"],
            should_render=page["should_render"],
            not_shown=page["not_shown"],
        )
        return self.with_form(found, found.form)

    def with_form(self, checkout: Checkout, form: CheckoutForm) -> Checkout:
        """Return the checkout with its form filled in like this, and with what its code stands for now."""
        with self.world.read() as connection:
            return replace(checkout, form=form, discount=self._discount(form, connection))

    def _discount(self, form: CheckoutForm, connection: Connection) -> DiscountCode | None:
        entered = form.discount_code.upper()
        found = DISCOUNT_CODES.get(entered)
        return found or (find_code(connection, entered, self.world.now_text()) if entered else None)

    def save_draft(self, checkout: Checkout) -> None:
        """Store the form of a checkout that is still open; one that was paid meanwhile stays as it is."""
        with self.world.write() as connection:
            connection.execute(
                "UPDATE checkout SET state = ? WHERE token = ? AND order_id IS NULL",
                (_content(checkout), checkout.token),
            )

    def complete(self, checkout: Checkout) -> None:
        """Store a checkout that has become an order, with the stage that follows."""
        with self.world.write() as connection:
            connection.execute(
                "UPDATE checkout SET state = ?, stage = ?, order_id = ? WHERE token = ? AND order_id IS NULL",
                (_content(checkout), checkout.stage, checkout.order_id, checkout.token),
            )

    def finish(self, token: str) -> None:
        """Note that the buyer reached the thank-you page."""
        with self.world.write() as connection:
            connection.execute("UPDATE checkout SET stage = 'done' WHERE token = ? AND order_id IS NOT NULL", (token,))


def _content(checkout: Checkout) -> str:
    cart = checkout.cart
    page = {
        "cart": {
            "token": cart.token,
            "lines": {str(key): count for key, count in cart.lines.items()},
            "attributes": dict(cart.attributes),
            "discount_code": cart.discount_code,
            "landing_site": cart.landing_site,
            "selling_plan": cart.selling_plan,
        },
        "form": form_content(checkout.form),
        "needs_shipping": checkout.needs_shipping,
        "should_render": checkout.should_render,
        "not_shown": checkout.not_shown,
    }
    return json.dumps({**checkout.state(), "page": page})
