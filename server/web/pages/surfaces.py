"""The surfaces of an order in words: where an offer could be seen, where it was, and why not elsewhere."""

from dataclasses import dataclass

from server.domain.eligibility import MESSAGE, ONE_CLICK, ORDER_STATUS, THANK_YOU, Standing, Verdict
from server.domain.holds import Hold, HoldState
from server.domain.reasons import Reason
from server.usecases.reports import wording
from server.web.pages.display import Display
from server.web.pages.wording import Badge

NAMES = {
    ONE_CLICK: "One-click page",
    THANK_YOU: "Thank-you page",
    ORDER_STATUS: "Order-status page",
    MESSAGE: "Messages",
}
_BADGES = {
    Standing.BARRED: Badge("Not possible"),
    Standing.NOT_ASKED: Badge("Not asked"),
    Standing.NO_OFFER: Badge("No offer"),
    Standing.NOT_SHOWN: Badge("Ready, not shown", "warning"),
    Standing.SHOWN: Badge("Shown", "info"),
}
_ANSWERS = {
    Reason.PAGE_ACCEPTED: Badge("Accepted", "success"),
    Reason.PAGE_ACCEPTED_UNPAID: Badge("Accepted, not paid", "critical"),
    Reason.PAGE_PAID_LATER: Badge("Accepted, paid later", "success"),
    Reason.PAGE_UNPAID_REMOVED: Badge("Accepted, then removed"),
    Reason.PAGE_WRITTEN_OFF: Badge("Accepted, written off", "warning"),
    Reason.PAGE_UNSURE: Badge("Accepted, outcome open", "warning"),
    Reason.PAGE_FAILED: Badge("Accepted, then refused", "critical"),
    Reason.PAGE_DECLINED: Badge("Declined"),
    Reason.PAGE_LEFT: Badge("Left without an answer"),
    Reason.BLOCK_TAKEN: Badge("Taken up", "success"),
    Reason.BLOCK_DECLINED: Badge("Declined"),
    Reason.HELD_OUT: Badge("Held out", "info"),
    Reason.SENT: Badge("Sent", "success"),
    Reason.PLANNED: Badge("Planned", "info"),
}


@dataclass(frozen=True, slots=True)
class SurfaceLine:
    """One surface as the order's page shows it."""

    name: str
    badge: Badge
    words: str


def hold_words(hold: Hold, display: Display) -> str:
    """Return what is known of the hold for the one-click page."""
    at = display.moment(hold.at)
    match hold.state:
        case HoldState.HELD:
            return f"Until {at} at the latest"
        case HoldState.ENDED:
            return f"Ended {at}"
    return f"Ended {at} at the latest"


def surface_line(verdict: Verdict) -> SurfaceLine:
    """Return a verdict in words."""
    badge = _ANSWERS.get(verdict.reason)
    if badge is None and verdict.surface == MESSAGE:
        badge = Badge("Not sent") if verdict.standing is not Standing.NOT_ASKED else Badge("None")
    return SurfaceLine(
        NAMES.get(verdict.surface, verdict.surface), badge or _BADGES[verdict.standing], wording(verdict.reason.value)
    )
