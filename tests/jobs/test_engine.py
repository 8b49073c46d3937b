"""The engine itself, launched once per database: each launch and each close costs seconds."""

import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast
from uuid import uuid4

import pytest
from sqlalchemy import update
from structlog.contextvars import get_contextvars

from server.jobs.engine import DuplicateJob, Engine, InvalidJob
from server.jobs.poller import Poller
from server.jobs.workflows import DELIVERIES
from server.runtime import Runtime
from server.storage.db import Database
from server.storage.deliveries import STORED, DeliveryRow, NewDelivery
from server.storage.inbox import Inbox
from tests.conftest import StandingClock
from tests.factories import SHOP
from tests.jobs.waiting import until

RUNS: list[tuple[str | int, ...]] = []
GATE = threading.Event()


def note(*arguments: str | int) -> None:
    RUNS.append(arguments)


def tell(number: str | int) -> None:
    bound = get_contextvars()
    RUNS.append((number, bound["job"], bound["job_id"]))


def fail(*arguments: str | int) -> None:
    RUNS.append(arguments)
    raise ZeroDivisionError


def wait(*arguments: str | int) -> None:
    assert GATE.wait(60)
    RUNS.append(arguments)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def launched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Engine, str]]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('dbos')}/dbos.sqlite3"
    else:
        url = str(request.getfixturevalue("postgresql_url"))
    GATE.clear()
    engine = Engine(url=url, worker_id="tester")
    engine.register({"test.note": note, "test.fail": fail, DELIVERIES: note})
    engine.register({"test.wait": wait, "test.tell": tell})
    engine.launch()
    yield engine, url
    GATE.set()
    engine.close()


@pytest.fixture
def engine(launched: tuple[Engine, str]) -> Engine:
    RUNS.clear()
    return launched[0]


def an_id() -> str:
    return f"job:{uuid4()}"


def settled(engine: Engine) -> None:
    """Return when everything enqueued before has run: a later job of the same queue has."""
    mark = an_id()
    engine.enqueue("test.note", mark, mark)
    until(lambda: (mark,) in RUNS, "the last job")


def test_a_job_runs_with_what_it_was_given(engine: Engine) -> None:
    engine.enqueue("test.note", an_id(), "ü", 7, 10**15, "")
    until(lambda: RUNS, "the job")
    assert RUNS == [("ü", 7, 10**15, "")]
    assert [type(each) for each in RUNS[0]] == [str, int, int, str]


def test_an_id_runs_once_for_ever_whether_it_succeeded_or_failed(engine: Engine) -> None:
    for name in ("test.note", "test.fail"):
        job_id = an_id()
        engine.enqueue(name, job_id, name)
        engine.enqueue(name, job_id, name)
        until(lambda name=name: (name,) in RUNS, "the job")  # type: ignore[misc]  # bound at once
        engine.enqueue(name, job_id, name)
        settled(engine)
        assert RUNS.count((name,)) == 1


def test_a_failing_job_stops_no_other(engine: Engine) -> None:
    engine.enqueue("test.fail", an_id(), 1)
    engine.enqueue("test.note", an_id(), 2)
    until(lambda: {(1,), (2,)} <= set(RUNS), "both jobs")


def test_many_jobs_at_once_all_run_once(engine: Engine) -> None:
    for number in range(60):
        engine.enqueue("test.note", an_id(), number)
    until(lambda: len(RUNS) >= 60, "all jobs")
    settled(engine)
    assert sorted(each for each in RUNS if isinstance(each[0], int)) == [(number,) for number in range(60)]


@pytest.mark.parametrize("argument", [datetime(2026, 11, 23, tzinfo=UTC), None, 1.5, True, b"x", ["x"], {"a": 1}])
def test_arguments_that_would_not_come_back_as_they_were_are_refused(engine: Engine, argument: object) -> None:
    with pytest.raises(InvalidJob):
        engine.enqueue("test.note", an_id(), argument)  # type: ignore[arg-type]  # that is the point


def test_a_job_that_nobody_registered_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidJob):
        engine.enqueue("test.unknown", an_id())


def test_finished_work_is_forgotten_and_unfinished_is_not(engine: Engine) -> None:
    finished, waiting = an_id(), an_id()
    engine.enqueue("test.note", finished, 1)
    engine.enqueue("test.wait", waiting, 2)
    until(lambda: (1,) in RUNS, "the job")
    settled(engine)
    assert engine.forget_finished(older_than=timedelta(hours=1)) == 0
    assert engine.forget_finished(older_than=timedelta(seconds=-60)) >= 1
    engine.enqueue("test.note", finished, 3)
    until(lambda: (3,) in RUNS, "the id that was forgotten")
    engine.enqueue("test.wait", waiting, 4)
    GATE.set()
    until(lambda: (2,) in RUNS, "the job that was waiting")
    settled(engine)
    GATE.clear()
    assert (4,) not in RUNS


def test_a_delivery_that_the_poller_hands_over_runs_once_though_its_mark_was_lost(
    engine: Engine, database: Database, inbox: Inbox, clock: StandingClock
) -> None:
    inbox.store(NewDelivery("shopify", SHOP, "orders/create", an_id(), None, None, {}, b"{}"), now=clock.now())
    with inbox.database.write() as session:
        delivery_id = uuid4().int % 10**9  # the engine remembers ids longer than this test's database lives
        session.execute(update(DeliveryRow).values(id=delivery_id))
    poller = Poller(cast("Runtime", SimpleNamespace(clock=clock, database=database, inbox=inbox)), engine)
    assert poller.poll() == 1
    until(lambda: (delivery_id,) in RUNS, "the job")
    with inbox.database.write() as session:
        session.execute(update(DeliveryRow).values(state=STORED))
    assert poller.poll() == 1
    settled(engine)
    assert RUNS.count((delivery_id,)) == 1


def test_its_sqlite_file_writes_ahead(launched: tuple[Engine, str]) -> None:
    _, url = launched
    if url.startswith("sqlite"):
        with sqlite3.connect(Path(url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        connection.close()


def test_two_jobs_of_one_name_are_refused() -> None:
    fresh = Engine(url="sqlite:///never-launched.sqlite3", worker_id="tester")
    fresh.register({"test.note": note})
    with pytest.raises(DuplicateJob):
        fresh.register({"test.other": note, "test.note": fail})


def test_what_a_job_logs_names_the_job(launched: tuple[Engine, str]) -> None:
    job_id = f"tell:{uuid4().hex}"
    launched[0].enqueue("test.tell", job_id, 77)
    until(lambda: (77, "test.tell", job_id) in RUNS, "the job's run")
    assert not {"job", "job_id"} & set(get_contextvars())
