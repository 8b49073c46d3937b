"""When there is enough of something to offer it."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.orders import VariantFacts

_REMEMBERED = 16  # levels; each is lower or higher than all after it, so that more would span any wave of stock


@dataclass(frozen=True, slots=True)
class Stock:
    """How much must be there; `minimum` itself still passes.

    Once stock has fallen below `minimum`, goods are offered again only when it has come back to `resume_at` (None: as
    soon as the minimum is there). Goods that go on selling when out of stock are offered without limit where
    `offers_oversold`. What open offers may still take is set aside where `sets_open_offers_aside`.
    """

    minimum: int = 10
    resume_at: int | None = None
    offers_oversold: bool = True
    sets_open_offers_aside: bool = True


DEFAULT_STOCK = Stock()


def shortage(variant: VariantFacts, stock: Stock, *, quantity: int) -> str | None:
    """Return what is short, as values compared; None where there is enough to add `quantity`.

    Stock that the platform does not track never runs short. The platform's own figure is already net of what is
    committed to orders.
    """
    if variant.available is None or (variant.sells_when_out_of_stock and stock.offers_oversold):
        return None
    left, aside = variant.available - variant.open_demand, ""
    if variant.open_demand:
        aside = f" ({variant.available} less {variant.open_demand} on offer)"
    needed = max(stock.minimum, quantity)
    if left < needed:
        return f"stock {left}{aside} < {needed}"
    resume_at = stock.resume_at
    if resume_at is not None and left < resume_at and has_fallen(variant.stock_levels, below=needed, until=resume_at):
        return f"stock {left}{aside} < {resume_at}, where offers resume once it was below {needed}"
    return None


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
