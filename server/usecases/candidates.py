"""Finds the goods that offers may come to: what they name, and what is looked for by what was bought."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from server.domain.document import Funnel, RuleDocument
from server.domain.finding import Finder
from server.domain.offers import AS_SUBSCRIPTION
from server.domain.situation import Situation
from server.storage.catalog import Catalog, Neighbours
from server.storage.db import Session
from server.storage.decisions import Decisions
from server.storage.levels import with_levels
from server.storage.plans import SellingPlans


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
    catalog = Catalog(session, shop_id)
    finder = Finder(
        catalog,
        Neighbours(session, shop_id).of,
        document.pairings,
        bought=[line.variant_id for line in situation.purchase.lines],
        held=situation.facts.goods,
    )
    wanted = dict.fromkeys(offer.wanted for offer in offers if offer.wanted is not None)
    found = {each: finder.find(each) for each in wanted}
    named = [variant_id for offer in offers for variant_id in offer.variant_ids]
    named += [each.variant_id for candidates in found.values() for each in candidates]
    if any(offer.source == AS_SUBSCRIPTION for offer in offers):
        named += [line.variant_id for line in situation.purchase.lines]
    goods = catalog.variants(named)
    if any(offer.has_variant_choice for offer in offers):
        goods = catalog.siblings(goods.values()) | goods
    if any(offer.subscription is not None for offer in offers):
        goods = SellingPlans(session, shop_id).added_to(goods)
    goods = {**situation.goods, **goods}
    if document.stock.counting.is_needed:
        goods = with_levels(session, shop_id, goods)
    if document.stock.sets_open_offers_aside:
        aside = Decisions(session, shop_id).on_show(goods, now=now)
        goods |= {each: replace(goods[each], open_demand=units) for each, units in aside.items()}
    return replace(situation, goods=goods, candidates=found)
