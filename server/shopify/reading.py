"""Answers of the Admin API read into shapes: parts by name, lists with all of their pages."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from server.ports import TemporaryFailure
from server.shopify.answers import Listing, ShopCurrency
from server.shopify.validation import explain

Shape = TypeVar("Shape", bound=BaseModel)
Node = TypeVar("Node")


def whole(listing: Listing[Node], more: Callable[[str], Listing[Node] | None]) -> list[Node]:
    """Return the nodes of a listing and of all its further pages; None from `more` says its owner is gone."""
    nodes, cursor = list(listing.nodes), listing.page_info.next_cursor
    while cursor is not None:
        following = more(cursor)
        if following is None:
            break
        nodes += following.nodes
        if following.page_info.next_cursor == cursor:
            raise TemporaryFailure("Shopify's pages go round in a circle.")
        cursor = following.page_info.next_cursor
    return nodes


def part(answered: object, name: str) -> object:
    """Return a field of an answer.

    Raises:
        TemporaryFailure: it is not there.
    """
    if not isinstance(answered, dict) or name not in answered:
        raise TemporaryFailure(f"Shopify's answer lacks '{name}'.")
    return answered[name]


def currency_in(data: object) -> str:
    """Return the shop's currency, where the operation asked for it."""
    return read(ShopCurrency, part(data, "shop")).currency_code


def read_or_none(shape: type[Shape], answered: object) -> Shape | None:
    return None if answered is None else read(shape, answered)


def read(shape: type[Shape], answered: object) -> Shape:
    """Read an answer into a shape.

    Raises:
        TemporaryFailure: it is no such thing.
    """
    try:
        return shape.model_validate(answered)
    except ValidationError as error:
        raise TemporaryFailure(f"Shopify's answer cannot be read: {explain(error)}.") from None


def at_or_after(field: str, since: datetime | None) -> str:
    """Return a search for what lies at a moment or after it; None: for everything."""
    return f"{field}:>='{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}'" if since is not None else ""
