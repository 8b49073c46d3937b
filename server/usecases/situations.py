"""Gathers what a decision looks at, and only that: one place for every surface."""

from datetime import datetime, timedelta

from server.domain.decision import Candidate, Situation, Surface, matching_funnels
from server.domain.document import RuleDocument, tier_of
from server.domain.experiments import is_held_out as draw
from server.domain.facts import Facts, Need
from server.domain.orders import Purchase
from server.domain.recommendations import rank_candidates
from server.domain.shopper import ShopperFacts
from server.storage.catalog import Catalog, Neighbours
from server.storage.contacts import Assignments, Contacts
from server.storage.db import Session
from server.storage.decisions import Events
from server.storage.orders import Orders

_HELD_OUT, _TREATED = "held_out", "treated"
_CANDIDATES = 30  # looked at per decision; beyond that the scores say nothing


def holdout_experiment(document: RuleDocument) -> str:
    """Return the name that draws into the holdout are stored under: another salt is another draw."""
    return f"holdout:{document.holdout_salt}"


def is_in_holdout(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str) -> bool:
    """Tell whether a shopper is held out, storing nothing; what was stored once stands."""
    if not document.holdout_percent:
        return False
    held = Assignments(session, shop_id).arm(holdout_experiment(document), unit_id)
    if held is not None:
        return held == _HELD_OUT
    return draw(salt=document.holdout_salt, unit_id=unit_id, percent=document.holdout_percent)


def draw_holdout(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str, now: datetime) -> bool:
    """Tell whether a shopper is held out, storing the draw at the first question.

    Nothing is stored while the holdout is off, so that switching it on draws everybody; switching it off releases
    everybody at once.
    """
    if not document.holdout_percent:
        return False
    drawn = _HELD_OUT if is_in_holdout(session, shop_id, document, unit_id=unit_id) else _TREATED
    assignments = Assignments(session, shop_id)
    return assignments.assign(holdout_experiment(document), unit_id, arm=drawn, now=now) == _HELD_OUT


def load_facts(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    *,
    needed: frozenset[Need],
    purchase: Purchase,
    unit_id: str,
    now: datetime,
    order_id: str | None = None,
) -> Facts:
    """Load what audiences with these needs ask about one order."""
    goods = Catalog(session, shop_id).variants([line.variant_id for line in purchase.lines])
    shopper = _shopper(
        session, shop_id, document, purchase=purchase, unit_id=unit_id, order_id=order_id, now=now,
        with_history=Need.HISTORY in needed,
    )  # fmt: skip
    return Facts(purchase, shopper, goods)


def load_situation(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    *,
    purchase: Purchase,
    unit_id: str,
    surface: Surface,
    is_held_out: bool,
    now: datetime,
    order_id: str | None = None,
    refused: frozenset[str] = frozenset(),
) -> Situation:
    """Load what deciding on an offer for one order takes.

    Audiences come first: a shop may name thousands of goods in its offers, and only those of the funnels that match
    are looked at.
    """
    facts = load_facts(
        session, shop_id, document, needed=document.live_needs, purchase=purchase, unit_id=unit_id, now=now,
        order_id=order_id,
    )  # fmt: skip
    screened = tuple(document.screen(facts))
    offers = [funnel.offer for funnel in matching_funnels(document, screened)]
    candidates: tuple[Candidate, ...] = ()
    if any(offer.source == "bought_together" for offer in offers):
        titles = {variant_id: held.title for variant_id, held in facts.goods.items()}
        bought = [line.variant_id for line in purchase.lines]
        candidates = rank_candidates(bought, Neighbours(session, shop_id).of(bought), titles)[:_CANDIDATES]
    named = [variant_id for offer in offers for variant_id in offer.variant_ids]
    others = Catalog(session, shop_id).variants([*named, *(each.variant_id for each in candidates)])
    return Situation(
        surface=surface,
        facts=facts,
        goods={**facts.goods, **others},
        bought_together=candidates,
        is_held_out=is_held_out,
        showings=_showings(session, shop_id, document, unit_id=unit_id, now=now),
        refused_variant_ids=refused,
        screened=screened,
    )


def _shopper(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    *,
    purchase: Purchase,
    unit_id: str,
    order_id: str | None,
    now: datetime,
    with_history: bool,
) -> ShopperFacts:
    if not with_history:
        return ShopperFacts(unit_id=unit_id)
    count, spent = Orders(session, shop_id).history(unit_id, before=now, excluding=order_id)
    if purchase.customer_id is None and order_id is None:
        # A guest on the one-click page: the token names nobody, so there is no history to speak of.
        return ShopperFacts(unit_id=unit_id)
    known = Contacts(session, shop_id).customer(purchase.customer_id) if purchase.customer_id else None
    if known is not None:
        # The platform knows orders older than our history; once placed, the order at hand is among them.
        own = 1 if order_id is not None else 0
        count, spent = max(count, known.orders_count - own), max(spent, known.spent - own * purchase.total)
    elif not count:
        # Our history has a beginning, and the platform told nothing: the first order or the hundredth.
        return ShopperFacts(unit_id=unit_id)
    return ShopperFacts(
        unit_id=unit_id, earlier_orders=count, spent=spent, tier=tier_of(document, spent=spent, orders=count)
    )


def _showings(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str, now: datetime) -> int:
    if not document.caps.showing_days:
        return 0
    return Events(session, shop_id).showings(unit_id, since=now - timedelta(days=document.caps.showing_days))
