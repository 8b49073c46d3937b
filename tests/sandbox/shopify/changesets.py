"""Calculates and applies changesets as Shopify answers a post-purchase page: once each, three at most, while held.

Statuses and error codes after the typings of `@shopify/post-purchase-ui-extensions` 0.13.5. Three things are
this sandbox's reading: tokens that cannot be accepted, and a fourth changeset, are `invalid_request`; a
changeset that was not processed may be sent again; metafields are kept with the changeset and nowhere else.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import money
from tests.sandbox.shopify.action import Action, acting
from tests.sandbox.shopify.changeset_faults import ForcedOutcomes
from tests.sandbox.shopify.changeset_pricing import VAT_RATE, ChangesetFault, Priced, price_changes
from tests.sandbox.shopify.order_edits import EditRefused, write_edit
from tests.sandbox.shopify.signing import TokenRefused, read_changeset
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

MOST_APPLIED = 3
_VAULTABLE = frozenset({"bogus", "shopify_payments"})
_REFUSED_CARD = ChangesetFault("payment_required", "the original payment method could not be charged")
_MESSAGES = {"server_error": "something went wrong at the platform"}

Answer = dict[str, Any]


class NoAnswer(Exception):
    """The call fails without an answer, as somebody asked for; the extension sees a rejected promise."""


class Changesets:
    """Answers the two calls of a post-purchase page for the purchases of one world."""

    def __init__(self, world: World, sender: WebhookSender, settings: SandboxSettings, forced: ForcedOutcomes) -> None:
        self.world = world
        self.sender = sender
        self.settings = settings
        self.forced = forced

    def calculate(self, reference_id: str, changes: Any) -> Answer:
        """Return what the changes would cost: `{status, errors, calculatedPurchase?}`.

        Raises:
            NoAnswer: it was forced.
        """
        try:
            self._obey(reference_id, "calculate")
            with self.world.read() as connection:
                order = _order(connection, reference_id)
                # Consent is asked for when the changes are applied, not when their price is.
                priced = _priced(connection, order, changes, buyer_consents=True)
        except ChangesetFault as fault:
            return {"status": "unprocessed", "errors": [_error(fault)]}
        return {"status": "processed", "errors": [], "calculatedPurchase": _calculated(order, priced)}

    def calculate_signed(self, reference_id: str, token: Any) -> Answer:
        """Return the same for the changes inside a signed changeset."""
        try:
            claims = self._claims(reference_id, token)
        except ChangesetFault as fault:
            return {"status": "unprocessed", "errors": [_error(fault)]}
        return self.calculate(reference_id, claims["changes"])

    def apply(
        self, reference_id: str, token: Any, *, buyer_consents: bool = False, card_refuses: bool = False
    ) -> Answer:
        """Apply a signed changeset: `{status, errors, changesetApplicationsRemaining}`.

        Everything happens in one transaction with the note that this `jti` was used, so two equal calls at once
        edit the order once.

        Raises:
            NoAnswer: it was forced.
        """
        try:
            wish = self._obey(reference_id, "apply")
            claims = self._claims(reference_id, token)
            with acting(self.world, self.sender) as action:
                refuses = card_refuses or wish == "refuse"
                charged = self._edit(action, claims, buyer_consents=buyer_consents, card_refuses=refuses)
        except ChangesetFault as fault:
            return self._answer(reference_id, "unprocessed", [_error(fault)])
        if not charged:
            return self._answer(reference_id, "partially_processed", [_error(_REFUSED_CARD)])
        return self._answer(reference_id, "processed", [])

    def _obey(self, reference_id: str, call: str) -> str | None:
        """Do what was forced for this call; return `refuse` when the card shall refuse."""
        outcome = self.forced.take(checkout_token=reference_id, call=call)
        if outcome == "no_answer":
            raise NoAnswer(call)
        if outcome == "partially_processed":
            return "refuse"
        if outcome not in (None, "processed"):
            raise ChangesetFault(outcome, _MESSAGES.get(outcome, f"{outcome.replace('_', ' ')} (forced)"))
        return None

    def _claims(self, reference_id: str, token: Any) -> dict[str, Any]:
        try:
            return read_changeset(
                secret=self.settings.client_secret,
                client_id=self.settings.client_id,
                reference_id=reference_id,
                token=str(token or ""),
                now=self.world.clock.now(),
            )
        except TokenRefused as refusal:
            raise ChangesetFault("invalid_request", f"the changeset was refused: {refusal}") from refusal

    def _edit(self, action: Action, claims: Mapping[str, Any], *, buyer_consents: bool, card_refuses: bool) -> bool:
        connection = action.connection
        order = _order(connection, claims["sub"])
        _check_may_apply(connection, order, claims, action.now_text)
        priced = _priced(connection, order, claims["changes"], buyer_consents=buyer_consents)
        charged = not (card_refuses and priced.total > 0)
        connection.execute(
            "INSERT INTO changeset (jti, reference_id, status, changes, applied_at) VALUES (?, ?, ?, ?, ?)",
            (
                claims["jti"],
                claims["sub"],
                "processed" if charged else "partially_processed",
                json.dumps(claims["changes"], ensure_ascii=False),
                action.now_text,
            ),
        )
        if priced.lines or priced.shipping:
            try:
                edit = write_edit(
                    action,
                    order["id"],
                    priced.lines,
                    charged=charged,
                    shipping=sum(line.price for line in priced.shipping),
                    app_client_id=self.settings.client_id,
                )
            except EditRefused as refusal:
                raise ChangesetFault(refusal.code, str(refusal)) from refusal
            for line_id, line in zip(edit.line_ids, priced.lines, strict=True):
                if line.plan is not None:
                    connection.execute("INSERT INTO order_line_plan VALUES (?, ?, ?)", (line_id, *line.plan))
        return charged

    def _answer(self, reference_id: str, status: str, errors: Sequence[Answer]) -> Answer:
        with self.world.read() as connection:
            used = _applied(connection, reference_id)
        return {
            "status": status,
            "errors": list(errors),
            "changesetApplicationsRemaining": max(0, MOST_APPLIED - used),
        }


def _order(connection: sqlite3.Connection, reference_id: str) -> sqlite3.Row:
    order: sqlite3.Row | None = connection.execute(
        "SELECT * FROM orders WHERE checkout_token = ?", (reference_id,)
    ).fetchone()
    if order is None:
        raise ChangesetFault("invalid_request", "the initial purchase is not completed")
    return order


def _priced(connection: sqlite3.Connection, order: sqlite3.Row, changes: Any, *, buyer_consents: bool) -> Priced:
    has_subscription = connection.execute(
        "SELECT 1 FROM order_line_plan JOIN order_line ON order_line.id = line_id WHERE order_id = ?", (order["id"],)
    ).fetchone()
    return price_changes(
        connection,
        changes,
        country_code=_country(order),
        buyer_consents=buyer_consents,
        has_subscription=has_subscription is not None,
    )


def _check_may_apply(
    connection: sqlite3.Connection, order: sqlite3.Row, claims: Mapping[str, Any], now_text: str
) -> None:
    if claims["iat"] < int(datetime.fromisoformat(order["processed_at"]).timestamp()):
        raise ChangesetFault("invalid_request", "the changeset was signed before the initial purchase completed")
    if connection.execute("SELECT 1 FROM changeset WHERE jti = ?", (claims["jti"],)).fetchone():
        raise ChangesetFault("changeset_already_applied", "this changeset was applied before")
    if order["held_until"] is None or order["held_until"] <= now_text:
        raise ChangesetFault("order_released_error", "the order has been released to fulfilment")
    if order["payment_gateway"] not in _VAULTABLE:
        raise ChangesetFault("unsupported_payment_method", "this payment method cannot be charged again")
    if _applied(connection, order["checkout_token"]) >= MOST_APPLIED:
        raise ChangesetFault("invalid_request", f"{MOST_APPLIED} changesets have been applied already")


def _applied(connection: sqlite3.Connection, reference_id: str) -> int:
    found = connection.execute("SELECT COUNT(*) FROM changeset WHERE reference_id = ?", (reference_id,)).fetchone()
    return int(found[0])


def _country(order: sqlite3.Row) -> str | None:
    address = json.loads(order["shipping_address"] or "null")
    return address["country_code"] if address else None


def _error(fault: ChangesetFault) -> Answer:
    return {"code": fault.code, "message": str(fault)}


def _calculated(order: sqlite3.Row, priced: Priced) -> Answer:
    currency = order["currency"]

    def bag(minor: int) -> Answer:
        # The page is only shown in the shop's currency, so both sides are equal.
        amount = {"amount": money.text(minor), "currencyCode": currency}
        return {"shopMoney": amount, "presentmentMoney": dict(amount)}

    tax_lines = [{"priceSet": bag(priced.tax), "rate": VAT_RATE, "title": "VAT"}] if priced.tax else []
    return {
        "subtotalPriceSet": bag(order["subtotal"] + priced.goods),
        "totalPriceSet": bag(order["total"] + priced.total),
        "addedTaxLines": tax_lines,
        "addedShippingLines": [
            {"priceSet": bag(line.price), "presentmentTitle": line.title} for line in priced.shipping
        ],
        "updatedLineItems": [
            {
                "productId": line.product_id,
                "variantId": line.variant_id,
                "productHandle": line.handle,
                "quantity": line.quantity,
                "priceSet": bag(line.price),
                "totalPriceSet": bag(line.total),
                **({"sellingPlanId": line.plan[0]} if line.plan else {}),
            }
            for line in priced.lines
        ],
        "totalOutstandingSet": bag(order["outstanding"] + priced.total),
    }
