"""One offer in the form of a funnel: of the first step, of a further one, or of an arm of a test."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.offers import AS_SUBSCRIPTION
from server.domain.plans import LONGEST, SHORTEST, SellingPlan
from server.domain.rules.funnels import OFFER
from server.domain.rules.shapes import Text
from server.usecases.reports import Goods
from server.web.pages.audience_form import Chosen, chosen_variants
from server.web.pages.controls import (
    Choices,
    Control,
    Filled,
    as_number,
    draw,
    is_plain,
    money_text,
    read,
)
from server.web.pages.display import Display
from server.web.pages.groups import Group, draw_groups, has_groups, read_groups
from server.web.pages.wording import amounts_words, choice_words

_TEXTS = ("heading", "accept", "decline", "reason")
# What the template lays out by hand; every other entry of an offer is drawn from its shape.
_LAID_OUT = {
    "source", "variants", "quantity", "discount", "price", "minimum_stock", "minimum_margin", "texts", "subscription",
}  # fmt: skip
_DRAWN = tuple(each.name for each in OFFER.fields if each.label and is_plain(each.shape) and each.name not in _LAID_OUT)
_SOURCES = {
    "fixed": ("Products that I choose", "They are tried in this order until one is in stock."),
    "bought_together": (
        "What is bought together",
        "Found in your own orders; the products below are the alternatives.",
    ),
    "dearer": (
        "Something dearer of the same kind",
        "The same product type, or a larger size; the products below are the alternatives.",
    ),
    "bundle": (
        "These products together",
        "A bundle, offered on the one-click page only; all of them must be in stock.",
    ),
    AS_SUBSCRIPTION: (
        "What was just bought, as a subscription",
        "Beside the order, on the one-click page only; the products below are not used.",
    ),
    "paired": ("What goes with it, by product tags", "By one of your pairings, chosen below."),
}


@dataclass(frozen=True, slots=True)
class Source:
    """A way to find goods, as the form lets choose it."""

    value: str
    label: str
    help: str


@dataclass(frozen=True, slots=True)
class OfferView:
    """One offer as its part of the form shows it; field names begin with `path`."""

    path: str
    offer: Mapping[str, Any]
    goods: Goods
    display: Display
    pairings: Choices = ()
    plans: Sequence[SellingPlan] = ()

    @property
    def ways_to_sell(self) -> Choices:
        """How goods may be sold: once, or by which plan."""
        named = [(each.plan_id, f"Subscription: {each.name}, {each.delivery.text()}") for each in self.plans]
        held = self.way_to_sell
        if held and held not in {SHORTEST, LONGEST, *(plan_id for plan_id, _ in named)}:
            named.append((held, f"Subscription: a plan that is gone ({held})"))
        return (
            ("", "Once"),
            (SHORTEST, "Subscription: the product's own, most frequent"),
            (LONGEST, "Subscription: the product's own, least frequent"),
            *named,
        )

    @property
    def way_to_sell(self) -> str:
        held = self.offer.get("subscription")
        return "" if held is None else held.get("plan") or held.get("interval", SHORTEST)

    @property
    def sources(self) -> Iterator[Source]:
        (shape,) = (each.shape for each in OFFER.fields if each.name == "source")
        for each in shape.choices if isinstance(shape, Text) else ():
            if each != "paired" or self.pairings or self.offer.get("source") == "paired":
                yield Source(each, *_SOURCES.get(each, (choice_words(each), "")))

    @property
    def discount(self) -> Mapping[str, Any]:
        return self.offer.get("discount") or {}

    @property
    def texts(self) -> Mapping[str, str]:
        return self.offer.get("texts") or {}

    @property
    def amount_off(self) -> str:
        """The discount's amount in the shop's currency as its field takes it."""
        return self._money(self.discount)

    @property
    def other_amounts(self) -> str:
        """The discount's amounts in other currencies, which are kept as they are."""
        others = {
            code: each for code, each in (self.discount.get("amounts") or {}).items() if code != self.display.currency
        }
        return amounts_words(others)

    @property
    def bundle_price(self) -> str:
        """The one price of a bundle in the shop's currency as its field takes it."""
        return self._money(self.offer.get("price") or {})

    @property
    def pairing(self) -> tuple[Control, ...]:
        """The choice of a pairing, where there is any."""
        is_there = self.pairings or self.offer.get("pairing")
        return self._draw("pairing") if is_there else ()

    @property
    def more(self) -> tuple[Control, ...]:
        """Entries that are drawn from their shapes."""
        return self._draw(*(each for each in _DRAWN if each != "pairing"))

    @property
    def groups(self) -> Iterator[Group]:
        """Tables inside the offer that are drawn from their shapes."""
        return draw_groups(OFFER, self.path, self.offer, currency=self.display.currency, but=_LAID_OUT)

    @property
    def has_more(self) -> bool:
        """Tell whether any entry that stands behind the fold is in use."""
        plain = any(self.offer.get(name) for name in _DRAWN if name != "pairing")
        return plain or has_groups(OFFER, self.offer, but=_LAID_OUT)

    def chosen(self) -> list[Chosen]:
        return chosen_variants(self.offer.get("variants", []), self.goods, self.display)

    def _draw(self, *names: str) -> tuple[Control, ...]:
        choices = {"pairing": self.pairings}
        return draw(OFFER, self.path, self.offer, only=names, currency=self.display.currency, choices=choices)

    def _money(self, priced: Mapping[str, Any]) -> str:
        currency = self.display.currency or ""
        return money_text((priced.get("amounts") or {}).get(currency), currency)


