"""Offers: the funnels of the draft, one of them to edit, and publishing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.core.money import Money
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.domain.plans import LONGEST, SHORTEST, SellingPlan
from server.domain.rules import InvalidRules
from server.usecases.authoring import Draft, load_draft, publish_draft, remove_funnel, save_funnel
from server.usecases.plans import list_plans
from server.usecases.reports import Goods, describe_goods
from server.web.guards import merchant, runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import Frame, open_frame, page_blueprint, read_revision, show
from server.web.pages.funnel_form import empty_funnel, first_offer, is_simple, read_funnel, simple_leaves
from server.web.pages.wording import audience_words, choice_words, discount_words, goods_of, offer_words, variant_words

_MOST_ASKED = 250
_GONE = "No longer in the catalogue"


@dataclass(frozen=True, slots=True)
class FunnelLine:
    """One funnel as the list shows it."""

    id: str
    name: str
    is_on: bool
    is_live_as_drafted: bool
    priority: int
    offer: str
    discount: str
    audience: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """One of the goods that a list of the form names."""

    id: str
    title: str
    detail: str = ""
    image_url: str | None = None


@dataclass(frozen=True, slots=True)
class Editor:
    """What the form of one funnel shows. `kept_audience` are the words of a tree that it cannot edit."""

    funnel: dict[str, Any]
    goods: Goods
    display: Display
    kept_audience: str | None

    @property
    def conditions(self) -> list[Any]:
        return [] if self.kept_audience else list(simple_leaves(self.funnel.get("audience")))

    def value(self, argument: Argument, given: Any) -> str:
        """Return an argument as its field takes it."""
        if given is None:
            return ""
        if argument.kind == "money" and isinstance(given, int):
            return Money(given, self.display.currency).text() if self.display.currency else ""
        return ", ".join(given) if isinstance(given, list) else str(given)

    def ways_to_sell(self, plans: Sequence[SellingPlan]) -> list[tuple[str, str]]:
        """Return the values and words of how goods may be sold: once, or by which plan."""
        named = [(each.plan_id, f"Subscription: {each.name}, {each.delivery.text()}") for each in plans]
        held = self.way_to_sell()
        if held and held not in {SHORTEST, LONGEST, *(plan_id for plan_id, _ in named)}:
            named.append((held, f"Subscription: a plan that is gone ({held})"))
        return [
            ("", "Once"),
            (SHORTEST, "Subscription: the product's own, most frequent"),
            (LONGEST, "Subscription: the product's own, least frequent"),
            *named,
        ]

    def way_to_sell(self) -> str:
        """Return the value of how the goods are sold."""
        held = first_offer(self.funnel).get("subscription")
        return "" if held is None else held.get("plan") or held.get("interval", SHORTEST)

    def further_steps(self) -> str:
        """Return what comes after the first step, in words."""
        first, *others = self.funnel["steps"]
        words = {step["id"]: offer_words(step["offer"], self.goods) for step in others}
        ways = (("if accepted", first.get("if_accepted")), ("if declined", first.get("if_declined")))
        return "; ".join(f"{way}: {words[target]}" for way, target in ways if target in words)

    def amount_off(self) -> str:
        """Return the discount's amount in the shop's currency as its field takes it."""
        currency = self.display.currency or ""
        amount = ((first_offer(self.funnel).get("discount") or {}).get("amounts") or {}).get(currency)
        return Money(amount, currency).text() if amount is not None else ""

    def bundle_price(self) -> str:
        """Return the one price of a bundle in the shop's currency as its field takes it."""
        currency = self.display.currency or ""
        amount = ((first_offer(self.funnel).get("price") or {}).get("amounts") or {}).get(currency)
        return Money(amount, currency).text() if amount is not None else ""

    def choice(self, choice: str) -> str:
        return choice_words(choice)

    def chosen(self, argument: Argument, given: list[str] | None) -> list[Chosen]:
        """Return the goods that an argument names."""
        if argument.kind == "variants":
            return self.chosen_variants(given or [])
        return [self._product(each) for each in given or []]

    def chosen_variants(self, variant_ids: list[str]) -> list[Chosen]:
        return [self._variant(each) for each in variant_ids]

    def _product(self, product_id: str) -> Chosen:
        named = self.goods.products.get(product_id)
        if named is None:
            return Chosen(product_id, f"Product {product_id}", _GONE)
        return Chosen(product_id, named.title, image_url=named.image_url)

    def _variant(self, variant_id: str) -> Chosen:
        facts = self.goods.variants.get(variant_id)
        if facts is None:
            return Chosen(variant_id, f"Variant {variant_id}", _GONE)
        detail = f"{self.display.money(facts.price)}, {_stock_words(facts.available)}"
        return Chosen(variant_id, variant_words(variant_id, self.goods), detail, facts.image_url)


def blueprint() -> Blueprint:
    routes = page_blueprint("offers", __name__, url_prefix="/offers")
    _add_pages(routes)
    _add_changes(routes)
    return routes


