"""The shapes that parts of a rule document have.

Each part is described once: what it may be, what it is called, what stands where it is left out. Reading with its
messages, the published JSON Schema and the settings forms all come from that description.
"""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from server.domain.rules.reading import MAX_ITEMS, MAX_TEXT, Reader

Schema = dict[str, Any]

_PERCENT = r"[0-9]{1,3}(\.[0-9]{1,2})?"
_REDUCTION = re.compile(_PERCENT)
_ID = re.compile("[0-9]{1,20}")
_CURRENCY = re.compile("[A-Z]{3}")
_LOCAL_TIME = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_CONTROL = r"\x00-\x1f\x7f-\x9f"
_WRITTEN = rf"^[^{_CONTROL}]*[^\s{_CONTROL}][^{_CONTROL}]*$"
_MOST = 10_000_000_000
_MOST_PERCENT = 1_000
_AN = {"id": "an id", "name": "a name", "language": "a language"}


class Shape(Protocol):
    """What a value of the document may be."""

    def read(self, reader: Reader, value: object, path: str) -> Any:
        """Return what the rules make of the value; a faulty one is told to the reader."""
        ...

    def schema(self) -> Schema:
        """Return the shape in JSON Schema, draft 2020-12."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A text, perhaps one of some choices."""

    choices: tuple[str, ...] = ()

    def read(self, reader: Reader, value: object, path: str) -> str:
        return reader.text(value, path, choices=self.choices)

    def schema(self) -> Schema:
        if self.choices:
            return {"enum": list(self.choices)}
        return {"type": "string", "minLength": 1, "maxLength": MAX_TEXT, "pattern": _WRITTEN}


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number. Where `blank_is_off`, null is 0: a limit that was left blank is a limit that is off."""

    low: int = 0
    high: int = _MOST
    blank_is_off: bool = False

    def read(self, reader: Reader, value: object, path: str) -> int:
        if value is None and self.blank_is_off:
            return 0
        return reader.number(value, path, low=self.low, high=self.high)

    def schema(self) -> Schema:
        kinds = ["integer", "null"] if self.blank_is_off else "integer"
        return {"type": kinds, "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True, slots=True)
class Seconds(Whole):
    """A length of time in whole seconds: a form takes it in the unit that fits."""

    def read(self, reader: Reader, value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not self.low <= value <= self.high:
            reader.fault(path, f"must be a length of time from {self.low} to {self.high} seconds, in whole seconds.")
            return self.low
        return value


@dataclass(frozen=True, slots=True)
class Share:
    """A percentage from 0 to 100."""

    def read(self, reader: Reader, value: object, path: str) -> float:
        return reader.share(value, path)

    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": 100}


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage that may lie above 100, up to ten times as much."""

    def read(self, reader: Reader, value: object, path: str) -> float:
        return reader.share(value, path, high=_MOST_PERCENT)

    def schema(self) -> Schema:
        return {"type": "number", "minimum": 0, "maximum": _MOST_PERCENT}


@dataclass(frozen=True, slots=True)
class Reduction:
    """A percentage above 0 and at most 100 with two decimals at most, as a number or as text."""

    def read(self, reader: Reader, value: object, path: str) -> Decimal:
        # A number of thousands of digits cannot even be written, so its size is asked first.
        written = str(value) if isinstance(value, str | float) or (isinstance(value, int) and 0 < value <= 100) else ""  # noqa: PLR2004 - percent
        percent = Decimal(written) if _REDUCTION.fullmatch(written) else Decimal(-1)
        if not 0 < percent <= 100:  # noqa: PLR2004 - percent
            reader.fault(path, "must lie above 0 and at most at 100, with two decimals at most.")
            return Decimal(1)
        return percent

    def schema(self) -> Schema:
        number = {"type": "number", "exclusiveMinimum": 0, "maximum": 100}
        return {"anyOf": [number, {"type": "string", "pattern": f"^{_PERCENT}$"}]}


@dataclass(frozen=True, slots=True)
class Amounts:
    """Amounts of money, `low` or more: minor units by the three letters of the currency."""

    low: int = 1

    def read(self, reader: Reader, value: object, path: str) -> dict[str, int]:
        if not isinstance(value, dict) or not value:
            reader.fault(path, 'must be an object of amounts in minor units by currency, such as {"GBP": 500}.')
            reader.misshapen.append(path)
            return {}
        found = {}
        for currency, amount in value.items():
            if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
                reader.fault(path, "names what is no currency; use its three capital letters, such as GBP.")
                continue
            found[currency] = reader.number(amount, f"{path}.{currency}", low=self.low)
        return found

    def schema(self) -> Schema:
        amount = {"type": "integer", "minimum": self.low, "maximum": _MOST}
        named = {"pattern": f"^{_CURRENCY.pattern}$"}
        return {"type": "object", "propertyNames": named, "additionalProperties": amount, "minProperties": 1}


