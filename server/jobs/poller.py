"""Looks for work that is due and hands it to the job engine."""

import threading
import time
from collections.abc import Sequence
from datetime import timedelta

import structlog

from server.jobs.engine import Engine
from server.jobs.workflows import DELIVERIES, IMPORT, RECEIPTS, RESOLVE, SEND
from server.runtime import Runtime
from server.storage.deliveries import Deliveries, PendingDelivery
from server.storage.due import DueTouches
from server.storage.shops import WantedImports

log = structlog.get_logger()

PLATFORM = "shopify"
_BATCH = 200
_LEAST = 20  # handed over even while the engine has enough: it may have lost what it was given
_TOGETHER = 10  # deliveries in one job; they are handled side by side
_PAUSE_SECONDS = 0.5
_BUSY_SECONDS = 0.05
_WEDGED_SECONDS = 300.0
# Longer than any send may take, so that a send under way is not mistaken for one that a crash cut off.
_CUT_OFF_AFTER = timedelta(minutes=2)


class Poller:
    """Moves due rows into the engine: enqueue first, then mark.

    The ids are made of the rows and their attempts, so a crash between the two enqueues the same work again, which the
    engine ignores; where deliveries come together otherwise the second time, they are handled twice, which changes
    nothing. Time is the runtime's clock: tests and the sandbox can move it.
    """

    def __init__(self, runtime: Runtime, engine: Engine) -> None:
        self._runtime, self._engine = runtime, engine
        self._stop = threading.Event()
        self._woken = threading.Event()
        self._looked_at = time.monotonic()

    def run(self) -> None:
        """Poll until stopped; a failing round is logged and the next one tries again."""
        while not self._stop.is_set():
            try:
                moved = self.poll()
            except Exception:  # the loop must outlive a database that restarts
                log.exception("poller.failed")
                moved = 0
            self._looked_at = time.monotonic()
            self._woken.wait(_BUSY_SECONDS if moved else _PAUSE_SECONDS)
            self._woken.clear()

    def is_looking(self) -> bool:
        """Tell whether a round ended lately: one that hangs is no error that the loop could survive."""
        return self._stop.is_set() or time.monotonic() - self._looked_at < _WEDGED_SECONDS

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stop.set()
        self._woken.set()

    def poll(self) -> int:
        """Do one round; return how much was handed over."""
        return self._deliveries() + self._touches() + self._cut_off() + self._imports()

    def _deliveries(self) -> int:
        now, inbox = self._runtime.clock.now(), self._runtime.inbox.database
        with inbox.read() as session:
            if not Deliveries(session).is_any_pending(now=now):
                return 0
        with inbox.write() as session:
            deliveries = Deliveries(session)
            # The engine works in the order of handing over, so that a shop whose burst it holds goes before all others.
            found = deliveries.pending(now=now, limit=max(_LEAST, _BATCH - deliveries.under_way()))
            for job, of_platform in ((DELIVERIES, True), (RECEIPTS, False)):
                self._hand_over(job, [each for each in found if (each.source == PLATFORM) is of_platform])
            deliveries.mark_queued(found)
        return len(found)

    def _hand_over(self, job: str, deliveries: Sequence[PendingDelivery]) -> None:
        """Enqueue deliveries some together: an engine's job costs half as much as handling what is in it."""
        for start in range(0, len(deliveries), _TOGETHER):
            some = deliveries[start : start + _TOGETHER]
            job_id = "deliveries:" + ",".join(f"{each.id}.{each.attempt}" for each in some)
            self._engine.enqueue(job, job_id, *(each.id for each in some))

    def _touches(self) -> int:
        with self._runtime.database.read() as session:
            found = DueTouches(session).due(now=self._runtime.clock.now(), limit=_BATCH)
        for each in found:
            self._engine.enqueue(SEND, f"touch:{each.id}:{each.attempt}", each.shop_id, each.id, each.attempt)
        if found:
            with self._runtime.database.write() as session:
                DueTouches(session).mark_queued(found)
        return len(found)

    def _cut_off(self) -> int:
        now = self._runtime.clock.now()
        with self._runtime.database.read() as session:
            found = DueTouches(session).cut_off(before=now - _CUT_OFF_AFTER)
        for each in found:
            # One question a minute: the vendor may be out of reach for a while.
            job_id = f"resolve:{each.id}:{each.attempt}:{now:%Y%m%d%H%M}"
            self._engine.enqueue(RESOLVE, job_id, each.shop_id, each.id)
        return 0

    def _imports(self) -> int:
        now = self._runtime.clock.now()
        with self._runtime.database.read() as session:
            found = WantedImports(session).due(now=now)
        for each in found:
            job_id = f"import:{each.shop_id}:{each.kind}:{each.attempt}"
            self._engine.enqueue(IMPORT, job_id, each.shop_id, each.kind)
        if found:
            with self._runtime.database.write() as session:
                for each in found:
                    WantedImports(session).mark_queued(each, now=now)
        return len(found)
