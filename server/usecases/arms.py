"""Keeps which arm of a test a shopper was drawn into: what was drawn once stands."""

from datetime import datetime

from server.domain.choice import experiment_name
from server.domain.decision import Decision
from server.domain.document import RuleDocument
from server.domain.situation import Situation
from server.storage.contacts import Assignments
from server.storage.db import Session


def held_arms(session: Session, shop_id: int, document: RuleDocument, *, unit_id: str) -> dict[str, str]:
    """Return the arms that a shopper was drawn into before, by experiment."""
    if not document.has_experiments:
        return {}
    names = [
        experiment_name(funnel, step)
        for funnel in document.live_funnels
        for step in funnel.steps
        if step.experiment is not None
    ]
    return Assignments(session, shop_id).arms(names, unit_id)


def keep_arms(
    session: Session, shop_id: int, document: RuleDocument, situation: Situation, decision: Decision, *, now: datetime
) -> None:
    """Store the draws that a decision used, at the point where both sides are counted alike."""
    if not document.has_experiments:
        return
    funnels = {funnel.id: funnel for funnel in document.live_funnels}
    for step in decision.steps:
        if step.offered.arm is None:
            continue
        funnel = funnels[step.offered.funnel_id]
        name = experiment_name(funnel, funnel.step(step.offered.step_id))
        if name not in situation.arms:
            Assignments(session, shop_id).assign(name, situation.facts.unit_id, arm=step.offered.arm, now=now)
