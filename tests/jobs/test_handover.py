"""The hand-over from rows to the job engine, with the real engine on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Condition

import pytest
from sqlalchemy import update

from server.bootstrap import make_runtime
from server.jobs.engine import DuplicateJob, Engine
from server.jobs.poller import Poller
from server.jobs.workflows import DELIVERY, IMPORT, RECEIPT, RESOLVE, SEND, make_jobs
from server.runtime import Runtime
from server.storage.db import Database
from server.storage.deliveries import QUEUED, STORED, Deliveries, DeliveryRow, NewDelivery
from tests.conftest import StandingClock
from tests.databases import copied_sqlite
from tests.web.installed import SHOP, settings_for

PATIENCE_SECONDS = 30.0


class Ran:
    """What jobs were run with; waits for as many as are expected."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._changed = Condition()

    def job(self, name: str) -> Callable[..., None]:
        def run(*arguments: object) -> None:
            with self._changed:
                self.calls.append((name, *arguments))
                self._changed.notify_all()

        return run

    def wait_for(self, count: int) -> list[tuple[object, ...]]:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.calls) >= count, PATIENCE_SECONDS), self.calls
            return list(self.calls)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[tuple[Engine, Ran, str]]:
    """One launched engine for each database, whose jobs only write down that they ran; and the app's database."""
    folder = tmp_path_factory.mktemp("jobs")
    if request.param == "sqlite":
        app_url, engine_url = copied_sqlite(sqlite_template, folder), f"sqlite:///{folder / 'engine.sqlite3'}"
    else:
        app_url = engine_url = str(request.getfixturevalue("postgresql_url"))
    ran = Ran()
    engine = Engine(url=engine_url, worker_id="worker-1")
    engine.register({name: ran.job(name) for name in (DELIVERY, RECEIPT, SEND, RESOLVE, IMPORT)})
    engine.launch()
    yield engine, ran, app_url
    engine.close()


@pytest.fixture
def runtime(house: tuple[Engine, Ran, str], clock: StandingClock) -> Iterator[Runtime]:
    made = make_runtime(settings_for(house[2]), clock=clock)
    yield made
    with made.database.write() as session:
        session.execute(DeliveryRow.__table__.delete())  # type: ignore[attr-defined]  # Table, typed as FromClause
    made.database.dispose()


def store(runtime: Runtime, delivery_id: str, *, source: str = "shopify") -> None:
    new = NewDelivery(source, SHOP, "orders/create", delivery_id, None, None, {}, b"{}")
    with runtime.database.write() as session:
        assert Deliveries(session).store(new, now=runtime.clock.now())


def states(database: Database) -> set[str]:
    with database.read() as session:
        return {row.state for row in session.query(DeliveryRow)}


def test_the_same_id_runs_once(house: tuple[Engine, Ran, str]) -> None:
    engine, ran, _ = house
    before = len(ran.calls)
    for _ in range(3):
        engine.enqueue(DELIVERY, "delivery:once:1", 77)
    engine.enqueue(SEND, "touch:abc:2", 1, "abc", 2)
    calls = ran.wait_for(before + 2)[before:]
    assert sorted(calls, key=str) == sorted([(DELIVERY, 77), (SEND, 1, "abc", 2)], key=str)


def test_what_is_stored_is_handed_over_and_marked(house: tuple[Engine, Ran, str], runtime: Runtime) -> None:
    engine, ran, _ = house
    before = len(ran.calls)
    store(runtime, "one")
    store(runtime, "two", source="twilio")
    assert Poller(runtime, engine).poll() == 2
    assert {name for name, *_ in ran.wait_for(before + 2)[before:]} == {DELIVERY, RECEIPT}
    assert states(runtime.database) == {QUEUED}
    assert Poller(runtime, engine).poll() == 0


def test_a_crash_between_hand_over_and_mark_doubles_nothing(house: tuple[Engine, Ran, str], runtime: Runtime) -> None:
    engine, ran, _ = house
    before = len(ran.calls)
    store(runtime, "crashed")
    poller = Poller(runtime, engine)
    poller.poll()
    ran.wait_for(before + 1)
    with runtime.database.write() as session:  # as if the mark had never been written
        session.execute(update(DeliveryRow).values(state=STORED))
    assert poller.poll() == 1
    engine.enqueue(SEND, f"touch:after:{before}", 1, "after", 1)
    calls = ran.wait_for(before + 2)[before:]
    assert [name for name, *_ in calls] == [DELIVERY, SEND]


def test_every_job_has_a_use_case_and_a_name_of_its_own(runtime: Runtime) -> None:
    assert set(make_jobs(runtime)) == {DELIVERY, RECEIPT, SEND, RESOLVE, IMPORT}
    engine = Engine(url="sqlite://", worker_id="w")
    engine.register(make_jobs(runtime))
    with pytest.raises(DuplicateJob):
        engine.register(make_jobs(runtime))


def test_finished_work_is_forgotten_in_time_only(house: tuple[Engine, Ran, str]) -> None:
    engine, ran, _ = house
    before = len(ran.calls)
    engine.enqueue(DELIVERY, "delivery:old:1", 5)
    ran.wait_for(before + 1)
    assert engine.forget_finished(older_than=timedelta(days=1)) == 0
