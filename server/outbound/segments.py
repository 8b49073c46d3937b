"""How many SMS segments a text takes, and how to write it so that it takes fewer."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

# 3GPP TS 23.038, 6.2.1: the default alphabet and its extension table, whose characters take two septets.
_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_SINGLE = {"gsm": 160, "ucs2": 70}
_JOINED = {"gsm": 153, "ucs2": 67}  # the header that joins segments takes six bytes of each
_LAST_BASIC_PLANE = 0xFFFF

# Typography that means the same in the default alphabet.
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`", "'"),  # noqa: RUF001 - typographic on purpose
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),  # noqa: RUF001 - typographic on purpose
        **dict.fromkeys("\u00a0\u2007\u2009\u200a\u202f\t", " "),
        **dict.fromkeys("\u00ad\u200b\u2060\ufeff", None),
        "…": "...",
        "•": "-",
        "×": "x",  # noqa: RUF001 - typographic on purpose
    }
)


@dataclass(frozen=True, slots=True)
class SegmentCount:
    """`units` are septets of the GSM alphabet or UTF-16 code units."""

    encoding: Literal["gsm", "ucs2"]
    units: int
    segments: int


def count_segments(text: str) -> SegmentCount:
    """Count the segments that networks bill for `text`; an empty text is one segment.

    A character of two units is never split over two segments, so it may leave the last unit of one unused.
    """
    encoding: Literal["gsm", "ucs2"] = "gsm" if is_gsm(text) else "ucs2"
    if encoding == "gsm":
        widths = [2 if character in _EXTENSION else 1 for character in text]
    else:
        widths = [2 if ord(character) > _LAST_BASIC_PLANE else 1 for character in text]
    units = sum(widths)
    if units <= _SINGLE[encoding]:
        return SegmentCount(encoding, units, 1)
    room = _JOINED[encoding]
    ends = accumulate(widths, lambda end, width: end + width + ((end % room) + width > room), initial=0)
    *_, end = ends
    return SegmentCount(encoding, units, -(-end // room))


def is_gsm(text: str) -> bool:
    """Tell whether the GSM default alphabet can write `text`."""
    return all(character in _BASIC or character in _EXTENSION for character in text)


def plain_punctuation(text: str) -> str:
    """Return `text` with typographic marks in plain form where that keeps it in the GSM alphabet.

    A text that needs UCS-2 anyway keeps its typography: nothing would be saved.
    """
    plain = text.translate(_PLAIN)
    return plain if is_gsm(plain) else text
