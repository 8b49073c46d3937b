"""Real worker processes: told to stop, and killed in the middle of a send."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text

from server.storage.db import Database, make_engine
from server.storage.inbox import open_inbox
from server.storage.migrate import APP, INBOX, upgrade
from tests.conftest import StandingClock
from tests.databases import copied_sqlite, fresh_postgresql, inbox_of
from tests.factories import NOW, order
from tests.jobs.waiting import until
from tests.usecases.house import House

ROOT = Path(__file__).parents[2]


@dataclass
class Workshop:
    """A shop on a SQLite file with an order whose text is due, and the worker processes that may send it."""

    house: House
    folder: Path
    url: str

    def start(self, how: str, *, name: str = "worker-1", ahead: int = 0) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.process", self.url, str(self.folder), how, name, str(ahead)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    @property
    def sent(self) -> list[str]:
        path = self.folder / "sent"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def move(self, seconds: int) -> None:
        """Move the processes' clock, which stands still like the tests'."""
        self.house.clock.move(seconds=seconds)
        fresh = self.folder / "clock.new"
        fresh.write_text(self.house.clock.now().isoformat(), encoding="ascii")
        fresh.replace(self.folder / "clock")


@pytest.fixture
def workshop(sqlite_template: Path, tmp_path: Path) -> Iterator[Workshop]:
    yield from opened(copied_sqlite(sqlite_template, tmp_path), tmp_path)


@pytest.fixture
def shared_workshop(postgresql_url: str, tmp_path: Path) -> Iterator[Workshop]:
    """On PostgreSQL, where several workers share the work; `postgresql_url` skips or fails without a server."""
    assert postgresql_url
    with fresh_postgresql() as url:
        for schema in (APP, INBOX):
            engine = make_engine(url)
            upgrade(engine, schema)
            engine.dispose()
        yield from opened(url, tmp_path)


def opened(url: str, folder: Path) -> Iterator[Workshop]:
    database, inbox = Database(make_engine(url)), open_inbox(inbox_of(url))
    house = House(database, inbox, StandingClock(NOW))
    house.set_up()
    house.record(order(created_at=NOW, gateways=("paypal",)))
    made = Workshop(house, folder, url)
    made.move(120)
    yield made
    inbox.close()
    database.dispose()


def ended(process: subprocess.Popen[bytes]) -> tuple[int, str]:
    _, errors = process.communicate(timeout=60)
    return process.returncode, errors.decode()


def test_a_worker_killed_in_the_middle_of_a_send_neither_loses_nor_doubles_it(workshop: Workshop) -> None:
    killed = workshop.start("hang")
    until(lambda: workshop.sent, "the vendor's taking the message")
    killed.send_signal(signal.SIGKILL)
    assert ended(killed)[0] == -signal.SIGKILL
    assert workshop.house.touch().state == "sending"

    heir = workshop.start("work")
    workshop.move(121)
    until(lambda: workshop.house.touch().state == "sent", "asking the vendor")
    heir.send_signal(signal.SIGTERM)
    code, errors = ended(heir)
    assert (code, workshop.sent) == (0, [workshop.house.touch().id]), errors
    assert workshop.house.touch().vendor_id == "V1"


def test_a_worker_that_is_told_to_stop_finishes_what_it_does(workshop: Workshop) -> None:
    worker = workshop.start("slow")
    until(lambda: workshop.sent, "the vendor's taking the message")
    worker.send_signal(signal.SIGTERM)
    code, errors = ended(worker)
    assert code == 0, errors
    assert workshop.house.touch().state == "sent"
    assert "worker.stopped" in errors


@pytest.mark.postgresql
def test_another_worker_takes_over_from_one_that_was_killed(shared_workshop: Workshop) -> None:
    killed = shared_workshop.start("hang", name="dead")
    until(lambda: shared_workshop.sent, "the vendor's taking the message")
    killed.send_signal(signal.SIGKILL)
    ended(killed)
    heir = shared_workshop.start("work", name="heir", ahead=60)
    shared_workshop.move(121)
    until(lambda: shared_workshop.house.touch().state == "sent", "asking the vendor")
    with shared_workshop.house.database.engine.connect() as connection:
        waiting = text("SELECT count(*) FROM dbos.workflow_status WHERE executor_id = 'dead' AND status = 'PENDING'")
        until(lambda: connection.scalar(waiting) == 0, "the take-over")
    heir.send_signal(signal.SIGTERM)
    code, errors = ended(heir)
    assert (code, shared_workshop.sent) == (0, [shared_workshop.house.touch().id]), errors
    assert "watch.took_over" in errors


@pytest.mark.postgresql
def test_a_second_process_under_a_living_name_is_refused(shared_workshop: Workshop) -> None:
    first = shared_workshop.start("hang", name="one")
    until(lambda: shared_workshop.sent, "the first one's work")
    second = shared_workshop.start("work", name="one")
    code, errors = ended(second)
    assert (code != 0, "is running already" in errors, "AFTERS_WORKER_ID" in errors) == (True, True, True)
    first.send_signal(signal.SIGKILL)
    ended(first)
