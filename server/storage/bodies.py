"""Looks for a person in the raw bodies of deliveries, in whatever way they are written down there."""

import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote_to_bytes

from server.storage.person import PHONE_DIGITS

_ESCAPED = re.compile(rb"\\u([0-9a-fA-F]{4})|\\(/)")
_BETWEEN_DIGITS = rb"[^0-9A-Za-z]{0,3}"


def naming_pattern(needles: Collection[str]) -> re.Pattern[bytes]:
    """Return what finds any of `needles`: ids where they stand whole, telephone numbers with any separators."""
    return re.compile(b"|".join(_pattern(each) for each in needles), re.IGNORECASE)


def readings(body: bytes) -> Iterator[bytes]:
    """Yield a body as it came, and as it reads without JSON's escapes or a form's."""
    yield body
    if b"\\" in body:
        yield _ESCAPED.sub(_unescape, body)
    if b"%" in body or b"+" in body:
        yield unquote_to_bytes(body.replace(b"+", b" "))


def _pattern(needle: str) -> bytes:
    if needle.isdigit():
        # A number is named where it stands whole, not as a part of a longer one.
        return rb"(?<![0-9])%s(?![0-9])" % needle.encode()
    digits = "".join(each for each in needle if each.isdigit())
    if "@" not in needle and len(digits) >= PHONE_DIGITS:
        return _BETWEEN_DIGITS.join(each.encode() for each in digits[-PHONE_DIGITS:]) + rb"(?![0-9])"
    return re.escape(needle.encode())


def _unescape(found: re.Match[bytes]) -> bytes:
    return b"/" if found[2] else chr(int(found[1], 16)).encode("utf-8", "surrogatepass")
