"""Checks that what the rules name is there: goods of the shop's catalogue, and its locations."""

from collections.abc import Iterator

from server.domain.audience import leaves
from server.domain.conditions import CONDITIONS
from server.domain.document import RuleDocument
from server.domain.rules import InvalidRules, Problem
from server.domain.rules.funnels import offers_of
from server.storage.catalog import Catalog
from server.storage.db import Session
from server.storage.listings import Listings
from server.storage.stock import StockByLocation

_NO_LOCATION = "is no location of the shop. Choose another, or take it away; new ones are read from Shopify every hour."
_ALL_DEACTIVATED = "names deactivated locations only, so that nothing would be offered. Choose one that is active."
_GONE = "is not in the catalogue: it was deleted, or is another shop's. Choose another, or take it away."


def check_references(session: Session, shop_id: int, document: RuleDocument) -> None:
    """Refuse rules that name goods or locations which the shop does not have; while none is known, nothing is said.

    Raises:
        InvalidRules.
    """
    problems = [*_goods_missing(session, shop_id, document), *_locations_missing(session, shop_id, document)]
    if problems:
        raise InvalidRules(tuple(problems))


def _goods_missing(session: Session, shop_id: int, document: RuleDocument) -> list[Problem]:
    catalog = Catalog(session, shop_id)
    if not catalog.count():
        return []
    named = list(_named(document))
    variants = catalog.variants(each for kind, each, _ in named if kind == "variants")
    products = Listings(session, shop_id).products(each for kind, each, _ in named if kind == "products")
    known = {"variants": variants.keys(), "products": products.keys()}
    return [Problem(path, f"'{each}' {_GONE}") for kind, each, path in named if each not in known[kind]]


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


def _named(document: RuleDocument) -> Iterator[tuple[str, str, str]]:
    """Yield kind, id and path of all goods that live funnels name."""
    for index, funnel in enumerate(document.funnels):
        if not funnel.is_live:
            continue
        path = f"funnels[{index}]"
        for place, offer in offers_of(funnel, path):
            for number, variant_id in enumerate(offer.variant_ids):
                yield "variants", variant_id, f"{place}.variants[{number}]"
        for leaf in leaves(funnel.audience):
            for argument in CONDITIONS[leaf.key].arguments:
                ids = leaf.arguments.get(argument.name)
                if argument.kind in ("variants", "products") and isinstance(ids, frozenset):
                    for each in sorted(ids):
                        yield argument.kind, each, f"{path}.audience ({leaf.key})"
