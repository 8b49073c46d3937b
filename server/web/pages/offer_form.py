"""One offer in the form of a funnel: of the first step, of a further one, or of an arm of a test."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.domain.offers import AS_SUBSCRIPTION
from server.domain.page_layout import USUAL_LAYOUT
from server.domain.page_words import VARIABLES
from server.domain.plans import LONGEST, SHORTEST, SellingPlan
from server.domain.rules.funnels import OFFER
from server.domain.rules.page import LAYOUT, TEXTS, TRANSLATION
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
    read_rows,
)
from server.web.pages.display import Display
from server.web.pages.groups import Group, draw_groups, has_groups, read_groups
from server.web.pages.wording import amounts_words, choice_words

_TEXTS = tuple(each.name for each in TEXTS.fields)
_PLACEHOLDERS = {
    "heading": "One more thing for your order?",
    "reason": "Often bought together with …",
    "badge": "{percent} off",
    "accept": "Pay now",
    "decline": "No thanks",
}
# What the template lays out by hand; every other entry of an offer is drawn from its shape.
_LAID_OUT = {
    "source", "variants", "quantity", "discount", "price", "minimum_stock", "minimum_margin", "texts", "subscription",
    "layout",
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
class TranslationView:
    """The words for one language as the form shows them."""

    path: str
    controls: tuple[Control, ...]


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
    def words(self) -> tuple[Control, ...]:
        """The merchant's words in the language of the shop."""
        return draw(TEXTS, f"{self.path}.texts", self.offer.get("texts") or {})

    @property
    def translations(self) -> tuple[TranslationView, ...]:
        held = self.offer.get("translations") or ()
        return tuple(self._translation(place, each) for place, each in enumerate(held))

    @property
    def new_translation(self) -> TranslationView:
        """What a translation that is added starts from."""
        return self._translation(0, {})

    @property
    def translation_kind(self) -> str:
        """How the template of a new translation is called: names in it lead to the same place of a document."""
        return f"{'arm-' if '.experiment.' in self.path else 'step-' if self.path != 'offer' else ''}translation"

    @property
    def layout(self) -> tuple[Control, ...]:
        return draw(LAYOUT, f"{self.path}.layout", self.offer.get("layout") or {})

    @property
    def variables(self) -> str:
        """What may stand in words, for the merchant to read."""
        return ", ".join(f"{{{name}}} ({meaning})" for name, meaning in VARIABLES.items())

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What is usual where the merchant has no words, by the names of fields."""
        return {f"{self.path}.texts.{name}": words for name, words in _PLACEHOLDERS.items()}

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

    def _translation(self, place: int, held: Mapping[str, Any]) -> TranslationView:
        path = f"{self.path}.translations[{place}]"
        return TranslationView(path, draw(TRANSLATION, path, held))

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
    if f"{path}.has_translations" in filled.form:
        offer["translations"] = _translations(filled, f"{path}.translations") or None
    offer["layout"] = _layout(filled, f"{path}.layout", held.get("layout"))
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


def _translations(filled: Filled, path: str) -> list[dict[str, Any]]:
    rows = read_rows(TRANSLATION, filled, path)
    return [{name: text for name, text in row.items() if text is not None} for row in rows]


def _layout(filled: Filled, path: str, held: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return the layout; none where the form says what is usual and nothing was said before."""
    if not any(name.startswith(f"{path}.") for name in filled.form):
        return held
    made = {name: value for name, value in read(LAYOUT, held or {}, filled, path).items() if value not in ("", [])}
    is_usual = made == {"name": USUAL_LAYOUT.name}
    return (
        held
        if is_usual and not (held or {}).get("blocks") and (held or {}).get("name") in (None, made["name"])
        else made
    )


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
