"""What a decision read, as it stands beside it, so that it can be told and made again as it was."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, astuple
from datetime import datetime
from types import SimpleNamespace
from typing import Any, cast

from server.domain.blocks import Refused
from server.domain.decision import Decision
from server.domain.document import RuleDocument
from server.domain.facts import Fact, Facts, FactType
from server.domain.goods import Goods, GoodsLine
from server.domain.locations import LocationStock
from server.domain.offers import Band, Wanted
from server.domain.orders import Purchase, VariantFacts
from server.domain.plans import pack_plan, unpack_plan
from server.domain.situation import Candidate, Situation, Surface

_ALWAYS = (Fact("order_currency", FactType.TEXT),)  # what amounts are told in
_SEEN = "situation"  # no fact is called so

# Of goods, what a decision compares; the rest is for showing them.
_COMPARED = (
    "product_id", "title", "price", "available", "is_sellable", "unit_cost", "sells_when_out_of_stock",
    "stock_levels", "open_demand", "levels", "stands",
)  # fmt: skip


def record(facts: Facts, read: Iterable[Fact]) -> dict[str, Any]:
    """Return the facts that were read as JSON values, by name; one that cannot be worked out is unknown."""
    return {fact.name: _packed(fact.type, _value(facts, fact.name)) for fact in (*_ALWAYS, *read)}


def record_all(document: RuleDocument, situation: Situation, decision: Decision) -> dict[str, Any]:
    """Return everything that a decision read as JSON values: facts, and of the goods those that it came to."""
    named = {note.line.subject.removeprefix("variant:") for note in decision.notes}
    named |= {each for step in decision.steps for each in step.offered.variant_ids}
    looked_at = [each for each in situation.goods if each in named]
    seen = {
        "surface": situation.surface.value,
        "goods": {each: _compared(situation.goods[each]) for each in looked_at},
        "plans": {
            each: [found.is_by_plan_only, [pack_plan(plan) for plan in found.plans]]
            for each in looked_at
            if (found := situation.goods[each]).is_by_plan_only or found.plans
        },
        "candidates": [
            [asdict(wanted), [[each.variant_id, each.because] for each in found if each.variant_id in named]]
            for wanted, found in situation.candidates.items()
        ],
        "is_held_out": situation.is_held_out,
        "has_codes": situation.has_codes,
        "showings": situation.showings,
        "refused": {name: sorted(ids) for name, ids in asdict(situation.refused).items() if ids},
        "local_time": situation.local_time.isoformat() if situation.local_time else None,
        "arms": dict(situation.arms),
        "unit_id": situation.facts.unit_id if document.has_experiments else None,
    }
    return {
        **record(situation.facts, document.live_facts),
        _SEEN: {name: value for name, value in seen.items() if value},
    }


def recorded(kept: Mapping[str, Any], read: Sequence[Fact]) -> Facts | None:
    """Return recorded facts for conditions to ask; None where they are gone, as their shopper was erased."""
    if any(fact.name not in kept for fact in (*_ALWAYS, *read)):
        return None
    values = {fact.name: _unpacked(fact.type, kept[fact.name]) for fact in (*_ALWAYS, *read)}
    return cast("Facts", SimpleNamespace(**values))


def recorded_situation(kept: Mapping[str, Any], document: RuleDocument, purchase: Purchase) -> Situation | None:
    """Return what a decision read as it was then, to decide again; None where it was never kept, or is gone."""
    facts, seen = recorded(kept, document.live_facts), kept.get(_SEEN)
    if facts is None or seen is None:
        return None
    facts.__dict__.update(purchase=purchase, unit_id=seen.get("unit_id") or "")
    local = seen.get("local_time")
    return Situation(
        surface=Surface(seen["surface"]),
        facts=facts,
        goods={
            each: _variant(each, compared, seen.get("plans", {}).get(each, (False, ())))
            for each, compared in seen.get("goods", {}).items()
        },
        candidates={
            _wanted(wanted): tuple(Candidate(variant_id, 0.0, because) for variant_id, because in found)
            for wanted, found in seen.get("candidates", [])
        },
        is_held_out=seen.get("is_held_out", False),
        has_codes=seen.get("has_codes", False),
        showings=seen.get("showings", 0),
        refused=Refused(**{name: frozenset(ids) for name, ids in seen.get("refused", {}).items()}),
        local_time=datetime.fromisoformat(local) if local else None,
        arms=seen.get("arms", {}),
    )


def without_person(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return what may stay of recorded facts when their shopper is erased."""
    names = {fact.name for fact in _ALWAYS}
    return {name: value for name, value in kept.items() if name in names}


def _compared(variant: VariantFacts) -> list[Any]:
    values = [getattr(variant, name) for name in _COMPARED]
    levels = values.pop(-2)
    plain = [list(value) if isinstance(value, tuple) else value for value in values[:-1]]
    return plain if levels is None else [*plain, [list(astuple(each)) for each in levels], values[-1]]


def _variant(variant_id: str, compared: Sequence[Any], sold: Sequence[Any]) -> VariantFacts:
    is_by_plan_only, plans = sold
    given = dict(zip(_COMPARED, compared, strict=False))  # where goods lie is told only where it was looked at
    given["stock_levels"] = tuple(given["stock_levels"])
    if "levels" in given:
        given["levels"] = tuple(LocationStock(*each) for each in given["levels"])
        given["stands"] = tuple(tuple((place, amount) for place, amount in stand) for stand in given["stands"])
    return VariantFacts(
        variant_id=variant_id,
        variant_title=None,
        is_by_plan_only=is_by_plan_only,
        plans=tuple(map(unpack_plan, plans)),
        **given,
    )


def _wanted(packed: Mapping[str, Any]) -> Wanted:
    band = packed["band"]
    return Wanted(packed["source"], packed["pairing"], Band(**band) if band else None)


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
            lines = [
                [sorted(line.marks), line.sku, line.quantity, line.is_known, line.is_sorted] for line in value.lines
            ]
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
