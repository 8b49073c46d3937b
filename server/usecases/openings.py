"""Opens a follow-up of an order, or records why there is none."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.audience import facts_of
from server.domain.contact import budget_block, sequence_block
from server.domain.document import TRIGGERS, Journey, Kind, RuleDocument
from server.domain.journeys import Release, choose_journey, plan
from server.domain.orders import Order
from server.domain.purchases import purchase_of
from server.domain.reasons import Reason
from server.domain.situation import Surface
from server.storage.db import Session
from server.storage.rules import PublishedRules
from server.storage.shops import withheld_from
from server.storage.touches import SequenceRow, Touches
from server.usecases.facts import Question, load_facts
from server.usecases.imports import order_unit
from server.usecases.situations import draw_holdout
from server.usecases.touch_work import document_of

_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Opening:
    """A follow-up that something asks for: an order by itself, or a ticket of its shopper."""

    session: Session
    shop_id: int
    order: Order
    published: PublishedRules
    trigger: str
    now: datetime

    @property
    def document(self) -> RuleDocument:
        """The rules of the market that the order belongs to."""
        return document_of(self.published, self.order)

    @property
    def journeys(self) -> list[Journey]:
        """The live follow-ups that it may open."""
        return [journey for journey in self.document.live_journeys if journey.trigger == self.trigger]

    def open(self, started: Release) -> SequenceRow:
        """Store the sequence with its planned touches, or with the reason why nothing is sent."""
        unit_id = order_unit(self.order)
        chosen = self._choose(unit_id)
        journey = chosen if isinstance(chosen, Journey) else None
        row = SequenceRow(
            shop_id=self.shop_id,
            order_id=self.order.id,
            reference_id=self.order.reference_id or self.order.id,
            unit_id=unit_id,
            journey_id=journey.id if journey else None,
            kind=TRIGGERS[self.trigger].value,
            rules_version=self.published.number,
            starts_at=started.at,
            release_reason=started.reason.value,
            created_at=self.now,
        )
        if not isinstance(chosen, Journey):
            row.refusal, row.refusal_detail = chosen[0].value, chosen[1]
        plans = plan(journey, starts_at=started.at) if journey is not None else ()
        return Touches(self.session, self.shop_id).open_sequence(row, plans)

    def _choose(self, unit_id: str) -> Journey | tuple[Reason, str]:
        """Return the follow-up, or why none."""
        order, document, now = self.order, self.document, self.now
        journeys = self.journeys
        if not journeys:
            return Reason.NO_LIVE_JOURNEY, ""
        if order.cancelled_at is not None:
            return Reason.ORDER_CANCELLED, ""
        if not (order.email or order.phone) and withheld_from(self.session, self.shop_id) >= {"email", "phone"}:
            return Reason.DATA_WITHHELD, ""
        if draw_holdout(self.session, self.shop_id, document, unit_id=unit_id, now=now):
            return Reason.HELD_OUT, f"{document.holdout.percent:g} % of shoppers"
        kind, touches = TRIGGERS[self.trigger], Touches(self.session, self.shop_id)
        earlier = touches.earlier_sequence_at(unit_id, kind=kind, excluding=None)
        blocked = sequence_block(earlier_at=earlier, caps=document.caps, now=now, kind=kind)
        if blocked is None and kind is Kind.GOODWILL:
            blocked = budget_block(opened=touches.goodwill_opened(since=now - _MONTH), caps=document.caps)
        if blocked is not None:
            return blocked.reason, blocked.detail
        question = Question(purchase_of(order), unit_id, Surface.MESSAGE, now, order)
        asked = [fact for journey in journeys for fact in facts_of(journey.audience)]
        facts = load_facts(self.session, self.shop_id, document, question, needed=document.needs_of(asked))
        return choose_journey(journeys, facts)
