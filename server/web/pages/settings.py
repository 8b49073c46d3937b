"""Settings: the limits that hold for every offer and message, drawn from what the rules say of each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.domain.rules import InvalidRules, Problem
from server.domain.rules.document import BLOCKS, HOLDOUT, MARGIN, QUIET_HOURS, REPEATS, STOCK
from server.domain.rules.journeys import CAPS, HOLDS
from server.domain.rules.shapes import Ids, Table
from server.ports import Location
from server.usecases.authoring import load_draft, save_settings
from server.usecases.locations import list_locations
from server.web.guards import runtime, shop
from server.web.pages.controls import Control, Filled, Form, draw, read
from server.web.pages.frame import open_frame, page_blueprint, read_revision, show

_ANYWHERE = "None chosen: what lies anywhere counts, all together."


@dataclass(frozen=True, slots=True)
class SettingsPart:
    """One part of the document that is a table of plain values, and how its section of the page is headed."""

    name: str
    table: Table
    heading: str
    words: str


PARTS = (
    SettingsPart(
        "caps", CAPS, "How often", "Texts, e-mails and calls together. One order opens at most one follow-up."
    ),
    SettingsPart("holds", HOLDS, "One channel at a time", "So that nobody is written to twice on the same day."),
    SettingsPart("quiet_hours", QUIET_HOURS, "Hours for texts", "By the clock of whoever gets the text."),
    SettingsPart(
        "blocks", BLOCKS, "Thank-you and order-status pages", "For shoppers whom the one-click page cannot be shown."
    ),
    SettingsPart(
        "stock", STOCK, "Stock", "Looked at when an offer is made, when it is accepted and when a message leaves."
    ),
    SettingsPart("repeats", REPEATS, "Not offered again", "What is in the order is never offered."),
    SettingsPart("margin", MARGIN, "Margin", "An offer may ask for more."),
    SettingsPart(
        "holdout", HOLDOUT, "Measuring", "Who is offered nothing shows, beside the others, what offers really add."
    ),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One location that may count; `note` tells why little comes of it."""

    id: str
    name: str
    is_chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """The shop's locations, of which some may be chosen; its name is its path in the document."""

    name: str
    label: str
    help: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class ListLink:
    """The page of one of the rules' lists, with how much it holds."""

    label: str
    url: str
    words: str


_LISTS = (
    ("tiers", "Tiers", "/tiers", "Named groups of shoppers."),
    ("pairings", "Pairings", "/pairings", "What goes with what, by product tags."),
    ("templates", "Templates by product tag", "/templates", "Which words a message about some goods has."),
    ("markets", "Markets", "/markets", "What is otherwise in some countries or currencies."),
)


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    words: str
    controls: tuple[Control, ...]
    places: tuple[Places, ...]


def blueprint() -> Blueprint:
    routes = page_blueprint("settings", __name__, url_prefix="/settings")

    @routes.get("")
    def page() -> BaseResponse:
        draft = load_draft(database=runtime().database, shop_id=shop().shop_id)
        places = list_locations(database=runtime().database, shop_id=shop().shop_id)
        sections = [_section(part, draft.document.get(part.name) or {}, places) for part in PARTS]
        return show(open_frame(), "pages/settings.html", draft=draft, sections=sections, links=_links(draft.document))

    @routes.post("")
    def save() -> Response:
        parts = runtime()
        draft = load_draft(database=parts.database, shop_id=shop().shop_id)
        settings = {part.name: _read(part, draft.document.get(part.name) or {}, request.form) for part in PARTS}
        try:
            save_settings(
                database=parts.database,
                shop_id=shop().shop_id,
                settings=settings,
                revision=read_revision(),
                now=parts.clock.now(),
            )
        except InvalidRules as fault:
            raise InvalidRules(tuple(_sentences(fault.problems))) from fault
        return jsonify({"ok": True, "location": url_for("settings.page")})

    return routes


def _section(part: SettingsPart, held: Mapping[str, Any], locations: Sequence[Location]) -> Section:
    places = tuple(
        Places(f"{part.name}.{each.name}", each.label, _ANYWHERE, tuple(_choices(held.get(each.name), locations)))
        for each in part.table.fields
        if isinstance(each.shape, Ids)
    )
    return Section(part.heading, part.words, draw(part.table, part.name, held), places)


def _choices(held: Any, places: Sequence[Location]) -> Iterator[Choice]:
    chosen = frozenset(map(str, held or ()))
    for each in places:
        is_chosen = each.location_id in chosen
        if not each.is_active:
            if is_chosen:  # whoever has not chosen it has no use for it
                yield Choice(each.location_id, each.name, is_chosen, "Deactivated in Shopify: nothing there counts.")
            continue
        note = "" if each.is_online else "Does not send orders of the online shop; counts all the same once chosen."
        yield Choice(each.location_id, each.name, is_chosen, note)
    for gone in sorted(chosen - {each.location_id for each in places}):
        yield Choice(gone, f"Location {gone}", is_chosen=True, note="Not in Shopify any more: nothing counts there.")


def _links(document: Mapping[str, Any]) -> tuple[ListLink, ...]:
    return tuple(
        ListLink(label, url, f"{words} {len(document.get(name, ())) or 'None'} so far.")
        for name, label, url, words in _LISTS
    )


def _read(part: SettingsPart, held: Mapping[str, Any], form: Form) -> dict[str, Any]:
    found = read(part.table, held, Filled(form, currency=None), part.name)
    for each in part.table.fields:
        if isinstance(each.shape, Ids):
            found[each.name] = sorted(set(form.getlist(f"{part.name}.{each.name}")))
    return found


def _sentences(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    for each in problems:
        yield Problem(each.path, each.message[:1].upper() + each.message[1:])
