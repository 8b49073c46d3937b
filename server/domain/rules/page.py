"""The one-click page as a document writes it: its layout, and the merchant's words with their translations."""

import re
from dataclasses import dataclass
from typing import cast

from server.domain.page_layout import BLOCKS, LAYOUTS, Layout
from server.domain.page_words import VARIABLES, Texts, Translation, are_sound, pattern_of_words
from server.domain.rules.reading import Reader
from server.domain.rules.shapes import Field, Rows, Schema, Table, Text

_LANGUAGE = re.compile("[a-z]{2,3}(-[A-Za-z]{2,4})?")
_MAX_LANGUAGES = 40
_KNOWN = ", ".join(f"{{{name}}}" for name in VARIABLES)
WORDS_HELP = f"They may hold {_KNOWN}; one that cannot be filled for an order is passed over."


@dataclass(frozen=True, slots=True)
class Words(Text):
    """A text for shoppers. Braces are for variables alone: what else they hold is refused, and never run."""

    def read(self, reader: Reader, value: object, path: str) -> str:
        text = reader.text(value, path)
        if text and not are_sound(text):
            reader.fault(path, f"has braces that are no variable; known are {_KNOWN}.")
        return text

    def schema(self) -> Schema:
        return {**Text().schema(), "allOf": [{"pattern": pattern_of_words()}]}


@dataclass(frozen=True, slots=True)
class Language(Text):
    """A language ("de"), or one country's way of it ("de-AT")."""

    def read(self, reader: Reader, value: object, path: str) -> str:
        if isinstance(value, str) and _LANGUAGE.fullmatch(value):
            return value
        reader.fault(path, "must be a language such as de, or a country's way of it such as de-AT.")
        return ""

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^{_LANGUAGE.pattern}$"}


@dataclass(frozen=True, slots=True)
class Order:
    """Some of `choices` in an order of one's own, each once."""

    choices: tuple[str, ...]

    def read(self, reader: Reader, value: object, path: str) -> tuple[str, ...]:
        rows = reader.rows(value, path, most=len(self.choices))
        for index, each in enumerate(rows):
            if each not in self.choices:
                reader.fault(f"{path}[{index}]", f"must be one of {', '.join(self.choices)}.")
            elif each in rows[:index]:
                reader.fault(f"{path}[{index}]", "stands here for the second time; name each once.")
        return tuple(cast("list[str]", rows))

    def schema(self) -> Schema:
        items = {"enum": list(self.choices)}
        return {"type": "array", "items": items, "maxItems": len(self.choices), "uniqueItems": True}


LAYOUT = Table(
    Layout,
    (
        Field("name", Text(tuple(LAYOUTS)), "Arrangement"),
        Field(
            "blocks",
            Order(BLOCKS),
            "Order of the blocks",
            f"Some of {', '.join(BLOCKS)}; empty: the arrangement's own. What is not named is hidden, unless the page"
            " cannot do without it. The full cost, the buttons and the small print always come last.",
        ),
    ),
)

_TEXTS = tuple(
    Field(name, Words(), label, is_nullable=True)
    for name, label in (
        ("heading", "Heading"),
        ("reason", "Why this product"),
        ("badge", "Badge"),
        ("accept", "Button to accept"),
        ("decline", "Button to decline"),
    )
)

TEXTS = Table(Texts, _TEXTS)

TRANSLATION = Table(Translation, (Field("language", Language(), "Language", is_required=True), *_TEXTS))

TRANSLATIONS = Rows(TRANSLATION, most=_MAX_LANGUAGES, unique="language")
