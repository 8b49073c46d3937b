"""Whether the one-click page is shown less than it was: its impressions per order that could have seen it.

The days of late are compared with the weeks before them by Fisher's exact test, one-sided: given how many orders there
were in each of the two and how many of all were shown the page, the number shown of late is hypergeometric if nothing
has changed, and the test asks how often it would be as small as it is. Both shares are taken as uncertain, so that a
short past gives no false certainty. It is asked daily and of two windows, hence the small level; and a drop must also
be one that matters. A shop with few orders never alarms: below FEWEST nothing can be told, and above it the test needs
the more of a drop the fewer there are.
"""

from dataclasses import dataclass
from datetime import timedelta
from math import exp, lgamma

WINDOWS = (timedelta(days=1), timedelta(days=7))  # a break is seen in the first, a slow loss in the second
PAST = timedelta(days=28)
FEWEST = 20  # orders of late, and of before
LEVEL = 0.0005
_MATTERS = 2 / 3  # of the share before: less of a drop is no reason to trouble anybody
# Well again when most of it is back; a limit between the two would tell the same thing again and again.
_RECOVERED = 5 / 6


@dataclass(frozen=True, slots=True)
class Share:
    """Orders that could have seen the page, and those of them that did."""

    orders: int
    shown: int

    @property
    def rate(self) -> float:
        return self.shown / self.orders if self.orders else 0.0


@dataclass(frozen=True, slots=True)
class Drop:
    """A fall that is told: the share of late and the one before, and over how many days each."""

    days: int
    late: Share
    before: Share


def has_fallen(late: Share, before: Share) -> bool:
    """Tell whether the share shown of late is smaller than before by more than chance and by enough to matter."""
    if min(late.orders, before.orders) < FEWEST or late.rate > before.rate * _MATTERS:
        return False
    return chance_of_so_few(late, before) < LEVEL


def has_recovered(late: Share, before: Share) -> bool:
    """Tell whether most of a fall is made good; `before` is the share before the fall."""
    return late.orders >= FEWEST and late.rate >= before.rate * _RECOVERED


def chance_of_so_few(late: Share, before: Share) -> float:
    """Return how likely it is that so few or fewer of the late orders were shown the page, if nothing had changed."""
    orders, shown = late.orders + before.orders, late.shown + before.shown
    fewest = max(0, late.orders - (orders - shown))
    whole = _log_choose(orders, late.orders)
    return min(
        1.0,
        sum(
            exp(_log_choose(shown, each) + _log_choose(orders - shown, late.orders - each) - whole)
            for each in range(fewest, late.shown + 1)
        ),
    )


def _log_choose(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
