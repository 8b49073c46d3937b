"""What became of the one-click page of an order, from what the page reported."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from server.domain.offered import ACCEPTED, DECLINED, FIRST
from server.domain.reasons import Reason

# What the platform did with an accepted changeset.
OUTCOMES = {
    "processed": Reason.PAGE_ACCEPTED,
    "partially_processed": Reason.PAGE_ACCEPTED_UNPAID,
    "unprocessed": Reason.PAGE_FAILED,
}


@dataclass(frozen=True, slots=True)
class PageEvent:
    """Something that the page reported of one of its steps: shown, choice, accepted, declined, outcome, left."""

    path: str
    kind: str
    at: datetime
    status: str | None = None


@dataclass(frozen=True, slots=True)
class PageState:
    """What is known of the one-click page of one order.

    `shown_at` is when the step that waits for an answer came up. `answered_at` is the answer to the last step, or the
    leaving; None while the page may go on. `answer` is the weightiest answer so far: an acceptance before a decline.
    """

    was_offered: bool = False
    shown_at: datetime | None = None
    answered_at: datetime | None = None
    answer: Reason | None = None

    @property
    def reason(self) -> Reason:
        """What the page has come to, in one word."""
        if self.answer is not None:
            return self.answer
        return Reason.PAGE_SHOWN if self.shown_at is not None else Reason.PAGE_NOT_SHOWN


def page_state(paths: Collection[str], events: Iterable[PageEvent], *, was_offered: bool) -> PageState:
    """Follow the shopper through the steps of a page, given by the paths of what was offered.

    The outcome of an acceptance answers a step; the press of the button alone does not, a charge may be under way.
    """
    held = {(each.path, each.kind): each for each in events}
    path, shown_at, answers = FIRST, None, list[Reason]()
    while True:
        shown = held.get((path, "shown"))
        shown_at = shown.at if shown is not None else shown_at
        outcome, declined, left = (held.get((path, kind)) for kind in ("outcome", "declined", "left"))
        if outcome is not None:
            at, way = outcome.at, ACCEPTED
            answers.append(OUTCOMES.get(outcome.status or "", Reason.PAGE_UNSURE))
        elif (path, "accepted") in held:
            return PageState(was_offered, shown_at, None, _weightiest([*answers, Reason.PAGE_UNSURE]))
        elif declined is not None:
            at, way = declined.at, DECLINED
            answers.append(Reason.PAGE_DECLINED)
        elif left is not None:
            answers.append(Reason.PAGE_LEFT)
            return PageState(was_offered, shown_at, left.at, _weightiest(answers))
        else:
            return PageState(was_offered, shown_at, None, _weightiest(answers))
        goes_on = way is DECLINED or answers[-1] is Reason.PAGE_ACCEPTED
        if path + way not in paths or not goes_on:
            return PageState(was_offered, shown_at, at, _weightiest(answers))
        path, shown_at = path + way, at


def _weightiest(answers: list[Reason]) -> Reason | None:
    accepted = [each for each in answers if each in (Reason.PAGE_ACCEPTED, Reason.PAGE_ACCEPTED_UNPAID)]
    return accepted[0] if accepted else answers[-1] if answers else None
