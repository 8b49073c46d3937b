from dataclasses import dataclass, field, replace

import pytest

from server.bootstrap import make_runtime
from server.core.signing import LinkSigner
from server.runtime import Runtime
from server.storage.db import Database
from server.storage.inbox import Inbox
from tests.conftest import StandingClock
from tests.usecases.house import KEY, House
from tests.web.installed import settings_for


@dataclass
class RecordingEngine:
    """Stands in for the engine where only the handing over matters: an id counts once for ever."""

    enqueued: list[tuple[str, str, tuple[str | int, ...]]] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    forgotten: int = 0
    taken_over: list[str] = field(default_factory=list)

    def enqueue(self, name: str, job_id: str, *arguments: str | int) -> None:
        if self.failures:
            raise self.failures.pop()
        if job_id not in self.ids:
            self.enqueued.append((name, job_id, arguments))

    @property
    def ids(self) -> list[str]:
        return [job_id for _, job_id, _ in self.enqueued]

    def take_over(self, worker_id: str) -> int:
        self.taken_over.append(worker_id)
        return 3

    def forget_finished(self, *, older_than: object) -> int:
        assert older_than
        self.forgotten += 1
        return 7


@pytest.fixture
def recording() -> RecordingEngine:
    return RecordingEngine()


@pytest.fixture
def runtime(house: House, database_url: str) -> Runtime:
    """The runtime of a house: its database, clock and fake ports in the places of the real ones."""
    real = make_runtime(settings_for(database_url), clock=house.clock)
    real.close()
    return replace(
        real,
        database=house.database,
        inbox=house.inbox,
        box=house.box,
        clicks=LinkSigner(KEY, "click links"),
        unsubscribes=LinkSigner(KEY, "unsubscribe links"),
        inbound=house.inbound,
        auth=house.auth,
        apis=house.apis,
        vendors=house.vendors,
        renderer=house.renderer,
        phones=house.phones,
    )


@pytest.fixture
def house(database: Database, inbox: Inbox, clock: StandingClock) -> House:
    """An Afters with one shop, as in the tests of the use cases."""
    made = House(database, inbox, clock)
    made.set_up()
    return made
