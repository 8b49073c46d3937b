"""The movable clock: a page with buttons, its JSON, and the widget that other pages carry."""

import math
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, jsonify, render_template, request

from tests.sandbox.clock import SandboxClock
from tests.sandbox.shopify.world_build import SHOP_TIME_ZONE

if TYPE_CHECKING:
    from tests.sandbox.app import Sandbox

MOVES = (
    ("2 minutes", 120, "past the 90 seconds after which an unseen offer is followed up"),
    ("15 minutes", 900, "past short pauses between two steps"),
    ("1 hour", 3600, "past the hour in which a buyer may sit on the one-click page"),
    ("1 day", 86_400, "to the same time tomorrow"),
    ("2 days", 172_800, "past the hold between two messages on one channel"),
)
MORNING = "10:00"
MOST_SECONDS = 400 * 86_400


class BadMove(ValueError):
    """The clock cannot be moved that way; the message says what it takes."""


def blueprint(sandbox: "Sandbox") -> Blueprint:
    """Return `/clock` and `/sandbox/api/clock`."""
    pages = Blueprint("clock", __name__, template_folder="templates")

    @pages.get("/clock")
    def page() -> str:
        return render_template("clock/page.html", moves=MOVES, morning=MORNING, clock=_reading(sandbox.clock))

    @pages.get("/sandbox/api/clock")
    def read() -> Response:
        return jsonify(_reading(sandbox.clock))

    @pages.post("/sandbox/api/clock")
    def move() -> tuple[Response, int]:
        try:
            _move(sandbox.clock, request.get_json())
        except BadMove as error:
            return jsonify(error=str(error)), 422
        return jsonify(_reading(sandbox.clock)), 200

    return pages


def seconds_until(now: datetime, clock_time: str) -> float:
    """Return the seconds until the shop's clocks next show `clock_time`, e.g. `10:00`.

    Raises:
        BadMove: not a time of day.
    """
    try:
        wanted = time.fromisoformat(clock_time)
    except ValueError as error:
        raise BadMove(f"{clock_time} is not a time of day such as 10:00") from error
    local = now.astimezone(SHOP_TIME_ZONE)
    then = datetime.combine(local.date(), wanted, SHOP_TIME_ZONE)
    if then.astimezone(UTC) <= now:
        then = datetime.combine(local.date() + timedelta(days=1), wanted, SHOP_TIME_ZONE)
    return (then.astimezone(UTC) - now).total_seconds()  # through UTC, as a night may be 23 or 25 hours from it


def _move(clock: SandboxClock, asked: Any) -> None:
    if asked == {"reset": True}:
        clock.reset()
        return
    match asked:
        case {"move_seconds": float() | int() as seconds} if len(asked) == 1 and not isinstance(seconds, bool):
            if not (math.isfinite(seconds) and 0 <= seconds <= MOST_SECONDS):
                raise BadMove(f"time only moves forward here, by at most {MOST_SECONDS} seconds at once")
            clock.move(seconds)
        case {"move_to": str() as clock_time} if len(asked) == 1:
            clock.move(seconds_until(clock.now(), clock_time))
        case _:
            raise BadMove('send {"move_seconds": <number>}, {"move_to": "10:00"} or {"reset": true}')


def _reading(clock: SandboxClock) -> dict[str, object]:
    return {"now": clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "offset_seconds": clock.offset()}
