"""The preview beside an offer's form: the answer that the one-click page would get, from the form as it stands."""

import re
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from server.core.money import exponent
from server.domain.document import CONTROL
from server.domain.orders import PurchaseLine
from server.domain.reasons import WORDING
from server.domain.rules import InvalidRules, parse
from server.outbound.localisation import read_locale
from server.usecases.authoring import load_draft
from server.usecases.offers import OFFER_LIFE
from server.usecases.previews import NOBODY, NothingToPreview, Preview, preview_page
from server.web.guards import merchant, runtime, shop
from server.web.page_words import Reader
from server.web.pages.frame import open_frame, page_blueprint
from server.web.pages.funnel_form import FunnelForm, first_offer, read_funnel
from server.web.post_purchase import show_steps
from server.web.stage import built_parts

LANGUAGES = ("en", "de", "fr")  # that the page's script brings with it
_MOST_REASONS = 6
_MINUTE = 60


def blueprint() -> Blueprint:
    routes = page_blueprint("previews", __name__, url_prefix="/previews")

    @routes.post("/one-click")
    def one_click() -> Response:
        """Answer what the page would show by the form of a funnel, saved or not; only reads."""
        parts, frame = runtime(), open_frame()
        draft = load_draft(database=parts.database, shop_id=shop().shop_id)
        named = _asked("funnel")
        stored = draft.funnel(named) if named else None
        read = read_funnel(request.form, stored=stored, currency=frame.shop.currency)
        document, index = deepcopy(draft.document), draft.index_of(read.funnel["id"])
        document["funnels"] = document.get("funnels", [])
        document["funnels"][index : index + 1] = [_shown(read, product=_picked("product"))]
        try:
            rules = parse(document)
        except InvalidRules as fault:
            # A form is faulty for most of the time in which it is typed: that is an answer, and no refusal to log.
            told = read.words_for(fault.problems, index=index)
            return jsonify({"problems": [{"path": each.path, "message": each.message} for each in told]})
        found = preview_page(
            database=parts.database,
            shop_id=shop().shop_id,
            document=rules,
            funnel_id=read.funnel["id"],
            currency=frame.shop.currency,
            bought=_picked("bought"),
            arm=_asked("arm"),
            now=parts.clock.now(),
        )
        return jsonify(
            {
                "answer": _answer(found),
                "reasons": _reasons(found),
                "sample": _sample(found, shop_domain=shop().domain),
                "arms": _arms(read),
                "languages": language_choices(
                    each.language for step in found.steps for each in step.offered.translations
                ),
            }
        )

    return routes


def stage_url() -> str | None:
    """Return where the panel's frame finds the stage; None where its files were not built."""
    return url_for("public.stage", shop=merchant().shop_domain) if built_parts() is not None else None


def language_choices(more: Iterable[str] = ()) -> list[dict[str, str]]:
    """Return the languages that the page can be shown in, those of the script and `more`, with their English names."""
    named = {tag: read_locale(tag).get_display_name("en") or tag for tag in dict.fromkeys((*LANGUAGES, *more))}
    return [{"value": tag, "label": name} for tag, name in named.items()]


def _asked(name: str) -> str | None:
    """Return what the panel asks beside the form's own fields."""
    return request.form.get(f"preview.{name}", "").strip() or None


def _picked(name: str) -> str | None:
    """Return the variant that was picked in the panel.

    Raises:
        NothingToPreview: it is no variant's id, which no picker ever gives.
    """
    text = _asked(name)
    if text is not None and not re.fullmatch("[0-9]{1,20}", text):
        raise NothingToPreview("This product is gone.", name=name)
    return text


def _shown(read: FunnelForm, *, product: str | None) -> dict[str, Any]:
    """Return the funnel to show: its name is not seen by shoppers, and `product` stands in for its first goods."""
    funnel = {**deepcopy(read.funnel), "name": read.funnel["name"] or "Preview"}
    offer = first_offer(funnel)
    if product is not None and offer["source"] == "bundle":
        offer["variants"] = [product, *offer["variants"][1:]]
    elif product is not None:
        offer |= {"source": "fixed", "variants": [product]}
    return funnel


def _answer(found: Preview) -> dict[str, Any] | None:
    if not found.steps:
        return None
    dearest = max(found.purchase.lines, key=lambda line: line.total)
    facts = found.goods.get(dearest.variant_id)
    reader = Reader(_asked("locale") or LANGUAGES[0], facts.title if facts is not None else None)
    expires_at = runtime().clock.now() + OFFER_LIFE
    return show_steps(found.steps, found.goods, reader, decision_id=NOBODY, expires_at=expires_at)


def _reasons(found: Preview) -> list[str]:
    """Return why nothing is offered, as sentences; where something is, what was passed over for it is no matter."""
    if found.steps:
        return []
    told = (f"{WORDING[line.reason]} {line.detail}".strip() for line in found.lines)
    return list(dict.fromkeys(told))[:_MOST_REASONS]


def _sample(found: Preview, *, shop_domain: str) -> dict[str, Any]:
    """Return what the stage answers prices and the purchase from, in minor units; shipping and taxes are left out."""
    purchase = found.purchase
    offers = [step.offered for step in found.steps]
    items = [item for offered in offers for item in (*offered.items, *offered.choices)]
    return {
        "currency": purchase.currency,
        "decimals": exponent(purchase.currency),
        "prices": {each.variant_id: each.unit_price for each in items if each.plan is None},
        "plan_prices": {
            f"{each.variant_id} {each.plan.plan_id}": each.plan.unit_price for each in items if each.plan is not None
        },
        "clocks": {
            step.path: step.offered.ends_after_minutes * _MINUTE
            for step in found.steps
            if step.offered.ends_after_minutes is not None
        },
        "shop_domain": shop_domain,
        "bought": [_line(line, found) for line in purchase.lines],
    }


def _line(line: PurchaseLine, found: Preview) -> dict[str, Any]:
    facts = found.goods.get(line.variant_id)
    return {
        "variant_id": int(line.variant_id),
        "product_id": int(line.product_id or 0),
        "title": facts.title if facts is not None else "A product that is gone",
        "quantity": line.quantity,
        "total": line.total,
    }


def _arms(read: FunnelForm) -> list[dict[str, str]]:
    """Return the offers that the first step's test compares, where it has one."""
    arms = (read.funnel["steps"][0].get("experiment") or {}).get("arms", ())
    named = [{"value": each["id"], "label": f"Other offer: {each['id']}"} for each in arms]
    return [{"value": CONTROL, "label": "The offer itself"}, *named] if named else []
