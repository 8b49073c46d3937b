"""What other systems may tell of a customer: each fact once, for the command line, for HTTP and for its schema."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.rules.reading import FaultyDocument, Problem, Reader
from server.domain.rules.shapes import Codes, Flag, Rows, Schema, Shape, Text, Whole

MAX_CUSTOMERS = 500  # of one request
_MAX_SEGMENTS = 100
_ID = r"[0-9]{1,20}"


class InvalidFacts(FaultyDocument):
    """What was told is not what may be told; each problem says where and what may stand there."""

    code = "invalid_facts"


@dataclass(frozen=True, slots=True)
class _Country:
    """A country by the two capital letters of its code."""

    def read(self, reader: Reader, value: object, path: str) -> str:
        inner = Reader()
        found = Codes(2).read(inner, [value], path)
        for problem in inner.found():
            reader.fault(path, problem.message)
        return next(iter(found), "")

    def schema(self) -> Schema:
        found: Schema = Codes(2).schema()["items"]
        return found


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise ValueError(text)
    return int(text)


def _yes_or_no(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


@dataclass(frozen=True, slots=True)
class Telling:
    """A fact that may be told: what its value may be, and how that is written on a command line."""

    shape: Shape
    words: str
    takes: str
    from_text: Callable[[str], Any] = str


_NUMBER, _YES_OR_NO = "a whole number", "yes or no"

TELLINGS: Mapping[str, Telling] = {
    "open_tickets": Telling(Whole(), "How many tickets of theirs are open", _NUMBER, _number),
    "last_ticket": Telling(
        Text(choices=("good", "bad", "unrated", "none")),
        "How they rated the last ticket",
        "good, bad, unrated or none",
    ),
    "is_refund_pending": Telling(Flag(), "Whether a refund is under way", _YES_OR_NO, _yes_or_no),
    "is_business": Telling(Flag(), "Whether they buy for a business", _YES_OR_NO, _yes_or_no),
    "loyalty_tier": Telling(Text(), "Their tier in the loyalty programme", "a word"),
    "loyalty_points": Telling(Whole(), "Their points in it", _NUMBER, _number),
    "predicted_spend": Telling(
        Text(choices=("high", "medium", "low")), "What they are expected to spend", "high, medium or low"
    ),
    "segments": Telling(
        Rows(Text(), most=_MAX_SEGMENTS), "The segments they are in", "words with commas between", _words
    ),
    "home_country": Telling(_Country(), "Where they live", "a country's two capital letters"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one customer. A fact that is None is unknown again; `facts` None: all of them are."""

    customer_id: str
    facts: Mapping[str, Any] | None
    path: str = ""

    def onto(self, held: Mapping[str, Any]) -> dict[str, Any]:
        """Return all that is told of the customer from now on."""
        if self.facts is None:
            return {}
        return {name: value for name, value in {**held, **self.facts}.items() if value is not None}


def read_told(value: object) -> tuple[Told, ...]:
    """Read what a request tells of customers.

    Raises:
        InvalidFacts: with every problem found, each with its path and cure.
    """
    reader = Reader()
    table = reader.table(value, "", known=("customers",))
    rows = reader.rows(table.get("customers"), "customers", most=MAX_CUSTOMERS) if "" not in reader.misshapen else []
    told, seen = [], dict[str, str]()
    for index, row in enumerate(rows):
        each = _one(reader, row, f"customers[{index}]")
        if each.customer_id and each.customer_id in seen:
            reader.fault(f"{each.path}.customer", f"is told of already at {seen[each.customer_id]}; join the two.")
        seen[each.customer_id] = each.path
        told.append(each)
    if not rows and not reader.problems:
        reader.fault("customers", "is empty; tell of one customer at least.")
    if reader.problems:
        raise InvalidFacts(reader.found())
    return tuple(told)


def _one(reader: Reader, row: object, path: str) -> Told:
    table = reader.table(row, path, known=("customer", "facts"))
    facts = table.get("facts")
    if isinstance(row, dict) and "facts" not in row:
        reader.fault(f"{path}.facts", "is missing; give an object of facts, or null to forget all that was told.")
    customer = _customer(reader, table.get("customer"), f"{path}.customer")
    return Told(customer, None if facts is None else _facts(reader, facts, f"{path}.facts"), path)


def _customer(reader: Reader, value: object, path: str) -> str:
    # Systems that keep Shopify's numbers keep them as numbers as often as as text.
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**20 else value
    if isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= len("99999999999999999999"):
        return text
    reader.fault(path, "must be Shopify's number of the customer, such as 7001234567890.")
    return ""


def _facts(reader: Reader, value: object, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, given in reader.table(value, path, known=tuple(TELLINGS)).items():
        if name in TELLINGS:
            found[name] = None if given is None else _plain(TELLINGS[name].shape.read(reader, given, f"{path}.{name}"))
    return found


def _plain(value: Any) -> Any:
    return list(dict.fromkeys(value)) if isinstance(value, tuple) else value


def read_fact(name: str, text: str) -> Any:
    """Read one fact from a command line, where "" means that it is unknown again.

    Raises:
        InvalidFacts.
    """
    telling = TELLINGS.get(name)
    if telling is None:
        raise InvalidFacts((Problem(name, f"is nothing to tell; it may be one of {', '.join(TELLINGS)}."),))
    if not text:
        return None
    reader = Reader()
    try:
        found = _plain(telling.shape.read(reader, telling.from_text(text), name))
    except (ValueError, KeyError):
        reader.fault(name, "")
    if reader.problems:
        raise InvalidFacts((Problem(name, f"takes {telling.takes}, not '{text[:40]}'."),))
    return found


def told_schema() -> Schema:
    """Return what a request may tell, in JSON Schema."""
    facts = {
        name: {"title": each.words, "anyOf": [each.shape.schema(), {"type": "null"}]} for name, each in TELLINGS.items()
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What other systems tell of customers",
        "type": "object",
        "required": ["customers"],
        "additionalProperties": False,
        "properties": {
            "customers": {
                "type": "array",
                "minItems": 1,
                "maxItems": MAX_CUSTOMERS,
                "items": {
                    "type": "object",
                    "required": ["customer", "facts"],
                    "additionalProperties": False,
                    "properties": {
                        "customer": {
                            "title": "Shopify's number of the customer",
                            "anyOf": [
                                {"type": "string", "pattern": f"^{_ID}$"},
                                {"type": "integer", "minimum": 1, "exclusiveMaximum": 10**20},
                            ],
                        },
                        "facts": {
                            "description": "A fact that is null is forgotten; null instead of all of them forgets all.",
                            "anyOf": [
                                {"type": "object", "properties": facts, "additionalProperties": False},
                                {"type": "null"},
                            ],
                        },
                    },
                },
            }
        },
    }
