"""Presets to add to the draft of the rules, the draft as text, and the versions that were live, with the way back."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from server.core.errors import AppError
from server.domain.rules import InvalidRules, Problem
from server.domain.rules.changes import changes
from server.usecases.authoring import load_draft, save_document
from server.usecases.presets import PRESETS, Preset
from server.usecases.rule_text import read_text, write_rules
from server.usecases.versions import VersionLine, add_preset, go_back, list_versions
from server.web.guards import MAX_BODY, merchant, runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, read_revision, show

_SHOWN = 25
_CHANGES = 6  # of a version, in the list


class UnknownPreset(AppError):
    code = "unknown_preset"


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version as the list shows it."""

    number: int
    at: str
    changes: tuple[str, ...]
    more: int
    is_live: bool


def blueprint() -> Blueprint:
    routes = page_blueprint("rules", __name__, url_prefix="/rules")

    @routes.get("/presets")
    def presets() -> BaseResponse:
        return show(open_frame(), "pages/presets.html", presets=PRESETS.values())

    @routes.post("/presets/<preset_id>")
    def add(preset_id: str) -> Response:
        parts = runtime()
        add_preset(database=parts.database, shop_id=shop().shop_id, preset=_preset(preset_id), now=parts.clock.now())
        return jsonify({"ok": True})

    @routes.get("/text")
    def text() -> BaseResponse:
        draft = load_draft(database=runtime().database, shop_id=shop().shop_id)
        told = [each.words() for each in changes(draft.live_document or {}, draft.document)]
        written = write_rules(draft.document, as_json=False)
        return show(open_frame(), "pages/rule_text.html", draft=draft, written=written, changes=told, shown=_SHOWN)

    @routes.post("/text")
    def save_text() -> Response:
        parts = runtime()
        # The rules of a large shop are longer than what forms may usually hold.
        request.max_form_memory_size = MAX_BODY
        try:
            save_document(
                database=parts.database,
                shop_id=shop().shop_id,
                document=read_text(request.form.get("text", ""), name="This"),
                revision=read_revision(),
                now=parts.clock.now(),
            )
        except InvalidRules as fault:
            # There is one field for all of them, so each says where it is.
            problems = (Problem(each.path, f"{each.path}: {each.message}") for each in fault.problems)
            raise InvalidRules(tuple(problems)) from fault
        return jsonify({"ok": True, "location": url_for("rules.text")})

    @routes.get("/versions")
    def versions() -> BaseResponse:
        frame = open_frame()
        found = list_versions(database=runtime().database, shop_id=shop().shop_id, limit=_SHOWN)
        rows = [_row(each, frame.display, is_live=number == 0) for number, each in enumerate(found)]
        return show(frame, "pages/versions.html", rows=rows)

    @routes.post("/versions/<int:number>")
    def back(number: int) -> Response:
        parts = runtime()
        live = go_back(
            database=parts.database,
            shop_id=shop().shop_id,
            number=number,
            by=merchant().user_id,
            now=parts.clock.now(),
        )
        return jsonify({"ok": True, "number": live.number})

    return routes


def _preset(preset_id: str) -> Preset:
    found = PRESETS.get(preset_id)
    if found is None:
        raise UnknownPreset("There is no preset of this name.", preset=preset_id)
    return found


def _row(line: VersionLine, display: Display, *, is_live: bool) -> VersionRow:
    told = tuple(each.words() for each in line.changes)
    return VersionRow(
        line.number,
        display.moment(line.published_at),
        told[:_CHANGES],
        max(0, len(told) - _CHANGES),
        is_live=is_live,
    )
