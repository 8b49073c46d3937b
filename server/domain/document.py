"""The rule document of a shop: what is offered, to whom, how often, and what follows. Parsed by `rules.parse`."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cached_property

from server.domain.audience import EVERYBODY, Answer, Audience, Leaf, evaluate, facts_of, needs
from server.domain.facts import Fact, Facts, Need
from server.domain.matching import Screen, compile_screen
from server.domain.offers import Discount, Offer
from server.domain.stock import DEFAULT_STOCK, Stock

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Schedule:
    """From when until when a funnel makes offers, by the clock of the shop: `ends_at` itself is too late."""

    starts_at: datetime | None = None  # naive: the shop's own time
    ends_at: datetime | None = None

    def includes(self, local: datetime) -> bool:
        """Tell whether a moment, given as the shop's own time, lies within."""
        has_begun = self.starts_at is None or local >= self.starts_at
        return has_begun and (self.ends_at is None or local < self.ends_at)

    def words(self) -> str:
        ends = [f"{word} {at:%Y-%m-%d %H:%M}" for word, at in (("from", self.starts_at), ("until", self.ends_at)) if at]
        return " ".join(ends)


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the offers that a test compares; one with twice the weight gets twice the shoppers."""

    id: str
    offer: Offer
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Experiment:
    """A test of other offers against the step's own.

    `traffic` percent of shoppers take part, the others get the step's own offer and are not counted; raising it moves
    nobody who takes part already. Another `salt` draws anew.
    """

    arms: tuple[Arm, ...]
    traffic: float = 100
    salt: str = "1"


CONTROL = "control"  # the arm that is the step's own offer


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One offer of a funnel, and which step comes after its acceptance or its decline."""

    id: str
    offer: Offer
    if_accepted: str | None = None
    if_declined: str | None = None
    experiment: Experiment | None = None

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms of a test, the step's own offer first."""
        return (Arm(CONTROL, self.offer), *self.experiment.arms) if self.experiment is not None else ()

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every offer that the step may make."""
        return (self.offer, *(arm.offer for arm in self.arms[1:]))


@dataclass(frozen=True)
class Funnel:
    """Where offers are made on site: who gets them, what they are, and which funnel goes first (higher priority).

    The first of its `steps` is where it begins.
    """

    id: str
    name: str
    steps: tuple[FunnelStep, ...]
    is_live: bool = False
    priority: int = 0
    trigger: str = "order_placed"
    audience: Audience = EVERYBODY
    schedule: Schedule | None = None

    @cached_property
    def subject(self) -> str:
        """What its lines of a trace are about."""
        return f"funnel:{self.id}"

    @property
    def offers(self) -> tuple[Offer, ...]:
        """Every offer that the funnel may make, the first step's own first."""
        return tuple(offer for step in self.steps for offer in step.offers)

    def step(self, step_id: str) -> FunnelStep:
        return next(step for step in self.steps if step.id == step_id)


@dataclass(frozen=True, slots=True)
class Pair:
    """Goods with the one tag are offered to who bought goods with the other."""

    bought: str
    offered: str


@dataclass(frozen=True, slots=True)
class Pairing:
    """A table of what goes with what, by product tags."""

    id: str
    name: str
    pairs: tuple[Pair, ...]


class Kind(StrEnum):
    """What a follow-up is for; each kind is capped on its own."""

    SALES = "sales"
    RENEWAL = "renewal"
    GOODWILL = "goodwill"


# What opens a follow-up, and of which kind it is then.
TRIGGERS = {
    "order_paid": Kind.SALES,
    "subscription_renewed": Kind.RENEWAL,
    "ticket_resolved": Kind.GOODWILL,
}


@dataclass(frozen=True, slots=True)
class MessageStep:
    """One message or call of a journey, `delay_seconds` after the journey's start.

    `in_hold` says what becomes of it while the other channel holds it back: "wait" until the hold ends, go by the
    "other_channel" then, or "expire". One that `has_offer` is not sent where nothing can be offered; one that brings a
    `code` takes that much off whatever is bought next.
    """

    id: str
    channel: str  # sms | email | call
    delay_seconds: int
    template: str
    in_hold: str = "wait"
    has_offer: bool = True
    code: Discount | None = None


