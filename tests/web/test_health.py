from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.app import create_app
from server.bootstrap import make_runtime
from tests.conftest import StandingClock
from tests.web.installed import settings_for


def test_a_process_that_can_work_says_so(client: FlaskClient) -> None:
    for path in ("/health", "/ready"):
        answer = client.get(path)
        assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.fixture(params=["empty", "gone"])
def broken(request: pytest.FixtureRequest, tmp_path: Path, clock: StandingClock) -> Iterator[FlaskClient]:
    """An app whose database is not migrated, and one whose database is not there."""
    path = tmp_path / ("afters.sqlite3" if request.param == "empty" else "nowhere/afters.sqlite3")
    runtime = make_runtime(settings_for(f"sqlite:///{path}"), clock=clock)
    yield create_app(runtime).test_client()
    runtime.close()


def test_a_broken_database_stops_traffic_and_not_the_process(broken: FlaskClient) -> None:
    assert broken.get("/health").status_code == 200
    answer = broken.get("/ready")
    assert answer.status_code == 503
    assert answer.get_json()["status"].startswith("The database ")
