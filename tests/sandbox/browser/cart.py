"""The cart: lines, attributes and a discount code, carried in one cookie and in permalinks.

The cookie needs no signature: it holds no price, and a buyer may put anything into their own cart.
"""

import base64
import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

COOKIE = "sandbox_cart"
MOST_LINES = 40  # a cookie holds 4 kB
MOST_OF_ONE = 999

_PERMALINK_LINE = re.compile(r"([0-9]{1,18}):([0-9]{1,4})")
_ATTRIBUTE = re.compile(r"attributes\[([^\]]{1,80})\]")


class BadPermalink(Exception):
    """A cart permalink that names no lines; the message says which part is wrong."""


@dataclass(frozen=True, kw_only=True)
class Cart:
    """What a shopper has put together. `lines` maps variant id to quantity, in the order of adding.

    With a selling plan all of it is the first of many deliveries: permalinks name one plan for the whole cart.
    """

    token: str
    lines: Mapping[int, int] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    discount_code: str | None = None
    landing_site: str | None = None
    selling_plan: int | None = None

    @property
    def quantity(self) -> int:
        """Number of items."""
        return sum(self.lines.values())

    def with_line(self, variant_id: int, quantity: int) -> "Cart":
        """Return the cart with exactly `quantity` of a variant; 0 removes it."""
        lines = {key: value for key, value in self.lines.items() if key != variant_id or quantity > 0}
        if quantity > 0 and (variant_id in lines or len(lines) < MOST_LINES):
            lines[variant_id] = min(quantity, MOST_OF_ONE)
        return replace(self, lines=lines)


def empty_cart() -> Cart:
    """Return a new cart with a token of its own."""
    return Cart(token=secrets.token_hex(16))


def write_cookie(cart: Cart) -> str:
    """Return the cookie's value."""
    content = {
        "t": cart.token,
        "l": list(cart.lines.items()),
        "a": dict(cart.attributes),
        "d": cart.discount_code,
        "s": cart.landing_site,
        "p": cart.selling_plan,
    }
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode("ascii")


def read_cookie(value: str | None) -> Cart:
    """Return the cart of a cookie; whatever cannot be read is an empty cart."""
    try:
        content = json.loads(base64.urlsafe_b64decode((value or "").encode("ascii")))
        return Cart(
            token=_token(content["t"]),
            lines=_lines(content["l"]),
            attributes={str(name): str(text) for name, text in dict(content["a"]).items()},
            discount_code=_text(content["d"]),
            landing_site=_text(content["s"]),
            selling_plan=None if content["p"] is None else int(content["p"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return empty_cart()


def read_permalink(path: str, query: Iterable[tuple[str, str]], landing_site: str) -> Cart:
    """Return the cart of `/cart/<variant>:<quantity>,...?discount=&selling_plan=&attributes[name]=`.

    Raises:
        BadPermalink: the path is not a list of `variant:quantity`.
    """
    lines: dict[int, int] = {}
    for part in path.split(","):
        match = _PERMALINK_LINE.fullmatch(part)
        if not match or int(match[2]) == 0 or len(lines) >= MOST_LINES:
            raise BadPermalink(f"{part!r} is not variant:quantity")
        lines[int(match[1])] = lines.get(int(match[1]), 0) + int(match[2])
    attributes: dict[str, str] = {}
    discount_code = selling_plan = None
    for name, value in query:
        named = _ATTRIBUTE.fullmatch(name)
        if named:
            attributes[named[1]] = value
        elif name == "discount" and value:
            discount_code = value
        elif name == "selling_plan" and value.isdecimal():
            selling_plan = int(value[:18])
    return replace(
        empty_cart(),
        lines=lines,
        attributes=attributes,
        discount_code=discount_code,
        landing_site=landing_site,
        selling_plan=selling_plan,
    )


def _token(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9a-f]{32}", value):
        raise ValueError("no cart token")
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _lines(value: Any) -> dict[int, int]:
    lines = {int(variant): int(quantity) for variant, quantity in list(value)[:MOST_LINES]}
    return {variant: min(quantity, MOST_OF_ONE) for variant, quantity in lines.items() if quantity > 0}
