"""Decides what a message offers, on the stock of this very minute."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.decision import Decision, Outcome, decide, goods_in_turn
from server.domain.document import RuleDocument
from server.domain.offered import Offered
from server.domain.orders import VariantFacts
from server.domain.purchases import purchase_of
from server.domain.records import record_all
from server.domain.situation import Situation, Surface
from server.ports import PlatformApi
from server.storage.db import Session
from server.storage.decisions import Decisions, StoredDecision
from server.usecases.arms import keep_arms
from server.usecases.codes import CodeTerms
from server.usecases.elsewhere import shown_goods
from server.usecases.facts import Question
from server.usecases.inquiries import purchase_facts
from server.usecases.local_prices import local_prices
from server.usecases.situations import draw_holdout, load_situation
from server.usecases.touch_work import TouchWork

_ASKED_AT_ONCE = 100  # goods per question to the platform


@dataclass(frozen=True, slots=True)
class MessageChoice:
    """What a message may offer by what is stored; `asked_ids` are the goods to ask about, in the decision's order."""

    document: RuleDocument
    situation: Situation
    asked_ids: tuple[str, ...]

    def with_goods(self, live: Mapping[str, VariantFacts]) -> Situation:
        """Let a decision see goods as the platform has them, with what only our mirror knows of them."""
        known = self.situation.goods
        goods = {
            variant_id: replace(
                facts,
                stock_levels=known[variant_id].stock_levels,
                stands=known[variant_id].stands,
                open_demand=known[variant_id].open_demand,
            )
            if variant_id in known
            else facts
            for variant_id, facts in live.items()
        }
        return replace(self.situation, goods=goods)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a message is to say by the platform's own word: the goods decided on, and the code that was made for it."""

    live: Mapping[str, VariantFacts]
    decision: Decision | None
    code: NewCode | None
    local: Mapping[str, Money] = field(default_factory=dict)  # prices where the shopper pays in another currency

    @property
    def goods(self) -> tuple[Offered, VariantFacts] | None:
        offered = self.decision.offered if self.decision is not None else None
        return (offered, self.live[offered.item.variant_id]) if offered is not None else None


def propose(api: PlatformApi, choice: MessageChoice | None, terms: CodeTerms) -> Proposal:
    """Decide on goods as the platform has them this minute, and have the code made that the message needs.

    `choice` is None for a message that names no goods. What was not asked about, or is gone, cannot be offered.

    Raises:
        TemporaryFailure, CredentialsRejected, PermanentFailure.
    """
    live = _ask_live(api, choice) if choice is not None else {}
    decision = decide(choice.document, choice.with_goods(live)) if choice is not None else None
    is_sent = choice is None or (decision is not None and is_offer(decision))
    code = terms.code_for(decision) if is_sent else None
    local: Mapping[str, Money] = {}
    if choice is not None and decision is not None and decision.offered is not None and is_sent:
        local = local_prices(api, choice.situation.purchase, [decision.offered.item.variant_id])
    if code is not None:
        api.make_code(code)
    return Proposal(live, decision, code, local)


def prepare_choice(session: Session, work: TouchWork, *, now: datetime) -> MessageChoice:
    """Gather what the message may offer; goods that were shown on site are not offered again."""
    order, document = work.order, work.document
    decisions = Decisions(session, work.shop.id).of_reference(order.reference_id or order.id)
    situation = load_situation(
        session,
        work.shop.id,
        document,
        Question(purchase_of(order), work.touch.unit_id, Surface.MESSAGE, now, order),
        is_held_out=draw_holdout(session, work.shop.id, document, unit_id=work.touch.unit_id, now=now),
        shown=shown_goods(session, work.shop.id, decisions),
    )
    return MessageChoice(document, situation, goods_in_turn(document, situation))


def _ask_live(api: PlatformApi, choice: MessageChoice) -> Mapping[str, VariantFacts]:
    """Return the goods as the platform has them now; what it no longer has is missing.

    Goods are asked for in the decision's order until one can be offered: what was never asked for is never looked at.
    """
    live: dict[str, VariantFacts] = {}
    for start in range(0, len(choice.asked_ids), _ASKED_AT_ONCE):
        some = choice.asked_ids[start : start + _ASKED_AT_ONCE]
        found = api.variants(some, at_locations=choice.document.stock.counting.is_needed)
        live |= {facts.variant_id: facts for facts in found}
        if decide(choice.document, choice.with_goods(live)).offered is not None:
            break
    return live


def store_message_decision(
    session: Session,
    work: TouchWork,
    choice: MessageChoice,
    live: Mapping[str, VariantFacts],
    decision: Decision,
    *,
    now: datetime,
) -> StoredDecision:
    """Keep the decision with what it read beside the order's others."""
    decisions, situation = Decisions(session, work.shop.id), choice.with_goods(live)
    keep_arms(session, work.shop.id, choice.document, situation, decision, now=now)
    reference_id, surface = work.order.reference_id or work.order.id, f"{Surface.MESSAGE.value}:{work.touch.id}"
    return decisions.save(
        decision,
        replaces=decisions.lock(reference_id, surface),
        reference_id=reference_id,
        surface=surface,
        unit_id=work.touch.unit_id,
        rules_version=work.rules.number,
        facts=purchase_facts(purchase_of(work.order)),
        read_facts=record_all(choice.document, situation, decision),
        now=now,
        expires_at=work.touch.expires_at,
    )


def is_offer(decision: Decision) -> bool:
    return decision.outcome is Outcome.OFFERED and decision.offered is not None
