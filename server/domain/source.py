"""Conditions as Python functions: rules are read once and asked for every order.

Source is made of our own conditions alone. What a document says only ever comes in as a constant under a name of ours,
so that no text of a shop is compiled. ADR 0020 has the figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Arguments, Sources
from server.domain.facts import Facts

Check = Callable[[Facts], bool | None]


@dataclass(slots=True)
class SourceWriter:
    """Writes conditions as expressions, and keeps the constants and the names of the facts that they use."""

    _constants: dict[str, object] = field(default_factory=dict)
    _facts: set[str] = field(default_factory=set)

    def condition(self, key: str, arguments: Arguments) -> Sources:
        condition = CONDITIONS[key]
        fact = condition.fact
        self._facts.add(fact.name)
        found = condition.comparison.write(arguments, fact.name, self._constant)
        if fact.is_certain:
            return found
        return Sources(*(f"{fact.name} is not None and ({each})" for each in found))

    def function(self, body: Sequence[str]) -> Any:
        """Return a function of facts with this body, in which each fact is a variable of its own name."""
        return _compiled("facts", self._lines(body), self._constants)

    def shared_function(self, body: Sequence[str]) -> Any:
        """Return the same, made of one function for all that differ in their constants alone."""
        return partial(_shared(", ".join([*self._constants, "facts"]), self._lines(body)), *self._constants.values())

    def _lines(self, body: Sequence[str]) -> tuple[str, ...]:
        return (*(f"{name} = facts.{name}" for name in sorted(self._facts)), *body)

    def _constant(self, value: object) -> str:
        name = f"k{len(self._constants)}"
        self._constants[name] = value
        return name


def compile_condition(key: str, arguments: Arguments) -> Check:
    """Return one condition as a function with three answers: True, False and, where it is unknown, None."""
    writer = SourceWriter()
    found = writer.condition(key, arguments)
    check: Check = writer.shared_function([f"return True if {found.match} else False if {found.miss} else None"])
    return check


@cache  # as many as there are ways to write a condition: some dozens
def _shared(parameters: str, lines: tuple[str, ...]) -> Any:
    return _compiled(parameters, lines, {})


def _compiled(parameters: str, lines: Sequence[str], names: Mapping[str, object]) -> Any:
    source = "\n".join([f"def asked({parameters}):", *(f"    {line}" for line in lines)])
    found = dict(names)
    exec(compile(source, "<rules>", "exec"), found)  # noqa: S102 - of our own conditions alone, see above
    return found["asked"]
