"""Calls: whom staff are to call, what to say, and what came of it."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as BaseResponse

from server.usecases.calls import CallTask, list_calls, settle_call
from server.web.guards import runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show

_SHOWN = 100


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call as the list shows it."""

    task: CallTask
    whom: str
    since: str


def blueprint() -> Blueprint:
    routes = page_blueprint("calls", __name__, url_prefix="/calls")

    @routes.get("")
    def listing() -> BaseResponse:
        frame = open_frame()
        found = list_calls(database=runtime().database, shop_id=shop().shop_id, limit=_SHOWN)
        return show(frame, "pages/calls.html", lines=[_line(each, frame.display) for each in found])

    @routes.post("/<touch_id>/<outcome>")
    def settle(touch_id: str, outcome: str) -> Response:
        parts = runtime()
        settle_call(
            database=parts.database,
            shop_id=shop().shop_id,
            touch_id=touch_id,
            outcome=outcome,
            now=parts.clock.now(),
        )
        return jsonify({"ok": True})

    return routes


def _line(task: CallTask, display: Display) -> CallLine:
    whom = f"{task.first_name}, {task.order_name}" if task.first_name else task.order_name
    return CallLine(task, whom, display.moment(task.since))