@dataclass(frozen=True, slots=True)
class Journey:
    """A follow-up; its offers come from the live funnels. Of those that fit an order the highest priority is taken.

    What has not been sent `expires_hours` after the start never is. Codes hold for `code_days` after they are sent.
    """

    id: str
    name: str
    steps: tuple[MessageStep, ...] = ()
    is_live: bool = False
    priority: int = 0
    trigger: str = "order_paid"
    audience: Audience = EVERYBODY
    expires_hours: int = 72
    code_days: int = 7

    @property
    def kind(self) -> Kind:
        return TRIGGERS[self.trigger]

    def step(self, step_id: str) -> MessageStep | None:
        return next((step for step in self.steps if step.id == step_id), None)


@dataclass(frozen=True, slots=True)
class Caps:
    """How often a shopper may be approached; 0, of days or of anything else, switches a cap off.

    `sequence_days` lie between two follow-ups of orders, `renewal_days` between two of renewals, `goodwill_days`
    between two after tickets; one of the one kind does not keep the other back. `goodwill_per_month` is for the whole
    shop: follow-ups after tickets that open in 30 days.
    """

    sequence_days: int = 14
    renewal_days: int = 25
    goodwill_days: int = 90
    goodwill_per_month: int = 0
    messages_per_sequence: int = 3
    showings: int = 3
    showing_days: int = 14

    def days_between(self, kind: Kind) -> int:
        return {Kind.RENEWAL: self.renewal_days, Kind.GOODWILL: self.goodwill_days}.get(kind, self.sequence_days)


@dataclass(frozen=True, slots=True)
class Holds:
    """How long a message on one channel holds the other back, from its send time; 0 switches a hold off."""

    sms_holds_email_hours: int = 48
    email_holds_sms_hours: int = 24


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When texts may be sent, in the recipient's local hours: from `start_hour` up to, not including, `end_hour`."""

    start_hour: int = 9
    end_hour: int = 20


@dataclass(frozen=True, slots=True)
class Blocks:
    """How the blocks on the thank-you and the order-status page make offers.

    They do so up to `days` after the order; 0: not at all. A code that one brings holds for `code_days`, counted from
    the press. An order whose one-click page was shown gets none there, unless `after_page`: then it gets other goods.
    """

    days: int = 14
    code_days: int = 2
    after_page: bool = False


STANDARD = "standard"  # the tier of who has earned none


@dataclass(frozen=True, slots=True)
class Tier:
    """A named tier and who earns it; the first tier whose audience a shopper is in is theirs."""

    name: str
    audience: Audience


@dataclass(frozen=True, slots=True)
class TemplateChoice:
    """A message about goods with this tag is written by this template."""

    tag: str
    template: str


@dataclass(frozen=True, slots=True)
class Market:
    """Where other rules hold: countries, and currencies where the country is not known."""

    id: str
    name: str
    countries: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Repeats:
    """For how many days goods are not offered to who bought or declined them; 0 switches it off."""

    bought_days: int = 30
    declined_days: int = 30


@dataclass(frozen=True, slots=True)
class Margin:
    """The least that must be left of what is paid, in percent, after the goods' cost; None: whatever is left."""

    minimum: float | None = None


@dataclass(frozen=True, slots=True)
class Holdout:
    """The share of shoppers who get nothing, to measure against; another `salt` draws others."""

    percent: float = 5.0
    salt: str = "holdout"


