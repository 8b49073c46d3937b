"""The worker process: engine, poller and schedule, until it is told to stop."""

import signal
import threading
from types import FrameType

import structlog

from server.jobs.engine import Engine
from server.jobs.poller import Poller
from server.jobs.schedule import Schedule
from server.jobs.workflows import make_jobs
from server.runtime import Runtime

log = structlog.get_logger()

_TICK_SECONDS = 30


def run_worker(runtime: Runtime) -> None:
    """Work until SIGTERM or SIGINT; running jobs finish first."""
    engine = Engine(url=runtime.settings.dbos_url, worker_id=runtime.settings.worker_id)
    engine.register(make_jobs(runtime))
    engine.launch()
    poller, schedule, stop = Poller(runtime, engine), Schedule(runtime, engine), threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        poller.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, on_signal)
    polling = threading.Thread(target=poller.run, name="poller")
    polling.start()
    log.info("worker.started", worker=runtime.settings.worker_id)
    while not stop.wait(_TICK_SECONDS):
        schedule.tick()
    polling.join()
    engine.close()
    runtime.close()
    log.info("worker.stopped")
