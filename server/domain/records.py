"""Facts as they stand beside a decision, so that it can be told and made again as it was."""

from collections.abc import Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from server.domain.facts import Fact, Facts, FactType
from server.domain.goods import Goods, GoodsLine

_ALWAYS = (Fact("order_currency", FactType.TEXT),)  # what amounts are told in


def record(facts: Facts, read: Iterable[Fact]) -> dict[str, Any]:
    """Return the facts that were read as JSON values, by name; one that cannot be worked out is unknown."""
    return {fact.name: _packed(fact.type, _value(facts, fact.name)) for fact in (*_ALWAYS, *read)}


def recorded(kept: Mapping[str, Any], read: Sequence[Fact]) -> Facts | None:
    """Return recorded facts for conditions to ask; None where they are gone, as their shopper was erased."""
    if any(fact.name not in kept for fact in read):
        return None
    values = {fact.name: _unpacked(fact.type, kept[fact.name]) for fact in (*_ALWAYS, *read)}
    return cast("Facts", SimpleNamespace(**values))


def without_person(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stay of recorded facts when their shopper is erased."""
    names = {fact.name for fact in _ALWAYS}
    return {name: value for name, value in kept.items() if name in names}


def _value(facts: Facts, name: str) -> Any:
    try:
        return getattr(facts, name)
    except Exception:  # noqa: BLE001 - the rules that asked it are BROKEN and reported; the others keep their answer
        return None


def _packed(kind: FactType, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case FactType.TEXTS:
            return sorted(value)
        case FactType.TABLE:
            return dict(value)
        case FactType.GOODS:
            lines = [[sorted(line.marks), line.sku, line.quantity, line.is_known] for line in value.lines]
            return {"lines": lines, "is_whole": value.is_whole}
    return value


def _unpacked(kind: FactType, kept: Any) -> Any:
    if kept is None:
        return None
    match kind:
        case FactType.TEXTS:
            return frozenset(kept)
        case FactType.GOODS:
            lines = (GoodsLine(frozenset(marks), *rest) for marks, *rest in kept["lines"])
            return Goods(tuple(lines), is_whole=kept["is_whole"])
    return kept
