"""Says that this worker lives, takes over the jobs of those that do not, and ends a worker that cannot say so.

The engine starts a dead worker's jobs again only in a worker of the same name. Resuming a living worker's job would run
it twice, so death is not guessed from silence alone: the dead worker's name, which the system takes from a process when
it dies, must be free as well, and is held while its jobs are taken over.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from server.core.clock import Clock
from server.core.errors import AppError
from server.jobs.engine import Engine
from server.storage.db import Database
from server.storage.workers import Name, Workers, name_of

log = structlog.get_logger()

BEAT_SECONDS = 5.0
SILENT_AFTER = timedelta(seconds=45)
# Before anybody could take this worker for dead: it must be gone by then.
_LAST_WORD = timedelta(seconds=30)
_STARTING_SECONDS = 10.0  # the server may still be noticing that the last process of this name died
_LOOK_SECONDS = 0.2


class WorkerLives(AppError):
    """Another process works under this name."""

    code = "worker_lives"


@dataclass
class Watch:
    """Minds one worker and looks after the others.

    `clock` is the system's, not the runtime's: moving a sandbox by two days makes no process dead. `die` ends the
    process at once; what it was doing is taken over.
    """

    database: Database
    engine: Engine
    worker_id: str
    clock: Clock
    die: Callable[[str], None]
    is_well: Callable[[], bool] = lambda: True
    _name: Name = field(init=False)
    _said_at: datetime = field(init=False)

    def begin(self) -> None:
        """Take this worker's name.

        Raises:
            WorkerLives: a living process has it.
        """
        self._name = name_of(self.database.engine, self.worker_id)
        deadline = time.monotonic() + _STARTING_SECONDS
        while not self._name.take():
            if time.monotonic() > deadline:
                raise WorkerLives(
                    f"A worker called '{self.worker_id}' is running already. Give each worker an AFTERS_WORKER_ID of"
                    " its own; on SQLite there can be only one worker."
                )
            time.sleep(_LOOK_SECONDS)
        self._said_at = self.clock.now()
        self.database.run(lambda session: Workers(session).start(self.worker_id, now=self._said_at))

    def run(self, stop: threading.Event) -> None:
        """Beat until stopped; a beat that fails is tried again, and a worker that is silent too long ends itself."""
        while not stop.wait(BEAT_SECONDS):
            self.beat()

    def beat(self) -> None:
        """Say that this worker lives, take over from those that do not, or end it when it may be taken for dead."""
        now = self.clock.now()
        try:
            if not self._name.is_held() and not self._name.take():
                self.die("its name was taken by another process")
                return
            self.database.run(lambda session: Workers(session).beat(self.worker_id, now=now))
            self._said_at = now
            self._take_over(now)
        except Exception as fault:  # noqa: BLE001 - whatever it is, what counts is how long it lasts
            log.warning("watch.failed", cause=type(fault).__name__)
        if now - self._said_at > _LAST_WORD:
            self.die("it could not say that it lives")
        elif not self.is_well():
            self.die("it no longer looks for work")

    def end(self) -> None:
        """Give the name back; a worker that stopped in order leaves nothing to take over."""
        self._forget(self.worker_id)
        self._name.release()

    def _forget(self, worker_id: str) -> None:
        self.database.run(lambda session: Workers(session).forget(worker_id))

    def _take_over(self, now: datetime) -> None:
        with self.database.read() as session:
            silent = Workers(session).silent(before=now - SILENT_AFTER)
        for worker_id in silent:
            name = name_of(self.database.engine, worker_id)
            if worker_id == self.worker_id or not name.take():
                continue  # silent, and alive: it ends itself
            try:
                jobs = self.engine.take_over(worker_id)
                self._forget(worker_id)
                log.warning("watch.took_over", dead=worker_id, jobs=jobs)
            finally:
                name.release()
