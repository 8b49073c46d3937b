"""Builds pasts of shops for the tests of the replay."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from server.domain.backtest.past import KnownPerson, Past, PastOrder
from server.domain.experiments import bucket
from server.domain.orders import VariantFacts
from server.domain.purchases import purchase_of
from server.domain.recommendations import count_neighbours
from tests.factories import NOW, line, order, variant

AGREED = KnownPerson(orders=None, consents={"sms": "subscribed", "email": "subscribed"})


def past_order(number: int, shopper: str, at: datetime, *variants: str, **changes: Any) -> PastOrder:
    lines = tuple(line(each, line_id=f"{number}-{each}") for each in variants or ("1",))
    changes = {"gateways": ("shopify_payments",), "customer_id": shopper} | changes
    placed = order(str(number), reference_id=f"r{number}", created_at=at, updated_at=at, lines=lines, **changes)
    return PastOrder(
        placed, purchase_of(placed), f"customer:{shopper}", ("Europe/London",), has_email=True, has_phone=True
    )


def past(orders: Iterable[PastOrder], *goods: VariantFacts, **changes: Any) -> Past:
    held = tuple(sorted(orders, key=lambda each: (each.order.created_at, each.order.id)))
    people = changes.pop("people", {each.unit_id: AGREED for each in held})
    baskets = [[line.variant_id or "" for line in each.order.lines] for each in held]
    stocked = goods or tuple(variant(each) for each in ("1", "2", "3", "4"))
    return Past(held, {each.variant_id: each for each in stocked}, count_neighbours(baskets), people, **changes)


class _Draw:
    """Draws the same numbers for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed, self._drawn = str(seed), 0

    def below(self, number: int) -> int:
        self._drawn += 1
        return int(bucket(salt=self._seed, unit_id=str(self._drawn)) * number)


def busy_past(seed: int, *, orders: int = 400, shoppers: int = 60) -> Past:
    """Return a year of orders of shoppers who come back often, some within minutes; goods with little stock."""
    draw = _Draw(seed)
    start = NOW - timedelta(days=365)
    made = []
    for number in range(orders):
        at = start + timedelta(minutes=draw.below(365 * 24 * 60))
        names = {str(1 + draw.below(6)) for _ in range(1 + draw.below(3))}
        wallet = {"gateways": ("paypal",)} if draw.below(5) < 2 else {}
        who = str(draw.below(shoppers))
        made.append(past_order(number, who, at, *sorted(names), **wallet))
        if draw.below(5) == 0:
            again = at + timedelta(minutes=1 + draw.below(6_000))
            made.append(past_order(10_000 + number, who, again, *sorted(names)[:1], gateways=("paypal",)))
    goods = [variant(each, available=draw.below(60)) for each in ("1", "2", "3", "4", "5", "6")]
    states = ("subscribed", "subscribed", "not_subscribed")
    people = {
        f"customer:{each}": KnownPerson(consents={"sms": states[draw.below(3)], "email": states[draw.below(3)]})
        for each in range(shoppers)
    }
    return past(made, *goods, people=people)
