"""How long the platform keeps an order from being fulfilled so that its one-click page may still add to it.

Which holds an order has, and the moment at which one ends, only fulfilment scopes tell, which the app does not ask for.
What is known without them: whether the order was on hold when it was last read, when the shopper went on from the page,
and the longest that the platform waits for that.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from server.domain.journeys import PAGE_PATIENCE
from server.domain.orders import Order
from server.domain.pages import PageState

_ON_HOLD = "on_hold"


class HoldState(Enum):
    HELD = auto()  # until `at`, at the latest
    ENDED = auto()  # at `at`: the shopper went on
    ENDED_BY = auto()  # at `at`, if not before


@dataclass(frozen=True, slots=True)
class Hold:
    state: HoldState
    at: datetime


def hold_of(order: Order, page: PageState | None, *, now: datetime) -> Hold | None:
    """Return what is known of the hold for the one-click page; None where nothing says that there was one."""
    was_shown = page is not None and (page.shown_at is not None or page.answer is not None)
    if not was_shown and order.fulfilment != _ON_HOLD:
        return None
    if page is not None and page.answered_at is not None:
        return Hold(HoldState.ENDED, page.answered_at)
    latest = order.created_at + PAGE_PATIENCE
    return Hold(HoldState.HELD if now < latest else HoldState.ENDED_BY, latest)
