"""Conditions on what was bought."""

from collections.abc import Callable
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


def _texts(given: Arguments, name: str) -> set[str]:
    return {str(each) for each in cast("list[object]", given.get(name) or [])}


def _wanted(given: Arguments, name: str) -> set[str]:
    """Return words to be compared whatever their letters' case."""
    return {each.casefold() for each in _texts(given, name)}


def _contains(given: Arguments, facts: Facts) -> bool | None:
    variants, products = (_texts(given, name) for name in ("variants", "products"))
    tags = _wanted(given, "tags")
    lines = facts.purchase.lines
    if any(line.variant_id in variants or line.product_id in products for line in lines):
        return True
    if not tags:
        return False
    is_known = True
    for line in lines:
        held = facts.goods.get(line.variant_id)
        if held is None:
            is_known = False
        elif tags & {tag.casefold() for tag in held.tags}:
            return True
    return False if is_known else None


def _describe_contains(given: Arguments, facts: Facts) -> str:
    wanted = [f"{name} {', '.join(sorted(found))}" for name in given if (found := _texts(given, name))]
    return f"{len(facts.purchase.lines)} lines, looked for {'; '.join(wanted)}"


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
    check=lambda given, facts: (
        facts.purchase.country_code.casefold() in _wanted(given, "countries") if facts.purchase.country_code else None
    ),
    describe=lambda given, facts: (
        f"ships to {facts.purchase.country_code or 'unknown'}, "
        f"looked for {', '.join(sorted(_wanted(given, 'countries'))).upper()}"
    ),
)
