"""The decision: which offer an order gets on a surface, or why none, with every step told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.core.money import Money
from server.domain.blocks import NOTHING_REFUSED, Block, Refused, block_of, price_of
from server.domain.document import Funnel, RuleDocument
from server.domain.facts import Facts
from server.domain.matching import MATCH
from server.domain.offers import Offer, OfferedVariant, price_offer
from server.domain.orders import Purchase, VariantFacts
from server.domain.reasons import Reason, TraceLine


class Surface(StrEnum):
    ONE_CLICK = "one_click"
    MESSAGE = "message"


class Outcome(StrEnum):
    OFFERED = "offered"
    HELD_OUT = "held_out"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something bought together with the order's goods; `because` names the line that led to it."""

    variant_id: str
    score: float
    because: str


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a decision may look at.

    `goods` holds every variant that a candidate or the offer of a matching funnel names, as far as it exists.
    """

    surface: Surface
    facts: Facts
    goods: Mapping[str, VariantFacts]
    bought_together: tuple[Candidate, ...] = ()  # best first
    is_held_out: bool = False
    showings: int = 0  # pages shown to this shopper within the cap's window
    refused: Refused = NOTHING_REFUSED
    local_time: datetime | None = None  # by the clock of the shop, without a zone; known where a funnel is scheduled
    screened: tuple[int, ...] | None = None  # of the live funnels in turn, where they were asked already

    @property
    def purchase(self) -> Purchase:
        return self.facts.purchase


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the trace, at the funnel of this place among the live ones, or of none."""

    place: int | None
    line: TraceLine


@dataclass(frozen=True, slots=True)
class Decision:
    """What came out. For a held-out shopper `offered` is what would have been offered.

    `screened` says of each funnel that was asked whether its audience matched, as `matching.compile_screen` does;
    `telling.tell` makes sentences of it.
    """

    outcome: Outcome
    reason: Reason
    offered: OfferedVariant | None
    screened: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()


def decide(document: RuleDocument, situation: Situation) -> Decision:
    """Choose the offer for one order on one surface.

    Funnels go by priority, then by id; a funnel whose goods are all blocked gives way to the next. The holdout is
    applied last, so that both sides are counted at the point where the offer would have been made.
    """
    if not document.live_funnels:
        return Decision(Outcome.NOTHING, Reason.NO_LIVE_FUNNEL, None)
    barrier = _barrier(document, situation)
    if barrier:
        return Decision(Outcome.NOTHING, barrier.reason, None, notes=(Note(None, barrier),))
    screened = screen(document, situation)
    notes: list[Note] = []
    for place, funnel in enumerate(document.live_funnels):
        if screened[place] != MATCH:
            continue
        if not _is_open(funnel, situation):
            notes.append(Note(place, _closed(funnel, situation)))
            continue
        chosen, lines = _first_sellable(document, funnel, situation)
        notes += [Note(place, line) for line in lines]
        if chosen is None:
            continue
        asked = screened[: place + 1]
        if situation.is_held_out:
            held = TraceLine("shopper", Reason.HELD_OUT, f"{document.holdout.percent:g} % of shoppers")
            return Decision(Outcome.HELD_OUT, Reason.HELD_OUT, chosen, asked, (*notes, Note(None, held)))
        return Decision(Outcome.OFFERED, Reason.OFFERED, chosen, asked, tuple(notes))
    return Decision(Outcome.NOTHING, Reason.NOTHING_ELIGIBLE, None, screened, tuple(notes))


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
    funnels = open_funnels(document, situation)
    return tuple(dict.fromkeys(each for funnel in funnels for each, _ in _candidates(funnel.offer, situation)))


def _is_open(funnel: Funnel, situation: Situation) -> bool:
    if funnel.schedule is None:
        return True
    return situation.local_time is not None and funnel.schedule.includes(situation.local_time)


def _closed(funnel: Funnel, situation: Situation) -> TraceLine:
    now = f"{situation.local_time:%Y-%m-%d %H:%M}" if situation.local_time else "unknown"
    when = funnel.schedule.words() if funnel.schedule else ""
    return TraceLine(f"funnel:{funnel.id}", Reason.OUT_OF_SCHEDULE, f"{funnel.name}: {now} in the shop, offered {when}")


def _barrier(document: RuleDocument, situation: Situation) -> TraceLine | None:
    """Return what closes the surface as a whole, before any funnel is looked at."""
    if situation.surface is not Surface.ONE_CLICK:
        return None
    purchase, caps = situation.purchase, document.caps
    if purchase.presentment_currency != purchase.currency:
        detail = f"paid in {purchase.presentment_currency}, the shop sells in {purchase.currency}"
        return TraceLine("page", Reason.CURRENCY_MISMATCH, detail)
    if caps.showing_days and caps.showings and situation.showings >= caps.showings:
        detail = f"{situation.showings} shown in {caps.showing_days} days, at most {caps.showings}"
        return TraceLine("page", Reason.SHOWING_CAP, detail)
    return None


def _first_sellable(
    document: RuleDocument, funnel: Funnel, situation: Situation
) -> tuple[OfferedVariant | None, list[TraceLine]]:
    offer, lines = funnel.offer, list[TraceLine]()
    minimum = offer.minimum_stock if offer.minimum_stock is not None else document.stock.minimum
    for variant_id, because in _candidates(offer, situation):
        variant = situation.goods.get(variant_id)
        if variant is None:
            lines.append(TraceLine(f"variant:{variant_id}", Reason.UNKNOWN_PRODUCT))
            continue
        price = _price_or_block(document, offer, variant, situation, minimum_stock=minimum)
        if not isinstance(price, Money):
            lines.append(TraceLine(f"variant:{variant_id}", *price))
            continue
        lines.append(TraceLine(f"variant:{variant_id}", Reason.CHOSEN, f"{funnel.name}: {variant.title}"))
        offered = price_offer(
            offer=offer,
            funnel_id=funnel.id,
            variant=variant,
            reduced=price,
            minimum_stock=minimum,
            reason_line=because,
        )
        return offered, lines
    return None, lines or [TraceLine(f"funnel:{funnel.id}", Reason.NO_CANDIDATES, funnel.name)]


def _price_or_block(
    document: RuleDocument, offer: Offer, variant: VariantFacts, situation: Situation, *, minimum_stock: int
) -> Money | Block:
    purchase = situation.purchase
    blocked = block_of(
        variant,
        quantity=offer.quantity,
        minimum_stock=minimum_stock,
        purchase=purchase,
        refused=situation.refused,
    )
    if blocked:
        return blocked
    margin = offer.minimum_margin if offer.minimum_margin is not None else document.margin.minimum
    return price_of(variant, discount=offer.discount, minimum_margin=margin, currency=purchase.currency)


def _candidates(offer: Offer, situation: Situation) -> Iterable[tuple[str, str | None]]:
    if offer.source == "bought_together":
        for candidate in situation.bought_together:
            yield candidate.variant_id, f"Often bought together with {candidate.because}" if candidate.because else None
    for variant_id in offer.variant_ids:
        yield variant_id, None
