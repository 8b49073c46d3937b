"""What a replay came to."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

Key = TypeVar("Key", str, tuple[str, str])


@dataclass(slots=True)
class Reach:
    """What one funnel offered on one surface; money is minor units of the shop's currency."""

    offers: int = 0
    held_out: int = 0
    value: int = 0  # of all goods offered, at what the shopper would have paid
    margin: int = 0  # of that, of goods whose cost is known
    value_of_known_cost: int = 0

    def add(self, value: int, cost: int | None) -> None:
        self.offers += 1
        self.value += value
        if cost is not None:
            self.value_of_known_cost += value
            self.margin += value - cost

    def join(self, other: "Reach") -> None:
        """Add what was offered elsewhere."""
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


_DAY = 86_400
_MANY = 10
_COUNTED = (
    "orders", "shoppers", "page_possible", "blocks", "collisions", "fitted", "sequences", "sequence_refusals", "sent",
    "touch_refusals", "deferrals", "page_outcomes", "touches_per_shopper", "touches",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReplayedTouch:
    """One touch that would have left: for whoever checks the rules again by their own means."""

    unit_id: str
    order_id: str
    kind: str
    channel: str
    at: datetime
    variant_id: str
    stock: int | None


def ranked(counted: Counter[Key], most: int | None = None) -> list[tuple[Key, int]]:
    """Return what was counted, the most first and equals by name: the same each time, in whatever order it came."""
    return sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:most]


@dataclass(slots=True)
class Results:
    """Tallies of one replay: one set of rules, one model of stock."""

    label: str
    stock_model: str
    orders: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    shoppers: int = 0
    page_possible: int = 0
    funnels: dict[str, str] = field(default_factory=dict)  # id: name, as asked
    reach: dict[tuple[str, str], Reach] = field(default_factory=lambda: defaultdict(Reach))  # (funnel id, surface)
    blocks: Counter[tuple[str, str]] = field(default_factory=Counter)  # (funnel id or "", reason)
    collisions: Counter[tuple[str, str]] = field(default_factory=Counter)  # (chosen, also fitted)
    fitted: Counter[str] = field(default_factory=Counter)  # orders that each funnel's audience fitted
    sequences: Counter[str] = field(default_factory=Counter)  # opened, by journey id
    sequence_refusals: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)  # by channel
    touch_refusals: Counter[str] = field(default_factory=Counter)
    deferrals: Counter[str] = field(default_factory=Counter)
    page_outcomes: Counter[str] = field(default_factory=Counter)
    touches_per_shopper: Counter[int] = field(default_factory=Counter)
    touches: list[ReplayedTouch] = field(default_factory=list)

    def join(self, other: "Results") -> None:
        """Add what other shoppers came to."""
        firsts = [at for at in (self.first_at, other.first_at) if at is not None]
        lasts = [at for at in (self.last_at, other.last_at) if at is not None]
        self.first_at, self.last_at = min(firsts, default=None), max(lasts, default=None)
        for key, held in other.reach.items():
            self.reach[key].join(held)
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    def shoppers_by_touches(self) -> list[tuple[str, int]]:
        """Return how many shoppers got how many messages; from ten on they are counted together."""
        found: Counter[int] = Counter()
        for number, count in self.touches_per_shopper.items():
            found[min(number, _MANY)] += count
        return [(f"{number} and more" if number == _MANY else str(number), found[number]) for number in sorted(found)]

    @property
    def days(self) -> float:
        """How long it is from the first order to the last."""
        return (self.last_at - self.first_at).total_seconds() / _DAY if self.first_at and self.last_at else 0.0

    @property
    def never_reached(self) -> list[str]:
        """The funnels that offered nothing to anybody."""
        return [
            each
            for each in self.funnels
            if not any(held.offers for (own, _), held in self.reach.items() if own == each)
        ]

    def of_surface(self, surface: str) -> Reach:
        """Return what all funnels offered on a surface together."""
        total = Reach()
        for (_, where), held in self.reach.items():
            if where == surface:
                total.join(held)
        return total

    def why_never(self, funnel_id: str) -> str | None:
        """Return the reason that kept a funnel from offering most often."""
        own: Counter[str] = Counter()
        for (funnel, reason), count in self.blocks.items():
            if funnel == funnel_id:
                own[reason] += count
        return ranked(own)[0][0] if own else None

    def as_json(self) -> dict[str, Any]:
        """Return the tallies as JSON values; the touches themselves are left out."""
        return {
            "label": self.label,
            "stock_model": self.stock_model,
            "orders": self.orders,
            "days": round(self.days, 1),
            "shoppers": self.shoppers,
            "page_possible": self.page_possible,
            "page_outcomes": dict(self.page_outcomes),
            "reach": [
                {
                    "funnel": funnel, "name": self.funnels.get(funnel, funnel), "surface": surface,
                    "offers": held.offers, "held_out": held.held_out, "value": held.value, "margin": held.margin,
                    "value_of_known_cost": held.value_of_known_cost,
                }
                for (funnel, surface), held in sorted(self.reach.items())
            ],
            "fitted": dict(self.fitted),
            "blocks": [
                {"funnel": funnel, "reason": reason, "count": count}
                for (funnel, reason), count in ranked(self.blocks)
            ],
            "collisions": [
                {"chosen": chosen, "also_fitted": other, "count": count}
                for (chosen, other), count in ranked(self.collisions)
            ],
            "never_reached": [{"funnel": each, "most_often": self.why_never(each)} for each in self.never_reached],
            "sequences": dict(self.sequences),
            "sequence_refusals": dict(self.sequence_refusals),
            "sent": dict(self.sent),
            "touch_refusals": dict(self.touch_refusals),
            "deferrals": dict(self.deferrals),
            "touches_per_shopper": {str(number): count for number, count in sorted(self.touches_per_shopper.items())},
        }  # fmt: skip
