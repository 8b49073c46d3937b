"""Finds the goods that offers may come to: what they name, and what is looked for by what was bought."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from server.domain.document import Funnel, RuleDocument
from server.domain.offers import Band, Wanted
from server.domain.orders import VariantFacts
from server.domain.recommendations import rank_candidates
from server.domain.situation import Candidate, Situation
from server.storage.catalog import Catalog, Neighbours
from server.storage.db import Session
from server.storage.decisions import Decisions

_CANDIDATES = 30  # looked at per decision; beyond that the scores say nothing
_LINES = 5  # of an order, the dearest first, for which something dearer is looked for


def load_goods(
    session: Session,
    shop_id: int,
    document: RuleDocument,
    funnels: Sequence[Funnel],
    situation: Situation,
    *,
    now: datetime,
) -> Situation:
    """Add to a situation the goods that the offers of its open funnels may come to, with what is on show of them."""
    offers = [offer for funnel in funnels for offer in funnel.offers]
    finder = _Finder(session, shop_id, document, situation)
    wanted = dict.fromkeys(offer.wanted for offer in offers if offer.wanted is not None)
    found = {each: finder.find(each) for each in wanted}
    named = [variant_id for offer in offers for variant_id in offer.variant_ids]
    named += [each.variant_id for candidates in found.values() for each in candidates]
    catalog = Catalog(session, shop_id)
    goods = catalog.variants(named)
    if any(offer.has_variant_choice for offer in offers):
        goods = catalog.siblings(goods.values()) | goods
    goods = {**situation.goods, **goods}
    if document.stock.sets_open_offers_aside:
        aside = Decisions(session, shop_id).on_show(goods, now=now)
        goods |= {each: replace(goods[each], open_demand=units) for each, units in aside.items()}
    return replace(situation, goods=goods, candidates=found)


@dataclass(frozen=True, slots=True)
class _Finder:
    """Looks for goods by those of an order."""

    session: Session
    shop_id: int
    document: RuleDocument
    situation: Situation

    def find(self, wanted: Wanted) -> tuple[Candidate, ...]:
        match wanted.source:
            case "bought_together":
                return self._bought_together()[:_CANDIDATES]
            case "dearer":
                return self._dearer(wanted.band or Band())
        return self._paired(wanted.pairing)

    @property
    def _bought(self) -> list[str]:
        return [line.variant_id for line in self.situation.purchase.lines]

    def _bought_together(self) -> tuple[Candidate, ...]:
        titles = {variant_id: held.title for variant_id, held in self.situation.facts.goods.items()}
        return rank_candidates(self._bought, Neighbours(self.session, self.shop_id).of(self._bought), titles)

    def _dearer(self, band: Band) -> tuple[Candidate, ...]:
        """Look within the family of each line, the dearest first; what costs least more comes first."""
        held = (self.situation.facts.goods.get(each) for each in self._bought)
        lines = sorted((each for each in held if each is not None), key=lambda each: (-each.price, each.variant_id))
        catalog, found = Catalog(self.session, self.shop_id), dict[str, Candidate]()
        for line in lines[:_LINES]:
            if band.family == "type" and not line.product_type:
                continue
            low, high = (round(line.price * (100 + percent) / 100) for percent in (band.at_least, band.at_most))
            family = catalog.family(line, by=band.family, low=max(low, line.price + 1), high=high, limit=_CANDIDATES)
            for each in family:
                found.setdefault(each.variant_id, Candidate(each.variant_id, 0.0, line.title))
        return tuple(found.values())[:_CANDIDATES]

    def _paired(self, pairing_id: str | None) -> tuple[Candidate, ...]:
        """Look for goods with the tags that go with those bought: what is bought together first, then the cheapest."""
        pairing = next((each for each in self.document.pairings if each.id == pairing_id), None)
        if pairing is None:
            return ()
        because: dict[str, str] = {}
        for line in self._lines():
            tags = {tag.casefold() for tag in line.tags}
            for pair in pairing.pairs:
                if pair.bought.casefold() in tags:
                    because.setdefault(pair.offered.casefold(), line.title)
        scores = {each.variant_id: each.score for each in self._bought_together()} if because else {}
        tagged = Catalog(self.session, self.shop_id).tagged(because, limit=_CANDIDATES * 10)
        ranked = sorted(
            tagged, key=lambda each: (-scores.get(each[0].variant_id, 0.0), each[0].price, each[0].variant_id)
        )
        chosen = {variant.variant_id: because[tag] for variant, tag in reversed(ranked)}
        ids = dict.fromkeys(variant.variant_id for variant, _ in ranked)
        return tuple(Candidate(each, scores.get(each, 0.0), chosen[each]) for each in ids)[:_CANDIDATES]

    def _lines(self) -> Iterable[VariantFacts]:
        held = (self.situation.facts.goods.get(each) for each in self._bought)
        return (each for each in held if each is not None)
