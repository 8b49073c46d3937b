"""Work that comes round by itself: clean-up, and a daily look at what the platform says of us."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog

from server.core.errors import AppError
from server.jobs.engine import Engine
from server.runtime import Runtime
from server.storage.deliveries import Deliveries
from server.storage.due import DueTouches
from server.storage.shops import Shops, WantedImports
from server.usecases.access import ShopAccess
from server.usecases.charges import write_off_charges
from server.usecases.checks import check_app_state
from server.usecases.collections import refresh_collections
from server.usecases.impressions import watch_impressions
from server.usecases.locations import read_missing_levels, refresh_locations
from server.usecases.order_tags import write_order_tags
from server.usecases.plans import import_plans
from server.usecases.privacy import finish_erasures
from server.usecases.recommendations import rebuild_neighbours
from server.usecases.reconcile import reconcile_orders
from server.usecases.retention import apply_retention

log = structlog.get_logger()

_KEEP_JOBS = timedelta(days=1)
_FIRST_AFTER = timedelta(minutes=10)
# A backlog may keep work waiting in the engine; putting it back twice is harmless, only not free.
_LOST_AFTER = timedelta(hours=1)
# Each page of an import is a sign of life, and one lost import keeps the shop's other one waiting.
_SILENT_AFTER = timedelta(minutes=10)
_RECONCILE_EVERY = timedelta(minutes=15)
_COLLECTIONS_EVERY = timedelta(minutes=15)
_FINISH_ERASURES_EVERY = timedelta(minutes=15)
_LOCATIONS_EVERY = timedelta(hours=1)
_ORDER_TAGS_EVERY = timedelta(minutes=1)
_QUIET_AFTER = timedelta(days=7)


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
            ("lost", _LOST_AFTER, self._take_up_lost),
            ("silent-imports", _SILENT_AFTER, self._take_up_silent_imports),
            ("cleanup", timedelta(days=1), self._clean_up),
            ("app-state", timedelta(days=1), self._check_app_states),
            ("plans", timedelta(days=1), self._refresh_plans),
            ("order-tags", _ORDER_TAGS_EVERY, self._write_order_tags),
            ("charges", timedelta(days=1), self._write_off_charges),
            ("impressions", timedelta(days=1), self._watch_impressions),
            ("neighbours", timedelta(days=1), self._count_neighbours),
            ("locations", _LOCATIONS_EVERY, self._refresh_locations),
            ("reconcile", _RECONCILE_EVERY, self._reconcile),
            ("collections", _COLLECTIONS_EVERY, self._refresh_collections),
            ("erasures", _FINISH_ERASURES_EVERY, self._finish_erasures),
            ("quiet-shops", timedelta(days=1), self._refresh_quiet),
        )
        for name, interval, work in works:
            # The first time comes soon: a worker that starts anew each day would never get to what is daily.
            if now - self._last.setdefault(name, now - interval + min(interval, _FIRST_AFTER)) < interval:
                continue
            self._last[name] = now
            try:
                work(now)
            except AppError as fault:
                log.warning("schedule.failed", work=name, code=fault.code, reason=fault.message)
            except Exception:  # the worker must outlive a database that restarts
                log.exception("schedule.failed", work=name)

    def _take_up_lost(self, now: datetime) -> None:
        """Jobs end by what they write; where even that failed, the row waits for nobody."""
        before = now - _LOST_AFTER
        with self.runtime.inbox.database.write() as session:
            deliveries = Deliveries(session).take_up_lost(before=before)
        with self.runtime.database.write() as session:
            touches = DueTouches(session).take_up_lost(before=before)
        if deliveries or touches:
            log.warning("schedule.took_up_lost", deliveries=deliveries, touches=touches)

    def _take_up_silent_imports(self, now: datetime) -> None:
        with self.runtime.database.write() as session:
            imports = WantedImports(session).take_up_lost(before=now - _SILENT_AFTER)
        if imports:
            log.warning("schedule.took_up_lost", imports=imports)

    def _clean_up(self, now: datetime) -> None:
        jobs = self.engine.forget_finished(older_than=_KEEP_JOBS)
        runtime = self.runtime
        forgotten = apply_retention(database=runtime.database, inbox=runtime.inbox.database, box=runtime.box, now=now)
        log.info("schedule.cleaned", jobs=jobs, **asdict(forgotten))

    def _check_app_states(self, now: datetime) -> None:
        access = self._access()
        for shop_id in self._shop_ids():
            try:
                check_app_state(access=access, shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)

    def _refresh_plans(self, now: datetime) -> None:
        for shop_id in self._shop_ids():
            try:
                api = self._access().api(shop_id, now=now)
                import_plans(database=self.runtime.database, api=api, shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)

    def _write_off_charges(self, now: datetime) -> None:
        for shop_id in self._shop_ids():
            charges = write_off_charges(database=self.runtime.database, shop_id=shop_id, now=now)
            if charges:
                log.info("charges.written_off", shop_id=shop_id, charges=charges)

    def _write_order_tags(self, now: datetime) -> None:
        tags = write_order_tags(access=self._access(), now=now)
        if tags:
            log.info("order_tag.written", tags=tags)

    def _watch_impressions(self, now: datetime) -> None:
        for shop_id in self._shop_ids():
            drop = watch_impressions(database=self.runtime.database, shop_id=shop_id, now=now)
            if drop is not None:
                log.warning("impressions.fell", shop_id=shop_id, days=drop.days, **asdict(drop.late))

    def _reconcile(self, now: datetime) -> None:
        """Ask each shop for orders whose webhooks never came; one that cannot be asked stops no other."""
        for shop_id in self._shop_ids():
            try:
                done = reconcile_orders(access=self._access(), shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)
            else:
                if done.found or not done.is_done:
                    log.warning("reconcile.found", shop_id=shop_id, found=done.found, is_done=done.is_done)

    def _refresh_collections(self, now: datetime) -> None:
        for shop_id in self._shop_ids():
            try:
                refresh_collections(access=self._access(), shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)

    def _refresh_locations(self, now: datetime) -> None:
        """Ask each shop which locations it has: one short question an hour, which no lost webhook makes wrong."""
        for shop_id in self._shop_ids():
            try:
                refresh_locations(access=self._access(), shop_id=shop_id, now=now)
                read_missing_levels(access=self._access(), shop_id=shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)

    def _finish_erasures(self, now: datetime) -> None:
        runtime = self.runtime
        unfinished = finish_erasures(database=runtime.database, inbox=runtime.inbox.database, box=runtime.box, now=now)
        if unfinished:
            log.info("schedule.erasures_wait", requests=unfinished)

    def _refresh_quiet(self, now: datetime) -> None:
        """Renew grants that nobody has used for a week: one of 90 days that ends is lost until the merchant comes."""
        with self.runtime.database.read() as session:
            quiet = Shops(session, self.runtime.box).quiet_since(now - _QUIET_AFTER)
        for shop_id in quiet:
            try:
                self._access().api(shop_id, now=now)
            except AppError as fault:
                log.warning("schedule.failed", shop_id=shop_id, code=fault.code, reason=fault.message)

    def _access(self) -> ShopAccess:
        return ShopAccess(self.runtime.database, self.runtime.box, self.runtime.auth, self.runtime.apis)

    def _count_neighbours(self, _now: datetime) -> None:
        for shop_id in self._shop_ids():
            rebuild_neighbours(database=self.runtime.database, shop_id=shop_id)

    def _shop_ids(self) -> tuple[int, ...]:
        with self.runtime.database.read() as session:
            return tuple(row.id for row in Shops(session, self.runtime.box).installed())
