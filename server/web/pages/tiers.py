"""Tiers: named groups of shoppers in the order in which they are earned, and the form of one."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.conditions import CONDITIONS
from server.domain.document import STANDARD
from server.domain.rules import InvalidRules
from server.domain.rules.document import TIER
from server.usecases.authoring import Draft, UnknownEntry
from server.usecases.tiers import TierUse, move_tier, save_tier, uses_of
from server.web.guards import runtime, shop
from server.web.pages.audience_form import AudienceView, describe_named, read_audience
from server.web.pages.controls import Filled, draw, read
from server.web.pages.entries import drop_entry, open_draft
from server.web.pages.form_problems import told_at_fields
from server.web.pages.frame import Frame, open_frame, page_blueprint, read_revision, show
from server.web.pages.listing import Column, Deletion, EntryForm, Line, Listing, Part

_COLUMNS = (Column("Tier", "primary"), Column("Who earns it", "secondary"), Column("Asked for by", "labeled"))
_NOTE = f"A shopper has the first of these, from the top, that they have earned; who has earned none is “{STANDARD}”."
_USES = {"funnels": "offer", "journeys": "follow-up"}


def blueprint() -> Blueprint:
    # A tier is named by its place in the list: its own name may hold whatever a merchant likes.
    routes = page_blueprint("tiers", __name__, url_prefix="/tiers")
    _add_pages(routes)
    _add_changes(routes)
    return routes


def _add_pages(routes: Blueprint) -> None:
    @routes.get("")
    def listing() -> BaseResponse:
        frame, draft = open_frame(), open_draft()
        tiers = draft.document.get("tiers", [])
        lines = tuple(_line(frame, draft, tier, place, len(tiers)) for place, tier in enumerate(tiers))
        listing = Listing(
            heading="Tiers",
            add_label="Add tier",
            add_url=url_for("tiers.new"),
            columns=_COLUMNS,
            lines=lines,
            note=_NOTE,
            empty_heading="No tiers yet",
            empty_words="Name groups of shoppers, such as who has spent much. Offers and follow-ups can ask for them.",
            icon="person",
        )
        return show(frame, "pages/entries.html", draft=draft, listing=listing)

    @routes.get("/new")
    def new() -> BaseResponse:
        return _edit(open_frame(), open_draft(), {"name": "", "audience": {"all": []}}, None)

    @routes.get("/<int:place>")
    def one(place: int) -> BaseResponse:
        draft = open_draft()
        return _edit(open_frame(), draft, _tier(draft, place), place)


def _add_changes(routes: Blueprint) -> None:
    @routes.post("/new")
    def create() -> Response:
        return _save(None)

    @routes.post("/<int:place>")
    def save(place: int) -> Response:
        return _save(place)

    @routes.post("/<int:place>/delete")
    def delete(place: int) -> Response:
        draft = open_draft()
        return drop_entry(draft, part="tiers", name=_tier(draft, place)["name"], location=url_for("tiers.listing"))

    @routes.post("/<int:place>/up")
    def up(place: int) -> Response:
        return _move(place, by=-1)

    @routes.post("/<int:place>/down")
    def down(place: int) -> Response:
        return _move(place, by=1)


def _move(place: int, *, by: int) -> Response:
    _tier(open_draft(), place)
    parts = runtime()
    changed = move_tier(
        database=parts.database,
        shop_id=shop().shop_id,
        place=place,
        by=by,
        revision=read_revision(),
        now=parts.clock.now(),
    )
    return jsonify({"ok": True, "revision": changed.revision, "location": url_for("tiers.listing")})


def _save(place: int | None) -> Response:
    parts, draft = runtime(), open_draft()
    held = _tier(draft, place) if place is not None else {}
    filled = Filled(request.form, open_frame().shop.currency)
    tier = read(TIER, held, filled, "")
    tier["audience"] = read_audience(filled, held.get("audience"))
    at = place if place is not None else len(draft.document.get("tiers", []))
    try:
        changed = save_tier(
            database=parts.database,
            shop_id=shop().shop_id,
            tier=tier,
            replaces=held.get("name"),
            revision=read_revision(),
            now=parts.clock.now(),
        )
    except InvalidRules as fault:
        told = told_at_fields(
            fault.problems,
            own=f"tiers[{at}].",
            entry=tier,
            table=TIER,
            faults=filled.faults,
            # Of twins the list itself is told; here it is the name that can be changed.
            shown_at={"tiers": "name"},
        )
        raise InvalidRules(told) from fault
    return jsonify({"ok": True, "revision": changed.revision, "location": url_for("tiers.one", place=at)})


def _tier(draft: Draft, place: int) -> dict[str, Any]:
    tiers = draft.document.get("tiers", [])
    if place >= len(tiers):
        raise UnknownEntry("There is no such tier any more.", place=place)
    return dict(tiers[place])


def _edit(frame: Frame, draft: Draft, tier: dict[str, Any], place: int | None) -> BaseResponse:
    used = uses_of(draft.document, tier["name"]) if place is not None else ()
    name = Part("Tier", "", draw(TIER, "", tier))
    deletion = None
    if place is not None:
        consequence = "Nobody has it any more when you publish."
        if used:
            consequence = f"It is asked for by {_uses_words(used)}: there nobody meets that condition any more."
        deletion = Deletion(tier["name"], consequence, url_for("tiers.delete", place=place))
    form = EntryForm(
        heading=tier["name"] or "Add tier",
        back_label="Tiers",
        back_url=url_for("tiers.listing"),
        save_url=url_for("tiers.create") if place is None else url_for("tiers.save", place=place),
        done="Tier saved.",
        parts=(name,),
        view=AudienceView(tier.get("audience"), describe_named(tier.get("audience")), frame.display),
        audience_words="Shoppers who meet all of these conditions; without any, every shopper.",
        notes=(f"Asked for by {_uses_words(used)}, where a new name is written too.",) if used else (),
        deletion=deletion,
    )
    # A tier cannot be earned by having one.
    offered = {key: each for key, each in CONDITIONS.items() if key != "customer.tier"}
    return show(frame, "pages/entry.html", draft=draft, form=form, conditions=offered, is_new=place is None)


def _line(frame: Frame, draft: Draft, tier: dict[str, Any], place: int, count: int) -> Line:
    audience = tier.get("audience")
    words = AudienceView(audience, describe_named(audience), frame.display).words
    used = uses_of(draft.document, tier["name"])
    return Line(
        url=url_for("tiers.one", place=place),
        cells=(tier["name"], words, _uses_words(used) if used else "Nothing yet"),
        is_live_as_drafted=draft.is_entry_live("tiers", tier),
        up_url=url_for("tiers.up", place=place) if place > 0 else "",
        down_url=url_for("tiers.down", place=place) if place + 1 < count else "",
    )


def _uses_words(used: Iterable[TierUse]) -> str:
    return ", ".join(f"the {_USES[each.part]} “{each.name}”" for each in used)
