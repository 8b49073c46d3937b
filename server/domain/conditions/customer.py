"""Conditions on who bought."""

from typing import cast

from server.domain.conditions.definition import Argument, Arguments, Condition, Facts, Need


def _check_history(given: Arguments, facts: Facts) -> bool | None:
    earlier = facts.shopper.earlier_orders
    if earlier is None:
        return None
    return (earlier == 0) == (given["is"] == "first")


def _tiers(given: Arguments) -> frozenset[str]:
    return cast("frozenset[str]", given["tiers"])


HISTORY = Condition(
    key="customer.history",
    label="First or repeat buyer",
    arguments=(Argument("is", "Buyer", "choice", is_required=True, choices=("first", "repeat")),),
    check=_check_history,
    describe=lambda given, facts: f"earlier orders {facts.shopper.earlier_orders}, wanted {given['is']} buyer",
    needs=frozenset({Need.HISTORY}),
)

TIER = Condition(
    key="customer.tier",
    label="Customer tier",
    arguments=(Argument("tiers", "Tiers", "texts", is_required=True),),
    check=lambda given, facts: facts.shopper.tier in _tiers(given) if facts.shopper.tier is not None else None,
    describe=lambda given, facts: f"tier {facts.shopper.tier or 'unknown'}, wanted {', '.join(sorted(_tiers(given)))}",
    needs=frozenset({Need.HISTORY}),
)
