"""The first import of a shop: its facts, catalogue and orders, page by page, going on where it stopped."""

from collections.abc import Callable
from datetime import datetime, timedelta

from server.domain.experiments import unit_of
from server.domain.orders import Order
from server.ports import PlatformApi, TemporaryFailure
from server.storage.catalog import Catalog
from server.storage.db import Database, Session
from server.storage.orders import Orders
from server.storage.shops import DONE, FAILED, WANTED, Imports, Shops
from server.usecases.access import ShopAccess
from server.usecases.recommendations import rebuild_neighbours

# Without the approval-only scope read_all_orders the platform shows no older orders.
HISTORY = timedelta(days=60)
_RETRY = timedelta(seconds=20)


def import_products(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch the shop's facts and its whole catalogue."""
    _refresh_facts(access, shop_id, now=clock_now())

    def page(database: Database, api: PlatformApi, shop: int, cursor: str | None) -> tuple[int, str | None]:
        read_at = clock_now()
        found = api.products(cursor=cursor)

        def save(session: Session) -> None:
            catalog = Catalog(session, shop)
            for product in found.items:
                catalog.save(product, read_at=read_at)

        database.run(save)
        return len(found.items), found.cursor

    _run(access, shop_id, "products", clock_now, count=lambda api: api.count_products(), page=page)


def import_orders(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch the orders of the last 60 days, then count what is bought together.

    The day the history starts at is stored, so that nobody takes 60 days for all there ever was.
    """
    with access.database.write() as session:
        row = Imports(session, shop_id).get("orders")
        since = (row.started_at if row else clock_now()) - HISTORY
        Shops(session, access.box).by_id(shop_id).history_starts_at = since

    def page(database: Database, api: PlatformApi, shop: int, cursor: str | None) -> tuple[int, str | None]:
        found = api.orders(since=since, cursor=cursor)

        def save(session: Session) -> None:
            orders = Orders(session, shop)
            for order in found.items:
                orders.save(order, unit_id=order_unit(order))

        database.run(save)
        return len(found.items), found.cursor

    def finish() -> None:
        rebuild_neighbours(database=access.database, shop_id=shop_id)

    _run(
        access,
        shop_id,
        "orders",
        clock_now,
        count=lambda api: api.count_orders(since=since),
        page=page,
        finish=finish,
    )


def give_up(*, database: Database, shop_id: int, kind: str, message: str, now: datetime) -> None:
    """Mark an import that cannot go on; the merchant sees why and may start it again."""
    with database.write() as session:
        row = Imports(session, shop_id).get(kind)
        if row is not None:
            row.state, row.error, row.finished_at = FAILED, message, now


def postpone(*, database: Database, shop_id: int, kind: str, failure: TemporaryFailure, now: datetime) -> None:
    """Put an import back for later; it goes on at the page where it stopped."""
    with database.write() as session:
        row = Imports(session, shop_id).get(kind)
        if row is not None and row.state != DONE:
            pause = timedelta(seconds=failure.retry_after) if failure.retry_after else _RETRY
            row.state, row.retry_at, row.error = WANTED, now + pause, failure.message
            row.attempt, row.touched_at = row.attempt + 1, now


def order_unit(order: Order) -> str:
    """Return the unit that an order's shopper is drawn and capped by."""
    return unit_of(
        customer_id=order.customer_id,
        email=order.email,
        phone=order.phone,
        reference_id=order.reference_id or order.id,
    )


def _refresh_facts(access: ShopAccess, shop_id: int, *, now: datetime) -> None:
    api = access.api(shop_id, now=now)
    facts, state = api.shop(), api.app_state()
    with access.database.write() as session:
        shops = Shops(session, access.box)
        row = shops.by_id(shop_id)
        shops.describe(row, facts)
        row.is_post_purchase_app, row.scopes, row.checked_at = state.is_post_purchase_app, list(state.scopes), now


def _run(
    access: ShopAccess,
    shop_id: int,
    kind: str,
    clock_now: Callable[[], datetime],
    *,
    count: Callable[[PlatformApi], int],
    page: Callable[[Database, PlatformApi, int, str | None], tuple[int, str | None]],
    finish: Callable[[], object] = lambda: None,
) -> None:
    """Walk the pages of one import, storing the cursor after each, so that a restart goes on from there.

    The API is asked for anew at each page: an import may outlive its access token. `finish` draws conclusions from
    the whole, and only then is the import done. A run that was taken for lost and comes back ends at its next page.
    """
    total = count(access.api(shop_id, now=clock_now()))
    with access.database.write() as session:
        row = Imports(session, shop_id).get(kind)
        if row is None or row.state == DONE:
            return
        row.total, row.touched_at, cursor, attempt = total, clock_now(), row.cursor, row.attempt
        if cursor is None:
            row.done = 0  # from the start, perhaps because drawing the conclusions failed
    while True:
        done, cursor = page(access.database, access.api(shop_id, now=clock_now()), shop_id, cursor)
        with access.database.write() as session:
            row = Imports(session, shop_id).get(kind)
            if row is None or row.attempt != attempt:
                return
            row.done, row.cursor, row.touched_at = row.done + done, cursor, clock_now()
        if cursor is None:
            break
    finish()
    with access.database.write() as session:
        row = Imports(session, shop_id).get(kind)
        if row is not None:
            row.state, row.finished_at, row.error = DONE, clock_now(), None
