"""Amounts as merchants type them."""

import re

_AMOUNT = re.compile(r"£?\s*(\d{1,7})(?:[.,](\d{1,2}))?")


def pence(text: str) -> int:
    """Return an amount such as `12`, `12.5` or `£12.50` in minor units; nothing typed is 0.

    Raises:
        ValueError: anything else.
    """
    if not text.strip():
        return 0
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is no amount.")
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
