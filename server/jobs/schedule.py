"""Work that comes round by itself: clean-up, and a daily look at what the platform says of us."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from server.core.errors import AppError
from server.jobs.engine import Engine
from server.runtime import Runtime
from server.storage.deliveries import Deliveries
from server.storage.shops import Shops
from server.usecases.access import ShopAccess
from server.usecases.checks import check_app_state
from server.usecases.recommendations import rebuild_neighbours

log = structlog.get_logger()

_KEEP_DELIVERIES = timedelta(days=30)
_KEEP_JOBS = timedelta(days=1)


@dataclass(slots=True)
class Schedule:
    """Runs each piece of periodic work when its interval has passed by the runtime's clock.

    All of it can run at any time and again; nothing is lost when a worker dies, so it needs no durable execution.
    """

    runtime: Runtime
    engine: Engine
    _last: dict[str, datetime] = field(default_factory=dict)

    def tick(self) -> None:
        now = self.runtime.clock.now()
        works: tuple[tuple[str, timedelta, Callable[[datetime], None]], ...] = (
            ("cleanup", timedelta(days=1), self._clean_up),
            ("app-state", timedelta(days=1), self._check_app_states),
            ("neighbours", timedelta(days=1), self._count_neighbours),
        )
        for name, interval, work in works:
            # The first tick only starts the clock: what just began has nothing to clean up.
            if now - self._last.setdefault(name, now) < interval:
                continue
            self._last[name] = now
            try:
                work(now)
            except AppError as fault:
                log.warning("schedule.failed", work=name, code=fault.code, reason=fault.message)

    def _clean_up(self, now: datetime) -> None:
        jobs = self.engine.forget_finished(older_than=_KEEP_JOBS)
        with self.runtime.database.write() as session:
            deliveries = Deliveries(session).purge(before=now - _KEEP_DELIVERIES)
        log.info("schedule.cleaned", jobs=jobs, deliveries=deliveries)

    def _check_app_states(self, now: datetime) -> None:
        access = ShopAccess(self.runtime.database, self.runtime.box, self.runtime.auth, self.runtime.apis)
        for shop_id in self._shop_ids():
            try:
                check_app_state(access=access, shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop=shop_id, code=fault.code, reason=fault.message)

    def _count_neighbours(self, _now: datetime) -> None:
        for shop_id in self._shop_ids():
            rebuild_neighbours(database=self.runtime.database, shop_id=shop_id)

    def _shop_ids(self) -> tuple[int, ...]:
        with self.runtime.database.read() as session:
            return tuple(row.id for row in Shops(session, self.runtime.box).installed())
