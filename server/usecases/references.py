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
from server.storage.plans import SellingPlans

_NO_PLAN = "is none of the shop's selling plans. Choose another, or let the goods' own plan be taken."
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
    asked = list(_plans(document))
    plans = {each.plan_id for each in SellingPlans(session, shop_id).everything()} if asked else set()
    problems += [Problem(path, f"'{each}' {_NO_PLAN}") for each, path in asked if each not in plans]
    if problems:
        raise InvalidRules(tuple(problems))


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
        for leaf in leaves(funnel.audience):
            for argument in CONDITIONS[leaf.key].arguments:
                ids = leaf.arguments.get(argument.name)
                if argument.kind in ("variants", "products") and isinstance(ids, frozenset):
                    for each in sorted(ids):
                        yield argument.kind, each, f"{path}.audience ({leaf.key})"
