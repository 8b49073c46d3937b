"""Which surfaces an order could be made an offer on, on which it was, and why not on the others.

What keeps the platform's one-click page from an order is told apart from what we decided, and both from what the
shopper did. What Shopify says of its page, and what is seen of it, is in its help and in its developers' forums; there
is no field that tells.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from server.core.money import Money
from server.domain.decision import Outcome
from server.domain.journeys import can_see_page
from server.domain.orders import Order
from server.domain.pages import PageState
from server.domain.reasons import Reason
from server.domain.situation import Surface

ONE_CLICK, MESSAGE = Surface.ONE_CLICK.value, Surface.MESSAGE.value
THANK_YOU, ORDER_STATUS = Surface.THANK_YOU.value, Surface.ORDER_STATUS.value
LATE_AFTER: Final = timedelta(milliseconds=1_200)  # the extension goes on without an answer that takes longer
_ONLINE_STORE = "web"
_LEAST = "0.50"  # of the shop's currency
# As `Order.payment_kind` has it: a card, and Shop Pay, which keeps cards.
_KINDS_WITH_PAGE = frozenset({"card", "shop_pay"})


class Standing(StrEnum):
    """How far an offer came on a surface."""

    BARRED = "barred"  # the order could not see it
    NOT_ASKED = "not_asked"  # nothing was heard of it
    NO_OFFER = "no_offer"  # asked, and nothing was offered
    NOT_SHOWN = "not_shown"  # offered, and not seen
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one surface came to for one order."""

    surface: str
    standing: Standing
    reason: Reason


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision that was made for a surface: whether something was offered, and if not, why."""

    outcome: Outcome
    reason: Reason
    answer_ms: int | None = None  # how long the last answer took, where that was long


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What is known of an order's messages; `refusal` says why none was planned, `touches` holds states and reasons."""

    refusal: Reason | None = None
    touches: tuple[tuple[str, Reason], ...] = ()


def bar_of(order: Order) -> Reason | None:
    """Return what keeps the one-click page from an order whoever owns the page; None where nothing does."""
    if order.source_name != _ONLINE_STORE:
        return Reason.OTHER_CHANNEL
    if order.presentment_currency != order.currency:
        return Reason.CURRENCY_MISMATCH
    if order.payment_kind is not None and order.payment_kind not in _KINDS_WITH_PAGE:
        return Reason.PAYMENT_WITHOUT_PAGE
    if not can_see_page(
        order.gateways, currency=order.currency, presentment_currency=order.presentment_currency, has_address=True
    ):
        return Reason.PAYMENT_WITHOUT_PAGE
    if not order.has_shipping_address or order.needs_shipping is False:
        return {True: Reason.PICKED_UP, False: Reason.NOTHING_TO_SHIP, None: Reason.NO_SHIPPING_ADDRESS}[
            order.needs_shipping
        ]
    if order.has_duties:
        return Reason.HAS_DUTIES
    if order.total < Money.parse(_LEAST, order.currency).minor:
        return Reason.TOTAL_TOO_SMALL
    return None


def is_page_eligible(order: Order) -> bool:
    """Tell whether the platform shows the one-click page to this order, when it is ours to fill."""
    return bar_of(order) is None


def one_click_verdict(
    order: Order, asked: Asked | None, page: PageState | None, *, is_open: bool | None, had_offers: bool
) -> Verdict:
    """Say what became of the one-click page.

    `is_open` is whether the page was ours when the order was placed, None where nobody can say; `had_offers` whether
    any offers were published by then.
    """
    if page is not None and (page.shown_at is not None or page.answer is not None):
        return Verdict(ONE_CLICK, Standing.SHOWN, page.reason)
    bar = bar_of(order)
    if bar is not None:
        return Verdict(ONE_CLICK, Standing.BARRED, bar)
    if asked is None:
        if is_open is False:
            return Verdict(ONE_CLICK, Standing.BARRED, Reason.GATE_CLOSED)
        if not had_offers:
            return Verdict(ONE_CLICK, Standing.NO_OFFER, Reason.NO_LIVE_FUNNEL)
        return Verdict(ONE_CLICK, Standing.NOT_ASKED, Reason.PAGE_NOT_ASKED)
    if asked.outcome is not Outcome.OFFERED:
        return Verdict(ONE_CLICK, Standing.NO_OFFER, asked.reason)
    is_late = asked.answer_ms is not None and timedelta(milliseconds=asked.answer_ms) >= LATE_AFTER
    return Verdict(ONE_CLICK, Standing.NOT_SHOWN, Reason.PAGE_ANSWERED_LATE if is_late else Reason.PAGE_NOT_SHOWN)


def block_verdict(
    surface: str,
    order: Order,
    asked: Asked | None,
    events: Collection[str],
    *,
    is_placed: bool | None,
    was_page_shown: bool,
) -> Verdict:
    """Say what became of a block on the thank-you or the order-status page; `events` are the kinds it reported.

    Nothing is decided for a block of an order whose one-click page was shown, unless the rules want it.
    """
    for kind, reason in (
        ("taken", Reason.BLOCK_TAKEN),
        ("declined", Reason.BLOCK_DECLINED),
        ("shown", Reason.BLOCK_SHOWN),
    ):
        if kind in events:
            return Verdict(surface, Standing.SHOWN, reason)
    if asked is None:
        if surface == THANK_YOU and order.source_name != _ONLINE_STORE:
            return Verdict(surface, Standing.BARRED, Reason.OTHER_CHANNEL)
        if is_placed is False:
            return Verdict(surface, Standing.BARRED, Reason.BLOCK_NOT_PLACED)
        if was_page_shown:
            return Verdict(surface, Standing.NO_OFFER, Reason.PAGE_SHOWN)
        return Verdict(surface, Standing.NOT_ASKED, Reason.BLOCK_NOT_ASKED)
    if asked.outcome is not Outcome.OFFERED:
        return Verdict(surface, Standing.NO_OFFER, asked.reason)
    return Verdict(surface, Standing.NOT_SHOWN, Reason.BLOCK_NOT_SHOWN)


def message_verdict(follow_up: FollowUp | None) -> Verdict:
    """Say what became of an order's messages: one that was sent counts before one that waits, and that before others.

    A message that was sent is `shown`: whether it was read nobody knows for certain.
    """
    if follow_up is None:
        return Verdict(MESSAGE, Standing.NOT_ASKED, Reason.NO_FOLLOW_UP)
    if follow_up.refusal is not None:
        return Verdict(MESSAGE, Standing.NO_OFFER, follow_up.refusal)
    if any(state == "sent" for state, _ in follow_up.touches):
        return Verdict(MESSAGE, Standing.SHOWN, Reason.SENT)
    for _, reason in follow_up.touches:
        return Verdict(MESSAGE, Standing.NOT_SHOWN, reason)
    return Verdict(MESSAGE, Standing.NOT_ASKED, Reason.NO_FOLLOW_UP)
