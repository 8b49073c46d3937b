"""Shopify's ids: plain numbers in webhooks and tokens, gids in GraphQL, text inside Afters."""

import re

_GID = re.compile(r"gid://shopify/\w+/(\d+)(?:\?.*)?", re.ASCII)
_NUMBER = re.compile(r"\d+", re.ASCII)


def plain_id(value: object) -> str:
    """Return the number of an id as text, whether it came as a number, as text or as a gid.

    Raises:
        ValueError: it is none of these.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return str(value)
    if isinstance(value, str):
        if _NUMBER.fullmatch(value):
            return value
        if match := _GID.fullmatch(value):
            return match[1]
    raise ValueError("not an id of Shopify's")


def gid(kind: str, number: str) -> str:
    """Return the GraphQL id of the thing `number` of `kind`, such as "Order" or "ProductVariant"."""
    return f"gid://shopify/{kind}/{number}"
