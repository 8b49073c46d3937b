"""How facts are compared: each kind of comparison once, for every condition that asks in that way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from server.core.money import Money
from server.domain.conditions.definition import Argument, Arguments, Comparison, Constant, Sources
from server.domain.experiments import bucket

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Between(Comparison):
    """A number within limits that are part of it. `unit` is money or count; `name` begins the trace."""

    name: str
    unit: str = "count"

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return Argument("at_least", "At least", self.unit), Argument("at_most", "At most", self.unit)

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        low, high = _limits(given)
        within = " <= ".join(
            [*([constant(low)] if low is not None else []), value, *([constant(high)] if high is not None else [])]
        )
        return _either(within)

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"{self.name} {self._shown(value, currency)}"

    def wanted(self, given: Arguments, currency: str) -> str:
        limits = zip(("at least", "at most"), _limits(given), strict=True)
        return ", ".join(f"{word} {self._shown(limit, currency)}" for word, limit in limits if limit is not None)

    def _shown(self, value: object, currency: str) -> str:
        if not isinstance(value, int):
            return UNKNOWN
        return f"{Money(value, currency).text()} {currency}" if self.unit == "money" else str(value)


@dataclass(frozen=True, slots=True)
class HourWithin(Comparison):
    """An hour of the day from one hour up to, not including, another; a range may pass midnight."""

    name: str

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (
            Argument("from_hour", "From hour", "hour", is_required=True),
            Argument("to_hour", "Up to hour", "hour", is_required=True),
        )

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        start, end = cast("int", given["from_hour"]), cast("int", given["to_hour"])
        if start < end:
            return _either(f"{constant(start)} <= {value} < {constant(end)}")
        return _either(f"({value} >= {constant(start)} or {value} < {constant(end)})")

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"{self.name} {UNKNOWN if value is None else f'{value}:00'}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"wanted {given['from_hour']}:00 to {given['to_hour']}:00"


@dataclass(frozen=True, slots=True)
class OneOf(Comparison):
    """A word that is one of those named, whatever the letters' case; `choices` where only certain words can be.

    `is_code` has it told in capitals, as codes of countries and currencies are written.
    """

    name: str
    argument: str
    label: str
    choices: tuple[str, ...] = ()
    is_code: bool = False

    @property
    def arguments(self) -> tuple[Argument, ...]:
        kind = "choices" if self.choices else "texts"
        return (Argument(self.argument, self.label, kind, is_required=True, choices=self.choices),)

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        return _either(f"{value} in {constant(_folded(_texts(given, self.argument)))}")

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        found = cast("str | None", value)
        return f"{self.name} {self._written(found) if found else UNKNOWN}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"wanted {self._written(listed(_folded(_texts(given, self.argument))))}"

    def _written(self, words: str) -> str:
        return words.upper() if self.is_code else words


@dataclass(frozen=True, slots=True)
class AnyOf(Comparison):
    """A set of words that shares one with those named, whatever the letters' case; `choices` as in OneOf."""

    name: str
    argument: str
    label: str
    choices: tuple[str, ...] = ()

    @property
    def arguments(self) -> tuple[Argument, ...]:
        kind = "choices" if self.choices else "texts"
        return (Argument(self.argument, self.label, kind, is_required=True, choices=self.choices),)

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        return _either(f"not {constant(_folded(_texts(given, self.argument)))}.isdisjoint({value})")

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"{self.name} {UNKNOWN if value is None else listed(cast('frozenset[str]', value)) or 'none'}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"looked for {listed(_folded(_texts(given, self.argument)))}"


@dataclass(frozen=True, slots=True)
class Is(Comparison):
    """A yes or no, or one of two words: `yes` and `no` are how they are chosen and told."""

    name: str
    label: str
    yes: str = "yes"
    no: str = "no"

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (Argument("is", self.label, "choice", is_required=True, choices=(self.yes, self.no)),)

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:  # noqa: ARG002 - one protocol for all
        return _either(value if given["is"] == self.yes else f"not {value}")

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"{self.name} {UNKNOWN if value is None else self.yes if value else self.no}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"wanted {given['is']}"


@dataclass(frozen=True, slots=True)
class Entry(Comparison):
    """An entry of a table that has one of the values named, whatever the letters' case."""

    name: str

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (
            Argument("name", "Name", "text", is_required=True),
            Argument("values", "Values", "texts", is_required=True),
        )

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        entry, wanted = constant(self.part(given)), constant(_folded(_texts(given, "values")))
        return _either(f"{value}.get({entry}) in {wanted}")

    def part(self, given: Arguments) -> str:
        return cast("str", given["name"]).casefold()

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"{part} {UNKNOWN if value is None else cast('dict[str, str]', value).get(part) or 'none'}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"wanted {listed(_folded(_texts(given, 'values')))}"


@dataclass(frozen=True, slots=True)
class Share(Comparison):
    """A share of all shoppers, drawn by who they are: the same shopper is always on the same side of the same salt."""

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (
            Argument("percent", "Percent of shoppers", "percent", is_required=True),
            Argument("salt", "Draw", "text", is_required=True),
        )

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        percent = constant(cast("float", given["percent"]) / 100)
        return _either(f"{constant(bucket)}(salt={constant(given['salt'])}, unit_id={value}) < {percent}")

    def part(self, given: Arguments) -> str:
        return cast("str", given["salt"])

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"drawn {bucket(salt=part, unit_id=cast('str', value)) * 100:.2f} of 100"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        return f"wanted below {given['percent']:g}"


def _either(met: str) -> Sources:
    return Sources(met, f"not ({met})")


def _limits(given: Arguments) -> tuple[int | None, int | None]:
    return cast("int | None", given.get("at_least")), cast("int | None", given.get("at_most"))


def _texts(given: Arguments, name: str) -> frozenset[str]:
    return cast("frozenset[str]", given.get(name, frozenset()))


def _folded(words: frozenset[str]) -> frozenset[str]:
    """Return words to be compared whatever their letters' case."""
    return frozenset(each.casefold() for each in words)


def listed(words: Iterable[str]) -> str:
    """Return words for a trace, always in the same order."""
    return ", ".join(sorted(words))
