"""Signs of life: one process a name, take-over of the dead only, and the end of who cannot say that it lives."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import cast

import pytest
from sqlalchemy import text

from server.jobs import watch as module
from server.jobs.engine import Engine
from server.jobs.watch import SILENT_AFTER, Watch, WorkerLives
from server.storage.db import Database
from server.storage.workers import Workers
from tests.conftest import StandingClock
from tests.jobs.conftest import RecordingEngine

MakeWatch = Callable[..., Watch]


class Deaths(list[str]):
    def __call__(self, reason: str) -> None:
        self.append(reason)


@pytest.fixture
def deaths() -> Deaths:
    return Deaths()


@pytest.fixture
def make(
    database: Database,
    recording: RecordingEngine,
    clock: StandingClock,
    deaths: Deaths,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[MakeWatch]:
    monkeypatch.setattr(module, "_STARTING_SECONDS", 0.0)
    made: list[Watch] = []

    def watch(name: str = "one", **changes: object) -> Watch:
        parts = {"database": database, "engine": cast("Engine", recording), "worker_id": name, "clock": clock}
        found = Watch(**{**parts, "die": deaths, **changes})  # type: ignore[arg-type]  # a table
        found.begin()
        made.append(found)
        return found

    yield watch
    for each in made:
        each._name.release()


def known(database: Database, clock: StandingClock) -> tuple[str, ...]:
    with database.read() as session:
        return Workers(session).silent(before=clock.now() + timedelta(days=1))


def test_a_name_is_held_by_one_living_process(make: MakeWatch) -> None:
    first = make()
    with pytest.raises(WorkerLives, match="AFTERS_WORKER_ID"):
        make()
    first.end()
    make()


def test_sqlite_has_one_worker_and_postgresql_many(make: MakeWatch, database: Database) -> None:
    make("one")
    if database.engine.dialect.name == "sqlite":
        with pytest.raises(WorkerLives, match="on SQLite"):
            make("two")
    else:
        make("two")


def test_who_stopped_in_order_leaves_nothing_behind(
    make: MakeWatch, database: Database, clock: StandingClock, deaths: Deaths
) -> None:
    one = make()
    one.beat()
    assert known(database, clock) == ("one",)
    one.end()
    assert (known(database, clock), deaths) == ((), [])


@pytest.mark.postgresql
class TestTakingOver:
    @pytest.fixture(autouse=True)
    def _several(self, database: Database) -> None:
        if database.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite there is one worker")

    def test_the_jobs_of_the_dead_are_taken_over_once_they_are_silent(
        self, make: MakeWatch, database: Database, recording: RecordingEngine, clock: StandingClock
    ) -> None:
        dead, heir = make("dead"), make("heir")
        dead._name.release()  # as the server does when a process dies
        clock.move(seconds=SILENT_AFTER.total_seconds())
        heir.beat()
        assert recording.taken_over == []
        clock.move(seconds=1)
        heir.beat()
        heir.beat()
        assert (recording.taken_over, known(database, clock)) == (["dead"], ("heir",))

    def test_who_is_silent_and_alive_is_left_alone(
        self, make: MakeWatch, recording: RecordingEngine, clock: StandingClock, deaths: Deaths
    ) -> None:
        silent, other = make("silent"), make("other")
        clock.move(minutes=5)
        other.beat()
        assert (recording.taken_over, deaths) == ([], [])
        silent.beat()
        assert deaths == [], "it said that it lives, late and before anybody had its name"

    def test_a_cut_connection_loses_the_name_and_takes_it_again(
        self, make: MakeWatch, database: Database, deaths: Deaths
    ) -> None:
        one = make()
        cut(database)
        assert not one._name.is_held()
        one.beat()
        assert (one._name.is_held(), deaths) == (True, [])

    def test_who_finds_its_name_taken_ends_itself(self, make: MakeWatch, database: Database, deaths: Deaths) -> None:
        one = make()
        cut(database)
        make()
        one.beat()
        assert deaths == ["its name was taken by another process"]


def cut(database: Database) -> None:
    with database.engine.connect() as connection:
        # Of this database alone: other test processes have theirs on the same server.
        query = """
            SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
            WHERE l.locktype = 'advisory' AND l.pid <> pg_backend_pid() AND d.datname = current_database()"""
        assert connection.scalar(text(query))


def test_a_database_that_is_away_for_a_moment_is_waited_for_and_then_no_more(
    make: MakeWatch, clock: StandingClock, deaths: Deaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = make()

    def fail(_work: object) -> None:
        raise OSError("away")

    monkeypatch.setattr(one.database, "run", fail)
    clock.move(seconds=30)
    one.beat()
    assert deaths == []
    clock.move(seconds=1)
    one.beat()
    assert deaths == ["it could not say that it lives"]


def test_a_worker_that_no_longer_looks_for_work_ends_itself(make: MakeWatch, deaths: Deaths) -> None:
    make(is_well=lambda: False).beat()
    assert deaths == ["it no longer looks for work"]
