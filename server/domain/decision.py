"""The decision: which offer an order gets on a surface, or why none, with every step told."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from server.core.money import Money
from server.domain.choice import Chooser, candidates
from server.domain.document import Funnel, RuleDocument
from server.domain.matching import MATCH
from server.domain.offered import Offered, OfferedStep
from server.domain.reasons import Reason, TraceLine
from server.domain.situation import Situation, Surface


class Outcome(StrEnum):
    OFFERED = "offered"
    HELD_OUT = "held_out"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the trace, at the funnel of this place among the live ones, or of none."""

    place: int | None
    line: TraceLine


@dataclass(frozen=True, slots=True)
class Decision:
    """What came out. For a held-out shopper `steps` are what would have been offered.

    `screened` says of each funnel that was asked whether its audience matched, as `matching.compile_screen` does;
    `telling.tell` makes sentences of it.
    """

    outcome: Outcome
    reason: Reason
    steps: tuple[OfferedStep, ...] = ()
    screened: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def offered(self) -> Offered | None:
        """What is offered first."""
        return self.steps[0].offered if self.steps else None


def decide(document: RuleDocument, situation: Situation) -> Decision:
    """Choose the offer for one order on one surface.

    Funnels go by priority, then by id; a funnel whose goods are all blocked gives way to the next. The holdout is
    applied last, so that both sides are counted at the point where the offer would have been made.
    """
    if not document.live_funnels:
        return Decision(Outcome.NOTHING, Reason.NO_LIVE_FUNNEL)
    barrier = _barrier(document, situation)
    if barrier:
        return Decision(Outcome.NOTHING, barrier.reason, notes=(Note(None, barrier),))
    screened = screen(document, situation)
    notes: list[Note] = []
    for place, funnel in enumerate(document.live_funnels):
        if screened[place] != MATCH:
            continue
        if not _is_open(funnel, situation):
            notes.append(Note(place, _closed(funnel, situation)))
            continue
        chooser = Chooser(document, funnel, situation)
        steps = chooser.steps()
        notes += [Note(place, line) for line in chooser.lines]
        if not steps:
            continue
        asked = screened[: place + 1]
        if situation.is_held_out:
            held = TraceLine("shopper", Reason.HELD_OUT, f"{document.holdout.percent:g} % of shoppers")
            return Decision(Outcome.HELD_OUT, Reason.HELD_OUT, steps, asked, (*notes, Note(None, held)))
        return Decision(Outcome.OFFERED, Reason.OFFERED, steps, asked, tuple(notes))
    return Decision(Outcome.NOTHING, Reason.NOTHING_ELIGIBLE, (), screened, tuple(notes))


def screen(document: RuleDocument, situation: Situation) -> tuple[int, ...]:
    """Ask the audiences of all live funnels, where that was not done already."""
    return situation.screened if situation.screened is not None else tuple(document.screen(situation.facts))


def open_funnels(document: RuleDocument, situation: Situation) -> Iterator[Funnel]:
    """Yield the live funnels whose time it is and whose audience matches, in turn: no other's goods are looked at."""
    for funnel, unmet in zip(document.live_funnels, screen(document, situation), strict=True):
        if unmet == MATCH and _is_open(funnel, situation):
            yield funnel


def goods_in_turn(document: RuleDocument, situation: Situation) -> tuple[str, ...]:
    """Return the variants that decide() may come to, in the order in which it would look at them."""
    offers = (offer for funnel in open_funnels(document, situation) for offer in funnel.offers)
    return tuple(dict.fromkeys(each for offer in offers for each, _ in candidates(offer, situation)))


def _is_open(funnel: Funnel, situation: Situation) -> bool:
    if funnel.schedule is None:
        return True
    return situation.local_time is not None and funnel.schedule.includes(situation.local_time)


def _closed(funnel: Funnel, situation: Situation) -> TraceLine:
    now = f"{situation.local_time:%Y-%m-%d %H:%M}" if situation.local_time else "unknown"
    when = funnel.schedule.words() if funnel.schedule else ""
    return TraceLine(funnel.subject, Reason.OUT_OF_SCHEDULE, f"{funnel.name}: {now} in the shop, offered {when}")


def _barrier(document: RuleDocument, situation: Situation) -> TraceLine | None:
    """Return what closes the surface as a whole, before any funnel is looked at."""
    if situation.surface is Surface.MESSAGE:
        return None
    purchase, caps = situation.purchase, document.caps
    if situation.surface is Surface.ONE_CLICK and purchase.presentment_currency != purchase.currency:
        paid = Money(purchase.presentment_total or 0, purchase.presentment_currency).text()
        told = f"paid {paid}" if purchase.presentment_total is not None else "paid in"
        detail = f"{told} {purchase.presentment_currency}, the shop sells in {purchase.currency}"
        return TraceLine("page", Reason.CURRENCY_MISMATCH, detail)
    if caps.showing_days and caps.showings and situation.showings >= caps.showings:
        detail = f"{situation.showings} shown in {caps.showing_days} days, at most {caps.showings}"
        return TraceLine("page" if situation.surface is Surface.ONE_CLICK else "block", Reason.SHOWING_CAP, detail)
    return None
