"""Hundreds of audiences asked at once: one function for all live rules of a version."""

from collections.abc import Callable, Sequence

from server.domain.audience import AllOf, Answer, AnyOf, Audience, Leaf, evaluate
from server.domain.conditions.definition import Sources
from server.domain.facts import Facts
from server.domain.source import SourceWriter

MATCH, BROKEN = -1, -2
Screen = Callable[[Facts], list[int]]

_ALWAYS, _NEVER = "True", "False"


def compile_screen(audiences: Sequence[Audience]) -> Screen:
    """Return a function that tells, for each of the audiences in turn, MATCH or which part of it was not met first.

    Parts are counted from 0; an audience that is no list of conditions is one part. The function says the same as
    `audience.evaluate`, many times as fast, but not whether a part was missed or is unknown. An audience that fails to
    run is BROKEN, and leaves the others as they are.
    """
    writer = SourceWriter()
    asked = [f"{_first_unmet(each, writer)}," for each in audiences]
    at_once: Screen = writer.function(["return [", *asked, "]"])

    def screen(facts: Facts) -> list[int]:
        try:
            return at_once(facts)
        except Exception:  # noqa: BLE001 - whatever a condition of ours does wrong must not keep a shopper waiting
            return [_alone(each, facts) for each in audiences]

    return screen


def _alone(audience: Audience, facts: Facts) -> int:
    parts = audience.parts if isinstance(audience, AllOf) else (audience,)
    try:
        unmet = (place for place, part in enumerate(parts) if evaluate(part, facts) is not Answer.MATCH)
        return next(unmet, MATCH)
    except Exception:  # noqa: BLE001 - as above
        return BROKEN


def _first_unmet(audience: Audience, writer: SourceWriter) -> str:
    parts = audience.parts if isinstance(audience, AllOf) else (audience,)
    tests = [f"{place} if not ({_sources(part, writer).match}) else " for place, part in enumerate(parts)]
    return f"{''.join(tests)}{MATCH}"


def _sources(audience: Audience, writer: SourceWriter) -> Sources:
    """Return when an audience surely matches, and when it surely does not: `not` swaps the two, by De Morgan."""
    if isinstance(audience, Leaf):
        return writer.condition(audience.key, audience.arguments)
    if isinstance(audience, AllOf | AnyOf):
        parts = [_sources(part, writer) for part in audience.parts]
        matches, misses = [part.match for part in parts], [part.miss for part in parts]
        if isinstance(audience, AllOf):
            return Sources(_joined("and", matches, _ALWAYS), _joined("or", misses, _NEVER))
        return Sources(_joined("or", matches, _NEVER), _joined("and", misses, _ALWAYS))
    inner = _sources(audience.part, writer)
    return Sources(inner.miss, inner.match)


def _joined(word: str, parts: list[str], none: str) -> str:
    return f" {word} ".join(f"({part})" for part in parts) if parts else none
