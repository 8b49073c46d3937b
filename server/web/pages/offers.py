"""Offers: the funnels of the draft, one of them to edit, and publishing."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.conditions import CONDITIONS
from server.domain.rules import InvalidRules
from server.usecases.authoring import Draft, load_draft, publish_draft, remove_funnel, save_funnel
from server.usecases.reports import Goods, describe_goods
from server.web.guards import merchant, runtime, shop
from server.web.pages.audience_form import stock_words
from server.web.pages.display import Display
from server.web.pages.frame import Frame, open_frame, page_blueprint, read_revision, show
from server.web.pages.funnel_form import empty_funnel, first_offer, read_funnel
from server.web.pages.funnel_view import goods_in, view_of
from server.web.pages.previews import language_choices, stage_url
from server.web.pages.wording import audience_words, discount_words, offer_words, variant_words

_MOST_ASKED = 250


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
        goods = goods_in(*funnels)
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
                        "stock": stock_words(facts.available),
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
    return show(
        frame,
        "pages/offer.html",
        draft=draft,
        view=view_of(funnel, draft.document, frame.display),
        conditions=CONDITIONS,
        save_url=save_url,
        is_new=is_new,
        shop_minimum=draft.document.get("stock", {}).get("minimum", 10),
        shop_margin=_margin_words(draft.document.get("margin", {}).get("minimum")),
        stage_url=stage_url(),
        languages=language_choices(),
    )


def _draft() -> Draft:
    return load_draft(database=runtime().database, shop_id=shop().shop_id)


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
