"""A worker process with fake ports, for tests that kill it: `python -m tests.jobs.process URL FOLDER HOW NAME AHEAD`.

HOW is what sending a message does: work (answers), slow (answers after a moment), hang (never answers). AHEAD is by how
many seconds its system clock goes before the others', so that nobody has to wait for them to be silent.
"""

import sys
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from server.bootstrap import configure_logging, make_runtime
from server.core.clock import SystemClock
from server.jobs.worker import run_worker
from server.ports import Accepted, Message
from server.storage.secrets import SecretBox
from tests.factories import SHOP, product, variant
from tests.fakes import FakeApis, FakeAuth, FakePhones, FakeRenderer, FakeVendors, RecordingChannel
from tests.usecases.house import KEY
from tests.web.installed import settings_for


class FileClock:
    """A clock that shows the moment written in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        return datetime.fromisoformat(self._path.read_text(encoding="ascii"))


class AheadClock:
    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return SystemClock().now() + self._ahead


class FileChannel(RecordingChannel):
    """Writes down what it took where the next process finds it."""

    def __init__(self, path: Path, how: str) -> None:
        super().__init__("sms")
        self._path, self._how = path, how

    def send(self, message: Message) -> Accepted:
        with self._path.open("a", encoding="utf-8") as taken:
            taken.write(message.idempotency_key.partition(":")[0] + "\n")
        if self._how != "work":
            time.sleep(1 if self._how == "slow" else 3_600)
        return Accepted("V1")

    def find(self, message: Message, *, since: datetime) -> Accepted | None:
        touch_id = message.idempotency_key.partition(":")[0]
        return Accepted("V1") if since and touch_id in self._path.read_text(encoding="utf-8").split() else None


def main(url: str, folder: Path, how: str, name: str, ahead: float) -> None:
    configure_logging(is_json=True)
    dbos_url = f"sqlite:///{folder}/dbos.sqlite3" if url.startswith("sqlite") else url
    settings = replace(settings_for(url), dbos_url=dbos_url, worker_id=name)
    clock = FileClock(folder / "clock")
    apis = FakeApis()
    for each in ("2", "3"):
        apis.by_domain[SHOP].held_products[f"p{each}"] = product(variant(each))
    runtime = make_runtime(settings, clock=clock)
    run_worker(
        replace(
            runtime,
            box=SecretBox((KEY,)),
            auth=FakeAuth(clock.now()),
            apis=apis,
            vendors=FakeVendors(channels={"texter": FileChannel(folder / "sent", how)}),
            renderer=FakeRenderer(),
            phones=FakePhones(),
        ),
        real_clock=AheadClock(ahead),
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5]))
