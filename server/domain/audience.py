"""Audience trees: all, any, not, and conditions, answered with match, miss or unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import islice
from typing import TypeAlias

from server.domain.conditions import CONDITIONS
from server.domain.facts import Fact, Facts, Need
from server.domain.source import Check, compile_condition


class Answer(StrEnum):
    MATCH = "match"
    MISS = "miss"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Leaf:
    key: str
    arguments: Mapping[str, object]

    @cached_property
    def check(self) -> Check:
        return compile_condition(self.key, self.arguments)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple["Audience", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Audience", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Audience"


Audience: TypeAlias = Leaf | AllOf | AnyOf | Not

EVERYBODY = AllOf(())
_TOLD = 3


def evaluate(audience: Audience, facts: Facts) -> Answer:
    """Answer an audience in three-valued logic: what is unknown never counts as a match, also not through `not`."""
    match audience:
        case Leaf():
            found = audience.check(facts)
            return Answer.UNKNOWN if found is None else Answer.MATCH if found else Answer.MISS
        case AllOf(parts):
            return _worst(parts, facts, decisive=Answer.MISS, otherwise=Answer.MATCH)
        case AnyOf(parts):
            return _worst(parts, facts, decisive=Answer.MATCH, otherwise=Answer.MISS)
        case _:
            inner = evaluate(audience.part, facts)
            return {Answer.MATCH: Answer.MISS, Answer.MISS: Answer.MATCH}.get(inner, Answer.UNKNOWN)


def explain(audience: Audience, facts: Facts) -> str:
    """Return the first conditions that kept the audience from matching, with the values compared."""
    told: list[Leaf] = []
    _gather_failing(audience, facts, told)
    told = told or list(islice(leaves(audience), _TOLD))
    return "; ".join([CONDITIONS[leaf.key].describe(leaf.arguments, facts) for leaf in told])


def _gather_failing(audience: Audience, facts: Facts, found: list[Leaf]) -> None:
    # Asked of each of hundreds of funnels at every decision, so without generators.
    if isinstance(audience, Leaf):
        if len(found) < _TOLD and audience.check(facts) is not True:
            found.append(audience)
    else:
        for part in (audience.part,) if isinstance(audience, Not) else audience.parts:
            _gather_failing(part, facts, found)


def leaves(audience: Audience) -> Iterable[Leaf]:
    match audience:
        case Leaf():
            yield audience
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case _:
            yield from leaves(audience.part)


def facts_of(audience: Audience) -> frozenset[Fact]:
    """Return the facts that answering `audience` takes."""
    return frozenset(CONDITIONS[leaf.key].fact for leaf in leaves(audience))


def needs(audience: Audience) -> frozenset[Need]:
    """Return what it takes to know those facts."""
    return frozenset(fact.need for fact in facts_of(audience) if fact.need is not None)


def _worst(parts: Iterable[Audience], facts: Facts, *, decisive: Answer, otherwise: Answer) -> Answer:
    result = otherwise
    for part in parts:
        answer = evaluate(part, facts)
        if answer is decisive:
            return decisive
        if answer is Answer.UNKNOWN:
            result = Answer.UNKNOWN
    return result