@dataclass(frozen=True)
class RuleDocument:
    """One published or drafted set of rules of one shop."""

    funnels: tuple[Funnel, ...] = ()
    journeys: tuple[Journey, ...] = ()
    caps: Caps = Caps()
    holds: Holds = Holds()
    quiet_hours: QuietHours = QuietHours()
    tiers: tuple[Tier, ...] = ()
    pairings: tuple[Pairing, ...] = ()
    stock: Stock = DEFAULT_STOCK
    margin: Margin = Margin()
    repeats: Repeats = Repeats()
    holdout: Holdout = Holdout()
    blocks: Blocks = Blocks()
    templates: tuple[TemplateChoice, ...] = ()
    markets: tuple[Market, ...] = ()
    schema: int = SCHEMA
    market: str | None = None  # the market that these rules are for
    by_market: Mapping[str, "RuleDocument"] = field(default_factory=dict)

    # Asked at every decision, and the same for as long as the document lives.
    @cached_property
    def live_funnels(self) -> tuple[Funnel, ...]:
        """The funnels that may make an offer, in the order in which they are asked."""
        live = (funnel for funnel in self.funnels if funnel.is_live)
        return tuple(sorted(live, key=lambda each: (-each.priority, each.id)))

    @cached_property
    def live_journeys(self) -> tuple[Journey, ...]:
        """The follow-ups that may open, in the order in which they are asked."""
        live = (journey for journey in self.journeys if journey.is_live and journey.steps)
        return tuple(sorted(live, key=lambda each: (-each.priority, each.id)))

    @cached_property
    def told_in(self) -> dict[str, list[tuple[str, str, tuple[tuple[str, Leaf, str], ...]]]]:
        """What the trace says of live funnels whoever the shopper is, by currency; filled by `telling`."""
        return {}

    def journey(self, journey_id: str | None) -> Journey | None:
        return next((journey for journey in self.journeys if journey.id == journey_id), None)

    def of_purchase(self, *, country_code: str | None, currency: str) -> "RuleDocument":
        """Return the rules of the market that an order belongs to: by its country, else by the currency paid in."""
        for market in self.markets:
            if country_code in market.countries or (country_code is None and currency in market.currencies):
                return self.by_market[market.id]
        return self

    @property
    def counts_locations(self) -> bool:
        """Tell whether the shop's rules, or those of one of its markets, look at where goods lie."""
        return any(each.stock.counting.is_needed for each in (self, *self.by_market.values()))

    def template_for(self, tags: Collection[str], otherwise: str) -> str:
        """Return the template for a message about goods with these tags."""
        small = {tag.casefold() for tag in tags}
        return next((each.template for each in self.templates if each.tag.casefold() in small), otherwise)

    @cached_property
    def live_facts(self) -> tuple[Fact, ...]:
        """The facts that the audiences of the live funnels ask for."""
        asked = {fact.name: fact for funnel in self.live_funnels for fact in facts_of(funnel.audience)}
        return tuple(asked[name] for name in sorted(asked))

    @cached_property
    def live_needs(self) -> frozenset[Need]:
        """What it takes to know those facts."""
        return self.needs_of(self.live_facts)

    def needs_of(self, facts: Iterable[Fact]) -> frozenset[Need]:
        """Return what it takes to know some facts; the tier takes what the audiences of the tiers take."""
        found = {fact.need for fact in facts if fact.need is not None}
        if Need.TIER in found:
            found |= {need for tier in self.tiers for need in needs(tier.audience)}
        return frozenset(found)

    @cached_property
    def all_needs(self) -> frozenset[Need]:
        """What it takes to know what offers and follow-ups ask."""
        journeys = (fact for journey in self.live_journeys for fact in facts_of(journey.audience))
        return self.live_needs | self.needs_of(journeys)

    @cached_property
    def is_scheduled(self) -> bool:
        """Tell whether the shop's own time matters to any live funnel."""
        return any(funnel.schedule is not None for funnel in self.live_funnels)

    @cached_property
    def has_experiments(self) -> bool:
        """Tell whether any live funnel tests arms."""
        return any(step.experiment is not None for funnel in self.live_funnels for step in funnel.steps)

    @cached_property
    def screen(self) -> Screen:
        """Asks the audiences of all live funnels at once."""
        return compile_screen([funnel.audience for funnel in self.live_funnels])


def tier_of(document: RuleDocument, facts: Facts) -> str | None:
    """Return the first tier that a shopper has earned, "standard" when none, None where that cannot be told."""
    for tier in document.tiers:
        answer = evaluate(tier.audience, facts)
        if answer is not Answer.MISS:
            return tier.name if answer is Answer.MATCH else None
    return STANDARD
