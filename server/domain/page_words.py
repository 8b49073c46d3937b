"""The merchant's words on the page: in the shopper's language, with the few variables that they may hold."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

# Put in by the server as plain text; nothing else between braces is ever looked at.
VARIABLES = {
    "product": "what is offered",
    "bought": "the dearest product of the order, or the one that led to the offer",
    "percent": "how much is taken off, such as 15%",
    "saving": "how much less is paid than the full price",
    "price": "what the goods cost after the discount",
}
_VARIABLE = re.compile(r"\{([a-z]+)\}")


@dataclass(frozen=True, slots=True)
class Texts:
    """The merchant's words; None falls back to the defaults of the page or the message."""

    heading: str | None = None
    accept: str | None = None
    decline: str | None = None
    reason: str | None = None
    badge: str | None = None


NO_TEXTS = Texts()


@dataclass(frozen=True, slots=True)
class Translation(Texts):
    """The same words for one language ("de"), or one country's way of it ("de-AT")."""

    language: str = ""


def pattern_of_words() -> str:
    """Return the regular expression of texts whose braces hold nothing but known variables."""
    return rf"^([^{{}}]|\{{({'|'.join(VARIABLES)})\}})*$"


_WORDS = re.compile(pattern_of_words())


def are_sound(text: str) -> bool:
    """Tell whether a text has no braces but those of known variables."""
    return _WORDS.fullmatch(text) is not None


def filled(text: str, values: Mapping[str, str | None]) -> str | None:
    """Return a text with its variables put in; None where one of them has no value: half a sentence helps nobody."""
    if any(values.get(name) is None for name in _VARIABLE.findall(text)):
        return None
    # In one pass: what a product is called may look like a variable, and stays as it is.
    return _VARIABLE.sub(lambda match: str(values[match[1]]), text)


def words_for(
    name: str,
    texts: Texts,
    translations: Sequence[Translation],
    *,
    locale: str | None,
    values: Mapping[str, str | None],
) -> str | None:
    """Return one of the texts in the nearest language: the exact locale's, its language's, else the merchant's own.

    A text that cannot be filled is passed over like one that is missing; None where none is left.
    """
    for each in _nearest(texts, translations, locale):
        text = getattr(each, name)
        found = filled(text, values) if text is not None else None
        if found is not None:
            return found
    return None


def _nearest(texts: Texts, translations: Sequence[Translation], locale: str | None) -> Iterator[Texts]:
    exact = (locale or "").replace("_", "-").casefold()
    held = {each.language.replace("_", "-").casefold(): each for each in translations}
    for wanted in dict.fromkeys((exact, exact.partition("-")[0])):
        if wanted in held:
            yield held[wanted]
    yield texts
