"""Markets: where other rules hold, and the form of one; what no field shows is edited as it is written."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.rules import InvalidRules, Problem
from server.domain.rules.document import DOCUMENT
from server.domain.rules.markets import MARKET
from server.usecases.authoring import Draft, save_entry
from server.usecases.rule_text import UnreadableRules, read_text, write_rules
from server.web.guards import runtime, shop
from server.web.pages.controls import Filled, draw, read
from server.web.pages.entries import drop_entry, open_draft
from server.web.pages.frame import Frame, open_frame, page_blueprint, read_revision, show
from server.web.pages.funnel_form import new_id
from server.web.pages.listing import Column, Deletion, EntryForm, Line, Listing, Part
from server.web.pages.market_form import Overrides, parts_of, read_overrides, split

_PART = "markets"
_TEXT = "overrides"  # the field of what no other field shows
_COLUMNS = (Column("Market", "primary"), Column("Where", "secondary"), Column("Otherwise there", "labeled"))
_NOTE = "An order belongs to the first of these that names its country, or, where that is not known, its currency."


def blueprint() -> Blueprint:
    routes = page_blueprint("markets", __name__, url_prefix="/markets")
    _add_pages(routes)
    _add_changes(routes)
    return routes


def _add_pages(routes: Blueprint) -> None:
    @routes.get("")
    def listing() -> BaseResponse:
        draft = open_draft()
        listing = Listing(
            heading="Markets",
            add_label="Add market",
            add_url=url_for("markets.new"),
            columns=_COLUMNS,
            lines=tuple(_line(draft, each) for each in draft.document.get(_PART, [])),
            note=_NOTE,
            empty_heading="No markets yet",
            empty_words="Let limits and discounts be otherwise in some countries or currencies; the rest stays.",
            icon="globe",
        )
        return show(open_frame(), "pages/entries.html", draft=draft, listing=listing)

    @routes.get("/new")
    def new() -> BaseResponse:
        return _edit(open_frame(), open_draft(), {"name": ""}, save_url=url_for("markets.create"), is_new=True)

    @routes.get("/<market_id>")
    def one(market_id: str) -> BaseResponse:
        draft = open_draft()
        save_url = url_for("markets.save", market_id=market_id)
        return _edit(open_frame(), draft, draft.entry(_PART, market_id), save_url=save_url, is_new=False)


def _add_changes(routes: Blueprint) -> None:
    @routes.post("/new")
    def create() -> Response:
        return _save(None)

    @routes.post("/<market_id>")
    def save(market_id: str) -> Response:
        return _save(market_id)

    @routes.post("/<market_id>/delete")
    def delete(market_id: str) -> Response:
        return drop_entry(open_draft(), part=_PART, name=market_id, location=url_for("markets.listing"))


def _save(market_id: str | None) -> Response:
    parts, draft = runtime(), open_draft()
    filled = Filled(request.form, open_frame().shop.currency)
    held: dict[str, Any] = {"id": new_id(filled.text("name"), "market")}
    if market_id is not None:
        held = draft.entry(_PART, market_id)
    titles, kept = split(draft.document, held.get("overrides") or {})
    rest = _text(filled) if _TEXT in filled.form else kept
    overrides, twice = read_overrides(filled, draft.document, rest, titles)
    if twice:
        said = ", ".join(twice)
        raise InvalidRules((Problem(_TEXT, f"Says what a field above says too: {said}. Take one of them away."),))
    market = {**read(MARKET, held, filled, ""), "overrides": overrides}
    try:
        changed = save_entry(
            database=parts.database,
            shop_id=shop().shop_id,
            part=_PART,
            entry=market,
            replaces=market_id,
            revision=read_revision(),
            now=parts.clock.now(),
        )
    except InvalidRules as fault:
        own = f"{_PART}[{draft.place_of(_PART, market_id)}]"
        raise InvalidRules(tuple(_told(fault.problems, own, set(filled.form)))) from fault
    location = url_for("markets.one", market_id=market["id"])
    return jsonify({"ok": True, "revision": changed.revision, "location": location})


def _text(filled: Filled) -> Overrides:
    """Return what the text says.

    Raises:
        InvalidRules: it cannot be read, at the field of the text.
    """
    if not filled.text(_TEXT):
        return {}
    try:
        found = read_text(filled.form[_TEXT], name="This")
    except UnreadableRules as fault:
        raise InvalidRules((Problem(_TEXT, fault.message),)) from fault
    if not isinstance(found, dict):
        raise InvalidRules((Problem(_TEXT, "Must name parts of the rules, such as caps or funnels, one to a line."),))
    return found


def _told(problems: tuple[Problem, ...], own: str, fields: set[str]) -> Iterator[Problem]:
    """Yield problems at the fields of the form; what has none is told at the text, with its place in the rules."""
    for each in problems:
        if not each.path.startswith(own):
            yield Problem(each.path, f"{each.path}: {each.message}")
            continue
        path = each.path.removeprefix(own).removeprefix(".").replace(" > ", ".")
        path = f"{path}.percent" if path.endswith(".discount") else path or "countries"
        where = path.partition("[")[0] if path.startswith(("countries", "currencies")) else path
        if where in fields:
            yield Problem(where, each.message[:1].upper() + each.message[1:])
        else:
            yield Problem(_TEXT, f"{path.removeprefix(f'{_TEXT}.')}: {each.message}")


def _edit(frame: Frame, draft: Draft, market: dict[str, Any], *, save_url: str, is_new: bool) -> BaseResponse:
    shown, rest = split(draft.document, market.get("overrides") or {})
    place = Part("Market", "Codes of countries, such as FR, and of currencies, such as EUR.", draw(MARKET, "", market))
    deletion = None
    if not is_new:
        consequence = "Its orders go by the rules of all others when you publish."
        deletion = Deletion(market["name"], consequence, url_for("markets.delete", market_id=market["id"]))
    form = EntryForm(
        heading=market["name"] or "Add market",
        back_label="Markets",
        back_url=url_for("markets.listing"),
        save_url=save_url,
        done="Market saved.",
        parts=(place, *parts_of(draft.document, shown)),
        text=write_rules(rest, as_json=False) if rest else "",
        deletion=deletion,
    )
    return show(frame, "pages/entry.html", draft=draft, form=form, conditions={}, is_new=is_new)


def _line(draft: Draft, market: dict[str, Any]) -> Line:
    where = [*market.get("countries", ()), *market.get("currencies", ())]
    labels = {each.name: each.label for each in DOCUMENT.fields}
    otherwise = [labels.get(name, name) for name in market.get("overrides") or {}]
    return Line(
        url=url_for("markets.one", market_id=market["id"]),
        cells=(market["name"], ", ".join(where), ", ".join(otherwise) or "Nothing yet"),
        is_live_as_drafted=draft.is_entry_live(_PART, market),
    )
