"""Checks that what the rules name is there: goods of the shop's catalogue, its collections and its locations."""

from collections.abc import Iterator

from server.domain.audience import Audience, leaves
from server.domain.conditions import CONDITIONS
from server.domain.document import RuleDocument
from server.domain.rules import InvalidRules, Problem
from server.domain.rules.funnels import offers_of
from server.storage.catalog import Catalog
from server.storage.collections import Collections
from server.storage.db import Session
from server.storage.listings import Listings
from server.storage.plans import SellingPlans
from server.storage.stock import StockByLocation

_NO_LOCATION = "is no location of the shop. Choose another, or take it away; new ones are read from Shopify every hour."
_ALL_DEACTIVATED = "names deactivated locations only, so that nothing would be offered. Choose one that is active."
_NO_PLAN = "is none of the shop's selling plans. Choose another, or let the goods' own plan be taken."
_GONE = "is not in the catalogue: it was deleted, or is another shop's. Choose another, or take it away."
_NO_COLLECTION = "is no collection of the shop: it was deleted, or is another shop's. Choose another, or take it away."
_SAID = {
    "variants": _GONE,
    "products": _GONE,
    "collections": _NO_COLLECTION,
}


def check_references(session: Session, shop_id: int, document: RuleDocument) -> None:
    """Refuse rules that name goods or locations which the shop does not have; while none is known, nothing is said.

    Raises:
        InvalidRules.
    """
    problems = [
        *_goods_missing(session, shop_id, document),
        *_locations_missing(session, shop_id, document),
        *_plans_missing(session, shop_id, document),
    ]
    if problems:
        raise InvalidRules(tuple(problems))


def _goods_missing(session: Session, shop_id: int, document: RuleDocument) -> list[Problem]:
    catalog = Catalog(session, shop_id)
    if not catalog.count():
        return []
    collections = Collections(session, shop_id)
    named = [each for each in _named(document) if each[0] != "collections" or collections.are_read()]
    variants = catalog.variants(each for kind, each, _ in named if kind == "variants")
    products = Listings(session, shop_id).products(each for kind, each, _ in named if kind == "products")
    held = collections.named(each for kind, each, _ in named if kind == "collections")
    known = {"variants": variants.keys(), "products": products.keys(), "collections": held.keys()}
    return [Problem(path, f"'{each}' {_SAID[kind]}") for kind, each, path in named if each not in known[kind]]


def _locations_missing(session: Session, shop_id: int, document: RuleDocument) -> Iterator[Problem]:
    """Yield what would stop every offer: a location that is gone, or none left that is active."""
    known = {each.location_id: each for each in StockByLocation(session, shop_id).locations()}
    whose = {"stock": document.stock} | {
        f"markets ({name}).stock": of_market.stock
        for name, of_market in document.by_market.items()
        if of_market.stock.locations != document.stock.locations
    }
    for path, stock in whose.items() if known else ():
        gone = sorted(stock.locations - known.keys())
        for each in gone:
            yield Problem(f"{path}.locations", f"'{each}' {_NO_LOCATION}")
        if stock.locations and not gone and not any(known[each].is_active for each in stock.locations):
            yield Problem(f"{path}.locations", _ALL_DEACTIVATED)


def _plans_missing(session: Session, shop_id: int, document: RuleDocument) -> Iterator[Problem]:
    asked = list(_plans(document))
    if not asked or not Catalog(session, shop_id).count():
        return
    known = {each.plan_id for each in SellingPlans(session, shop_id).everything()}
    for each, path in asked:
        if each not in known:
            yield Problem(path, f"'{each}' {_NO_PLAN}")


def collections_asked(document: RuleDocument) -> frozenset[str]:
    """Return the collections that live offers and follow-ups ask about, in any market."""
    found: set[str] = set()
    for one in (document, *document.by_market.values()):
        audiences = [
            *(funnel.audience for funnel in one.live_funnels),
            *(journey.audience for journey in one.live_journeys),
            *(tier.audience for tier in one.tiers),
        ]
        found |= {each for audience in audiences for kind, each, _ in _asked(audience) if kind == "collections"}
    return frozenset(found)


def _plans(document: RuleDocument) -> Iterator[tuple[str, str]]:
    """Yield number and path of the selling plans that live funnels name."""
    for index, funnel in enumerate(document.funnels):
        for place, offer in offers_of(funnel, f"funnels[{index}]") if funnel.is_live else ():
            if offer.subscription is not None and offer.subscription.plan is not None:
                yield offer.subscription.plan, f"{place}.subscription.plan"


def _named(document: RuleDocument) -> Iterator[tuple[str, str, str]]:
    """Yield kind, id and path of all goods that live funnels name."""
    for index, funnel in enumerate(document.funnels):
        if not funnel.is_live:
            continue
        path = f"funnels[{index}]"
        for place, offer in offers_of(funnel, path):
            for number, variant_id in enumerate(offer.variant_ids):
                yield "variants", variant_id, f"{place}.variants[{number}]"
        for kind, each, key in _asked(funnel.audience):
            yield kind, each, f"{path}.audience ({key})"


def _asked(audience: Audience) -> Iterator[tuple[str, str, str]]:
    """Yield kind and id of all goods that an audience asks about, and the condition that does."""
    for leaf in leaves(audience):
        for argument in CONDITIONS[leaf.key].arguments:
            ids = leaf.arguments.get(argument.name)
            if argument.kind in _SAID and isinstance(ids, frozenset):
                for each in sorted(ids):
                    yield argument.kind, each, leaf.key
