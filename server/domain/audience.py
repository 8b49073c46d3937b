"""Audience trees: all, any, not, and conditions, answered with match, miss or unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from sys import intern
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

    @cached_property
    def part(self) -> str:
        """Which part of which fact is looked at, by a name that all conditions on it share."""
        return intern(f"{self.key}:{CONDITIONS[self.key].comparison.part(self.arguments)}")


@dataclass(frozen=True)
class AllOf:
    parts: tuple["Audience", ...]

    @cached_property
    def conditions(self) -> tuple[Leaf, ...] | None:
        """The parts, where they are all conditions and none is a group of others."""
        found = tuple(part for part in self.parts if isinstance(part, Leaf))
        return found if len(found) == len(self.parts) else None


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple["Audience", ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: "Audience"


Audience: TypeAlias = Leaf | AllOf | AnyOf | Not

EVERYBODY = AllOf(())


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
