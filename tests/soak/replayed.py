"""Checks a replay's touches against the rules, by means of its own: nothing of the app is used or known here.

A touch is (shopper, order, kind, channel, time, goods, stock). The rules are plain numbers.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Touch:
    """One message or call that a replay would have sent."""

    shopper: str
    order: str
    kind: str
    channel: str
    at: datetime
    goods: str
    stock: int | None


@dataclass(frozen=True)
class Limits:
    """What the rules promise; 0 is off."""

    days_between: dict[str, int]  # by kind of follow-up
    messages_per_order: int
    sms_holds_email_hours: int
    email_holds_sms_hours: int
    minimum_stock: int


def violations(touches: Iterable[Touch], limits: Limits) -> list[str]:
    """Return every promise that the touches break, in words."""
    by_shopper: dict[str, list[Touch]] = defaultdict(list)
    for touch in touches:
        by_shopper[touch.shopper].append(touch)
    found: list[str] = []
    for shopper, held in by_shopper.items():
        held.sort(key=lambda each: each.at)
        found += _too_soon(shopper, held, limits)
        found += _held_back(shopper, held, limits)
        found += _too_many(shopper, held, limits)
    found += [
        f"{each.goods} was offered with {each.stock} in stock at {each.at}"
        for held in by_shopper.values()
        for each in held
        if each.stock is not None and each.stock < limits.minimum_stock
    ]
    return found


def _too_soon(shopper: str, held: Sequence[Touch], limits: Limits) -> Iterable[str]:
    for kind, days in limits.days_between.items():
        first: dict[str, datetime] = {}
        for touch in held:
            if touch.kind == kind:
                first.setdefault(touch.order, touch.at)
        for touch in held:
            if touch.kind != kind:
                continue
            for order, began in first.items():
                # A later touch of an order must lie apart from the beginning of every other order's follow-up before.
                if order != touch.order and began <= touch.at < began + timedelta(days=days):
                    yield f"{shopper} was written to about {touch.order} {touch.at - began} after {order} began"


def _held_back(shopper: str, held: Sequence[Touch], limits: Limits) -> Iterable[str]:
    hours = {("sms", "email"): limits.sms_holds_email_hours, ("email", "sms"): limits.email_holds_sms_hours}
    for at, later in enumerate(held):
        for earlier in held[:at]:
            length = timedelta(hours=hours.get((earlier.channel, later.channel), 0))
            if later.at - earlier.at < length:
                yield f"{shopper}: {later.channel} {later.at - earlier.at} after {earlier.channel}"


def _too_many(shopper: str, held: Sequence[Touch], limits: Limits) -> Iterable[str]:
    counts: dict[str, int] = defaultdict(int)
    for touch in held:
        counts[touch.order] += 1
    for order, count in counts.items():
        if 0 < limits.messages_per_order < count:
            yield f"{shopper} got {count} messages about {order}"
