"""Lines of goods as rules compare them: of the order at hand, of earlier ones."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from server.domain.orders import PurchaseLine, VariantFacts


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One line of goods as conditions compare it.

    `marks` are words such as "product:11" or "tag:gift", in small letters but for ids. Of goods that the catalogue
    does not know (`is_known` false) they hold the ids alone: anything else may be true of them. Which collections
    goods are in may be unknown (`is_sorted` false) though all the rest is known.
    """

    marks: frozenset[str]
    sku: str = ""
    quantity: int = 1
    is_known: bool = True
    is_sorted: bool = False


@dataclass(frozen=True)
class Goods:
    """Lines of goods; not `is_whole` where some lines may be missing."""

    lines: tuple[GoodsLine, ...]
    is_whole: bool = True

    # Hundreds of funnels may ask the same goods: what most of them compare is gathered once.
    @cached_property
    def marks(self) -> frozenset[str]:
        """Every mark of every line."""
        return frozenset().union(*(line.marks for line in self.lines))

    @cached_property
    def are_known(self) -> bool:
        """Tell whether a mark that is not here is really missing."""
        return self.is_whole and all(line.is_known for line in self.lines)

    @cached_property
    def are_sorted(self) -> bool:
        """Tell whether a collection's mark that is not here is really missing."""
        return self.is_whole and all(line.is_sorted for line in self.lines)


@dataclass(frozen=True, slots=True)
class Memberships:
    """Which collections products are in, by product; `is_known` false: the shop's collections were not read yet."""

    of_products: Mapping[str, Collection[str]] = field(default_factory=dict)
    is_known: bool = False


UNSORTED = Memberships()


def line_of(line: PurchaseLine, known: VariantFacts | None, memberships: Memberships = UNSORTED) -> GoodsLine:
    """Return a line of an order with what the catalogue knows of its goods.

    A product that is gone left its collections with it: what it was in when it was bought nobody knows.
    """
    marks = {f"variant:{line.variant_id}", f"product:{line.product_id}"}
    if known is None:
        return GoodsLine(frozenset(marks), quantity=line.quantity, is_known=False)
    marks.update(marks_of(known))
    marks.update(f"collection:{each}" for each in memberships.of_products.get(line.product_id, ()))
    return GoodsLine(frozenset(marks), known.sku, line.quantity, is_sorted=memberships.is_known)


def marks_of(variant: VariantFacts) -> Iterable[str]:
    """Return what conditions compare of one variant."""
    yield f"variant:{variant.variant_id}"
    yield f"product:{variant.product_id}"
    for kind, words in (
        ("tag", variant.tags),
        ("type", (variant.product_type,)),
        ("vendor", (variant.vendor,)),
    ):
        for word in words:
            if word:
                yield f"{kind}:{word.casefold()}"
