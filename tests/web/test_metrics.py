"""The figures at /metrics: in one process here; that several share theirs is seen in tests/cli."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.bootstrap import make_runtime
from server.runtime import Runtime
from server.storage.db import Database
from tests.conftest import StandingClock
from tests.web.installed import SHOP, install, settings_for

TOKEN = "metrics-token-of-a-test"
ASKING = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def measured(database: Database, database_url: str, clock: StandingClock) -> Iterator[Runtime]:
    made = make_runtime(replace(settings_for(database_url), metrics_token=TOKEN), clock=clock)
    yield made
    made.close()


@pytest.fixture
def asking(measured: Runtime, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    return create_app(measured).test_client()


def figures(client: FlaskClient) -> dict[str, float]:
    text = client.get("/metrics", headers=ASKING).get_data(as_text=True)
    pairs = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in pairs}


def test_without_a_token_there_are_no_metrics(client: FlaskClient) -> None:
    assert client.get("/metrics", headers=ASKING).status_code == 404


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"]
)
def test_who_does_not_know_the_token_learns_nothing(asking: FlaskClient, given: str | None) -> None:
    answer = asking.get("/metrics", headers={"Authorization": given} if given else {})
    assert answer.status_code == 401
    assert b"afters_" not in answer.data


def test_the_work_is_told_from_the_database(asking: FlaskClient, measured: Runtime) -> None:
    assert (figures(asking)["afters_shops"], figures(asking)["afters_touch_lateness_seconds"]) == (0, 0)
    install(measured)
    found = figures(asking)
    assert found["afters_shops"] == 1
    assert found['afters_deliveries{state="failed"}'] == 0


def test_answers_are_counted_by_the_pattern_of_their_route(asking: FlaskClient) -> None:
    for path in ("/health", "/c/one", "/c/two", "/no/such/page", "/nor/this"):
        asking.open(path, method="GET")
    asking.open("/x", method="BREW")
    found = figures(asking)
    assert found['afters_http_requests_total{method="GET",route="/health",status="200"}'] == 1
    assert found['afters_http_requests_total{method="GET",route="/c/<token>",status="404"}'] == 2
    assert found['afters_http_requests_total{method="",route="(none)",status="404"}'] == 3
    assert found['afters_http_request_seconds_count{route="/c/<token>"}'] == 2


def test_no_series_names_a_shop(asking: FlaskClient, measured: Runtime) -> None:
    install(measured)
    assert SHOP.partition(".")[0] not in asking.get("/metrics", headers=ASKING).get_data(as_text=True)
