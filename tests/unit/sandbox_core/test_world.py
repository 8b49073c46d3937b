import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.world import World
from tests.sandbox.shopify.world_build import SHOP_TIME_ZONE, build_template, copy_template
from tests.unit.sandbox_core.conftest import moment

TIMES = {
    "orders": ["created_at", "processed_at", "updated_at", "cancelled_at"],
    "product": ["created_at", "updated_at"],
    "variant": ["updated_at"],
    "inventory_level": ["updated_at"],
    "customer": ["created_at", "updated_at", "email_consent_at", "sms_consent_at"],
    "payment": ["created_at"],
    "refund": ["created_at"],
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    build_template(path, domain="gift-shop.myshopify.com", client_id="c1" * 16, orders=30)
    return path


def _last_order(path: Path) -> datetime:
    with closing(sqlite3.connect(path)) as connection:
        return datetime.fromisoformat(connection.execute("SELECT max(created_at) FROM orders").fetchone()[0])


def test_reading_refuses_to_write(world: World) -> None:
    with world.read() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("UPDATE shop SET name = 'Other'")


def test_an_error_rolls_the_write_back(world: World) -> None:
    def fail() -> None:
        with world.write() as connection:
            connection.execute("UPDATE shop SET name = 'Other'")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with world.read() as connection:
        assert connection.execute("SELECT name FROM shop").fetchone()["name"] == "Gift Shop"


def test_writing_inside_writing_is_refused_at_once_and_only_there(world: World) -> None:
    with world.write() as connection:
        connection.execute("UPDATE shop SET name = 'Outer'")
        with pytest.raises(RuntimeError, match="hand the connection on"), world.write():
            pass
    with world.write() as connection:
        assert connection.execute("SELECT name FROM shop").fetchone()["name"] == "Outer"


def test_a_missing_world_is_an_error_and_stays_missing(tmp_path: Path, clock: SandboxClock) -> None:
    missing = World(tmp_path / "nothing.sqlite3", clock)
    with pytest.raises(sqlite3.OperationalError), missing.read():
        pass
    assert not missing.path.exists()


def test_threads_write_one_after_the_other(world: World) -> None:
    def add(_: int) -> None:
        with world.write() as connection:
            found = connection.execute("SELECT count(*) FROM checkout").fetchone()[0]
            connection.execute("INSERT INTO checkout VALUES (?, '{}', NULL, 'open', '')", (str(found),))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(40)))
    with world.read() as connection:
        assert connection.execute("SELECT count(*) FROM checkout").fetchone()[0] == 40


def test_now_text_is_whole_seconds_of_utc(world: World) -> None:
    assert datetime.fromisoformat(world.now_text()).tzinfo is UTC
    assert world.now_text().endswith("Z")
    assert len(world.now_text()) == len("2026-11-22T10:00:00Z")


@given(
    st.datetimes(min_value=datetime(2011, 1, 1), max_value=datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 -- bounds are naive by contract
)
@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_last_order_was_yesterday_at_its_own_time_of_day(template: Path, tmp_path: Path, now: datetime) -> None:
    path = tmp_path / "copy.sqlite3"
    copy_template(template, path, now)
    last = _last_order(path)
    assert last.time() == _last_order(template).time()
    assert last.date() == now.astimezone(SHOP_TIME_ZONE).date() - timedelta(days=1)


@pytest.mark.parametrize(
    ("now", "yesterday"),
    [
        ("2026-07-01T22:59:59", date(2026, 6, 30)),  # still 23:59 of 1 July in London
        ("2026-07-01T23:00:00", date(2026, 7, 1)),
        ("2026-11-22T23:59:59", date(2026, 11, 21)),
    ],
)
def test_yesterday_is_the_shops(template: Path, tmp_path: Path, now: str, yesterday: date) -> None:
    copy_template(template, tmp_path / "copy.sqlite3", moment(now))
    assert _last_order(tmp_path / "copy.sqlite3").date() == yesterday


def test_every_time_moves_by_the_same_whole_days(template: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.sqlite3"
    copy_template(template, path, moment("2026-11-22T12:00:00"))
    moved = _last_order(path) - _last_order(template)
    assert moved.seconds == 0
    with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(template)) as original:
        for table, columns in TIMES.items():
            chosen = f"SELECT {', '.join(columns)} FROM {table} ORDER BY rowid"
            pairs = zip(copy.execute(chosen), original.execute(chosen), strict=True)
            for after, before in pairs:
                for new, old in zip(after, before, strict=True):
                    if old is None:
                        assert new is None
                    else:
                        assert datetime.fromisoformat(new) - datetime.fromisoformat(old) == moved


def test_a_copy_keeps_every_index_and_table(template: Path, tmp_path: Path) -> None:
    copy_template(template, tmp_path / "copy.sqlite3", moment("2026-11-22T12:00:00"))
    listing = "SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2"
    with (
        closing(sqlite3.connect(tmp_path / "copy.sqlite3")) as copy,
        closing(sqlite3.connect(template)) as original,
    ):
        assert copy.execute(listing).fetchall() == original.execute(listing).fetchall()
        assert copy.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert copy.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_fresh_world_replaces_the_old_one(tmp_path: Path, clock: SandboxClock, settings: SandboxSettings) -> None:
    world = World.small(settings.world_path, clock, orders=60)
    with world.write() as connection:
        connection.execute("UPDATE shop SET name = 'Old'")
    World.small(settings.world_path, clock, orders=60)
    with world.read() as connection:
        assert connection.execute("SELECT name FROM shop").fetchone()["name"] == "Gift Shop"
    assert sorted(found.name for found in tmp_path.glob("*.draft")) == []
