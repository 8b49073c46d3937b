from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.app import create_app
from server.bootstrap import make_runtime
from server.runtime import Runtime
from server.storage.db import Database
from tests.conftest import StandingClock
from tests.web.installed import settings_for


@pytest.fixture
def runtime(database: Database, database_url: str, clock: StandingClock) -> Iterator[Runtime]:
    """A real runtime on an empty database; `database` empties it again."""
    made = make_runtime(settings_for(database_url), clock=clock)
    yield made
    made.close()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    return create_app(runtime)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
