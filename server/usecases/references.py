"""Checks that what the rules name is there: goods of the shop's catalogue."""

from collections.abc import Iterator

from server.domain.audience import leaves
from server.domain.conditions import CONDITIONS
from server.domain.document import RuleDocument
from server.domain.rules import InvalidRules, Problem
from server.domain.rules.funnels import offers_of
from server.storage.catalog import Catalog
from server.storage.db import Session
from server.storage.listings import Listings

_GONE = "is not in the catalogue: it was deleted, or is another shop's. Choose another, or take it away."


def check_references(session: Session, shop_id: int, document: RuleDocument) -> None:
    """Refuse live rules that name goods which the shop does not have; an empty catalogue says nothing.

    Raises:
        InvalidRules.
    """
    catalog = Catalog(session, shop_id)
    if not catalog.count():
        return
    named = list(_named(document))
    variants = catalog.variants(each for kind, each, _ in named if kind == "variants")
    products = Listings(session, shop_id).products(each for kind, each, _ in named if kind == "products")
    known = {"variants": variants.keys(), "products": products.keys()}
    problems = [Problem(path, f"'{each}' {_GONE}") for kind, each, path in named if each not in known[kind]]
    if problems:
        raise InvalidRules(tuple(problems))


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
