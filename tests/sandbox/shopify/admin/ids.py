"""Global ids, `gid://shopify/<Type>/<number>`."""

import re
from typing import NamedTuple

from graphql import GraphQLError

GID = re.compile(r"gid://shopify/([A-Za-z]+)/([0-9]{1,18})(?:\?([A-Za-z0-9_=&]*))?")


class GlobalId(NamedTuple):
    """A parsed id; `query` is what follows a question mark, as inventory levels have it."""

    kind: str
    number: int
    query: str


def gid(kind: str, number: int) -> str:
    """Return the global id of one object."""
    return f"gid://shopify/{kind}/{number}"


def parse(text: str) -> GlobalId:
    """Return the parts of a global id.

    Raises:
        GraphQLError: it is none, as Shopify answers to a bare number.
    """
    found = GID.fullmatch(text)
    if not found:
        raise GraphQLError(f"Invalid global id '{text}'", extensions={"code": "INVALID_GLOBAL_ID"})
    return GlobalId(found[1], int(found[2]), found[3] or "")


def number_of(text: str, kind: str) -> int:
    """Return the number in a global id of that type.

    Raises:
        GraphQLError: not a global id, or one of another type.
    """
    parts = parse(text)
    if parts.kind != kind:
        raise GraphQLError(f"invalid id: {text} is no {kind}", extensions={"code": "RESOURCE_NOT_FOUND"})
    return parts.number
