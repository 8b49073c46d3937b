"""When there is enough of something to offer it."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.locations import Counting, stand_of
from server.domain.orders import VariantFacts

_REMEMBERED = 16  # levels; each is lower or higher than all after it, so that more would span any wave of stock


@dataclass(frozen=True, slots=True)
class Stock:
    """How much must be there; `minimum` itself still passes.

    Once stock has fallen below `minimum`, goods are offered again only when it has come back to `resume_at` (None: as
    soon as the minimum is there). Goods that go on selling when out of stock are offered without limit where
    `offers_oversold`. What open offers may still take is set aside where `sets_open_offers_aside`. Only what lies at
    `locations` counts, or all together where none is named; where `at_one_location`, one of them must have it all.
    """

    minimum: int = 10
    resume_at: int | None = None
    offers_oversold: bool = True
    sets_open_offers_aside: bool = True
    locations: frozenset[str] = frozenset()
    at_one_location: bool = False

    @property
    def counting(self) -> Counting:
        return Counting(self.locations, self.at_one_location)


DEFAULT_STOCK = Stock()


def is_unlimited(variant: VariantFacts, stock: Stock) -> bool:
    """Tell whether any amount may be offered: the platform does not track it, or sells on when it is out."""
    return variant.available is None or (variant.sells_when_out_of_stock and stock.offers_oversold)


def is_unknown(variant: VariantFacts, stock: Stock) -> bool:
    """Tell whether it takes where goods lie to know if there is enough, and that is not known."""
    return stock.counting.is_needed and variant.levels is None and not is_unlimited(variant, stock)


def shortage(variant: VariantFacts, stock: Stock, *, quantity: int) -> str | None:
    """Return what is short, as values compared; None where there is enough to add `quantity`.

    Stock that the platform does not track never runs short. The platform's own figures are already net of what is
    committed to orders. Where goods lie is known, see `is_unknown`.
    """
    if variant.available is None or is_unlimited(variant, stock):
        return None
    counted = _counted(variant, variant.available, stock.counting)
    left, aside = counted.amount - variant.open_demand, ""
    if variant.open_demand:
        aside = f" ({counted.amount} less {variant.open_demand} on offer)"
    needed = max(stock.minimum, quantity)
    if left < needed:
        return f"stock {left}{aside} < {needed}{counted.words}"
    resume_at = stock.resume_at
    if resume_at is not None and left < resume_at and has_fallen(counted.levels, below=needed, until=resume_at):
        return f"stock {left}{aside} < {resume_at}{counted.words}, where offers resume once it was below {needed}"
    return None


@dataclass(frozen=True, slots=True)
class _Counted:
    """How much counts now and counted of late, and where that lies where it makes a difference."""

    amount: int
    levels: Sequence[int]
    words: str = ""


def _counted(variant: VariantFacts, total: int, counting: Counting) -> _Counted:
    if not counting.is_needed:
        return _Counted(total, variant.stock_levels)
    places = counting.places(variant.levels or ())
    ids = [place.location_id for place in places]
    there = counting.amount(dict(stand_of(places)), ids)
    words = counting.words(places) if there <= total else "in all, less what is owed elsewhere"
    return _Counted(min(total, there), counting.amounts(variant.stands, ids), f" {words}")


def remember(levels: Sequence[int], available: int) -> tuple[int, ...]:
    """Return the levels of stock that still matter, the latest last.

    A level matters as long as it is lower than all that came after it, or higher: which limits were crossed since a
    level was last reached can be told from these alone.
    """
    kept: list[int] = [available]
    low = high = available
    for level in reversed(levels):
        if level < low or level > high:
            kept.append(level)
            low, high = min(low, level), max(high, level)
    return tuple(reversed(kept[:_REMEMBERED]))


def has_fallen(levels: Sequence[int], *, below: int, until: int) -> bool:
    """Tell whether stock has been below one limit since it last stood at another, higher one."""
    for level in reversed(levels):
        if level >= until:
            return False
        if level < below:
            return True
    return False
