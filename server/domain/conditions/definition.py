"""What a condition is: a key, typed arguments, the facts it needs, and a check with three answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from server.domain.orders import Purchase, ShopperFacts, VariantFacts

Arguments = Mapping[str, object]


@dataclass(frozen=True)
class Facts:
    """Everything a condition may look at."""

    purchase: Purchase
    shopper: ShopperFacts
    goods: Mapping[str, VariantFacts]  # catalogue facts by variant id; what is in the order among them

    # Hundreds of funnels may ask what was bought: it is gathered once.
    @cached_property
    def bought_variant_ids(self) -> frozenset[str]:
        return frozenset(line.variant_id for line in self.purchase.lines)

    @cached_property
    def bought_product_ids(self) -> frozenset[str]:
        return frozenset(line.product_id for line in self.purchase.lines)

    @cached_property
    def bought_tags(self) -> frozenset[str]:
        """The tags of the goods in the order, as far as those are known, in small letters."""
        known = (self.goods.get(variant_id) for variant_id in self.bought_variant_ids)
        return frozenset(tag.casefold() for held in known if held is not None for tag in held.tags)


class Need(StrEnum):
    """A group of facts that costs a query; only what live conditions need is loaded."""

    HISTORY = "history"
    CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Argument:
    """One typed argument; `kind` chooses the form field and the validation.

    Kinds: money (minor units of the shop's currency), count (whole number), choice (one of `choices`), texts (a set
    of words), variants and products (sets of ids).
    """

    name: str
    label: str
    kind: str
    is_required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """A leaf of an audience. `check` answers True (match), False (miss) or None (unknown)."""

    key: str
    label: str
    arguments: tuple[Argument, ...]
    check: Callable[[Arguments, Facts], bool | None]
    describe: Callable[[Arguments, Facts], str]  # the values compared, for the trace
    needs: frozenset[Need] = frozenset()
