"""The collections over the shop's catalogue: two that somebody fills by hand, and many that fill themselves."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.generator_titles import TYPES

BEST_SELLERS, CHRISTMAS_TABLE = "Best sellers", "Christmas table"
READY_TO_SHIP = "Ready to ship"
_BEST = 24


class Rule(NamedTuple):
    """What a product must be to be in a collection: column and relation as Shopify names them, and a value."""

    column: str
    relation: str
    condition: str


_SMART: tuple[tuple[str, Rule], ...] = (
    *((name, Rule("TYPE", "EQUALS", name)) for name in TYPES),
    *((word.capitalize(), Rule("TAG", "EQUALS", word)) for word in ("retrospot", "vintage", "pink", "regency")),
    ("Under £2", Rule("VARIANT_PRICE", "LESS_THAN", "200")),
    (READY_TO_SHIP, Rule("VARIANT_INVENTORY", "GREATER_THAN", "0")),
)


def collection_rows(created_at: str) -> Iterator[tuple[object, ...]]:
    """Yield rows of the table collection, in its order of columns."""
    manual = ((title, None) for title in (BEST_SELLERS, CHRISTMAS_TABLE))
    for place, (title, rule) in enumerate([*manual, *_SMART]):
        yield _id(place), handle_of(title), title, *(rule or (None, None, None)), created_at, created_at


def member_rows(best_first: Sequence[int], christmas: Sequence[int]) -> Iterator[tuple[object, ...]]:
    """Yield rows of the table collection_product from products, the best sellers first, and those of Christmas."""
    for product_id in sorted(set(best_first[:_BEST])):
        yield _id(0), product_id
    for product_id in sorted(set(christmas)):
        yield _id(1), product_id


def handle_of(title: str) -> str:
    """Return a title as it stands in an address."""
    words = "".join(sign if sign.isalnum() else " " for sign in title.lower()).split()
    return "-".join(words)


def _id(place: int) -> int:
    return ids.COLLECTION + place * ids.STEP
