"""Real worker processes: told to stop, and killed in the middle of a send."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server.storage.db import Database, make_engine
from server.storage.inbox import open_inbox
from tests.conftest import StandingClock
from tests.databases import copied_sqlite, inbox_of
from tests.factories import NOW, order
from tests.jobs.waiting import until
from tests.usecases.house import House

pytestmark = pytest.mark.xdist_group("dbos")

ROOT = Path(__file__).parents[2]


@dataclass
class Workshop:
    """A shop on a SQLite file with an order whose text is due, and the worker processes that may send it."""

    house: House
    folder: Path
    url: str

    def start(self, how: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.process", self.url, str(self.folder), how]
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
    url = copied_sqlite(sqlite_template, tmp_path)
    database, inbox = Database(make_engine(url)), open_inbox(inbox_of(url))
    house = House(database, inbox, StandingClock(NOW))
    house.set_up()
    house.record(order(created_at=NOW, gateways=("paypal",)))
    made = Workshop(house, tmp_path, url)
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
