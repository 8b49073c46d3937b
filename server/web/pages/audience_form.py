"""Audiences in forms: conditions that must all hold; any other tree is told in words and kept as it is."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.usecases.reports import Goods, describe_goods
from server.web.guards import runtime, shop
from server.web.pages.controls import Filled, as_number, money_text
from server.web.pages.display import Display
from server.web.pages.wording import audience_words, choice_words, goods_of, variant_words

_CONDITION_KEY = re.compile(r"audience\.all\[(\d{1,4})\]\.key")
_NUMBER = re.compile(r"-?\d{1,12}")
_GONE = "No longer in the catalogue"


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the goods that a list of the form names."""

    id: str
    title: str
    detail: str = ""
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class AudienceView:
    """An audience as its part of a form shows it."""

    audience: Mapping[str, Any] | None
    goods: Goods
    display: Display

    @property
    def kept(self) -> str | None:
        """The words of a tree that the form cannot edit."""
        return None if is_simple(self.audience) else audience_words(self.audience, self.goods, self.display)

    @property
    def conditions(self) -> list[Mapping[str, Any]]:
        return _simple_leaves(self.audience) or []

    @property
    def words(self) -> str:
        return audience_words(self.audience, self.goods, self.display)

    def value(self, argument: Argument, given: Any) -> str:
        """Return an argument as its field takes it."""
        if given is None:
            return ""
        if argument.kind == "money" and isinstance(given, int):
            return money_text(given, self.display.currency)
        return ", ".join(given) if isinstance(given, list) else str(given)

    def choice(self, choice: str) -> str:
        return choice_words(choice)

    def chosen(self, argument: Argument, given: list[str] | None) -> list[Chosen]:
        """Return the goods that an argument names."""
        if argument.kind == "variants":
            return chosen_variants(given or [], self.goods, self.display)
        if argument.kind == "collections":
            return [self._collection(each) for each in given or []]
        return [self._product(each) for each in given or []]

    def _product(self, product_id: str) -> Chosen:
        named = self.goods.products.get(product_id)
        if named is None:
            return Chosen(product_id, f"Product {product_id}", _GONE)
        return Chosen(product_id, named.title, image_url=named.image_url)

    def _collection(self, collection_id: str) -> Chosen:
        named = self.goods.collections.get(collection_id)
        if named is None:
            return Chosen(collection_id, f"Collection {collection_id}", "Not among your collections (yet)")
        return Chosen(collection_id, named.title, f"As of {self.display.moment(named.read_at)}")


def chosen_variants(variant_ids: Iterable[str], goods: Goods, display: Display) -> list[Chosen]:
    """Return variants as a list of chosen goods shows them, those that are gone too."""
    found = []
    for each in variant_ids:
        facts = goods.variants.get(each)
        if facts is None:
            found.append(Chosen(each, f"Variant {each}", _GONE))
            continue
        detail = f"{display.money(facts.price)}, {stock_words(facts.available)}"
        found.append(Chosen(each, variant_words(each, goods), detail, facts.image_url))
    return found


def stock_words(available: int | None) -> str:
    return "stock not tracked" if available is None else f"{available:,} in stock"


def describe_named(*audiences: Mapping[str, Any] | None, variants: Iterable[str] = ()) -> Goods:
    """Return what the catalogue holds of the goods that audiences name, and of some variants beside."""
    wanted = {"variants": set(variants), "products": set[str](), "collections": set[str]()}
    for each in audiences:
        for kind, ids in goods_of(each).items():
            wanted[kind] |= ids
    return describe_goods(
        database=runtime().database,
        shop_id=shop().shop_id,
        variant_ids=wanted["variants"],
        product_ids=wanted["products"],
        collection_ids=wanted["collections"],
    )


def is_simple(audience: Mapping[str, Any] | None) -> bool:
    """Tell whether a form can show an audience: conditions that must all hold."""
    return _simple_leaves(audience) is not None


def read_audience(filled: Filled, held: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the audience that a form says; one that no form can show stays as it is held."""
    if not is_simple(held):
        return held
    found = []
    places = sorted({int(match[1]) for name in filled.form if (match := _CONDITION_KEY.fullmatch(name))})
    for index, place in enumerate(places):
        key = filled.form[f"audience.all[{place}].key"]
        arguments: dict[str, Any] = {}
        for argument in CONDITIONS[key].arguments if key in CONDITIONS else ():
            given = filled.form.getlist(f"audience.all[{place}].args.{argument.name}")
            value = _argument(argument, given, filled, f"audience.all[{index}].args.{argument.name}")
            if value not in (None, []):
                arguments[argument.name] = value
        found.append({"key": key, "args": arguments})
    return {"all": found}


def _argument(argument: Argument, given: list[str], filled: Filled, path: str) -> Any:
    text = given[0].strip() if given else ""
    match argument.kind:
        case "money":
            return filled.money(text, path) if text else None
        case "count" | "hour":
            return int(text) if _NUMBER.fullmatch(text) else text or None
        case "percent":
            return as_number(text) if text else None
        case "choice" | "text":
            return text or None
        case "texts":
            return [each.strip() for each in re.split(r"[,\n]", text) if each.strip()]
    return list(dict.fromkeys(filter(None, given)))


def _simple_leaves(audience: Mapping[str, Any] | None) -> list[Mapping[str, Any]] | None:
    if not audience:
        return []
    parts = [audience] if "key" in audience else audience.get("all")
    if not isinstance(parts, list) or any(part.get("key") not in CONDITIONS for part in parts):
        return None
    return parts
