"""What would happen to one order at a moment: the page, the follow-up, each message, step by step. Changes nothing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from server.domain.audience import facts_of
from server.domain.contact import OTHER_CHANNEL, Verdict, may_contact, sequence_block
from server.domain.decision import Decision, Outcome, decide
from server.domain.document import TRIGGERS, Journey, RuleDocument
from server.domain.eligibility import is_page_eligible
from server.domain.journeys import TouchPlan, choose_journey, plan, trigger_of
from server.domain.orders import Order
from server.domain.purchases import page_purchase_of, purchase_of
from server.domain.reasons import WORDING, Reason, TraceLine
from server.domain.situation import Situation, Surface
from server.domain.telling import tell
from server.ports import PhoneNumbers, Vendors
from server.storage.db import Database, Session
from server.storage.orders import Orders
from server.storage.secrets import SecretBox
from server.storage.shops import ShopRow, Shops
from server.storage.touches import Touches
from server.usecases.facts import Question, load_facts
from server.usecases.imports import order_unit
from server.usecases.recipients import Approach, contact_facts
from server.usecases.reports import UnknownOrder
from server.usecases.senders import find_sender
from server.usecases.situations import is_in_holdout, load_situation

_ANSWER = timedelta(seconds=40)  # after which a shopper is taken to decline what the page shows


@dataclass(frozen=True, slots=True)
class SimulatedStep:
    """One thing that would happen, why, and what was looked at for it."""

    at: datetime
    what: str
    reason: Reason
    detail: str = ""
    trace: tuple[TraceLine, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "what": self.what,
            "reason": self.reason.value,
            "says": WORDING[self.reason],
            "detail": self.detail,
            "trace": [[line.subject, line.reason.value, line.detail] for line in self.trace],
        }


def simulate_order(
    *,
    database: Database,
    box: SecretBox,
    vendors: Vendors,
    phones: PhoneNumbers,
    shop_id: int,
    named: str,
    document: RuleDocument,
    at: datetime,
) -> tuple[SimulatedStep, ...]:
    """Return what would happen if an order, given by id or name, were placed at a moment under these rules.

    Stock, consent and history are those of today; earlier messages count. The shopper is taken to decline what the page
    shows, forty seconds later.

    Raises:
        UnknownOrder.
    """
    with database.read() as session:
        orders = Orders(session, shop_id)
        order = orders.get(orders.id_of_name(named) or named)
        if order is None:
            raise UnknownOrder(f"There is no order {named} here.", order=named)
        own = document.of_purchase(country_code=order.country_code, currency=order.presentment_currency)
        shop = Shops(session, box).by_id(shop_id)
        simulation = _Simulation(session, shop, order, own, at, phones)
        channels = {
            channel
            for channel in ("sms", "email", "call")
            if find_sender(session, box, vendors, shop_id=shop_id, channel=channel) is not None
        }
        return tuple(simulation.steps(channels))


@dataclass(frozen=True, slots=True)
class _Simulation:
    session: Session
    shop: ShopRow
    order: Order
    document: RuleDocument
    at: datetime
    phones: PhoneNumbers

    @property
    def unit_id(self) -> str:
        return order_unit(self.order)

    def steps(self, channels: set[str]) -> list[SimulatedStep]:
        page, shown = self._page()
        released_at = self.at + _ANSWER if shown else self.at
        chosen = self._journey(released_at)
        found = [page, chosen[0]]
        sent: dict[str, datetime] = {}
        if chosen[1] is not None:
            for touch in plan(chosen[1], starts_at=released_at):
                found += self._touch(touch, chosen[1], channels, shown, sent)
        return sorted(found, key=lambda step: step.at)

    def _page(self) -> tuple[SimulatedStep, frozenset[str]]:
        if not is_page_eligible(self.order):
            return SimulatedStep(self.at, "The one-click page", Reason.PAGE_NOT_ELIGIBLE), frozenset()
        question = Question(
            page_purchase_of(purchase_of(self.order)),
            self.unit_id,
            Surface.ONE_CLICK,
            self.at,
            own_order_id=self.order.id,
        )
        decision, situation = self._decide(question, frozenset())
        shown = [step.offered for step in decision.steps if set(step.path[1:]) <= {"d"}]
        is_shown = decision.outcome is Outcome.OFFERED
        seen = frozenset[str]().union(*(each.variant_ids for each in shown)) if is_shown else frozenset[str]()
        return self._told(self.at, "The one-click page", decision, situation), seen

    def _journey(self, at: datetime) -> tuple[SimulatedStep, Journey | None]:
        what, trigger = "The follow-up", trigger_of(self.order)
        kind = TRIGGERS[trigger]
        if self._is_held_out():
            return SimulatedStep(at, what, Reason.HELD_OUT, f"{self.document.holdout.percent:g} % of shoppers"), None
        touches = Touches(self.session, self.shop.id)
        own = touches.sequence_of(self.order.id)
        earlier = touches.earlier_sequence_at(self.unit_id, kind=kind, excluding=own.id if own else None)
        blocked = sequence_block(earlier_at=earlier, caps=self.document.caps, now=at, kind=kind)
        if blocked is not None:
            return SimulatedStep(at, what, blocked.reason, blocked.detail), None
        journeys = [each for each in self.document.live_journeys if each.trigger == trigger]
        asked = [fact for journey in journeys for fact in facts_of(journey.audience)]
        question = Question(purchase_of(self.order), self.unit_id, Surface.MESSAGE, at, self.order)
        facts = load_facts(self.session, self.shop.id, self.document, question, needed=self.document.needs_of(asked))
        found = choose_journey(journeys, facts)
        if isinstance(found, Journey):
            return SimulatedStep(at, what, Reason.PLANNED, found.name), found
        return SimulatedStep(at, what, *found), None

    def _touch(
        self,
        touch: TouchPlan,
        journey: Journey,
        channels: set[str],
        shown: frozenset[str],
        sent: dict[str, datetime],
    ) -> list[SimulatedStep]:
        """Return what becomes of one message: each time it is put off, and how it ends."""
        found, now, channel, what = list[SimulatedStep](), touch.due_at, touch.channel, f"Message “{touch.step_id}”"
        step = journey.step(touch.step_id)
        own = Touches(self.session, self.shop.id).sequence_of(self.order.id)
        for _ in range(10):
            approach = Approach(channel, self.unit_id, own.id if own else None, journey.kind, touch.expires_at)
            facts = contact_facts(
                self.session, self.shop, self.order, approach, phones=self.phones, has_connection=channel in channels
            )
            other = sent.get(OTHER_CHANNEL.get(channel, ""))
            facts = replace(
                facts,
                has_bought_since=False,  # as if the order were placed now
                sent_in_sequence=len(sent),
                other_channel_sent_at=max(filter(None, (facts.other_channel_sent_at, other)), default=None),
                in_hold=step.in_hold if step is not None else "wait",
            )
            ruling = may_contact(
                facts,
                caps=self.document.caps,
                holds=self.document.holds,
                quiet=self.document.quiet_hours,
                now=now,
            )
            if ruling.verdict is Verdict.SEND and step is not None and not step.has_offer:
                sent[channel] = now
                return [*found, SimulatedStep(now, f"{what} by {channel}", Reason.SENT)]
            if ruling.verdict is Verdict.SEND:
                question = Question(purchase_of(self.order), self.unit_id, Surface.MESSAGE, now, self.order)
                decision, situation = self._decide(question, shown)
                if decision.outcome is Outcome.OFFERED:
                    sent[channel] = now
                return [*found, self._told(now, f"{what} by {channel}", decision, situation)]
            found.append(SimulatedStep(now, f"{what} by {channel}", ruling.reason, ruling.detail))
            if ruling.verdict is Verdict.REFUSE or ruling.until is None:
                return found
            channel, now = ruling.channel or channel, ruling.until
        return found

    def _is_held_out(self) -> bool:
        return is_in_holdout(self.session, self.shop.id, self.document, unit_id=self.unit_id)

    def _decide(self, question: Question, shown: frozenset[str]) -> tuple[Decision, Situation]:
        situation = load_situation(
            self.session, self.shop.id, self.document, question, is_held_out=self._is_held_out(), shown=shown
        )
        return decide(self.document, situation), situation

    def _told(self, at: datetime, what: str, decision: Decision, situation: Situation) -> SimulatedStep:
        trace = tell(
            self.document,
            situation.facts,
            screened=decision.screened,
            notes=decision.notes,
            is_chosen=decision.offered is not None,
        )
        goods = situation.goods
        offers = [
            f"{step.path}: {' + '.join(goods[item.variant_id].title for item in step.offered.items)}"
            for step in decision.steps
        ]
        return SimulatedStep(at, what, decision.reason, "; ".join(offers), trace)
