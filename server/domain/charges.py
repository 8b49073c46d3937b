"""What becomes of an accepted offer whose charge failed: the goods are on the order, and somebody has to pay them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.attribution import Shortfall
from server.domain.orders import Order
from server.domain.reasons import Reason

WRITTEN_OFF_AFTER = timedelta(days=30)


class ChargeState(StrEnum):
    UNPAID = "unpaid"
    PAID = "paid"
    REMOVED = "removed"  # taken off the order, refunded, or cancelled with it
    WRITTEN_OFF = "written_off"  # unpaid for WRITTEN_OFF_AFTER; may still be paid


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of an order that was not paid when it was accepted.

    `amount` is what is missing, in minor units of the shop's currency; of one that is no longer unpaid, what was
    missing last.
    """

    line_id: str
    decision_id: str
    state: ChargeState
    amount: int
    since: datetime
    changed_at: datetime


def follow(
    held: Iterable[Charge], order: Order, short: Iterable[Shortfall], *, was_told: bool, now: datetime
) -> tuple[Charge, ...]:
    """Return an order's failed charges as the order shows them now.

    `short` is what is missing of the lines that accepted offers added. A new one is opened where the page told that
    the card was not charged (`was_told`), or the platform calls the order paid in part: an order of which nothing is
    paid yet is waiting for its first payment, and no charge of it has failed. What an order says decides alone, so
    that news may come twice, late and in any order.
    """
    known = {charge.line_id: charge for charge in held}
    missing = {each.line_id: each for each in short if each.amount > 0}
    found = [_now(charge, order, missing, now) for charge in known.values()]
    if order.cancelled_at is None and (was_told or order.financial_status == "partially_paid"):
        found += [
            Charge(line_id, each.decision_id, ChargeState.UNPAID, each.amount, order.updated_at, now)
            for line_id, each in missing.items()
            if line_id not in known
        ]
    return tuple(sorted(found, key=lambda charge: charge.line_id))


def settled_reason(charges: Iterable[Charge]) -> Reason:
    """Return what became of an acceptance that was not paid at first; one that still is not comes before all."""
    states = {charge.state for charge in charges}
    for state, reason in (
        (ChargeState.UNPAID, Reason.PAGE_ACCEPTED_UNPAID),
        (ChargeState.WRITTEN_OFF, Reason.PAGE_WRITTEN_OFF),
        (ChargeState.PAID, Reason.PAGE_PAID_LATER),
        (ChargeState.REMOVED, Reason.PAGE_UNPAID_REMOVED),
    ):
        if state in states:
            return reason
    return Reason.PAGE_ACCEPTED_UNPAID


def _now(charge: Charge, order: Order, missing: Mapping[str, Shortfall], now: datetime) -> Charge:
    line = next((line for line in order.lines if line.line_id == charge.line_id), None)
    short = missing.get(charge.line_id)
    if order.cancelled_at is not None or line is None or not line.quantity:
        state = ChargeState.REMOVED
    elif short is None:
        state = ChargeState.PAID
    else:
        state = ChargeState.WRITTEN_OFF if now - charge.since > WRITTEN_OFF_AFTER else ChargeState.UNPAID
    amount = short.amount if short is not None else charge.amount
    if (state, amount) == (charge.state, charge.amount):
        return charge
    return replace(charge, state=state, amount=amount, changed_at=now)
