"""The past of a shop as a replay needs it: orders in turn, the goods of today, and what is known of people today."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from server.domain.goods import UNSORTED, Goods, GoodsLine, Memberships, line_of
from server.domain.orders import Order, Purchase, PurchaseLine, VariantFacts
from server.domain.recommendations import Neighbour


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """What is known of a shopper today, which is taken to have been so all along."""

    tags: frozenset[str] | None = None
    locale: str | None = None
    orders: int | None = None  # that the platform knows of, all in all
    spent: int | None = None  # minor units of the shop's currency
    consents: Mapping[str, str] = field(default_factory=dict)  # channel: state
    suppressed: frozenset[str] = frozenset()  # channels


NOBODY_KNOWN = KnownPerson()


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as it was placed and as decisions see it, whose it was, and where its shopper can be reached.

    `order` itself may be without its lines: those of a long past are many, and here only its goods are looked at.
    """

    order: Order
    purchase: Purchase
    unit_id: str
    zones: tuple[str, ...]  # that the shopper's telephone may be in; the shop's own where it has none
    has_email: bool
    has_phone: bool


@dataclass(frozen=True)
class Past:
    """All that a replay looks at. `orders` are in the order in which they were placed."""

    orders: Sequence[PastOrder]
    goods: Mapping[str, VariantFacts]
    neighbours: Mapping[str, Sequence[Neighbour]]
    people: Mapping[str, KnownPerson]  # by unit
    time_zone: str = "UTC"
    has_codes: bool = False  # whether the shop lets messages bring discount codes
    memberships: Memberships = UNSORTED
    _gathered: dict[str, Goods] = field(default_factory=dict)  # by order
    _lines: dict[tuple[str, str, int], GoodsLine] = field(default_factory=dict)

    def goods_of(self, past: PastOrder) -> Goods:
        """Return what was in an order, as conditions compare it; kept, because every replay asks for it."""
        found = self._gathered.get(past.order.id)
        if found is None:
            found = self._gathered[past.order.id] = Goods(tuple(map(self._line, past.purchase.lines)))
        return found

    def _line(self, line: PurchaseLine) -> GoodsLine:
        # Nearly every line is one unit of something that other orders hold as well.
        key = line.variant_id, line.product_id, line.quantity
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = line_of(line, self.goods.get(line.variant_id), self.memberships)
        return found

    def prepare(self) -> None:
        """Work out now what replays look at again and again, so that processes which part here have it in common."""
        _ = self.shelf, self.sales

    @cached_property
    def shelf(self) -> "Shelves":
        return Shelves(self.goods.values())

    def neighbours_of(self, variant_ids: Sequence[str]) -> dict[str, Sequence[Neighbour]]:
        return {each: self.neighbours[each] for each in variant_ids if each in self.neighbours}

    @cached_property
    def sales(self) -> Mapping[str, tuple[list[datetime], list[int]]]:
        """When units of each variant were sold, and how many were sold up to then; cancelled orders aside."""
        sold: dict[str, tuple[list[datetime], list[int]]] = defaultdict(lambda: ([], []))
        for past in self.orders:
            if past.order.cancelled_at is not None:
                continue
            for line in past.purchase.lines:
                times, sums = sold[line.variant_id]
                times.append(past.order.created_at)
                sums.append((sums[-1] if sums else 0) + line.quantity)
        return dict(sold)


class Shelves:
    """The goods of a shop in memory, to be looked for as in the catalogue."""

    def __init__(self, goods: Iterable[VariantFacts]) -> None:
        sellable = sorted((each for each in goods if each.is_sellable), key=lambda each: (each.price, each.variant_id))
        self._types: dict[str, list[VariantFacts]] = defaultdict(list)
        self._products: dict[str, list[VariantFacts]] = defaultdict(list)
        self._tags: dict[str, list[VariantFacts]] = defaultdict(list)
        for each in sellable:
            self._types[each.product_type].append(each)
            self._products[each.product_id].append(each)
            for tag in {tag.casefold() for tag in each.tags}:
                self._tags[tag].append(each)

    def family(self, line: VariantFacts, *, by: str, low: int, high: int, limit: int) -> list[VariantFacts]:
        kin = self._products.get(line.product_id, []) if by == "product" else self._types.get(line.product_type, [])
        first = bisect_left(kin, low, key=lambda each: each.price)
        last = bisect_right(kin, high, key=lambda each: each.price)
        return [each for each in kin[first:last] if each.variant_id != line.variant_id][:limit]

    def tagged(self, tags: Iterable[str], *, limit: int) -> list[tuple[VariantFacts, str]]:
        found = [(each, tag) for tag in set(tags) for each in self._tags.get(tag, [])[:limit]]
        return sorted(found, key=lambda held: (held[0].price, held[0].variant_id, held[1]))[:limit]

    def siblings(self, product_id: str) -> list[VariantFacts]:
        return self._products.get(product_id, [])
