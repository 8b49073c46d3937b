"""Presets to add to the draft of the rules, and the versions that were live, with the way back."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as BaseResponse

from server.core.errors import AppError
from server.usecases.presets import PRESETS, Preset
from server.usecases.versions import VersionLine, add_preset, go_back, list_versions
from server.web.guards import merchant, runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show

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