def _add_pages(routes: Blueprint) -> None:
    @routes.get("")
    def listing() -> BaseResponse:
        frame, draft = open_frame(), _draft()
        funnels = draft.document.get("funnels", [])
        goods = _goods(*funnels)
        # As decisions go through them: the highest priority first, then by id.
        ranked = sorted(funnels, key=lambda funnel: (-funnel.get("priority", 0), funnel["id"]))
        lines = [_line(funnel, draft, goods, frame.display) for funnel in ranked]
        return show(frame, "pages/offers.html", draft=draft, lines=lines)

    @routes.get("/new")
    def new() -> BaseResponse:
        frame, draft = open_frame(), _draft()
        return _edit(frame, draft, empty_funnel(), save_url=url_for("offers.create"), is_new=True)

    @routes.get("/<funnel_id>")
    def one(funnel_id: str) -> BaseResponse:
        frame, draft = open_frame(), _draft()
        funnel = draft.funnel(funnel_id)
        return _edit(frame, draft, funnel, save_url=url_for("offers.save", funnel_id=funnel_id), is_new=False)

    @routes.get("/variants")
    def variants() -> Response:
        """Tell what the catalogue holds of variants that were just picked, in the order they were asked for."""
        wanted = request.args.get("ids", "").split(",")[:_MOST_ASKED]
        goods = describe_goods(database=runtime().database, shop_id=shop().shop_id, variant_ids=filter(None, wanted))
        display = open_frame().display
        known = [goods.variants[each] for each in wanted if each in goods.variants]
        return jsonify(
            {
                "variants": [
                    {
                        "id": facts.variant_id,
                        "title": variant_words(facts.variant_id, goods),
                        "image_url": facts.image_url,
                        "stock": _stock_words(facts.available),
                        "price": display.money(facts.price),
                        "is_sellable": facts.is_sellable,
                    }
                    for facts in known
                ]
            }
        )


def _add_changes(routes: Blueprint) -> None:
    @routes.post("/new")
    def create() -> Response:
        return _save(None)

    @routes.post("/<funnel_id>")
    def save(funnel_id: str) -> Response:
        return _save(funnel_id)

    @routes.post("/<funnel_id>/delete")
    def delete(funnel_id: str) -> Response:
        parts, draft = runtime(), _draft()
        draft.funnel(funnel_id)
        changed = remove_funnel(
            database=parts.database,
            shop_id=shop().shop_id,
            funnel_id=funnel_id,
            revision=read_revision(),
            now=parts.clock.now(),
        )
        return jsonify({"ok": True, "revision": changed.revision, "location": url_for("offers.listing")})

    @routes.post("/publish")
    def publish() -> Response:
        parts = runtime()
        published = publish_draft(
            database=parts.database,
            shop_id=shop().shop_id,
            by=merchant().user_id,
            now=parts.clock.now(),
            revision=read_revision(),
        )
        return jsonify({"ok": True, "number": published.number})


def _save(funnel_id: str | None) -> Response:
    parts, draft = runtime(), _draft()
    stored = draft.funnel(funnel_id) if funnel_id is not None else None
    read = read_funnel(request.form, stored=stored, currency=open_frame().shop.currency)
    try:
        changed = save_funnel(
            database=parts.database,
            shop_id=shop().shop_id,
            funnel=read.funnel,
            revision=read_revision(),
            now=parts.clock.now(),
        )
    except InvalidRules as fault:
        raise InvalidRules(read.words_for(fault.problems, index=draft.index_of(read.funnel["id"]))) from fault
    location = url_for("offers.one", funnel_id=read.funnel["id"])
    return jsonify({"ok": True, "revision": changed.revision, "location": location})


def _edit(frame: Frame, draft: Draft, funnel: dict[str, Any], *, save_url: str, is_new: bool) -> BaseResponse:
    goods = _goods(funnel)
    audience = funnel.get("audience")
    kept = None if is_simple(audience) else audience_words(audience, goods, frame.display)
    return show(
        frame,
        "pages/offer.html",
        draft=draft,
        editor=Editor(funnel, goods, frame.display, kept),
        conditions=CONDITIONS,
        plans=list_plans(database=runtime().database, shop_id=shop().shop_id),
        save_url=save_url,
        is_new=is_new,
        shop_minimum=draft.document.get("stock", {}).get("minimum", 10),
        shop_margin=_margin_words(draft.document.get("margin", {}).get("minimum")),
    )


def _draft() -> Draft:
    return load_draft(database=runtime().database, shop_id=shop().shop_id)


def _goods(*funnels: dict[str, Any]) -> Goods:
    steps = (step for funnel in funnels for step in funnel["steps"])
    variants = {each for step in steps for each in step["offer"].get("variants", [])}
    products: set[str] = set()
    for funnel in funnels:
        named = goods_of(funnel.get("audience"))
        variants |= named[0]
        products |= named[1]
    return describe_goods(
        database=runtime().database, shop_id=shop().shop_id, variant_ids=variants, product_ids=products
    )


def _line(funnel: dict[str, Any], draft: Draft, goods: Goods, display: Display) -> FunnelLine:
    offer = first_offer(funnel)
    return FunnelLine(
        id=funnel["id"],
        name=funnel["name"],
        is_on=funnel.get("is_live", False),
        is_live_as_drafted=draft.is_live_as_drafted(funnel),
        priority=funnel.get("priority", 0),
        offer=offer_words(offer, goods),
        discount=discount_words(offer),
        audience=audience_words(funnel.get("audience"), goods, display),
    )


def _margin_words(minimum: float | None) -> str:
    return "any" if minimum is None else f"the shop's {minimum:g} %"


def _stock_words(available: int | None) -> str:
    return "stock not tracked" if available is None else f"{available:,} in stock"
