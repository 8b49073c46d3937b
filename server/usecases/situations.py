"""Gathers what a decision looks at, and only that: one place for every surface."""

from datetime import datetime, timedelta

from server.domain.audience import needs
from server.domain.conditions.definition import Need
from server.domain.decision import Candidate, Situation, Surface
from server.domain.document import RuleDocument, tier_of
from server.domain.experiments import is_held_out
from server.domain.orders import Purchase, ShopperFacts
from server.domain.recommendations import rank_candidates
from server.storage.catalog import Catalog, Neighbours
from server.storage.contacts import Assignments, Contacts
from server.storage.db import Session
from server.storage.decisions import Events
from server.storage.orders import Orders

_CANDIDATES = 30  # looked at per decision; beyond that the scores say nothing


def holdout_experiment(document: RuleDocument) -> str:
    """Return the name that draws into the holdout are stored under: another salt is another draw."""
    return f"holdout:{document.holdout_salt}"


def holdout_arm(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str, now: datetime) -> bool:
    """Tell whether a shopper is held out, drawing and storing the arm at the first question.

    Nothing is stored while the holdout is off, so that switching it on draws everybody; switching it off releases
    everybody at once.
    """
    if not document.holdout_percent:
        return False
    assignments, experiment = Assignments(session, shop_id), holdout_experiment(document)
    held = assignments.arm(experiment, unit_id)
    if held is None:
        drawn = is_held_out(salt=document.holdout_salt, unit_id=unit_id, percent=document.holdout_percent)
        held = assignments.assign(experiment, unit_id, arm="held_out" if drawn else "treated", now=now)
    return held == "held_out"


def load_situation(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    *,
    purchase: Purchase,
    unit_id: str,
    surface: Surface,
    now: datetime,
    order_id: str | None = None,
    refused: frozenset[str] = frozenset(),
) -> Situation:
    """Load the facts that the live funnels and the journey of `document` need for one order."""
    live = [funnel for funnel in document.funnels if funnel.is_live]
    audiences = [funnel.audience for funnel in live] + ([document.journey.audience] if document.journey else [])
    needed = frozenset().union(*(needs(audience) for audience in audiences))
    bought = [line.variant_id for line in purchase.lines]
    catalog = Catalog(session, shop_id)
    candidates: tuple[Candidate, ...] = ()
    own = catalog.variants(bought)
    if any(funnel.offer.source == "bought_together" for funnel in live):
        titles = {variant_id: facts.title for variant_id, facts in own.items()}
        candidates = rank_candidates(bought, Neighbours(session, shop_id).of(bought), titles)[:_CANDIDATES]
    named = [variant_id for funnel in live for variant_id in funnel.offer.variant_ids]
    others = catalog.variants([*named, *(each.variant_id for each in candidates)])
    return Situation(
        surface=surface,
        purchase=purchase,
        shopper=_shopper(
            session, shop_id, document, purchase=purchase, unit_id=unit_id, order_id=order_id, now=now,
            with_history=Need.HISTORY in needed,
        ),
        goods={**own, **others},
        bought_together=candidates,
        is_held_out=holdout_arm(session, shop_id, document, unit_id=unit_id, now=now),
        showings=_showings(session, shop_id, document, unit_id=unit_id, now=now),
        refused_variant_ids=refused,
    )  # fmt: skip


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
