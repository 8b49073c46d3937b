"""The decision: which offer an order gets on a surface, or why none, with every step told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

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
    refused_variant_ids: frozenset[str] = field(default_factory=frozenset)  # declined for this order
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
        chosen, lines = _first_sellable(document, funnel, situation)
        notes += [Note(place, line) for line in lines]
        if chosen is None:
            continue
        asked = screened[: place + 1]
        if situation.is_held_out:
            held = TraceLine("shopper", Reason.HELD_OUT, f"{document.holdout_percent:g} % of shoppers")
            return Decision(Outcome.HELD_OUT, Reason.HELD_OUT, chosen, asked, (*notes, Note(None, held)))
        return Decision(Outcome.OFFERED, Reason.OFFERED, chosen, asked, tuple(notes))
    return Decision(Outcome.NOTHING, Reason.NOTHING_ELIGIBLE, None, screened, tuple(notes))


def screen(document: RuleDocument, situation: Situation) -> tuple[int, ...]:
    """Ask the audiences of all live funnels, where that was not done already."""
    return situation.screened if situation.screened is not None else tuple(document.screen(situation.facts))


def matching_funnels(document: RuleDocument, screened: Sequence[int]) -> tuple[Funnel, ...]:
    """Return the live funnels whose audience matched, in turn: decide() looks at no other's goods."""
    return tuple(funnel for funnel, unmet in zip(document.live_funnels, screened, strict=True) if unmet == MATCH)


def goods_in_turn(document: RuleDocument, situation: Situation) -> tuple[str, ...]:
    """Return the variants that decide() may come to, in the order in which it would look at them."""
    funnels = matching_funnels(document, screen(document, situation))
    return tuple(dict.fromkeys(each for funnel in funnels for each, _ in _candidates(funnel.offer, situation)))


def block_of(
    variant: VariantFacts | None, *, quantity: int, minimum_stock: int, purchase: Purchase, refused: frozenset[str]
) -> tuple[Reason, str] | None:
    """Return why a variant may not be offered for this order, with the values compared; None when it may.

    The same question is asked at the decision, at the click, and at the send. However low the minimum, there must be
    as much in stock as the offer would add.
    """
    if variant is None:
        return Reason.UNKNOWN_PRODUCT, ""
    if not variant.is_sellable or variant.price <= 0:
        return Reason.NOT_SELLABLE, variant.title
    if any(variant.product_id == line.product_id for line in purchase.lines):
        return Reason.ALREADY_IN_ORDER, variant.title
    if variant.variant_id in refused:
        return Reason.ALREADY_DECLINED, variant.title
    needed = max(minimum_stock, quantity)
    if variant.available is not None and not variant.sells_when_out_of_stock and variant.available < needed:
        return Reason.STOCK_BELOW_MINIMUM, f"{variant.title}: stock {variant.available} < {needed}"
    return None


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
    minimum = offer.minimum_stock if offer.minimum_stock is not None else document.minimum_stock
    for variant_id, because in _candidates(offer, situation):
        variant = situation.goods.get(variant_id)
        blocked = block_of(
            variant,
            quantity=offer.quantity,
            minimum_stock=minimum,
            purchase=situation.purchase,
            refused=situation.refused_variant_ids,
        )
        if blocked or variant is None:
            reason, detail = blocked or (Reason.UNKNOWN_PRODUCT, "")
            lines.append(TraceLine(f"variant:{variant_id}", reason, detail))
            continue
        lines.append(TraceLine(f"variant:{variant_id}", Reason.CHOSEN, f"{funnel.name}: {variant.title}"))
        offered = price_offer(
            offer=offer,
            funnel_id=funnel.id,
            variant=variant,
            currency=situation.purchase.currency,
            minimum_stock=minimum,
            reason_line=because,
        )
        return offered, lines
    return None, lines or [TraceLine(f"funnel:{funnel.id}", Reason.NO_CANDIDATES, funnel.name)]


def _candidates(offer: Offer, situation: Situation) -> Iterable[tuple[str, str | None]]:
    if offer.source == "bought_together":
        for candidate in situation.bought_together:
            yield candidate.variant_id, f"Often bought together with {candidate.because}" if candidate.because else None
    for variant_id in offer.variant_ids:
        yield variant_id, None
