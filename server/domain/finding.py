"""Finds goods for an order by what was bought: bought together, dearer of the same family, paired by tags."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from server.domain.document import Pairing
from server.domain.offers import Band, Wanted
from server.domain.orders import VariantFacts
from server.domain.recommendations import Neighbour, rank_candidates
from server.domain.situation import Candidate

CANDIDATES = 30  # looked at per decision; beyond that the scores say nothing
_SCORED = 1_000  # of what is bought together, to rank goods that are found otherwise
_LINES = 5  # of an order, the dearest first, for which something dearer is looked for


class Shelf(Protocol):
    """The goods of a shop, as far as they can be looked for."""

    def family(self, line: VariantFacts, *, by: str, low: int, high: int, limit: int) -> Sequence[VariantFacts]:
        """Return sellable goods of the family of one that cost from `low` to `high`, the cheapest first."""
        ...

    def tagged(self, tags: Iterable[str], *, limit: int) -> Sequence[tuple[VariantFacts, str]]:
        """Return sellable goods with one of the tags (in small letters), each with the tag, the cheapest first."""
        ...


@dataclass(frozen=True, slots=True)
class Finder:
    """Looks for goods by those of one order: `bought` are its variants in turn, `held` their facts where known."""

    shelf: Shelf
    neighbours: Callable[[Sequence[str]], Mapping[str, Iterable[Neighbour]]]
    pairings: Sequence[Pairing]
    bought: Sequence[str]
    held: Mapping[str, VariantFacts]

    def find(self, wanted: Wanted) -> tuple[Candidate, ...]:
        match wanted.source:
            case "bought_together":
                return self._bought_together(CANDIDATES)
            case "dearer":
                return self._dearer(wanted.band or Band())
        return self._paired(wanted.pairing)

    def _bought_together(self, most: int) -> tuple[Candidate, ...]:
        titles = {variant_id: held.title for variant_id, held in self.held.items()}
        return rank_candidates(self.bought, self.neighbours(self.bought), titles, most=most)

    def _dearer(self, band: Band) -> tuple[Candidate, ...]:
        """Look within the family of each line, the dearest first; what costs least more comes first."""
        lines = sorted(self._lines(), key=lambda each: (-each.price, each.variant_id))
        found: dict[str, Candidate] = {}
        for line in lines[:_LINES]:
            if band.family == "type" and not line.product_type:
                continue
            low, high = (round(line.price * (100 + percent) / 100) for percent in (band.at_least, band.at_most))
            least = max(low, line.price + 1)
            for each in self.shelf.family(line, by=band.family, low=least, high=high, limit=CANDIDATES):
                found.setdefault(each.variant_id, Candidate(each.variant_id, 0.0, line.title))
        return tuple(found.values())[:CANDIDATES]

    def _paired(self, pairing_id: str | None) -> tuple[Candidate, ...]:
        """Look for goods with the tags that go with those bought: what is bought together first, then the cheapest."""
        pairing = next((each for each in self.pairings if each.id == pairing_id), None)
        because: dict[str, str] = {}
        for line in self._lines() if pairing is not None else ():
            tags = {tag.casefold() for tag in line.tags}
            for pair in pairing.pairs if pairing is not None else ():
                if pair.bought.casefold() in tags:
                    because.setdefault(pair.offered.casefold(), line.title)
        if not because:
            return ()
        scores = {each.variant_id: each.score for each in self._bought_together(_SCORED)}
        tagged = self.shelf.tagged(because, limit=CANDIDATES * 10)
        ranked = sorted(
            tagged, key=lambda found: (-scores.get(found[0].variant_id, 0.0), found[0].price, found[0].variant_id)
        )
        best = {variant.variant_id: because[tag] for variant, tag in reversed(ranked)}
        ids = dict.fromkeys(variant.variant_id for variant, _ in ranked)
        return tuple(Candidate(each, scores.get(each, 0.0), best[each]) for each in ids)[:CANDIDATES]

    def _lines(self) -> Iterable[VariantFacts]:
        held = (self.held.get(each) for each in self.bought)
        return (each for each in held if each is not None)
