"""Which money belongs to which offer or message: each order line is credited at most once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.orders import Order

CLICK_WINDOW = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class SignedOffer:
    """An offer whose changeset we signed for this order: the only goods an acceptance may have added."""

    decision_id: str
    variant_id: str


@dataclass(frozen=True, slots=True)
class Click:
    """A click on a message's link. `token` comes back on the cart's attributes when the shopper buys from it."""

    touch_id: str
    token: str
    clicked_at: datetime


@dataclass(frozen=True, slots=True)
class Credit:
    """Revenue that a source deserves as the order stands now, in minor units of the order's currency."""

    source: str  # decision:<id> | touch:<id>
    line_id: str
    amount: int


def credit_order(order: Order, *, signed: Iterable[SignedOffer], clicks: Iterable[Click]) -> tuple[Credit, ...]:
    """Return who earned which line of `order` as it stands now; each line is credited at most once.

    Lines that an accepted offer added go to its decision; what is left goes to the latest click that led to the order.
    A line's total already reflects edits and refunds, so credits computed again later give revenue back by themselves.
    """
    by_offer = _offer_credits(order, signed)
    taken = {credit.line_id for credit in by_offer}
    by_click = [credit for credit in _click_credits(order, clicks) if credit.line_id not in taken]
    return (*by_offer, *by_click)


def _offer_credits(order: Order, signed: Iterable[SignedOffer]) -> list[Credit]:
    """An offer never holds goods of the order it belongs to, so its variant names the added line.

    What is outstanding on the order is a charge that failed: no revenue, until it is paid.
    """
    unpaid = order.outstanding
    found: list[Credit] = []
    for offer in signed:
        line = next((each for each in order.lines if each.variant_id == offer.variant_id), None)
        if line is None or any(credit.line_id == line.line_id for credit in found):
            continue
        short = min(unpaid, line.total)
        unpaid -= short
        found.append(Credit(f"decision:{offer.decision_id}", line.line_id, line.total - short))
    return found


def _click_credits(order: Order, clicks: Iterable[Click]) -> list[Credit]:
    carried = {value for _, value in order.attributes}
    leading = [
        click
        for click in clicks
        if click.token in carried and timedelta() <= order.created_at - click.clicked_at <= CLICK_WINDOW
    ]
    if not leading or order.cancelled_at is not None:
        return []
    latest = max(leading, key=lambda click: (click.clicked_at, click.touch_id))
    return [Credit(f"touch:{latest.touch_id}", line.line_id, line.total) for line in order.lines]
