"""Conditions on what was bought."""

from collections.abc import Callable
from functools import lru_cache
from typing import cast

from server.core.money import Money
from server.domain.conditions.definition import Argument, Arguments, Condition, Facts, Need


def _limits(given: Arguments) -> tuple[int | None, int | None]:
    return cast("int | None", given.get("at_least")), cast("int | None", given.get("at_most"))


def _within(value: int, given: Arguments) -> bool:
    low, high = _limits(given)
    return (low is None or value >= low) and (high is None or value <= high)


def _compare(name: str, value: int, given: Arguments, *, show: Callable[[int], str] = str) -> str:
    low, high = _limits(given)
    parts = [f"{name} {show(value)}"]
    if low is not None:
        parts.append(f"at least {show(low)}")
    if high is not None:
        parts.append(f"at most {show(high)}")
    return ", ".join(parts)


def _describe_value(given: Arguments, facts: Facts) -> str:
    currency = facts.purchase.currency
    return _compare(
        "order value", facts.purchase.total, given, show=lambda minor: f"{Money(minor, currency).text()} {currency}"
    )


def _count(facts: Facts) -> int:
    return sum(line.quantity for line in facts.purchase.lines)


def _texts(given: Arguments, name: str) -> frozenset[str]:
    return cast("frozenset[str]", given.get(name, frozenset()))


@lru_cache(maxsize=10_000)
def _folded(words: frozenset[str]) -> frozenset[str]:
    """Return words to be compared whatever their letters' case."""
    return frozenset(each.casefold() for each in words)


def _contains(given: Arguments, facts: Facts) -> bool | None:
    for name, bought in (("variants", facts.bought_variant_ids), ("products", facts.bought_product_ids)):
        if name in given and not bought.isdisjoint(_texts(given, name)):
            return True
    if "tags" not in given:
        return False
    if not facts.bought_tags.isdisjoint(_folded(_texts(given, "tags"))):
        return True
    # A line whose goods are not known may well have the tag.
    return False if facts.bought_variant_ids <= facts.goods.keys() else None


def _describe_contains(given: Arguments, facts: Facts) -> str:
    wanted = [f"{name} {', '.join(sorted(found))}" for name in given if (found := _texts(given, name))]
    return f"{len(facts.purchase.lines)} lines, looked for {'; '.join(wanted)}"


def _ships_to(given: Arguments, facts: Facts) -> bool | None:
    code = facts.purchase.country_code
    return code.casefold() in _folded(_texts(given, "countries")) if code else None


VALUE = Condition(
    key="order.value",
    label="Order value",
    arguments=(Argument("at_least", "At least", "money"), Argument("at_most", "At most", "money")),
    check=lambda given, facts: _within(facts.purchase.total, given),
    describe=_describe_value,
)

ITEM_COUNT = Condition(
    key="order.item_count",
    label="Number of items",
    arguments=(Argument("at_least", "At least", "count"), Argument("at_most", "At most", "count")),
    check=lambda given, facts: _within(_count(facts), given),
    describe=lambda given, facts: _compare("items", _count(facts), given),
)

CONTAINS = Condition(
    key="order.contains",
    label="Order contains any of",
    arguments=(
        Argument("products", "Products", "products"),
        Argument("variants", "Variants", "variants"),
        Argument("tags", "Product tags", "texts"),
    ),
    check=_contains,
    describe=_describe_contains,
    needs=frozenset({Need.CATALOGUE}),
)

COUNTRY = Condition(
    key="order.country",
    label="Shipping country",
    arguments=(Argument("countries", "Countries (two letters)", "texts", is_required=True),),
    check=_ships_to,
    describe=lambda given, facts: (
        f"ships to {facts.purchase.country_code or 'unknown'}, "
        f"looked for {', '.join(sorted(_folded(_texts(given, 'countries')))).upper()}"
    ),
)
