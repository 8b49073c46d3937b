"""When a follow-up starts, and which touches it plans."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.audience import Answer, evaluate
from server.domain.document import Journey, MessageStep
from server.domain.facts import Facts
from server.domain.orders import Order
from server.domain.pages import PageState
from server.domain.reasons import Reason
from server.domain.unmet import Unmet

IMPRESSION_GRACE = timedelta(seconds=90)  # an eligible page that has not appeared by then will not
PAGE_PATIENCE = timedelta(minutes=60)  # the platform holds the order this long for an answer

# Gateways that never see the one-click page (facts on the platform's limits), as Shopify names them on the order.
_NO_PAGE_GATEWAYS = frozenset(
    {
        "paypal", "apple_pay", "google_pay", "amazon_pay", "amazon_payments", "klarna", "affirm", "afterpay",
        "gift_card", "manual",
    }
)  # fmt: skip


_RENEWALS = "subscription_contract"  # the `source_name` of orders that a subscription places


@dataclass(frozen=True, slots=True)
class Release:
    """When the follow-up's clock starts, and why then."""

    at: datetime
    reason: Reason


@dataclass(frozen=True, slots=True)
class TouchPlan:
    """One planned message: when it is due and when it is too late."""

    step_id: str
    channel: str
    template: str
    due_at: datetime
    expires_at: datetime


def trigger_of(order: Order) -> str:
    """Return what an order is to journeys: the platform names the channel of orders that a subscription places."""
    return "subscription_renewed" if order.source_name == _RENEWALS else "order_paid"


def can_see_page(gateways: tuple[str, ...], *, currency: str, presentment_currency: str, has_address: bool) -> bool:
    """Tell whether the platform shows the one-click page to an order paid and shipped like this."""
    return (
        presentment_currency == currency
        and has_address
        and not any(gateway.strip().lower().replace(" ", "_") in _NO_PAGE_GATEWAYS for gateway in gateways)
    )


def release(page: PageState | None, *, ordered_at: datetime, is_eligible: bool) -> Release:
    """Say when the follow-up may start.

    At once when the page was never asked for, offered nothing, or cannot be seen by this order; 90 seconds after the
    order when an offer was ready but no impression came; otherwise at the answer, or 60 minutes after the impression.
    """
    if page is None:
        return Release(ordered_at, Reason.PAGE_NOT_ASKED)
    if page.answered_at is not None:
        return Release(page.answered_at, page.answer or Reason.PAGE_LEFT)
    if page.shown_at is not None:
        return Release(page.shown_at + PAGE_PATIENCE, Reason.PAGE_WAITING)
    if not is_eligible:
        return Release(ordered_at, Reason.PAGE_NOT_ELIGIBLE)
    if not page.was_offered:
        return Release(ordered_at, Reason.NOTHING_ELIGIBLE)
    return Release(ordered_at + IMPRESSION_GRACE, Reason.PAGE_NOT_SHOWN)


def choose_journey(journeys: Iterable[Journey], facts: Facts) -> Journey | tuple[Reason, str]:
    """Return the first journey whose audience an order is in, or why none is, with the values compared."""
    why: list[tuple[Reason, str]] = []
    unmet = Unmet(facts)
    for journey in journeys:
        if evaluate(journey.audience, facts) is Answer.MATCH:
            return journey
        answer, told = unmet.tell(journey.audience)
        reason = Reason.AUDIENCE_MISS if answer is Answer.MISS else Reason.AUDIENCE_UNKNOWN
        why.append((reason, f"{journey.name}: {told}"))
    if not why:
        return Reason.NO_LIVE_JOURNEY, ""
    return why[0][0], "; ".join(detail for _, detail in why)


def plan(journey: Journey, *, starts_at: datetime) -> tuple[TouchPlan, ...]:
    """Return the touches of `journey` when its clock starts at `starts_at`."""
    expires_at = starts_at + timedelta(hours=journey.expires_hours)
    return tuple(_plan_step(step, starts_at=starts_at, expires_at=expires_at) for step in journey.steps)


def _plan_step(step: MessageStep, *, starts_at: datetime, expires_at: datetime) -> TouchPlan:
    due_at = starts_at + timedelta(seconds=step.delay_seconds)
    return TouchPlan(step.id, step.channel, step.template, due_at=due_at, expires_at=expires_at)
