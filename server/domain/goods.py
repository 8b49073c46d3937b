"""Lines of goods as rules compare them: of the order at hand, of earlier ones."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from server.domain.orders import PurchaseLine, VariantFacts


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """One line of goods as conditions compare it.

    `marks` are words such as "product:11" or "tag:gift", in small letters but for ids. Of goods that the catalogue
    does not know (`is_known` false) they hold the ids alone: anything else may be true of them.
    """

    marks: frozenset[str]
    sku: str = ""
    quantity: int = 1
    is_known: bool = True


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


def line_of(line: PurchaseLine, known: VariantFacts | None) -> GoodsLine:
    """Return a line of an order with what the catalogue knows of its goods."""
    marks = {f"variant:{line.variant_id}", f"product:{line.product_id}"}
    if known is None:
        return GoodsLine(frozenset(marks), quantity=line.quantity, is_known=False)
    return GoodsLine(frozenset(marks.union(marks_of(known))), sku=known.sku, quantity=line.quantity)


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