@dataclass(frozen=True, slots=True)
class Codes:
    """A set of codes in capital letters: two for countries, three for currencies."""

    letters: int

    def read(self, reader: Reader, value: object, path: str) -> frozenset[str]:
        found = set()
        for index, code in enumerate(reader.rows(value, path)):
            if isinstance(code, str) and re.fullmatch(self._pattern, code):
                found.add(code)
            else:
                reader.fault(f"{path}[{index}]", f"must be a code of {self.letters} capital letters.")
        return frozenset(found)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": "string", "pattern": f"^{self._pattern}$"}, "maxItems": MAX_ITEMS}

    @property
    def _pattern(self) -> str:
        return f"[A-Z]{{{self.letters}}}"


@dataclass(frozen=True, slots=True)
class Ids:
    """A set of the platform's numbers of things of one kind, each as text."""

    kind: str
    most: int

    def read(self, reader: Reader, value: object, path: str) -> frozenset[str]:
        found = set()
        for index, each in enumerate(reader.rows(value, path, most=self.most)):
            if isinstance(each, str) and _ID.fullmatch(each):
                found.add(each)
            else:
                reader.fault(f"{path}[{index}]", f'must be the number of a {self.kind} in quotes, such as "61220".')
        return frozenset(found)

    def schema(self) -> Schema:
        return {"type": "array", "items": {"type": "string", "pattern": f"^{_ID.pattern}$"}, "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class LocalTime:
    """A day and a time of day by the clock of the shop, without a zone: 2026-12-01T09:00."""

    def read(self, reader: Reader, value: object, path: str) -> datetime | None:
        if isinstance(value, str) and _LOCAL_TIME.fullmatch(value):
            try:
                return datetime.fromisoformat(value)
            except ValueError:  # the thirtieth of February
                pass
        reader.fault(path, "must be a day and a time such as 2026-12-01T09:00, in the shop's own time.")
        return None

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_LOCAL_TIME.pattern}$"}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def read(self, reader: Reader, value: object, path: str) -> bool:
        return reader.flag(value, path)

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of one shape; `unique` names the attribute that no two of them may share."""

    shape: Shape
    most: int = MAX_ITEMS
    unique: str | None = None

    def read(self, reader: Reader, value: object, path: str) -> tuple[Any, ...]:
        rows = reader.rows(value, path, most=self.most)
        made = tuple(self.shape.read(reader, each, f"{path}[{at}]") for at, each in enumerate(rows))
        if self.unique is not None:
            counts = Counter(getattr(each, self.unique) for each in made)
            for twin in sorted(each for each, count in counts.items() if each and count > 1):
                reader.fault(path, f"'{twin}' is used as {_AN[self.unique]} twice; give each its own.")
        return made

    def schema(self) -> Schema:
        return {"type": "array", "items": self.shape.schema(), "maxItems": self.most}


@dataclass(frozen=True, slots=True)
class Field:
    """An entry of a table: its name, its shape, and how forms and documents call it.

    `into` is the attribute it becomes, where that has another name. One that is not required may be left out, or be
    null where `is_nullable`; then the attribute's own default stands.
    """

    name: str
    shape: Shape
    label: str = ""
    help: str = ""
    is_required: bool = False
    is_nullable: bool = False
    into: str = ""

    def schema(self) -> Schema:
        found = self.shape.schema()
        if self.is_nullable:
            found = {"anyOf": [found, {"type": "null"}]}
        words = {"title": self.label, "description": self.help}
        return {**{name: text for name, text in words.items() if text}, **found}


@dataclass(frozen=True, slots=True)
class Table:
    """An object with known entries, made into `make`; `check` looks at the whole once its entries are read."""

    make: Callable[..., Any]
    fields: tuple[Field, ...]
    check: Callable[[Reader, Any, str], None] | None = None

    def read(self, reader: Reader, value: object, path: str) -> Any:
        table = reader.table(value, path, known=tuple(field.name for field in self.fields))
        given: dict[str, Any] = {}
        for field in self.fields:
            held = table.get(field.name)
            is_left_out = field.name not in table or (held is None and field.is_nullable)
            if field.is_required or not is_left_out:
                inner = f"{path}.{field.name}".lstrip(".")
                given[field.into or field.name] = field.shape.read(reader, held, inner)
        made = self.make(**given)
        if self.check is not None:
            self.check(reader, made, path)
        return made

    def schema(self) -> Schema:
        found: Schema = {
            "type": "object",
            "properties": {field.name: field.schema() for field in self.fields},
            "additionalProperties": False,
        }
        required = [field.name for field in self.fields if field.is_required]
        return {**found, "required": required} if required else found
