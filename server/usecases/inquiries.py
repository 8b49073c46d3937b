"""Decides once what an order is offered on one of the surfaces that are on site, and keeps the answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from server.domain.decision import Decision, Outcome, decide
from server.domain.document import RuleDocument
from server.domain.orders import Order, Purchase, PurchaseLine, VariantFacts
from server.domain.records import record_all
from server.domain.situation import Situation, Surface
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.storage.rules import PublishedRules
from server.usecases.arms import keep_arms
from server.usecases.facts import Question
from server.usecases.situations import draw_holdout, is_in_holdout, load_situation


@dataclass(frozen=True, slots=True)
class Answer:
    """A stored decision, with the facts of the goods to show when it is an offer to be shown."""

    decision: StoredDecision
    goods: Mapping[str, VariantFacts]

    @property
    def is_shown(self) -> bool:
        """Tell whether the page can show what it begins with."""
        first = self.decision.offered
        return self.decision.outcome is Outcome.OFFERED and first is not None and first.item.variant_id in self.goods


@dataclass(frozen=True)
class Inquiry:
    """One purchase asked about on one surface, by the rules that are live now.

    `order` is what the purchase became, where that is known; `shown` are variants that it was offered elsewhere.
    """

    shop_id: int
    published: PublishedRules
    purchase: Purchase
    unit_id: str
    surface: Surface
    now: datetime
    expires_at: datetime
    order: Order | None = None
    shown: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def document(self) -> RuleDocument:
        """The rules of the market that the purchase belongs to."""
        return rules_for(self.published, self.purchase)

    def held_answer(self, session: Session, held: StoredDecision | None) -> Answer | None:
        """Return the answer that was given before, where it stands: what was shown or signed is history."""
        if held is None or not self._is_answered_by(session, held):
            return None
        if held.outcome is not Outcome.OFFERED:
            return Answer(held, {})
        named = [each for step in held.steps for each in step.offered.variant_ids]
        return Answer(held, Catalog(session, self.shop_id).variants(named))

    def situation(self, session: Session) -> Situation:
        document = self.document
        question = Question(self.purchase, self.unit_id, self.surface, self.now, self.order)
        is_held_out = is_in_holdout(session, self.shop_id, document, unit_id=self.unit_id)
        return load_situation(session, self.shop_id, document, question, is_held_out=is_held_out, shown=self.shown)

    def answer(self, database: Database, situation: Situation) -> Answer:
        """Decide, and store what was decided."""
        # Decided before the transaction that stores it: on SQLite all others would wait for that.
        decision = decide(self.document, situation)
        return database.run(lambda session: self._store_once(session, situation, decision))

    def _store_once(self, session: Session, situation: Situation, decision: Decision) -> Answer:
        """Store what was decided, unless a twin of this question did so meanwhile."""
        decisions, document = Decisions(session, self.shop_id), self.document
        held = decisions.lock(self.purchase.reference_id, self.surface.value)
        given = self.held_answer(session, held)
        if given is not None:
            return given
        is_held_out = draw_holdout(session, self.shop_id, document, unit_id=self.unit_id, now=self.now)
        if is_held_out != situation.is_held_out:  # drawn meanwhile for another of the shopper's orders
            situation = replace(situation, is_held_out=is_held_out)
            decision = decide(document, situation)
        stored = decisions.save(
            decision,
            replaces=held,
            reference_id=self.purchase.reference_id,
            surface=self.surface.value,
            unit_id=self.unit_id,
            rules_version=self.published.number,
            facts=purchase_facts(self.purchase),
            read_facts=record_all(document, situation, decision),
            now=self.now,
            expires_at=self.expires_at,
        )
        keep_arms(session, self.shop_id, document, situation, decision, now=self.now)
        return Answer(stored, situation.goods if stored.outcome is Outcome.OFFERED else {})

    def _is_answered_by(self, session: Session, held: StoredDecision) -> bool:
        is_same = held.facts == purchase_facts(self.purchase) and held.rules_version == self.published.number
        if is_same and self.now < held.expires_at:
            return True
        return held.signed_at is not None or bool(Events(session, self.shop_id).of_decision(held.id))


def rules_for(published: PublishedRules, purchase: Purchase) -> RuleDocument:
    """Return the rules of the market that a purchase belongs to."""
    return published.document.of_purchase(country_code=purchase.country_code, currency=purchase.presentment_currency)


def purchase_facts(purchase: Purchase) -> dict[str, Any]:
    """Return the purchase as it is stored beside a decision, so that the decision can be replayed."""
    is_converted = purchase.presentment_currency != purchase.currency
    return {
        **({"presentment_total": purchase.presentment_total} if is_converted else {}),
        "currency": purchase.currency,
        "presentment_currency": purchase.presentment_currency,
        "total": purchase.total,
        "country_code": purchase.country_code,
        "customer_id": purchase.customer_id,
        "lines": [_line_facts(line) for line in purchase.lines],
    }


_ASKED = frozenset({"currency", "presentment_currency", "total", "country_code", "customer_id", "lines"})


def purchase_in(decision: StoredDecision) -> Purchase | None:
    """Return the purchase that a decision was asked about; None where it is gone, as its shopper was erased."""
    facts = decision.facts
    if not facts.keys() >= _ASKED:
        return None
    return Purchase(
        reference_id=decision.reference_id,
        currency=facts["currency"],
        total=facts["total"],
        lines=tuple(PurchaseLine(*line) for line in facts["lines"]),
        presentment_currency=facts["presentment_currency"],
        country_code=facts["country_code"],
        customer_id=facts["customer_id"],
        presentment_total=facts.get("presentment_total"),
    )


def _line_facts(line: PurchaseLine) -> list[Any]:
    facts: list[Any] = [line.variant_id, line.product_id, line.quantity, line.total]
    return [*facts, line.plan_id] if line.plan_id is not None else facts
