"""Decides what a message offers, on the stock of this very minute."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.decision import Decision, Outcome, Situation, Surface, decide
from server.domain.orders import VariantFacts
from server.ports import PlatformApi
from server.storage.db import Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.usecases.follow_ups import purchase_of
from server.usecases.offers import purchase_facts
from server.usecases.situations import load_situation
from server.usecases.touch_work import TouchWork

# Live stock is asked for the first goods that may be offered; one request, and enough alternatives.
_ASKED = 20


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """A decision for a message, made on what is stored; `asked_ids` are the goods to ask the platform about."""

    situation: Situation
    asked_ids: tuple[str, ...]


def prepare_choice(session: Session, work: TouchWork, *, now: datetime) -> MessageChoice:
    """Gather what the message may offer; goods that the page has shown are not offered again."""
    order = work.order
    page = Decisions(session, work.shop.id).find(order.reference_id or order.id, Surface.ONE_CLICK.value)
    was_shown = page is not None and bool(Events(session, work.shop.id).of_decision(page.id))
    refused = frozenset({page.offered.variant_id}) if page and page.offered and was_shown else frozenset()
    situation = load_situation(
        session,
        work.shop.id,
        work.rules.document,
        purchase=purchase_of(order),
        unit_id=work.touch.unit_id,
        surface=Surface.MESSAGE,
        now=now,
        order_id=order.id,
        refused=refused,
    )
    live = [funnel for funnel in work.rules.document.funnels if funnel.is_live]
    fixed = [variant_id for funnel in live for variant_id in funnel.offer.variant_ids]
    candidates = [each.variant_id for each in situation.bought_together]
    asked = tuple(dict.fromkeys([*fixed, *candidates]))[:_ASKED]
    return MessageChoice(situation, asked)


def ask_live(api: PlatformApi, choice: MessageChoice) -> Mapping[str, VariantFacts]:
    """Return the goods as the platform has them now; what it no longer has is missing.

    Raises:
        TemporaryFailure, CredentialsRejected, PermanentFailure.
    """
    return {facts.variant_id: facts for facts in api.variants(choice.asked_ids)} if choice.asked_ids else {}


def decide_message(work: TouchWork, choice: MessageChoice, live: Mapping[str, VariantFacts]) -> Decision:
    """Decide on live goods only: what was not asked about, or is gone, cannot be offered."""
    ordered = {line.variant_id for line in choice.situation.purchase.lines}
    own = {variant_id: facts for variant_id, facts in choice.situation.goods.items() if variant_id in ordered}
    return decide(work.rules.document, replace(choice.situation, goods={**live, **own}))


def store_message_decision(session: Session, work: TouchWork, decision: Decision, *, now: datetime) -> StoredDecision:
    """Keep the decision with its trace beside the order's others."""
    decisions = Decisions(session, work.shop.id)
    reference_id, surface = work.order.reference_id or work.order.id, f"{Surface.MESSAGE.value}:{work.touch.id}"
    return decisions.save(
        decision,
        replaces=decisions.lock(reference_id, surface),
        reference_id=reference_id,
        surface=surface,
        unit_id=work.touch.unit_id,
        rules_version=work.rules.number,
        facts=purchase_facts(purchase_of(work.order)),
        now=now,
        expires_at=work.touch.expires_at,
    )


def is_offer(decision: Decision) -> bool:
    return decision.outcome is Outcome.OFFERED and decision.offered is not None
