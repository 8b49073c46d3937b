"""Two readings of one order: what a notice leaves out, and what a later reading says beyond an earlier one."""

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from server.domain.orders import Order

# What some news of an order is silent on: what was told before holds on.
TOLD_APART = ("starts_subscription", "needs_shipping", "has_duties", "payment_kind", "fulfilment")


class News(Enum):
    """What a reading of an order says beyond what is stored."""

    CHANGE = auto()
    DETAIL = auto()  # only what notices do not tell, or that something changed which is not kept here
    NONE = auto()


def told_before(order: Order, told: Mapping[str, Any]) -> Order:
    """Return an order with what an earlier reading told, where this one is silent on it."""
    kept = {name: told[name] for name in TOLD_APART if getattr(order, name) is None and told[name] is not None}
    return replace(order, **kept) if kept else order


def differ(held: Order, order: Order) -> bool:
    """Tell whether two readings of an order differ in what every reading tells, but for the time of its change.

    Tags of goods are read for the moment and not stored.
    """
    lines = tuple(replace(each, tags=()) for each in sorted(order.lines, key=lambda each: each.line_id))
    same = {name: getattr(held, name) for name in (*TOLD_APART, "updated_at")}
    return held != replace(order, lines=lines, **same)


def news_in(order: Order, held: Order | None) -> News:
    """Tell what a reading by the API says beyond what is stored, `held`."""
    if held is None:
        return News.CHANGE
    if held.updated_at > order.updated_at:
        return News.NONE
    if held.updated_at < order.updated_at:
        return News.CHANGE if differ(held, order) else News.DETAIL
    told = told_before(order, {name: getattr(held, name) for name in TOLD_APART})
    is_same = all(getattr(held, name) == getattr(told, name) for name in TOLD_APART)
    return News.NONE if is_same else News.DETAIL
