"""What a condition is: a key, typed arguments, the facts it needs, and a check with three answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from server.domain.orders import Purchase, ShopperFacts, VariantFacts

Arguments = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a condition may look at."""

    purchase: Purchase
    shopper: ShopperFacts
    goods: Mapping[str, VariantFacts]  # catalogue facts by variant id; what is in the order among them


class Need(StrEnum):
    """A group of facts that costs a query; only what live conditions need is loaded."""

    HISTORY = "history"
    CATALOGUE = "catalogue"


@dataclass(frozen=True, slots=True)
class Argument:
    """One typed argument; `kind` chooses the form field and the validation.

    Kinds: money (minor units of the shop's currency), count (whole number), choice (one of `choices`), texts (list
    of words), variants and products (lists of ids).
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
