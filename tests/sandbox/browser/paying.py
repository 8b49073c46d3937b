"""Pay: checks the form, charges the test card, decides on the one-click page and places the order."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from tests.sandbox.browser.checkout_form import faults
from tests.sandbox.browser.checkouts import Checkout, Checkouts
from tests.sandbox.browser.eligibility import (
    Purchase,
    ShouldRenderOutcome,
    ShouldRenderReport,
    reason_not_shown,
    reasons_not_to_load,
)
from tests.sandbox.browser.input_data import SHOULD_RENDER, InitialPurchase, PurchaseLine, make_input_data
from tests.sandbox.browser.shopside import Shopside
from tests.sandbox.shopify.orders import CheckoutRefused, Quote, place_order, quote

# Shopify's test gateway: the card number says what happens.
_TEST_CARDS = {
    "2": "Your card was declined. Try another card.",
    "3": "The payment provider failed. Try again in a moment.",
}
_FIELD_OF_REFUSAL = {"one_code_only": "discount_code", "invalid_code": "discount_code"}


class NotPaid(Exception):
    """No order was made; `errors` maps field names to sentences for the buyer."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(errors.values()))
        self.errors = errors


class Paying:
    """What a checkout can ask of the shop and the platform."""

    def __init__(self, sandbox: Shopside) -> None:
        self.sandbox = sandbox
        self.checkouts = Checkouts(sandbox.world)

    def quote(self, checkout: Checkout) -> Quote:
        """Return the price of the checkout.

        Raises:
            CheckoutRefused: it cannot be sold like this.
        """
        with self.sandbox.world.read() as connection:
            return quote(connection, checkout.state())

    def offer_to_load(self, checkout: Checkout, priced: Quote, *, is_first_run: bool) -> dict[str, Any]:
        """Return `input_data` for ShouldRender, or `not_loaded` with the reason when the platform loads nothing.

        In the first run the total is not known to the platform yet and reads 0.
        """
        reasons = reasons_not_to_load(self.purchase(checkout, priced))
        if reasons:
            return {"not_loaded": reasons[0]}
        state = checkout.state()
        address = state["shipping_address"]
        purchase = InitialPurchase(
            reference_id=checkout.token,
            customer_id=self._customer_id(state["email"]),
            country_code=address["country_code"] if address else None,
            locale=state["locale"],
            total=0 if is_first_run else priced.total,
            lines=[
                PurchaseLine(line.variant_id, line.quantity, line.gross - line.discount, checkout.cart.selling_plan)
                for line in priced.lines
            ],
        )
        return {
            "input_data": make_input_data(
                self.sandbox.world,
                target=SHOULD_RENDER,
                purchase=purchase,
                secret=self.sandbox.settings.client_secret,
                now=self.sandbox.clock.now(),
            )
        }

    def pay(self, checkout: Checkout, report: str | None) -> Checkout:
        """Place the order and return the checkout with what comes next.

        `report` is the browser's account of the last ShouldRender run as JSON. Paying twice is paying once.

        Raises:
            NotPaid: the form has faults, the card was refused, or the cart cannot be sold.
        """
        errors = faults(checkout.form, needs_shipping=checkout.needs_shipping, discount=checkout.discount)
        if errors:
            raise NotPaid(errors)
        _charge(checkout)
        answer = read_report(report)
        try:
            reason = reason_not_shown(self.purchase(checkout, self.quote(checkout)), answer)
            placed = place_order(self.sandbox.world, self.sandbox.sender, checkout.state(post_purchase=reason is None))
        except CheckoutRefused as refusal:
            paid = self.checkouts.find(checkout.token)
            if refusal.code == "already_completed" and paid is not None:
                return self._completed(paid)
            raise NotPaid({_FIELD_OF_REFUSAL.get(refusal.code, "payment"): str(refusal)}) from refusal
        done = replace(
            checkout,
            order_id=placed.order_id,
            stage="done" if reason else "post_purchase",
            should_render={"outcome": answer.outcome, "milliseconds": answer.milliseconds},
            not_shown=reason,
        )
        self.checkouts.complete(done)
        return done

    def purchase(self, checkout: Checkout, priced: Quote) -> Purchase:
        """Return what the platform looks at to decide on the one-click page."""
        settings = self.sandbox.settings
        with self.sandbox.world.read() as connection:
            shop = connection.execute("SELECT currency, post_purchase_app FROM shop").fetchone()
            installed = connection.execute(
                "SELECT 1 FROM installation WHERE client_id = ? AND uninstalled_at IS NULL", (settings.client_id,)
            ).fetchone()
        return Purchase(
            payment=checkout.form.payment,
            presentment_currency=checkout.form.presentment_currency,
            shop_currency=shop["currency"],
            has_shipping_address=checkout.state()["shipping_address"] is not None,
            is_pickup=checkout.form.is_pickup,
            is_local=checkout.form.is_local,
            total=priced.total,
            chosen_app=shop["post_purchase_app"],
            our_app=settings.client_id,
            is_installed=installed is not None,
            has_bundle=settings.bundle_path.is_file(),
        )

    def _customer_id(self, email: str | None) -> int | None:
        if email is None:
            return None
        with self.sandbox.world.read() as connection:
            row = connection.execute(
                "SELECT id FROM customer WHERE email = ? COLLATE NOCASE ORDER BY id", (email,)
            ).fetchone()
        return None if row is None else int(row["id"])

    def _completed(self, checkout: Checkout) -> Checkout:
        """Return a checkout that another request turned into an order, even if it has not noted that yet."""
        if checkout.order_id is not None:
            return checkout
        with self.sandbox.world.read() as connection:
            row = connection.execute(
                "SELECT id, held_until FROM orders WHERE checkout_token = ?", (checkout.token,)
            ).fetchone()
        return replace(checkout, order_id=row["id"], stage="post_purchase" if row["held_until"] else "done")


def read_report(report: str | None) -> ShouldRenderReport:
    """Return the browser's report; one that cannot be read counts as not asked."""
    try:
        content = json.loads(report or "null")
    except ValueError:
        content = None
    if not isinstance(content, Mapping) or content.get("outcome") not in get_args(ShouldRenderOutcome):
        return ShouldRenderReport(outcome="not_asked")
    milliseconds = content.get("milliseconds")
    return ShouldRenderReport(
        outcome=content["outcome"], milliseconds=milliseconds if isinstance(milliseconds, int) else None
    )


def _charge(checkout: Checkout) -> None:
    if checkout.form.payment != "card" or checkout.form.card_number == "1":
        return
    fault = _TEST_CARDS.get(checkout.form.card_number)
    if fault is None:
        raise NotPaid({"card_number": "Use one of the test numbers 1, 2 and 3."})
    raise NotPaid({"payment": fault})
