"""Fixtures for all tests: databases, a clock that stands still until told to move, no sockets beyond loopback."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings
from pytest_socket import socket_allow_hosts
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from server.storage.db import Database, InboxBase, make_engine
from server.storage.inbox import Inbox, open_inbox
from server.storage.migrate import APP, INBOX, upgrade
from tests.databases import POSTGRESQL, copied_sqlite, fresh_postgresql, inbox_of

# A busy machine is slow, not wrong: no example has a deadline.
settings.register_profile("afters", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "soak", deadline=None, max_examples=15_000, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "afters"))

# The library's own default draws each error with all its variables, which takes seconds.
structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])

# Every test has an engine of its own, and would write out each statement anew.
_COMPILED: dict[Any, Any] = {}


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


class StandingClock:
    """A clock that shows one moment until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        return self.moment

    def move(self, **lengths: float) -> datetime:
        self.moment += timedelta(**lengths)
        return self.moment


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))


def _postgresql_answers() -> bool:
    engine = create_engine(f"{POSTGRESQL}/postgres", connect_args={"connect_timeout": 2})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A migrated database of this test process alone; without a server, CI fails and a laptop skips."""
    if not _postgresql_answers():
        if os.environ.get("CI"):
            pytest.fail("PostgreSQL is not running on 127.0.0.1:5432, and CI must test with it.")
        pytest.skip("PostgreSQL is not running on 127.0.0.1:5432.")
    with fresh_postgresql() as url:
        _migrate(url)
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


def _migrate(url: str) -> None:
    for address, schema in ((url, APP), (inbox_of(url), INBOX)):
        engine = make_engine(address)
        upgrade(engine, schema)
        engine.dispose()  # the last connection to close folds SQLite's write-ahead log into the file


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    """The address of an empty, migrated database: each test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        return copied_sqlite(sqlite_template, tmp_path)
    return str(request.getfixturevalue("postgresql_url"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An empty database with real commits; what a test wrote to PostgreSQL is removed after it."""
    engine = make_engine(database_url)
    engine.update_execution_options(compiled_cache=_COMPILED)
    opened = Database(engine)
    yield opened
    if database_url.startswith("postgresql"):
        from server.storage.models import metadata  # noqa: PLC0415 - only to know every table

        # DELETE, not TRUNCATE: the tables are nearly empty, and truncating twenty files takes half a second.
        with opened.engine.begin() as connection:
            for table in [*reversed(metadata.sorted_tables), *InboxBase.metadata.sorted_tables]:
                connection.execute(table.delete())
    opened.dispose()


@pytest.fixture
def inbox(database: Database, database_url: str) -> Iterator[Inbox]:
    """The inbox of `database`, which empties it."""
    assert database
    opened = open_inbox(inbox_of(database_url))
    opened.database.engine.update_execution_options(compiled_cache=_COMPILED)
    yield opened
    opened.close()
