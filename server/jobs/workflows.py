"""Every job there is: its name, the use case it runs, and what happens when that fails."""

from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextvars import copy_context

import structlog
from structlog.contextvars import bound_contextvars

from server.core.errors import AppError
from server.jobs.engine import Job
from server.ports import TemporaryFailure
from server.runtime import Runtime
from server.usecases.access import ShopAccess
from server.usecases.imports import (
    give_up,
    import_collections,
    import_customers,
    import_orders,
    import_products,
    import_stock,
    postpone,
)
from server.usecases.ingest import handle_delivery, postpone_delivery
from server.usecases.messages import put_back, resolve_cut_off, send_touch
from server.usecases.receipts import handle_receipt
from server.usecases.touch_work import Post, TouchNotOpen

log = structlog.get_logger()

DELIVERIES, RECEIPTS, SEND, RESOLVE, IMPORT = (
    "deliveries.handle", "receipts.handle", "touch.send", "touch.resolve", "shop.import",
)  # fmt: skip
_HANDS = 16  # deliveries that are handled at once, in all jobs together
_IMPORTS = {
    "products": import_products, "collections": import_collections, "orders": import_orders,
    "customers": import_customers, "stock": import_stock,
}  # fmt: skip


def make_jobs(runtime: Runtime) -> dict[str, Job]:
    """Return the jobs by name, bound to a runtime."""
    access = ShopAccess(runtime.database, runtime.box, runtime.auth, runtime.apis)
    post = Post(
        access=access,
        vendors=runtime.vendors,
        renderer=runtime.renderer,
        phones=runtime.phones,
        clicks=runtime.clicks,
        unsubscribes=runtime.unsubscribes,
        public_url=runtime.settings.public_url,
        clock=runtime.clock,
    )

    def on_delivery(delivery_id: int) -> None:
        with bound_contextvars(delivery=delivery_id):
            _work_off(
                runtime,
                delivery_id,
                lambda: handle_delivery(
                    access=access,
                    inbox=runtime.inbox.database,
                    inbound=runtime.inbound,
                    delivery_id=delivery_id,
                    now=runtime.clock.now(),
                ),
            )

    def on_receipt(delivery_id: int) -> None:
        with bound_contextvars(delivery=delivery_id):
            _work_off(
                runtime,
                delivery_id,
                lambda: handle_receipt(
                    access=access,
                    inbox=runtime.inbox.database,
                    vendors=runtime.vendors,
                    delivery_id=delivery_id,
                    now=runtime.clock.now(),
                ),
            )

    def on_touch(shop_id: int, touch_id: str, attempt: int) -> None:
        with bound_contextvars(shop_id=shop_id, touch=touch_id, attempt=attempt):
            try:
                log.info("touch.done", state=send_touch(post, shop_id=shop_id, touch_id=touch_id, attempt=attempt))
            except TouchNotOpen as reason:
                log.info("touch.skipped", reason=reason.message)
            except Exception as fault:
                log.exception("touch.failed")
                _put_back(post, shop_id, touch_id, attempt, fault)

    def on_cut_off(shop_id: int, touch_id: str) -> None:
        with bound_contextvars(shop_id=shop_id, touch=touch_id):
            try:
                log.warning("touch.resolved", state=resolve_cut_off(post, shop_id=shop_id, touch_id=touch_id))
            except (TouchNotOpen, TemporaryFailure) as reason:
                log.info("touch.skipped", reason=reason.message)
            except Exception:  # the claim stands, and the poller asks again in a minute
                log.exception("touch.unresolved")

    def on_import(shop_id: int, kind: str) -> None:
        with bound_contextvars(shop_id=shop_id, kind=kind):
            _import(runtime, access, shop_id, kind)

    hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="delivery")
    return {
        DELIVERIES: _side_by_side(hands, on_delivery),
        RECEIPTS: _side_by_side(hands, on_receipt),
        SEND: on_touch,
        RESOLVE: on_cut_off,
        IMPORT: on_import,
    }


def _side_by_side(hands: Executor, handle: Callable[[int], None]) -> Callable[..., None]:
    """Handle each of some deliveries, none waiting for another: one may be of a shop that answers slowly."""

    def on_deliveries(*delivery_ids: int) -> None:
        under_way = [hands.submit(copy_context().run, handle, each) for each in delivery_ids]
        wait(under_way)
        for each in under_way:
            each.result()  # an error here is one that even putting the delivery back met

    return on_deliveries


def _import(runtime: Runtime, access: ShopAccess, shop_id: int, kind: str) -> None:
    """Run one import; a failure that may pass puts it back, any other stops it with a word to the merchant."""
    database, now = runtime.database, runtime.clock.now
    try:
        _IMPORTS[kind](access=access, shop_id=shop_id, clock_now=now)
        log.info("import.done")
    except TemporaryFailure as fault:
        log.info("import.postponed", reason=fault.message)
        postpone(database=database, shop_id=shop_id, kind=kind, failure=fault, now=now())
    except Exception as fault:
        if isinstance(fault, AppError):
            log.warning("import.stopped", code=fault.code, reason=fault.message)
        else:
            log.exception("import.failed")
        give_up(database=database, shop_id=shop_id, kind=kind, message=_told(fault), now=now())


def _put_back(post: Post, shop_id: int, touch_id: str, attempt: int, fault: Exception) -> None:
    try:
        put_back(post, shop_id=shop_id, touch_id=touch_id, attempt=attempt, fault=_told(fault))
    except TouchNotOpen as reason:
        log.info("touch.skipped", reason=reason.message)


def _told(fault: Exception) -> str:
    """Say what went wrong without quoting what a library says of it, which may hold anybody's data."""
    return fault.message if isinstance(fault, AppError) else f"an error of our own ({type(fault).__name__})"


def _work_off(runtime: Runtime, delivery_id: int, handle: Callable[[], str]) -> None:
    """Handle a delivery; a failure we know puts it back, one we do not is logged whole and puts it back as well."""
    try:
        log.info("delivery.done", state=handle())
    except Exception as fault:
        retry_after = fault.retry_after if isinstance(fault, TemporaryFailure) else None
        error = _told(fault)
        state = postpone_delivery(
            inbox=runtime.inbox.database,
            delivery_id=delivery_id,
            error=error,
            retry_after=retry_after,
            now=runtime.clock.now(),
        )
        if isinstance(fault, AppError):
            log.warning("delivery.postponed", code=fault.code, reason=fault.message, state=state)
        else:
            log.exception("delivery.failed", state=state)
