"""Answers the one-click page: which offer this purchase gets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from server.core.errors import AppError
from server.domain.decision import Decision, Outcome, decide
from server.domain.document import RuleDocument
from server.domain.eligibility import LATE_AFTER
from server.domain.experiments import unit_of
from server.domain.orders import Purchase, PurchaseLine, VariantFacts
from server.domain.reasons import Reason
from server.domain.records import record_all
from server.domain.situation import Situation, Surface
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.storage.rules import PublishedRules, Rules
from server.storage.shops import served_id
from server.usecases.arms import keep_arms
from server.usecases.facts import Question
from server.usecases.situations import draw_holdout, is_in_holdout, load_situation

# The page is held for up to an hour; a changeset is refused after that anyway.
OFFER_LIFE = timedelta(minutes=60)


class ShopNotServed(AppError):
    """The token is genuine, but this shop does not have the app (any more)."""

    code = "shop_not_served"


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


def answer_purchase(*, database: Database, shop_domain: str, purchase: Purchase, now: datetime) -> Answer | Reason:
    """Decide, once, what a purchase is offered on the one-click page.

    The checkout asks several times; the same basket gets the same stored answer, so that arms do not flip. A changed
    basket is decided anew as long as nothing was shown or signed. A bare Reason means there are no rules to decide by.

    Raises:
        ShopNotServed.
    """
    with database.read() as session:
        shop_id = served_shop(session, shop_domain)
        published = Rules(session, shop_id).live()
        if published is None:
            return Reason.NO_LIVE_FUNNEL
        question = _Inquiry(shop_id, published, purchase, now)
        held = Decisions(session, shop_id).find(purchase.reference_id, Surface.ONE_CLICK.value)
        if held is not None and question.is_answered_by(session, held):
            return _answer(session, shop_id, held)
        situation = question.situation(session)
    # Decided before the transaction that stores it: on SQLite all others would wait for that.
    decision = decide(question.document, situation)
    return database.run(lambda session: question.store_once(session, situation, decision))


def note_answer_time(
    *, database: Database, shop_domain: str, answer: Answer, asked_at: datetime, answered_at: datetime
) -> None:
    """Keep how long a late answer took, and forget it once the same question was answered in time.

    The checkout goes by the last answer before the shopper pays, and goes on without one that is late.

    Raises:
        ShopNotServed.
    """
    took = answered_at - asked_at
    is_late = took >= LATE_AFTER
    if not is_late and answer.decision.answer_ms is None:
        return
    with database.write() as session:
        decisions = Decisions(session, served_shop(session, shop_domain))
        decisions.note_answer(answer.decision.id, answer_ms=took // timedelta(milliseconds=1) if is_late else None)


@dataclass(frozen=True)
class _Inquiry:
    """One purchase asked about, by the rules that are live now."""

    shop_id: int
    published: PublishedRules
    purchase: Purchase
    now: datetime

    @cached_property
    def document(self) -> RuleDocument:
        """The rules of the market that the purchase belongs to."""
        purchase = self.purchase
        return self.published.document.of_purchase(
            country_code=purchase.country_code, currency=purchase.presentment_currency
        )

    @property
    def unit_id(self) -> str:
        purchase = self.purchase
        return unit_of(customer_id=purchase.customer_id, email=None, phone=None, reference_id=purchase.reference_id)

    def situation(self, session: Session) -> Situation:
        document = self.document
        question = Question(self.purchase, self.unit_id, Surface.ONE_CLICK, self.now)
        is_held_out = is_in_holdout(session, self.shop_id, document, unit_id=self.unit_id)
        return load_situation(session, self.shop_id, document, question, is_held_out=is_held_out)

    def store_once(self, session: Session, situation: Situation, decision: Decision) -> Answer:
        """Store what was decided, unless a twin of this question did so meanwhile."""
        decisions, document = Decisions(session, self.shop_id), self.document
        held = decisions.lock(self.purchase.reference_id, Surface.ONE_CLICK.value)
        if held is not None and self.is_answered_by(session, held):
            return _answer(session, self.shop_id, held)
        is_held_out = draw_holdout(session, self.shop_id, document, unit_id=self.unit_id, now=self.now)
        if is_held_out != situation.is_held_out:  # drawn meanwhile for another of the shopper's orders
            situation = replace(situation, is_held_out=is_held_out)
            decision = decide(document, situation)
        stored = decisions.save(
            decision,
            replaces=held,
            reference_id=self.purchase.reference_id,
            surface=Surface.ONE_CLICK.value,
            unit_id=self.unit_id,
            rules_version=self.published.number,
            facts=purchase_facts(self.purchase),
            read_facts=record_all(document, situation, decision),
            now=self.now,
            expires_at=self.now + OFFER_LIFE,
        )
        keep_arms(session, self.shop_id, document, situation, decision, now=self.now)
        return Answer(stored, situation.goods if stored.outcome is Outcome.OFFERED else {})

    def is_answered_by(self, session: Session, held: StoredDecision) -> bool:
        is_same = held.facts == purchase_facts(self.purchase) and held.rules_version == self.published.number
        if is_same and self.now < held.expires_at:
            return True
        # What was signed or seen is history, and stays the answer.
        return held.signed_at is not None or bool(Events(session, self.shop_id).of_decision(held.id))


def served_shop(session: Session, shop_domain: str) -> int:
    """Return the id of the shop that a page belongs to.

    Raises:
        ShopNotServed.
    """
    shop_id = served_id(session, shop_domain)
    if shop_id is None:
        raise ShopNotServed("This shop does not have the app.", shop=shop_domain)
    return shop_id


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


def _line_facts(line: PurchaseLine) -> list[Any]:
    facts: list[Any] = [line.variant_id, line.product_id, line.quantity, line.total]
    return [*facts, line.plan_id] if line.plan_id is not None else facts


def _answer(session: Session, shop_id: int, decision: StoredDecision) -> Answer:
    if decision.outcome is not Outcome.OFFERED:
        return Answer(decision, {})
    named = [each for step in decision.steps for each in step.offered.variant_ids]
    return Answer(decision, Catalog(session, shop_id).variants(named))
