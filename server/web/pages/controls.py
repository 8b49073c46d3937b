"""Fields of forms, drawn from the shapes of the rules and read back; a field's name is its path in the document."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from typing import Any, Literal

from werkzeug.datastructures import MultiDict

from server.core.money import InvalidMoney, Money
from server.domain.rules.page import Order
from server.domain.rules.shapes import (
    Amounts,
    Codes,
    Field,
    Flag,
    LocalTime,
    Percentage,
    Reduction,
    Seconds,
    Shape,
    Share,
    Table,
    Text,
    Whole,
)
from server.web.pages.wording import choice_words

Form = MultiDict[str, str]
Choices = tuple[tuple[str, str], ...]  # what is stored, and how it is called

UNITS: dict[str, int] = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")
_HAIR = 1e-6
_PERCENT_MOST = {Share: 100, Reduction: 100, Percentage: 1_000}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was sent; money is in minor units of `currency`.

    `faults`, by their paths, are about texts that are no value at all: what is read keeps them as they were written, so
    that the rules' own check finds every other problem beside them.
    """

    form: Form
    currency: str | None
    faults: dict[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        return self.form.get(name, "").strip()

    def money(self, text: str, path: str) -> int | str:
        """Return an amount in minor units; what is none stays the text that it is, and is a fault of `path`."""
        if self.currency is None:
            self.faults[path] = "The shop's currency is not known yet; wait until the first import has begun."
            return text
        try:
            amount = Money.parse(text, self.currency).minor
        except InvalidMoney:
            amount = -1
        if amount < 0:
            self.faults[path] = "Must be an amount such as 25.00."
            return text
        return amount

    def amounts(self, name: str, held: Mapping[str, int] | None) -> dict[str, Any]:
        """Return an amount in the shop's currency beside those of other currencies, which no form shows."""
        path = f"{name}.{self.currency}"
        found: dict[str, Any] = {code: each for code, each in (held or {}).items() if code != self.currency}
        if text := self.text(path):
            found[str(self.currency)] = self.money(text, path)
        return found


@dataclass(frozen=True, slots=True)
class Control:
    """One field as a form draws it; its name is its path in the document."""

    name: str
    label: str
    help: str
    kind: Literal["number", "flag", "text", "choice", "time", "money"]
    value: Any
    lowest: int = 0
    highest: int = 0
    suffix: str = ""
    choices: Choices = ()
    unit: str = ""  # of a length of time
    path: str = ""  # where a problem of it is named, if that is not its name


def draw(
    table: Table,
    path: str,
    held: Mapping[str, Any],
    *,
    only: Iterable[str] | None = None,
    currency: str | None = None,
    choices: Mapping[str, Choices] | None = None,
) -> tuple[Control, ...]:
    """Return the plain fields of a table with what is held of it; `only` names some of them.

    `choices` are what a text may be where only the shop knows that.
    """
    usual = _usual(table)
    wanted = set(only) if only is not None else None
    return tuple(
        _control(
            _named(path, each.name),
            each,
            held[each.name] if each.name in held else usual.get(each.name),
            currency,
            (choices or {}).get(each.name),
        )
        for each in table.fields
        if is_plain(each.shape) and each.label and (wanted is None or each.name in wanted)
        # A shop's currency is not known before its first import has begun.
        if currency is not None or not isinstance(each.shape, Amounts)
    )


def is_plain(shape: Shape) -> bool:
    """Tell whether one field of a form can hold a value of this shape."""
    return isinstance(shape, Whole | Share | Percentage | Reduction | Flag | Text | Codes | Order | Amounts | LocalTime)


def read(
    table: Table, held: Mapping[str, Any], filled: Filled, path: str, *, only: Iterable[str] | None = None
) -> dict[str, Any]:
    """Return a table as the form says it, with everything that the form does not show as it is held."""
    found, usual = dict(held), _usual(table)
    wanted = set(only) if only is not None else None
    for each in table.fields:
        if not is_plain(each.shape) or not each.label or (wanted is not None and each.name not in wanted):
            continue
        name = _named(path, each.name)
        match each.shape:
            case Amounts():
                amounts = filled.amounts(name, found.pop(each.name, None))
                found |= {each.name: amounts} if amounts else {}
            case Flag():
                if each.name in held or (name in filled.form) != usual.get(each.name):
                    found[each.name] = name in filled.form
            # What a form does not have is left as it is, or left out, unless nothing can be without it.
            case _ if name in filled.form or (each.is_required and each.name not in held):
                found[each.name] = _value(each, filled.text(name), filled.text(f"{name}.unit"))
    return found


def read_rows(table: Table, filled: Filled, path: str) -> list[dict[str, Any]]:
    """Return a list of tables that have nothing but plain fields, as the form says them."""
    row = re.compile(rf"{re.escape(path)}\[(\d{{1,4}})\]\.{table.fields[0].name}")
    places = sorted({int(match[1]) for name in filled.form if (match := row.fullmatch(name))})
    return [read(table, {}, filled, f"{path}[{place}]") for place in places]


def is_filled(table: Table, filled: Filled, path: str) -> bool:
    """Tell whether anything was entered for a table that may be left out.

    A choice always says something, so that it counts only where there is nothing but choices.
    """
    typed = [each for each in table.fields if not is_choice(each.shape)] or table.fields
    return any(
        filled.text(
            f"{path}.{each.name}.{filled.currency}" if isinstance(each.shape, Amounts) else f"{path}.{each.name}"
        )
        for each in typed
    )


def is_choice(shape: Shape) -> bool:
    return isinstance(shape, Text) and bool(shape.choices)


def as_number(text: str) -> int | float | str:
    """Return a text as the number that it writes, itself where it writes none."""
    if not _NUMBER.fullmatch(text):
        return text
    number = float(text)
    return int(number) if number.is_integer() else number


def money_text(minor: Any, currency: str | None) -> str:
    """Return minor units as a field for money takes them."""
    return Money(minor, currency).text() if isinstance(minor, int) and currency else ""


def length_of(seconds: Any) -> tuple[Any, str]:
    """Return a length of time in the largest unit that it is a whole number of."""
    if not isinstance(seconds, int) or isinstance(seconds, bool) or seconds == 0:
        return seconds, "minutes"
    unit = next(name for name, length in reversed(UNITS.items()) if seconds % length == 0)
    return seconds // UNITS[unit], unit


def _control(name: str, described: Field, value: Any, currency: str | None, choices: Choices | None) -> Control:
    shape, words = described.shape, (name, described.label, described.help)
    match shape:
        case Seconds(low, high):
            length, unit = length_of(value)
            return Control(*words, "time", _empty(length), low, high, unit=unit)
        case Whole(low, high):
            return Control(*words, "number", _empty(value), low, high, ":00" if name.endswith("_hour") else "")
        case Share() | Percentage() | Reduction():
            return Control(*words, "number", _empty(value), 0, _PERCENT_MOST[type(shape)], "%")
        case Flag():
            return Control(*words, "flag", value)
        case Amounts():
            amount = money_text((value or {}).get(currency), currency)
            return Control(f"{name}.{currency}", *words[1:], "money", amount, suffix=currency or "", path=name)
    named = _choices(described, value, choices)
    return Control(*words, "choice" if named else "text", _text(shape, value), choices=named)


def _choices(described: Field, value: Any, choices: Choices | None) -> Choices:
    known = described.shape.choices if isinstance(described.shape, Text) else ()
    named = choices if choices is not None else tuple((each, choice_words(each)) for each in known)
    if not named and choices is None:
        return ()
    if value and value not in dict(named):
        named = (*named, (value, f"{value} (not there any more)"))
    return (("", "None"), *named) if described.is_nullable else named


def _text(shape: Shape, value: Any) -> Any:
    if isinstance(shape, Codes | Order):
        return ", ".join(value or ())
    return str(_empty(value)).replace("T", " ") if isinstance(shape, LocalTime) else _empty(value)


def _value(described: Field, given: str, unit: str) -> Any:
    match described.shape:
        case Seconds():
            length = as_number(given)
            seconds = length * UNITS.get(unit, 1) if not isinstance(length, str) else length
            # 1.1 hours are 3,960 seconds, which floating point misses by a hair.
            is_whole = isinstance(seconds, float) and abs(seconds - round(seconds)) < _HAIR
            return round(seconds) if is_whole and not isinstance(seconds, str) else seconds
        case Whole(_, _, blank_is_off) if not given and blank_is_off:
            return 0
        case Codes():
            return list(dict.fromkeys(each.upper() for each in re.split(r"[\s,;]+", given) if each))
        case Order():
            return [each.lower() for each in re.split(r"[\s,;]+", given) if each]
        case _ if not given and described.is_nullable:
            return None
        case LocalTime():
            return given.replace(" ", "T")
        case Whole() | Share() | Percentage() | Reduction():
            return as_number(given)
    return given


def _usual(table: Table) -> dict[str, Any]:
    """Return what stands where an entry is left out."""
    if not is_dataclass(table.make):
        return {}
    usual = {each.name: each.default for each in fields(table.make) if each.default is not MISSING}
    return {each.name: usual.get(each.into or each.name) for each in table.fields}


def _named(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _empty(value: Any) -> Any:
    return "" if value is None else value
