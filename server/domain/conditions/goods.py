"""Comparison of lines of goods: ids, tags, types and the like, article numbers by pattern, with exceptions."""

import re
from dataclasses import dataclass
from fnmatch import translate
from typing import ClassVar, cast

from server.domain.conditions.comparisons import UNKNOWN, listed
from server.domain.conditions.definition import Argument, Arguments, Comparison, Constant, Sources
from server.domain.goods import Goods, GoodsLine

_MARKS = {
    "products": "product", "variants": "variant", "collections": "collection", "tags": "tag", "types": "type",
    "vendors": "vendor",
}  # fmt: skip
_BY_ID = frozenset({"product", "variant"})  # known of every line, in the catalogue or not
_AS_WRITTEN = _BY_ID | {"collection"}  # ids, where all others are words
_EXCEPT = "except_"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Lines that carry one of `marks`, or an article number that fits."""

    marks: frozenset[str]
    sku: re.Pattern[str] | None
    needs_catalogue: bool
    needs_collections: bool = False

    def takes(self, line: GoodsLine) -> bool | None:
        if not self.marks.isdisjoint(line.marks) or (self.sku is not None and self.sku.match(line.sku)):
            return True
        is_open = (self.needs_catalogue and not line.is_known) or (self.needs_collections and not line.is_sorted)
        return None if is_open else False


@dataclass(frozen=True, slots=True)
class LinePicker:
    """Tells how many units of some goods are of the kind that was asked for."""

    wanted: _Chosen
    excepted: _Chosen
    at_least: int

    def __call__(self, goods: Goods) -> bool | None:
        sure = possible = 0
        for line in goods.lines:
            wanted, excepted = self.wanted.takes(line), self.excepted.takes(line)
            if wanted is False or excepted is True:
                continue
            possible += line.quantity
            sure += line.quantity if wanted and excepted is False else 0
        if sure >= self.at_least:
            return True
        return False if goods.is_whole and possible < self.at_least else None


@dataclass(frozen=True, slots=True)
class Contains(Comparison):
    """At least so many units of goods of one kind, other goods aside."""

    is_twofold: ClassVar[bool] = False  # of goods that are not in the catalogue only the ids are known
    name: str

    @property
    def arguments(self) -> tuple[Argument, ...]:
        return (
            Argument("products", "Products", "products"),
            Argument("variants", "Variants", "variants"),
            Argument("collections", "Collections", "collections"),
            Argument("types", "Product types", "texts"),
            Argument("vendors", "Vendors", "texts"),
            Argument("tags", "Product tags", "texts"),
            Argument("skus", "SKU patterns such as CASE-*", "texts", is_rare=True),
            Argument("except_products", "But not products", "products", is_rare=True),
            Argument("except_variants", "But not variants", "variants", is_rare=True),
            Argument("except_collections", "But not collections", "collections", is_rare=True),
            Argument("except_types", "But not product types", "texts", is_rare=True),
            Argument("except_vendors", "But not vendors", "texts", is_rare=True),
            Argument("except_tags", "But not product tags", "texts", is_rare=True),
            Argument("except_skus", "But not SKU patterns", "texts", is_rare=True),
            Argument("at_least", "Units at least", "count", is_rare=True),
        )

    def write(self, given: Arguments, value: str, constant: Constant) -> Sources:
        picker = _picker(given)
        if picker.at_least == 1 and picker.wanted.sku is None and not _excepts(given):
            # What nearly every rule asks, without a walk over the lines.
            apart = f"{constant(picker.wanted.marks)}.isdisjoint({value}.marks)"
            return Sources(f"not {apart}", f"{apart} and {_is_all(picker.wanted, value)}")
        asked = f"{constant(picker)}({value})"
        return Sources(f"{asked} is True", f"{asked} is False")

    def held(self, value: object, part: str, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        lines = UNKNOWN if value is None else f"{len(cast('Goods', value).lines)} lines"
        return f"{self.name}{lines}"

    def wanted(self, given: Arguments, currency: str) -> str:  # noqa: ARG002 - one protocol for all
        wanted = [f"{name} {_named(given[name])}" for name in (*_MARKS, "skus") if name in given]
        excepted = [f"{name} {_named(given[_EXCEPT + name])}" for name in (*_MARKS, "skus") if _EXCEPT + name in given]
        least = f"at least {given['at_least']} units of " if "at_least" in given else ""
        told = f"looked for {least}{'; '.join(wanted) or 'any goods'}"
        return f"{told}, but not {'; '.join(excepted)}" if excepted else told


def _is_all(wanted: _Chosen, value: str) -> str:
    """Return what tells that a mark which is not there is really missing."""
    asked = [(wanted.needs_catalogue, "are_known"), (wanted.needs_collections, "are_sorted")]
    return " and ".join(f"{value}.{name}" for is_needed, name in asked if is_needed) or f"{value}.is_whole"


def _picker(given: Arguments) -> LinePicker:
    wanted = _chosen(given, "")
    if not wanted.marks and wanted.sku is None:
        wanted = _Chosen(frozenset(), re.compile(""), needs_catalogue=False)  # exceptions alone: all other goods
    return LinePicker(wanted, _chosen(given, _EXCEPT), cast("int", given.get("at_least", 1)))


def _chosen(given: Arguments, prefix: str) -> _Chosen:
    kinds = {
        mark: cast("frozenset[str]", given[prefix + name]) for name, mark in _MARKS.items() if prefix + name in given
    }
    marks = frozenset(
        f"{mark}:{word if mark in _AS_WRITTEN else word.casefold()}" for mark, words in kinds.items() for word in words
    )
    patterns = cast("frozenset[str]", given.get(f"{prefix}skus", frozenset()))
    sku = re.compile("|".join(translate(each) for each in sorted(patterns)), re.IGNORECASE) if patterns else None
    return _Chosen(
        marks,
        sku,
        needs_catalogue=bool(patterns) or not kinds.keys() <= _AS_WRITTEN,
        needs_collections="collection" in kinds,
    )


def _excepts(given: Arguments) -> bool:
    return any(name.startswith(_EXCEPT) for name in given)


def _named(words: object) -> str:
    return listed(cast("frozenset[str]", words))
