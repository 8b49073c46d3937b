"""Money of the world (integer minor units, all with two places) as the Admin API writes it.

Two formats exist side by side: the scalar `Decimal` inside MoneyV2 drops trailing zeros but keeps one decimal
place ("12.5", "10.0"), the scalar `Money` (a variant's price) always has two ("12.50").
"""

from collections.abc import Callable
from sqlite3 import Row
from typing import NamedTuple

from tests.sandbox.shopify import money


class Money(NamedTuple):
    """An amount in minor units of `currency`."""

    minor: int
    currency: str


class Bag(NamedTuple):
    """One amount in the shop's currency and in the buyer's."""

    shop: Money
    presentment: Money


def money_text(amount: Money) -> str:
    """Return the amount as the scalar `Money`, e.g. "12.50"."""
    return money.text(amount.minor)


def decimal_text(amount: Money) -> str:
    """Return the amount as the scalar `Decimal`, e.g. "12.5"."""
    text = money.text(amount.minor)
    return text.removesuffix("0")


def bag_maker(order: Row) -> Callable[[int], Bag]:
    """Return the function that turns minor shop money of this order into a bag."""
    currency: str = order["currency"]
    presentment: str = order["presentment_currency"]
    rate: float = order["presentment_rate"]
    if presentment == currency:

        def same(minor: int) -> Bag:
            amount = Money(minor, currency)
            return Bag(amount, amount)

        return same

    def both(minor: int) -> Bag:
        return Bag(Money(minor, currency), Money(money.presentment(minor, rate), presentment))

    return both
