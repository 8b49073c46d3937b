"""The clock's JSON and its arithmetic."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.app import Sandbox
from tests.sandbox.browser import clock_page
from tests.sandbox.browser.clock_page import BadMove, seconds_until
from tests.sandbox.clock import SandboxClock
from tests.sandbox.shopify.world_build import SHOP_TIME_ZONE


@pytest.fixture
def client(sandbox: Sandbox) -> FlaskClient:
    app = Flask("clock", static_folder=None)
    app.register_blueprint(clock_page.blueprint(sandbox))
    return app.test_client()


def test_moving_and_resetting(client: FlaskClient, clock: SandboxClock) -> None:
    assert client.post("/sandbox/api/clock", json={"move_seconds": 3600}).get_json()["offset_seconds"] == 3600
    assert client.post("/sandbox/api/clock", json={"move_seconds": 0.5}).get_json()["offset_seconds"] == 3600.5
    shown = datetime.fromisoformat(client.get("/sandbox/api/clock").get_json()["now"])
    assert abs((shown - clock.now()).total_seconds()) < 60
    assert client.post("/sandbox/api/clock", json={"reset": True}).get_json()["offset_seconds"] == 0


def test_moving_to_the_morning(client: FlaskClient, clock: SandboxClock) -> None:
    assert client.post("/sandbox/api/clock", json={"move_to": "10:00"}).status_code == 200
    local = clock.now().astimezone(SHOP_TIME_ZONE)
    assert (local.hour, local.minute) == (10, 0)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"move_seconds": -1},
        {"move_seconds": "60"},
        {"move_seconds": True},
        {"move_seconds": None},
        {"move_seconds": 1e12},
        {"move_seconds": 1, "reset": True},
        {"reset": False},
        {"move_to": "teatime"},
        {"move_to": 10},
    ],
)
def test_what_the_clock_does_not_do(body: Any, client: FlaskClient, clock: SandboxClock) -> None:
    assert client.post("/sandbox/api/clock", json=body).status_code == 422
    assert clock.offset() == 0


@given(st.integers(1_767_225_600, 1_830_297_600), st.times())  # 2026 and 2027
def test_the_next_showing_of_a_time_is_within_a_day_and_an_hour(second: int, wanted: Any) -> None:
    now = datetime.fromtimestamp(second, UTC)
    text = wanted.replace(second=0, microsecond=0).strftime("%H:%M")
    assert 0 < seconds_until(now, text) <= 25 * 3600


def test_a_night_with_a_clock_change_is_counted_right() -> None:
    spring = datetime(2027, 3, 27, 22, 0, tzinfo=UTC)  # the clocks go forward at one
    assert seconds_until(spring, "10:00") == 11 * 3600
    autumn = datetime(2026, 10, 24, 21, 0, tzinfo=UTC)  # 22:00 in London; the clocks go back at two
    assert seconds_until(autumn, "10:00") == 13 * 3600


def test_the_page_shows_the_moves(client: FlaskClient) -> None:
    with pytest.raises(BadMove):
        seconds_until(datetime(2026, 1, 1, tzinfo=UTC), "25:00")
    for _, seconds, _ in clock_page.MOVES:
        assert client.post("/sandbox/api/clock", json={"move_seconds": seconds}).status_code == 200
