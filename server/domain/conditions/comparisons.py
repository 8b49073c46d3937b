"""How facts are compared: each kind of comparison once, for every condition that asks in that way."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from server.core.money import Money
from server.domain.conditions.definition import Argument, Arguments, Constant, Sources
from server.domain.experiments import bucket
from server.domain.facts import Facts

UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Between:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:
        low, high = _limits(given)
        parts = [f"{self.name} {self._shown(value, facts)}"]
        if low is not None:
            parts.append(f"at least {self._shown(low, facts)}")
        if high is not None:
            parts.append(f"at most {self._shown(high, facts)}")
        return ", ".join(parts)

    def _shown(self, value: object, facts: Facts) -> str:
        if not isinstance(value, int):
            return UNKNOWN
        if self.unit != "money":
            return str(value)
        return f"{Money(value, facts.order_currency).text()} {facts.order_currency}"


@dataclass(frozen=True, slots=True)
class HourWithin:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        hour = UNKNOWN if value is None else f"{value}:00"
        return f"{self.name} {hour}, wanted {given['from_hour']}:00 to {given['to_hour']}:00"


@dataclass(frozen=True, slots=True)
class OneOf:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        held, wanted = cast("str | None", value), listed(_folded(_texts(given, self.argument)))
        if self.is_code:
            held, wanted = held and held.upper(), wanted.upper()
        return f"{self.name} {held or UNKNOWN}, wanted {wanted}"


@dataclass(frozen=True, slots=True)
class AnyOf:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        held = UNKNOWN if value is None else listed(cast("frozenset[str]", value)) or "none"
        return f"{self.name} {held}, looked for {listed(_folded(_texts(given, self.argument)))}"


@dataclass(frozen=True, slots=True)
class Is:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        told = UNKNOWN if value is None else self.yes if value else self.no
        return f"{self.name} {told}, wanted {given['is']}"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a table that has one of the values named, whatever the letters' case."""

    name: str

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (
            Argument("name", "Name", "text", is_required=True),
            Argument("values", "Values", "texts", is_required=True),
        )

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        entry, wanted = constant(self._entry(given)), constant(_folded(_texts(given, "values")))
        return _either(f"{value}.get({entry}) in {wanted}")

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        held = UNKNOWN if value is None else cast("dict[str, str]", value).get(self._entry(given)) or "none"
        return f"{self._entry(given)} {held}, wanted {listed(_folded(_texts(given, 'values')))}"

    @staticmethod
    def _entry(given: Arguments) -> str:
        return cast("str", given["name"]).casefold()


@dataclass(frozen=True, slots=True)
class Share:
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

    def words(self, given: Arguments, facts: Facts, value: object) -> str:  # noqa: ARG002 - one protocol for all
        drawn = bucket(salt=cast("str", given["salt"]), unit_id=cast("str", value)) * 100
        return f"drawn {drawn:.2f} of 100, wanted below {given['percent']:g}"


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
