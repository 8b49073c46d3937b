"""The worker process: engine, poller, schedule and watch, until it is told to stop."""

import os
import signal
import threading
from types import FrameType
from typing import NoReturn

import structlog

from server.core.clock import Clock, SystemClock
from server.jobs.engine import Engine
from server.jobs.poller import Poller
from server.jobs.schedule import Schedule
from server.jobs.watch import Watch
from server.jobs.workflows import make_jobs
from server.runtime import Runtime

log = structlog.get_logger()

_TICK_SECONDS = 30
_GIVEN_UP = 70  # the exit code by which a supervisor starts it again


def run_worker(runtime: Runtime, *, real_clock: Clock | None = None) -> None:
    """Work until SIGTERM or SIGINT; running jobs finish first. A second signal ends it at once.

    `real_clock` is what signs of life go by; None: the system's.

    Raises:
        WorkerLives: another process works under this name.
    """
    engine = Engine(url=runtime.settings.dbos_url, worker_id=runtime.settings.worker_id)
    poller, schedule = Poller(runtime, engine), Schedule(runtime, engine)
    real_clock = real_clock or SystemClock()
    watch = Watch(runtime.database, engine, runtime.settings.worker_id, real_clock, die=_die, is_well=poller.is_looking)
    watch.begin()
    engine.register(make_jobs(runtime))
    engine.launch()
    stop, stop_watching = threading.Event(), threading.Event()

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()
        poller.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    polling = threading.Thread(target=poller.run, name="poller")
    watching = threading.Thread(target=watch.run, args=(stop_watching,), name="watch")
    polling.start()
    watching.start()
    log.info("worker.started", worker=runtime.settings.worker_id)
    while not stop.wait(_TICK_SECONDS):
        schedule.tick()
    polling.join()
    engine.close()
    stop_watching.set()
    watching.join()
    watch.end()
    runtime.close()
    log.info("worker.stopped")


def _die(reason: str) -> NoReturn:
    """End without ceremony: what this worker has in hand must not go on once another may have it."""
    log.critical("worker.gave_up", reason=reason)
    os._exit(_GIVEN_UP)
