"""Durable execution: the only module that knows DBOS."""

import logging
import sqlite3
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, SetWorkflowID
from structlog.contextvars import bound_contextvars

from server.core.errors import AppError

# Pinned: the default is a hash of the sources, and a worker takes up only work of its own version, so that every
# deploy would strand what waits. A workflow whose steps change gets a new name instead.
APPLICATION_VERSION = "1"
QUEUE = "afters"
_CONCURRENCY = 16  # the engine's default is no limit, over an unbounded thread pool
_POLL_SECONDS = 0.2
_DRAIN_SECONDS = 15
_FORGET_AT_ONCE = 1_000  # short transactions: the engine goes on working beside

Job = Callable[..., None]


class DuplicateJob(AppError):
    """Two jobs share a name; the engine would silently keep the last."""

    code = "duplicate_job"


class InvalidJob(AppError):
    """A job that nobody registered, or arguments that would not come back as they were given."""

    code = "invalid_job"


class Engine:
    """Runs jobs that survive a crash.

    A job is enqueued under an id and runs once for ever under that id: ids carry the attempt of the row they work on.
    Arguments are plain JSON; rows hold everything else.
    """

    def __init__(self, *, url: str, worker_id: str) -> None:
        self._url, self._worker_id = url, worker_id
        self._jobs: dict[str, Job] = {}
        self._workflows: dict[str, Callable[..., None]] = {}

    def register(self, jobs: Mapping[str, Job]) -> None:
        """Add jobs by name.

        Raises:
            DuplicateJob.
        """
        for name, job in jobs.items():
            if name in self._jobs:
                raise DuplicateJob(f"There are two jobs called '{name}'.", job=name)
            self._jobs[name] = job

    def launch(self) -> None:
        """Start working; what a crash of this worker left unfinished is taken up first."""
        _prepare_sqlite(self._url)
        engine_log = logging.getLogger("dbos")
        engine_log.addHandler(logging.NullHandler())
        engine_log.propagate = True
        config: DBOSConfig = {
            "name": "afters",
            "system_database_url": self._url,
            "application_version": APPLICATION_VERSION,
            "executor_id": self._worker_id,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "use_listen_notify": False,
        }
        DBOS(config=config)
        for name, job in self._jobs.items():
            self._workflows[name] = DBOS.workflow(name=name)(_plain(name, job))
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=_CONCURRENCY, polling_interval_sec=_POLL_SECONDS, on_conflict="always_update"
        )

    def enqueue(self, name: str, job_id: str, *arguments: str | int) -> None:
        """Hand over one piece of work; doing it again under the same id changes nothing.

        Raises:
            InvalidJob: there is no such job, or an argument is neither text nor a whole number. The engine would turn
                a date into text without a word.
        """
        if name not in self._workflows:
            raise InvalidJob(f"There is no job called '{name}'.", job=name)
        if any(type(each) not in (str, int) for each in arguments):
            raise InvalidJob(f"The job '{name}' takes texts and whole numbers only.", job=name)
        with SetWorkflowID(job_id):
            DBOS.enqueue_workflow(QUEUE, self._workflows[name], *arguments)

    def forget_finished(self, *, older_than: timedelta) -> int:
        """Delete finished work from the engine's tables; return how much."""
        before = datetime.now(UTC) - older_than  # noqa: TID251 - the engine stamps its rows with the system's time
        count = 0
        while True:
            done = DBOS.list_workflows(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                completed_before=before.isoformat(),
                load_input=False,
                load_output=False,
                limit=_FORGET_AT_ONCE,
            )
            DBOS.delete_workflows([each.workflow_id for each in done])
            count += len(done)
            if len(done) < _FORGET_AT_ONCE:
                return count

    def take_over(self, worker_id: str) -> int:
        """Put what a dead worker had in hand back into the queue; return how much.

        Of a living worker it would run everything twice: the caller makes sure.
        """
        pending = DBOS.list_workflows(status="PENDING", executor_id=worker_id, load_input=False, load_output=False)
        if pending:
            DBOS.resume_workflows([each.workflow_id for each in pending], queue_name=QUEUE)
        return len(pending)

    def close(self) -> None:
        """Stop taking work, let running jobs finish, and go."""
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=_DRAIN_SECONDS)


def _plain(name: str, job: Job) -> Callable[..., None]:
    """Give the engine a function of its own to decorate, so that launching twice in one process is possible."""

    def run(*arguments: str | int) -> None:
        with bound_contextvars(job=name, job_id=DBOS.workflow_id):
            job(*arguments)

    return run


def _prepare_sqlite(url: str) -> None:
    """Switch the engine's file to write-ahead logging, which it does not do itself and which lasts."""
    scheme, _, path = url.partition(":///")
    if scheme.startswith("sqlite"):
        connection = sqlite3.connect(path)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
