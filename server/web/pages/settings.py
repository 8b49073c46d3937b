"""Settings: the limits that hold for every offer and message, drawn from what the rules say of each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from server.domain.rules import InvalidRules, Problem
from server.domain.rules.document import HOLDOUT, MARGIN, QUIET_HOURS, REPEATS, STOCK
from server.domain.rules.journeys import CAPS, HOLDS
from server.domain.rules.shapes import Field, Flag, Ids, Share, Table, Whole
from server.ports import Location
from server.usecases.authoring import load_draft, save_settings
from server.usecases.locations import list_locations
from server.web.guards import runtime, shop
from server.web.pages.frame import open_frame, page_blueprint, read_revision, show

_ANYWHERE = "None chosen: what lies anywhere counts, all together."
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the document that is a table of plain values, and how its section of the page is headed."""

    name: str
    table: Table
    heading: str
    words: str


PARTS = (
    Part("caps", CAPS, "How often", "Texts, e-mails and calls together. One order opens at most one follow-up."),
    Part("holds", HOLDS, "One channel at a time", "So that nobody is written to twice on the same day."),
    Part("quiet_hours", QUIET_HOURS, "Hours for texts", "By the clock of whoever gets the text."),
    Part("stock", STOCK, "Stock", "Looked at when an offer is made, when it is accepted and when a message leaves."),
    Part("repeats", REPEATS, "Not offered again", "What is in the order is never offered."),
    Part("margin", MARGIN, "Margin", "An offer may ask for more."),
    Part("holdout", HOLDOUT, "Measuring", "Who is offered nothing shows, beside the others, what offers really add."),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One location that may count; `note` tells why little comes of it."""

    id: str
    name: str
    is_chosen: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """One field as the form draws it; its name is its path in the document."""

    name: str
    label: str
    help: str
    kind: Literal["number", "flag", "text", "places"]
    value: Any
    lowest: int = 0
    highest: int = 0
    suffix: str = ""
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    heading: str
    words: str
    controls: tuple[Control, ...]


def blueprint() -> Blueprint:
    routes = page_blueprint("settings", __name__, url_prefix="/settings")

    @routes.get("")
    def page() -> BaseResponse:
        draft = load_draft(database=runtime().database, shop_id=shop().shop_id)
        places = list_locations(database=runtime().database, shop_id=shop().shop_id)
        sections = [_section(part, draft.document.get(part.name) or {}, places) for part in PARTS]
        return show(open_frame(), "pages/settings.html", draft=draft, sections=sections)

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


def _section(part: Part, held: Mapping[str, Any], places: Sequence[Location]) -> Section:
    usual = part.table.make()
    controls = (_control(f"{part.name}.{each.name}", each, held, usual, places) for each in part.table.fields)
    return Section(part.heading, part.words, tuple(controls))


def _control(name: str, field: Field, held: Mapping[str, Any], usual: Any, places: Sequence[Location]) -> Control:
    value = held[field.name] if field.name in held else getattr(usual, field.name)
    match field.shape:
        case Whole(low, high):
            suffix = ":00" if field.name.endswith("_hour") else ""
            return Control(name, field.label, field.help, "number", _empty(value), low, high, suffix)
        case Share():
            return Control(name, field.label, field.help, "number", _empty(value), 0, 100, "%")
        case Flag():
            return Control(name, field.label, field.help, "flag", value)
        case Ids():
            choices = tuple(_choices(frozenset(map(str, value or ())), places))
            return Control(name, field.label, _ANYWHERE, "places", value, choices=choices)
    return Control(name, field.label, field.help, "text", value)


def _choices(chosen: frozenset[str], places: Sequence[Location]) -> Iterator[Choice]:
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


def _read(part: Part, held: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """Return a part as the form says it; a text that is no value at all is left to the rules' own check."""
    found = dict(held)
    for field in part.table.fields:
        given = form.get(f"{part.name}.{field.name}", "").strip()
        match field.shape:
            case Flag():
                found[field.name] = bool(given)
            case Ids():
                found[field.name] = sorted(set(form.getlist(f"{part.name}.{field.name}")))
            case Whole(_, _, blank_is_off) if not given and blank_is_off:
                found[field.name] = 0
            case _ if not given and field.is_nullable:
                found[field.name] = None
            case Whole() | Share() if _NUMBER.fullmatch(given):
                found[field.name] = float(given) if "." in given else int(given)
            case _:
                found[field.name] = given
    return found


def _sentences(problems: tuple[Problem, ...]) -> Iterator[Problem]:
    for each in problems:
        yield Problem(each.path, each.message[:1].upper() + each.message[1:])


def _empty(value: Any) -> Any:
    return "" if value is None else value
