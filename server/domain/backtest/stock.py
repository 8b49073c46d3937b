"""How much was in stock in the past. Nobody kept it, so that it is modelled, and results are told with and without."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from server.domain.backtest.past import Past
from server.domain.locations import EVERYWHERE, Counting, LocationStock
from server.domain.orders import VariantFacts


class StockModel(StrEnum):
    """What is taken for the stock of a moment of the past.

    SOLD_SINCE: today's stock and what was sold since, as if nothing had been delivered or thrown away meanwhile. It is
    what there was at least once all deliveries had come, and too much before them. Where rules count some locations,
    what was sold since is taken to have lain at the one of them that has most of it today. UNLIMITED: nothing ever runs
    short.
    """

    SOLD_SINCE = "sold_since"
    UNLIMITED = "unlimited"


class GoodsAt(Mapping[str, VariantFacts]):
    """The goods of a shop with the stock of one moment; to go through them is to go through those `listed`."""

    def __init__(
        self,
        past: Past,
        model: StockModel,
        at: datetime,
        counting: Counting = EVERYWHERE,
        listed: Collection[str] = (),
    ) -> None:
        self._past, self._model, self._at, self._counting, self._listed = past, model, at, counting, listed
        self._seen: dict[str, VariantFacts] = {}

    def __getitem__(self, variant_id: str) -> VariantFacts:
        found = self._seen.get(variant_id)
        if found is None:
            held = self._past.goods[variant_id]
            available = self._available(held)
            found = self._seen[variant_id] = replace(held, available=available, levels=self._levels(held, available))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._listed)

    def __len__(self) -> int:
        return len(self._listed)

    def _available(self, held: VariantFacts) -> int | None:
        if held.available is None or self._model is StockModel.UNLIMITED:
            return None
        times, sums = self._past.sales.get(held.variant_id, ((), ()))
        before = bisect_right(times, self._at)
        sold_until = sums[before - 1] if before else 0
        return held.available + (sums[-1] if sums else 0) - sold_until

    def _levels(self, held: VariantFacts, available: int | None) -> tuple[LocationStock, ...] | None:
        """Return where goods lay: no order of the past tells where it was sent from."""
        places = self._counting.places(held.levels or ())
        if held.levels is None or held.available is None or available is None or not places:
            return held.levels
        fullest = max(places, key=lambda each: (each.available, each.location_id))
        more = available - held.available
        return tuple(
            replace(each, available=each.available + more) if each is fullest else each for each in held.levels
        )
