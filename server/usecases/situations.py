"""Gathers what a decision looks at, and only that: one place for every surface."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from server.domain.audience import evaluate
from server.domain.blocks import Refused
from server.domain.decision import open_funnels
from server.domain.document import RuleDocument
from server.domain.experiments import is_held_out as draw
from server.domain.facts import Facts
from server.domain.matching import BROKEN
from server.domain.situation import Situation, Surface
from server.storage.contacts import Assignments
from server.storage.db import Session
from server.storage.decisions import Events
from server.storage.earlier import EarlierOrders
from server.storage.shops import may_make_codes
from server.usecases.arms import held_arms
from server.usecases.candidates import load_goods
from server.usecases.facts import Question, load_facts, local_time

log = structlog.get_logger()

HELD_OUT, _TREATED = "held_out", "treated"


def holdout_experiment(document: RuleDocument) -> str:
    """Return the name that draws into the holdout are stored under: another salt is another draw."""
    return f"holdout:{document.holdout.salt}"


def is_in_holdout(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str) -> bool:
    """Tell whether a shopper is held out, storing nothing; what was stored once stands."""
    if not document.holdout.percent:
        return False
    held = Assignments(session, shop_id).arm(holdout_experiment(document), unit_id)
    if held is not None:
        return held == HELD_OUT
    return draw(salt=document.holdout.salt, unit_id=unit_id, percent=document.holdout.percent)


def draw_holdout(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str, now: datetime) -> bool:
    """Tell whether a shopper is held out, storing the draw at the first question.

    Nothing is stored while the holdout is off, so that switching it on draws everybody; switching it off releases
    everybody at once.
    """
    if not document.holdout.percent:
        return False
    drawn = HELD_OUT if is_in_holdout(session, shop_id, document, unit_id=unit_id) else _TREATED
    assignments = Assignments(session, shop_id)
    return assignments.assign(holdout_experiment(document), unit_id, arm=drawn, now=now) == HELD_OUT


def load_situation(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    question: Question,
    *,
    is_held_out: bool,
    shown: frozenset[str] = frozenset(),
) -> Situation:
    """Load what deciding on an offer for one order takes.

    Audiences come first: a shop may name thousands of goods in its offers, and only those of the funnels that match
    are looked at.
    """
    facts = load_facts(session, shop_id, document, question, needed=document.live_needs)
    screened = tuple(document.screen(facts))
    _report_broken(document, screened, facts)
    situation = Situation(
        surface=question.surface,
        facts=facts,
        goods=facts.goods,
        is_held_out=is_held_out,
        has_codes=question.surface is not Surface.ONE_CLICK and may_make_codes(session, shop_id),
        showings=_showings(session, shop_id, document, question),
        refused=_refused(session, shop_id, document, question, shown=shown),
        local_time=_local_time(session, shop_id, document, question),
        arms=held_arms(session, shop_id, document, unit_id=question.unit_id),
        screened=screened,
    )
    funnels = tuple(open_funnels(document, situation))
    return load_goods(session, shop_id, document, funnels, situation, now=question.now)


def _report_broken(document: RuleDocument, screened: Sequence[int], facts: Facts) -> None:
    """Log why a rule failed to run: the shopper gets the next one, and somebody must mend this one."""
    for funnel, unmet in zip(document.live_funnels, screened, strict=True):
        if unmet == BROKEN:
            try:
                evaluate(funnel.audience, facts)
            except Exception:
                log.exception("rule.failed", funnel=funnel.id)


def _local_time(session: Session, shop_id: int, document: RuleDocument, question: Question) -> datetime | None:
    return local_time(session, shop_id, question.now).replace(tzinfo=None) if document.is_scheduled else None


def _refused(
    session: Session, shop_id: int, document: RuleDocument, question: Question, *, shown: frozenset[str]
) -> Refused:
    """Gather what the shopper bought and declined lately; of a guest on the page nothing is known."""
    repeats, now = document.repeats, question.now
    if question.is_nobody:
        return Refused(shown)
    bought: frozenset[str] = frozenset()
    if repeats.bought_days:
        since = now - timedelta(days=repeats.bought_days)
        bought = EarlierOrders(session, shop_id).bought_products(
            question.unit_id, since=since, before=now, excluding=question.own_id
        )
    declined: frozenset[str] = frozenset()
    if repeats.declined_days:
        since = now - timedelta(days=repeats.declined_days)
        declined = Events(session, shop_id).declined_products(question.unit_id, since=since)
    return Refused(shown, bought_products=bought, declined_products=declined)


def _showings(session: Session, shop_id: int, document: RuleDocument, question: Question) -> int:
    if not document.caps.showing_days:
        return 0
    since = question.now - timedelta(days=document.caps.showing_days)
    return Events(session, shop_id).showings(question.unit_id, since=since)
