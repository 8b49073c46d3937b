"""What offers add: shoppers who were offered something beside those who were held out, compared as they were drawn.

Intervals hold however often they are looked at: asymptotic confidence sequences (Waudby-Smith and others, "Time-uniform
central limit theory and asymptotic confidence sequences"). The spread is reduced by what a shopper had bought when they
were drawn, which no offer can have changed (CUPED; Deng, Xu, Kohavi and Walker, 2013).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, erfc, log, sqrt

ALPHA = 0.05
PLANNED = 1_000  # shoppers; the interval is narrowest when about so many were compared
FEWEST = 25  # shoppers on each side before anything is said
CAPPED_AT = 0.99
_MISMATCH = 0.001


@dataclass(frozen=True, slots=True)
class Shopper:
    """One shopper: what they had bought when drawn, and what came of it; minor units of the shop's currency."""

    before: int
    value: int
    orders: int


@dataclass(slots=True)
class Sums:
    """Sums over the shoppers of one side, all that a comparison takes."""

    n: int = 0
    x: int = 0
    xx: int = 0
    y: int = 0
    yy: int = 0
    xy: int = 0

    def add(self, before: int, value: int) -> None:
        self.n += 1
        self.x += before
        self.xx += before * before
        self.y += value
        self.yy += value * value
        self.xy += before * value

    def together(self, other: "Sums") -> "Sums":
        return Sums(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    @property
    def mean(self) -> float:
        return self.y / self.n if self.n else 0.0

    def spread(self, slope: float) -> float:
        """Return the variance of value - slope * before."""
        n = self.n
        yy, xx, xy = self.yy - self.y**2 / n, self.xx - self.x**2 / n, self.xy - self.x * self.y / n
        return max(0.0, (yy - 2 * slope * xy + slope**2 * xx) / (n - 1))


@dataclass(frozen=True, slots=True)
class Lift:
    """How much more a shopper who was offered something brought, in minor units, with its interval."""

    difference: float
    low: float
    high: float

    @property
    def is_certain(self) -> bool:
        return not self.low <= 0 <= self.high


def compare(offered: Sums, held_out: Sums, *, planned: int = PLANNED) -> Lift | None:
    """Return what offers add per shopper, with an interval of 1 - ALPHA; None while there are too few shoppers.

    `planned` is how many shoppers the comparison is planned for, both sides together.
    """
    if min(offered.n, held_out.n) < FEWEST:
        return None
    both = offered.together(held_out)
    of_before = both.xx - both.x**2 / both.n
    slope = (both.xy - both.x * both.y / both.n) / of_before if of_before > 0 else 0.0
    difference = (offered.mean - slope * offered.x / offered.n) - (held_out.mean - slope * held_out.x / held_out.n)
    half = _error(offered, held_out, slope) * _width(both.n, planned=planned)
    return Lift(difference, difference - half, difference + half)


def _error(offered: Sums, held_out: Sums, slope: float) -> float:
    """Return the standard error, as if both sides were spread alike or each by itself, whichever is more. ADR 0025.

    A holdout begins with a few dozen shoppers, most of whom bought nothing more: their own spread is far too small.
    """
    apart = offered.spread(slope) / offered.n + held_out.spread(slope) / held_out.n
    inside = (offered.n - 1) * offered.spread(slope) + (held_out.n - 1) * held_out.spread(slope)
    alike = inside / (offered.n + held_out.n - 2) * (1 / offered.n + 1 / held_out.n)
    return sqrt(max(apart, alike))


def _width(count: int, *, planned: int) -> float:
    """Return how many standard errors an interval reaches to each side, after `count` shoppers."""
    rho = (-2 * log(ALPHA) + log(-2 * log(ALPHA) + 1)) / planned
    grown = count * rho + 1
    return sqrt(2 * grown / (count * rho) * log(sqrt(grown) / ALPHA))


def capped(shoppers: Sequence[Shopper], share: float = CAPPED_AT) -> list[Shopper]:
    """Return shoppers with their largest figures cut down to the one that a `share` of all of them do not exceed.

    One cap each for all shoppers of both sides, those at zero too: caps of different people turn the sign of a ratio.
    """
    if not shoppers:
        return []
    place = max(0, ceil(share * len(shoppers)) - 1)
    before, value, orders = (
        sorted(getattr(each, name) for each in shoppers)[place] for name in ("before", "value", "orders")
    )
    return [Shopper(min(each.before, before), min(each.value, value), min(each.orders, orders)) for each in shoppers]


def per_order(shoppers: Iterable[Shopper]) -> float | None:
    """Return what an order came to on average; None without orders."""
    value = orders = 0
    for each in shoppers:
        value += each.value
        orders += each.orders
    return value / orders if orders else None


def is_mismatched(offered: int, held_out: int, *, percent: float) -> bool:
    """Tell whether far more or fewer shoppers are held out than `percent` of all: then no figure can be trusted.

    Pearson's chi-square of one degree of freedom, at 0.001.
    """
    count, share = offered + held_out, percent / 100
    if not count or not 0 < share < 1:
        return False
    square = (held_out - count * share) ** 2 / (count * share * (1 - share))
    return erfc(sqrt(square / 2)) < _MISMATCH