def empty_offer(offer_id: str) -> dict[str, Any]:
    """Return what the fields of a new offer start from."""
    return {"id": offer_id, "source": "fixed", "variants": [], "quantity": 1, "texts": {}}


def new_offer_id(funnel_id: str) -> str:
    """Return an id that no offer of the past has."""
    return f"{funnel_id}-offer-{secrets.token_hex(3)}"


def read_offer(filled: Filled, path: str, held: Mapping[str, Any]) -> dict[str, Any]:
    """Return an offer as the form says it, with everything that the form does not show as it is held."""
    offer = dict(held)
    offer["source"] = filled.form.get(f"{path}.source", "")
    offer["variants"] = list(dict.fromkeys(filter(None, filled.form.getlist(f"{path}.variants"))))
    offer["quantity"] = _whole(filled.text(f"{path}.quantity"), empty=1)
    offer["discount"] = _discount(filled, path, held.get("discount") or {})
    is_repeat = offer["source"] == AS_SUBSCRIPTION
    offer["subscription"] = _subscription(filled, path, held.get("subscription"), is_needed=is_repeat)
    if is_repeat:
        offer["variants"] = []
    offer["price"] = _bundle_price(filled, path, held.get("price") or {}) if offer["source"] == "bundle" else None
    margin = filled.text(f"{path}.minimum_margin")
    offer["minimum_margin"] = as_number(margin) if margin else None
    offer["minimum_stock"] = _whole(filled.text(f"{path}.minimum_stock"), empty=None)
    texts = {name: filled.text(f"{path}.texts.{name}") for name in _TEXTS}
    offer["texts"] = {name: text for name, text in texts.items() if text}
    offer = read(OFFER, offer, filled, path, only=_DRAWN)
    offer = read_groups(OFFER, offer, filled, path, but=_LAID_OUT)
    return {name: value for name, value in offer.items() if value is not None}


def _discount(filled: Filled, path: str, held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the discount, with the amounts of other currencies as they were: the form shows the shop's alone."""
    percent = filled.text(f"{path}.discount.percent")
    amount = filled.text(f"{path}.discount.amounts.{filled.currency}")
    amounts = filled.amounts(f"{path}.discount.amounts", held.get("amounts"))
    made: dict[str, Any] = {"percent": as_number(percent)} if percent else {}
    if amounts and (amount or not percent):
        made["amounts"] = amounts
    if not made:
        return None
    kept = {entry: each for entry, each in held.items() if entry not in ("percent", "amounts")}
    return {**kept, **made, "title": filled.text(f"{path}.discount.title")}


def _subscription(
    filled: Filled, path: str, held: Mapping[str, Any] | None, *, is_needed: bool
) -> Mapping[str, Any] | None:
    """Return how the plan is chosen; what sending costs later stays, as the form does not show it."""
    if f"{path}.subscription" not in filled.form:
        return held
    chosen = filled.text(f"{path}.subscription") or (SHORTEST if is_needed else "")
    if not chosen:
        return None
    kept = {name: value for name, value in (held or {}).items() if name == "shipping"}
    return {**kept, ("interval" if chosen in (SHORTEST, LONGEST) else "plan"): chosen}


def _bundle_price(filled: Filled, path: str, held: Mapping[str, Any]) -> dict[str, Any] | None:
    amounts = filled.amounts(f"{path}.price.amounts", held.get("amounts"))
    return {**held, "title": filled.text(f"{path}.discount.title"), "amounts": amounts} if amounts else None


def _whole(text: str, *, empty: int | None) -> int | str | None:
    if not text:
        return empty
    return int(text) if re.fullmatch(r"-?\d{1,12}", text) else text
