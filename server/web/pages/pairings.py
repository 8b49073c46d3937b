"""What goes with what by product tags, and which template writes of goods with a tag."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.rules import InvalidRules
from server.domain.rules.document import TEMPLATE_CHOICE
from server.domain.rules.funnels import PAIR, PAIRING
from server.usecases.authoring import Draft, save_settings
from server.web.guards import runtime, shop
from server.web.pages.controls import Filled, draw, read, read_rows
from server.web.pages.entries import drop_entry, open_draft, store_entry
from server.web.pages.form_problems import told_at_fields
from server.web.pages.frame import Frame, open_frame, page_blueprint, read_revision, show
from server.web.pages.funnel_form import new_id
from server.web.pages.journey_form import template_choices
from server.web.pages.listing import Column, Deletion, EntryForm, Line, Listing, Part, RowsView

_COLUMNS = (Column("Pairing", "primary"), Column("Pairs", "secondary"), Column("Used by", "labeled"))
_SHOWN = 4
_NOTE = "Bound to offers by “What goes with it, by product tags” in the form of an offer."


def blueprint() -> Blueprint:
    routes = page_blueprint("pairings", __name__)
    _add_pages(routes)
    _add_changes(routes)
    _add_templates(routes)
    return routes


def _add_pages(routes: Blueprint) -> None:
    @routes.get("/pairings")
    def listing() -> BaseResponse:
        draft = open_draft()
        listing = Listing(
            heading="Pairings",
            add_label="Add pairing",
            add_url=url_for("pairings.new"),
            columns=_COLUMNS,
            lines=tuple(_line(draft, each) for each in draft.document.get("pairings", [])),
            note=_NOTE,
            empty_heading="No pairings yet",
            empty_words="Say which product tags go together: who buys a phone is offered a case that you tagged so.",
            icon="connect",
        )
        return show(open_frame(), "pages/entries.html", draft=draft, listing=listing)

    @routes.get("/pairings/new")
    def new() -> BaseResponse:
        pairing = {"name": "", "pairs": [{}]}
        return _edit(open_frame(), open_draft(), pairing, save_url=url_for("pairings.create"), is_new=True)

    @routes.get("/pairings/<pairing_id>")
    def one(pairing_id: str) -> BaseResponse:
        draft = open_draft()
        save_url = url_for("pairings.save", pairing_id=pairing_id)
        return _edit(open_frame(), draft, draft.entry("pairings", pairing_id), save_url=save_url, is_new=False)


def _add_changes(routes: Blueprint) -> None:
    @routes.post("/pairings/new")
    def create() -> Response:
        return _save(None)

    @routes.post("/pairings/<pairing_id>")
    def save(pairing_id: str) -> Response:
        return _save(pairing_id)

    @routes.post("/pairings/<pairing_id>/delete")
    def delete(pairing_id: str) -> Response:
        return drop_entry(open_draft(), part="pairings", name=pairing_id, location=url_for("pairings.listing"))


def _add_templates(routes: Blueprint) -> None:
    @routes.get("/templates")
    def templates() -> BaseResponse:
        draft = open_draft()
        named = {"template": template_choices()}
        rows = tuple(
            draw(TEMPLATE_CHOICE, f"templates[{place}]", each, choices=named)
            for place, each in enumerate(draft.document.get("templates", []))
        )
        form = EntryForm(
            heading="Templates by product tag",
            back_label="Settings",
            back_url="/settings",
            save_url=url_for("pairings.save_templates"),
            done="Templates saved.",
            rows=RowsView(
                path="templates",
                heading="Which template writes",
                words="A message about goods with a tag is written by its template, the first that fits; else by the"
                " one that the follow-up names.",
                word="Tag",
                button="Add tag",
                rows=rows,
                new=draw(TEMPLATE_CHOICE, "templates[0]", {"template": "offer"}, choices=named),
            ),
        )
        return show(open_frame(), "pages/entry.html", draft=draft, form=form, conditions={}, is_new=False)

    @routes.post("/templates")
    def save_templates() -> Response:
        parts = runtime()
        filled = Filled(request.form, None)
        rows = read_rows(TEMPLATE_CHOICE, filled, "templates")
        try:
            save_settings(
                database=parts.database,
                shop_id=shop().shop_id,
                settings={"templates": rows},
                revision=read_revision(),
                now=parts.clock.now(),
            )
        except InvalidRules as fault:
            told = told_at_fields(fault.problems, own="", entry={}, table=TEMPLATE_CHOICE, faults={})
            raise InvalidRules(told) from fault
        return jsonify({"ok": True, "location": url_for("pairings.templates")})


def _save(pairing_id: str | None) -> Response:
    draft = open_draft()
    filled = Filled(request.form, None)
    held = (
        draft.entry("pairings", pairing_id)
        if pairing_id is not None
        else {"id": new_id(filled.text("name"), "pairing")}
    )
    pairing = {**read(PAIRING, held, filled, ""), "pairs": read_rows(PAIR, filled, "pairs")}
    location = url_for("pairings.one", pairing_id=pairing["id"])
    return store_entry(
        draft,
        part="pairings",
        table=PAIRING,
        entry=pairing,
        replaces=pairing_id,
        faults=filled.faults,
        location=location,
    )


def _edit(frame: Frame, draft: Draft, pairing: dict[str, Any], *, save_url: str, is_new: bool) -> BaseResponse:
    used = [] if is_new else _users(draft.document, pairing["id"])
    consequence = (
        "Offers that go by it must be changed first: " + ", ".join(used) + "." if used else "No offer uses it."
    )
    form = EntryForm(
        heading=pairing["name"] or "Add pairing",
        back_label="Pairings",
        back_url=url_for("pairings.listing"),
        save_url=save_url,
        done="Pairing saved.",
        parts=(Part("Pairing", "", draw(PAIRING, "", pairing)),),
        rows=RowsView(
            path="pairs",
            heading="Pairs",
            words="Tags as they stand at your products in Shopify; capital letters make no difference.",
            word="Pair",
            button="Add pair",
            rows=tuple(draw(PAIR, f"pairs[{place}]", each) for place, each in enumerate(pairing.get("pairs", []))),
            new=draw(PAIR, "pairs[0]", {}),
        ),
        deletion=None
        if is_new
        else Deletion(pairing["name"], consequence, url_for("pairings.delete", pairing_id=pairing["id"])),
    )
    return show(frame, "pages/entry.html", draft=draft, form=form, conditions={}, is_new=is_new)


def _line(draft: Draft, pairing: dict[str, Any]) -> Line:
    pairs = [f"{each['bought']} > {each['offered']}" for each in pairing["pairs"]]
    more = len(pairs) - _SHOWN
    words = ", ".join(pairs[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return Line(
        url=url_for("pairings.one", pairing_id=pairing["id"]),
        cells=(
            pairing["name"],
            words or "None yet",
            ", ".join(_users(draft.document, pairing["id"])) or "No offer yet",
        ),
        is_live_as_drafted=draft.is_entry_live("pairings", pairing),
    )


def _users(document: dict[str, Any], pairing_id: str) -> list[str]:
    """Return the names of the offers that look for goods by a pairing."""
    return [
        funnel["name"]
        for funnel in document.get("funnels", [])
        if any(
            offer.get("pairing") == pairing_id
            for step in funnel["steps"]
            for offer in (step["offer"], *(arm["offer"] for arm in (step.get("experiment") or {}).get("arms", ())))
        )
    ]
