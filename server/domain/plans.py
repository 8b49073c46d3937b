"""Selling plans: how goods are sold by subscription, how often they come, and what each time costs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from server.core.money import Money

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}  # to tell the shorter of two intervals
SHORTEST, LONGEST = "shortest", "longest"


@dataclass(frozen=True, slots=True)
class Interval:
    """Every so many days, weeks, months or years."""

    unit: str
    count: int

    @property
    def days(self) -> int:
        return DAYS[self.unit] * self.count

    def text(self) -> str:
        return f"every {self.unit}" if self.count == 1 else f"every {self.count} {self.unit}s"


@dataclass(frozen=True, slots=True)
class PlanPrice:
    """What a plan makes of the price of one unit once it was paid `after` times; 0 is from the first time on.

    `kind` says what `value` is: "percent" off, an "amount" off, or the "price" itself; money is minor units of the
    shop's currency.
    """

    after: int
    kind: str
    value: Decimal

    def of(self, full: Money) -> Money:
        """Return the price by the plan; an amount that is more than the price leaves nothing to pay."""
        if self.kind == "percent":
            return full.less_percent(min(self.value, Decimal(100)))
        if self.kind == "amount":
            return Money(max(full.minor - int(self.value), 0), full.currency)
        return Money(int(self.value), full.currency)


@dataclass(frozen=True, slots=True)
class SellingPlan:
    """One way to subscribe to goods. Goods paid for in advance are billed less often than they are delivered."""

    plan_id: str
    name: str
    billing: Interval
    delivery: Interval
    prices: tuple[PlanPrice, ...] = ()

    def price(self, full: Money) -> Money:
        """Return what one unit costs the first time."""
        first = next((each for each in self.prices if each.after == 0), None)
        return first.of(full) if first is not None else full

    def later_price(self, full: Money) -> tuple[int, Money] | None:
        """Return after how many times one unit costs something else, and what; None where it never does."""
        later = next((each for each in self.prices if each.after > 0), None)
        found = (later.after, later.of(full)) if later is not None else None
        return found if found is not None and found[1] != self.price(full) else None


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """Selling plans that the same goods are sold by: `products` with all their variants, and `variants`."""

    group_id: str
    name: str
    plans: tuple[SellingPlan, ...]
    products: frozenset[str] = frozenset()
    variants: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What accepting a subscription binds the shopper to, in minor units of the offer's currency.

    Each time one unit costs `unit_price`, and sending the goods after the first time `shipping`. Where the price of one
    unit changes, `later_price` holds once it was paid `later_after` times.
    """

    plan_id: str
    name: str
    billing: Interval
    delivery: Interval
    unit_price: int
    shipping: int = 0
    later_after: int | None = None
    later_price: int | None = None

    @property
    def lowest_price(self) -> int:
        """What one unit ever costs at least."""
        return self.unit_price if self.later_price is None else min(self.unit_price, self.later_price)


@dataclass(frozen=True, slots=True)
class PlanChoice:
    """How an offer names the plan that its goods are sold by.

    One `plan`, or the goods' own with the shortest or longest `interval` of deliveries. `shipping` is what sending
    costs each time after the first, by currency.
    """

    plan: str | None = None
    interval: str = SHORTEST
    shipping: Mapping[str, int] | None = None

    def among(self, plans: Iterable[SellingPlan]) -> SellingPlan | None:
        """Return the plan to offer; of two that come equally often, the one that is paid more often."""
        if self.plan is not None:
            return next((each for each in plans if each.plan_id == self.plan), None)
        sign = -1 if self.interval == LONGEST else 1
        return min(plans, key=lambda each: (sign * each.delivery.days, each.billing.days, each.plan_id), default=None)


def terms_of(plan: SellingPlan, full: Money, *, shipping: int) -> PlanTerms:
    """Return what a plan makes of goods at one price."""
    later = plan.later_price(full)
    return PlanTerms(
        plan_id=plan.plan_id,
        name=plan.name,
        billing=plan.billing,
        delivery=plan.delivery,
        unit_price=plan.price(full).minor,
        shipping=shipping,
        later_after=later[0] if later else None,
        later_price=later[1].minor if later else None,
    )


def pack_plan(plan: SellingPlan) -> list[Any]:
    """Return a plan as JSON values."""
    prices = [[each.after, each.kind, str(each.value)] for each in plan.prices]
    billing, delivery = plan.billing, plan.delivery
    return [plan.plan_id, plan.name, billing.unit, billing.count, delivery.unit, delivery.count, prices]


def unpack_plan(packed: list[Any]) -> SellingPlan:
    plan_id, name, unit, count, delivery_unit, delivery_count, prices = packed
    return SellingPlan(
        plan_id,
        name,
        Interval(unit, count),
        Interval(delivery_unit, delivery_count),
        tuple(PlanPrice(after, kind, Decimal(value)) for after, kind, value in prices),
    )
