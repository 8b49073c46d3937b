"""The replay: past orders in turn, and between them the messages that would have been due."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from zoneinfo import ZoneInfo

from server.domain.backtest.past import NOBODY_KNOWN, Past, PastOrder
from server.domain.backtest.people import People
from server.domain.backtest.results import ReplayedTouch, Results
from server.domain.backtest.stock import GoodsAt, StockModel
from server.domain.blocks import Refused
from server.domain.conditions.context import DAYS
from server.domain.contact import OTHER_CHANNEL, ContactFacts, Verdict, may_contact, sequence_block
from server.domain.decision import Decision, Outcome, decide, open_funnels
from server.domain.document import TRIGGERS, Journey, Kind, RuleDocument, tier_of
from server.domain.eligibility import is_page_eligible
from server.domain.experiments import is_held_out
from server.domain.facts import Context, Facts, Need
from server.domain.finding import Finder
from server.domain.journeys import choose_journey, plan, trigger_of
from server.domain.matching import MATCH
from server.domain.offers import Offer, Wanted
from server.domain.orders import VariantFacts
from server.domain.purchases import campaign_of, page_purchase_of
from server.domain.reasons import Reason
from server.domain.shopper import ShopperFacts
from server.domain.situation import Candidate, Situation, Surface

_ANSWER = timedelta(seconds=40)  # after which the shopper is taken to decline what the page shows
_EVERY = 500  # orders between two words on how far it is


Found = dict[str, dict[Wanted, tuple[Candidate, ...]]]


@dataclass(slots=True)
class _Due:
    """A message that waits for its time."""

    past: PastOrder
    document: RuleDocument
    journey: Journey
    step_id: str
    channel: str
    expires_at: datetime


@dataclass(slots=True)
class Replay:
    """One set of rules on one past.

    Every offer is taken to be declined: what shoppers would have taken is estimated from the offers afterwards.
    """

    past: Past
    document: RuleDocument
    model: StockModel
    label: str
    since: datetime
    orders: Sequence[PastOrder] | None = None  # of some shoppers; all there are where it is None
    found: Found = field(default_factory=dict)  # goods found before for the same orders, to be found once
    people: People = field(init=False)
    results: Results = field(init=False)
    _due: list[tuple[datetime, int, _Due]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _zone: ZoneInfo = field(init=False)
    _last_order_at: dict[str, datetime] = field(default_factory=dict)
    _refused: dict[str, Refused] = field(default_factory=dict)  # what the page of each order showed

    def __post_init__(self) -> None:
        self.orders = self.past.orders if self.orders is None else self.orders
        self.people = People(self.past, self.orders)
        self.results = Results(self.label, self.model.value)
        self.results.funnels = {funnel.id: funnel.name for funnel in self.document.live_funnels}
        self._zone = ZoneInfo(self.past.time_zone)

    def run(self, progress: Callable[[int], None] = lambda _: None) -> Results:
        """Play all orders since the beginning of the window; those before it are history alone."""
        units: set[str] = set()
        for number, past in enumerate(self.orders or ()):
            at = past.order.created_at
            self._send_until(at)
            if at >= self.since:
                self.results.first_at = self.results.first_at or at
                self.results.last_at = at
                units.add(past.unit_id)
                self._play(past)
            if past.order.cancelled_at is None:
                self._last_order_at[past.unit_id] = at
            self.people.place(past)
            if number % _EVERY == 0:
                progress(number)
        self._send_until(None)
        self.results.shoppers = len(units)
        for unit in units:
            self.results.touches_per_shopper[self.people.memory(unit).sent] += 1
        progress(len(self.orders or ()))
        return self.results

    def _play(self, past: PastOrder) -> None:
        order, results = past.order, self.results
        results.orders += 1
        document = self.document.of_purchase(country_code=order.country_code, currency=order.presentment_currency)
        released_at, refused = order.created_at, Refused()
        if is_page_eligible(past.order):
            results.page_possible += 1
            released_at, refused = self._show_page(past, document)
        self._follow_up(past, document, released_at, refused)

    def _show_page(self, past: PastOrder, document: RuleDocument) -> tuple[datetime, Refused]:
        at = past.order.created_at
        situation = self._situation(past, document, Surface.ONE_CLICK, at, Refused())
        decision = decide(document, situation)
        self._tally(decision, situation, document)
        self.results.page_outcomes[decision.reason.value] += 1
        offered = decision.offered
        if decision.outcome is not Outcome.OFFERED or offered is None:
            return at, Refused()
        memory = self.people.memory(past.unit_id)
        memory.shown_at.append(at)
        # All the way down the declines: what the shopper saw on that way is not offered again by a message.
        seen = [step.offered for step in decision.steps if set(step.path[1:]) <= {"d"}]
        memory.declined += [(at + _ANSWER, product) for each in seen for product in each.products]
        return at + _ANSWER, Refused(frozenset[str]().union(*(each.variant_ids for each in seen)))

    def _follow_up(self, past: PastOrder, document: RuleDocument, at: datetime, refused: Refused) -> None:
        trigger = trigger_of(past.order)
        journeys = [journey for journey in document.live_journeys if journey.trigger == trigger]
        found = self._choose(past, document, journeys, TRIGGERS[trigger], at)
        if isinstance(found, Reason):
            self.results.sequence_refusals[found.value] += 1
            return
        self.results.sequences[found.id] += 1
        for step in plan(found, starts_at=at):
            due = _Due(past, document, found, step.step_id, step.channel, step.expires_at)
            self._refused[past.order.id] = refused
            heappush(self._due, (step.due_at, next(self._numbers), due))

    def _choose(
        self, past: PastOrder, document: RuleDocument, journeys: list[Journey], kind: Kind, at: datetime
    ) -> Journey | Reason:
        if not journeys:
            return Reason.NO_LIVE_JOURNEY
        if past.order.cancelled_at is not None and past.order.cancelled_at <= at:
            return Reason.ORDER_CANCELLED
        if self._is_held_out(past, document):
            return Reason.HELD_OUT
        earlier = self.people.earlier_sequence_at(past.unit_id, kind=kind, excluding=past.order.id)
        if sequence_block(earlier_at=earlier, caps=document.caps, now=at, kind=kind) is not None:
            return Reason.SEQUENCE_CAP
        chosen = choose_journey(journeys, self._facts(past, document, Surface.MESSAGE, at))
        return chosen if isinstance(chosen, Journey) else chosen[0]

    def _is_held_out(self, past: PastOrder, document: RuleDocument) -> bool:
        holdout = document.holdout
        return is_held_out(salt=holdout.salt, unit_id=past.unit_id, percent=holdout.percent)

    def _send_until(self, at: datetime | None) -> None:
        while self._due and (at is None or self._due[0][0] < at):
            moment, _, due = heappop(self._due)
            self._send(due, moment)

    def _send(self, due: _Due, now: datetime) -> None:
        past, document, results = due.past, due.document, self.results
        step = due.journey.step(due.step_id)
        ruling = may_contact(
            self._contact(due), caps=document.caps, holds=document.holds, quiet=document.quiet_hours, now=now
        )
        if ruling.verdict is Verdict.DEFER and ruling.until is not None:
            results.deferrals[ruling.reason.value] += 1
            due = replace(due, channel=ruling.channel or due.channel)
            heappush(self._due, (ruling.until, next(self._numbers), due))
            return
        if ruling.verdict is Verdict.REFUSE:
            results.touch_refusals[ruling.reason.value] += 1
            return
        variant_id, stock = "", None
        if step is None or step.has_offer:
            situation = self._situation(past, document, Surface.MESSAGE, now, self._refused[past.order.id])
            decision = decide(document, situation)
            self._tally(decision, situation, document)
            offered = decision.offered
            if decision.outcome is not Outcome.OFFERED or offered is None:
                results.touch_refusals[Reason.NOTHING_TO_OFFER.value] += 1
                return
            variant_id = offered.item.variant_id
            stock = situation.goods[variant_id].available
        results.sent[due.channel] += 1
        memory = self.people.memory(past.unit_id)
        memory.sent += 1
        memory.sent_for[past.order.id] = memory.sent_for.get(past.order.id, 0) + 1
        memory.sent_at[due.channel] = now
        memory.sequences.setdefault(past.order.id, (due.journey.kind, now))
        results.touches.append(
            ReplayedTouch(past.unit_id, past.order.id, due.journey.kind.value, due.channel, now, variant_id, stock)
        )

    def _contact(self, due: _Due) -> ContactFacts:
        past, order, step = due.past, due.past.order, due.journey.step(due.step_id)
        known = self.past.people.get(past.unit_id, NOBODY_KNOWN)
        memory, other = self.people.memory(past.unit_id), OTHER_CHANNEL.get(due.channel)
        kind = due.journey.kind
        has_address = past.has_email if due.channel == "email" else past.has_phone
        return ContactFacts(
            channel=due.channel,
            address="known" if has_address else None,
            consent=known.consents.get(due.channel),
            is_suppressed=("email" if due.channel == "email" else "sms") in known.suppressed,
            has_connection=True,
            zones=past.zones if due.channel != "email" else (),
            expires_at=due.expires_at,
            is_cancelled=order.cancelled_at is not None,
            is_refunded=order.refunded >= order.total > 0,
            has_bought_since=self._last_order_at.get(past.unit_id, order.created_at) > order.created_at,
            other_channel_sent_at=memory.sent_at.get(other) if other else None,
            earlier_sequence_at=self.people.earlier_sequence_at(past.unit_id, kind=kind, excluding=order.id),
            sent_in_sequence=memory.sent_for.get(order.id, 0),
            in_hold=step.in_hold if step is not None else "wait",
            kind=kind,
        )

    def _situation(
        self, past: PastOrder, document: RuleDocument, surface: Surface, at: datetime, refused: Refused
    ) -> Situation:
        facts = self._facts(past, document, surface, at)
        caps, repeats, unit = document.caps, document.repeats, past.unit_id
        is_nobody = surface is Surface.ONE_CLICK and past.order.customer_id is None
        situation = Situation(
            surface=surface,
            facts=facts,
            goods=GoodsAt(self.past, self.model, at, document.stock.counting),
            is_held_out=self._is_held_out(past, document),
            has_codes=self.past.has_codes and surface is Surface.MESSAGE,
            showings=self.people.showings_since(unit, at - timedelta(days=caps.showing_days))
            if caps.showing_days
            else 0,
            refused=refused
            if is_nobody
            else replace(
                refused,
                bought_products=self.people.bought_since(unit, at - timedelta(days=repeats.bought_days))
                if repeats.bought_days
                else frozenset(),
                declined_products=self.people.declined_since(unit, at - timedelta(days=repeats.declined_days))
                if repeats.declined_days
                else frozenset(),
            ),
            local_time=at.astimezone(self._zone).replace(tzinfo=None) if document.is_scheduled else None,
            screened=tuple(document.screen(facts)),
        )
        offers = [offer for funnel in open_funnels(document, situation) for offer in funnel.offers]
        wanted = dict.fromkeys(offer.wanted for offer in offers if offer.wanted is not None)
        finder = Finder(
            self.past.shelf,
            self.past.neighbours_of,
            document.pairings,
            bought=[line.variant_id for line in facts.purchase.lines],
            held=facts.goods,
        )
        known = self.found.setdefault(past.order.id, {})
        found: dict[Wanted, tuple[Candidate, ...]] = {}
        for each in wanted:
            if each.pairing is not None:  # what a pairing holds is another thing in other rules
                found[each] = finder.find(each)
            else:
                found[each] = known[each] if each in known else known.setdefault(each, finder.find(each))
        return replace(situation, candidates=found, goods=self._goods(document, offers, found, at))

    def _goods(
        self, document: RuleDocument, offers: Sequence[Offer], found: Mapping[Wanted, Sequence[Candidate]], at: datetime
    ) -> Mapping[str, VariantFacts]:
        """Return the goods of a moment; those are listed that the shopper may choose among."""
        chosen = [offer for offer in offers if offer.has_variant_choice]
        named = [each for offer in chosen for each in offer.variant_ids]
        named += [each.variant_id for offer in chosen if offer.wanted for each in found.get(offer.wanted, ())]
        products = {self.past.goods[each].product_id for each in named if each in self.past.goods}
        listed = [each.variant_id for product in sorted(products) for each in self.past.shelf.siblings(product)]
        return GoodsAt(self.past, self.model, at, document.stock.counting, listed)

    def _facts(self, past: PastOrder, document: RuleDocument, surface: Surface, at: datetime) -> Facts:
        order, is_page = past.order, surface is Surface.ONE_CLICK
        purchase = page_purchase_of(past.purchase) if is_page else past.purchase
        if document.market is not None:
            purchase = replace(purchase, market=document.market)
        held = {line.variant_id: self.past.goods.get(line.variant_id) for line in purchase.lines}
        needs = document.all_needs
        local = at.astimezone(self._zone) if Need.CLOCK in needs else None
        shopper = ShopperFacts(past.unit_id)
        if not is_page or order.customer_id is not None:  # the page's token does not say who a guest is
            shopper = self.people.facts(past, at=at, has_goods=Need.BASKETS in needs)
        facts = Facts(
            purchase,
            shopper,
            {variant_id: each for variant_id, each in held.items() if each is not None},
            Context(
                surface=surface.value,
                hour=local.hour if local else None,
                weekday=DAYS[local.weekday()] if local else None,
                is_page_eligible=True if is_page else is_page_eligible(order),
                campaign=None if is_page else campaign_of(order),
            ),
            gathered=self.past.goods_of(past),
        )
        return replace(facts, shopper=replace(facts.shopper, tier=tier_of(document, facts)))

    def _tally(self, decision: Decision, situation: Situation, document: RuleDocument) -> None:
        results, live, surface = self.results, document.live_funnels, situation.surface.value
        matched = [live[at].id for at, unmet in enumerate(situation.screened or ()) if unmet == MATCH]
        results.fitted.update(matched)
        offered = decision.offered
        missed = Reason.AUDIENCE_MISS.value
        results.blocks.update(
            [(live[at].id, missed) for at, unmet in enumerate(situation.screened or ()) if unmet != MATCH]
        )
        for note in decision.notes:
            if note.line.reason not in (Reason.CHOSEN, Reason.HELD_OUT):
                funnel_id = live[note.place].id if note.place is not None else ""
                results.blocks[funnel_id, note.line.reason.value] += 1
        if offered is None:
            return
        for other in matched:
            if other != offered.funnel_id:
                results.collisions[offered.funnel_id, other] += 1
                if matched.index(other) > matched.index(offered.funnel_id):
                    results.blocks[other, Reason.LOWER_PRIORITY.value] += 1
        reach = results.reach[offered.funnel_id, surface]
        if decision.outcome is Outcome.HELD_OUT:
            reach.held_out += 1
            return
        costs = [situation.goods[item.variant_id].unit_cost for item in offered.items]
        known = [cost * item.quantity for cost, item in zip(costs, offered.items, strict=True) if cost is not None]
        cost = sum(known) if len(known) == len(costs) else None
        reach.add(sum(item.total for item in offered.items), cost)
