"""What a condition is: a key, typed arguments, the fact it asks, and how the two are compared, with three answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple, Protocol

from server.domain.facts import Fact

Arguments = Mapping[str, object]
Constant = Callable[[object], str]


@dataclass(frozen=True, slots=True)
class Argument:
    """One typed argument; `kind` chooses the form field and the validation.

    Kinds: money (minor units of the shop's currency), count (whole number), percent (0 to 100), choice and choices
    (one or several of `choices`), text (one word), texts (a set of words), variants, products and collections (sets of
    ids).
    """

    name: str
    label: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    is_rare: bool = False  # stands behind "More" in the form


class Sources(NamedTuple):
    """Python expressions that say when a condition is surely met, and when surely not; neither: it is unknown."""

    match: str
    miss: str


class Comparison(Protocol):
    """How the value of a fact, once it is known, and the given arguments are compared."""

    is_twofold: ClassVar[bool] = True  # met or not, and nothing between, once the fact is known

    @property
    def arguments(self) -> tuple[Argument, ...]: ...

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        """Return the comparison as source, for `server.domain.source`.

        `value` is an expression for the fact. Whatever comes from the document must go through `constant`, which
        keeps an object and returns the name it has in the source: no text of a shop is ever compiled.
        """
        ...

    def part(self, given: Arguments) -> str:  # noqa: ARG002 - most have none
        """Return which part of the fact is compared, where it is not always the whole."""
        return ""

    def held(self, value: object, part: str, currency: str) -> str:
        """Return what was found, for the trace. `currency` is that of amounts of money."""
        ...

    def wanted(self, given: Arguments, currency: str) -> str:
        """Return what it was compared with, for the trace."""
        ...


@dataclass(frozen=True)
class Condition:
    """A leaf of an audience."""

    key: str
    label: str
    fact: Fact
    comparison: Comparison
    help: str = ""

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        return self.comparison.arguments
