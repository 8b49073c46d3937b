"""The first import of a shop: its facts, catalogue, orders and customers, going on where it stopped.

A small listing is fetched page by page. A large one is gathered by the platform itself into a file (`backfill`).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.eligibility import ONE_CLICK
from server.domain.experiments import unit_of
from server.domain.orders import Order
from server.ports import CollectionSnapshot, ItemStock, Page, PlatformApi, TemporaryFailure
from server.storage.catalog import Catalog
from server.storage.collections import Collections
from server.storage.contacts import Contacts
from server.storage.db import Database, Session
from server.storage.gates import Gates
from server.storage.orders import Orders
from server.storage.shops import DONE, FAILED, WANTED, ImportRow, Imports, Shops
from server.storage.stock import StockByLocation
from server.usecases.access import ShopAccess
from server.usecases.backfill import PAGED_UP_TO, Backfill, BulkRefused
from server.usecases.plans import import_plans
from server.usecases.recommendations import rebuild_neighbours

# Without the approval-only scope read_all_orders the platform shows no older orders.
HISTORY = timedelta(days=60)
ALL_ORDERS = "read_all_orders"
_RETRY = timedelta(seconds=20)
# Where an import stands that goes page by page though there is much, because the platform could not gather it.
_FIRST_PAGE = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """What is imported of one kind: how much there is, its pages, and how some of it is stored."""

    kind: str
    count: Callable[[PlatformApi], int]
    page: Callable[[PlatformApi, str | None], Page[Any]]
    save: Callable[[Session, Sequence[Any], datetime], object]  # things, and when the platform was asked
    since: datetime | None = None


def import_products(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch the shop's facts, its whole catalogue, and by which selling plans that is sold."""
    _refresh_facts(access, shop_id, now=clock_now())

    def save(session: Session, products: Sequence[Any], read_at: datetime) -> None:
        catalog = Catalog(session, shop_id)
        for product in products:
            catalog.save(product, read_at=read_at)

    listing = Listing(
        "products", lambda api: api.count_products(), lambda api, cursor: api.products(cursor=cursor), save
    )

    def finish() -> None:
        now = clock_now()
        import_plans(database=access.database, api=access.api(shop_id, now=now), shop_id=shop_id, now=now)

    _run(access, shop_id, listing, clock_now, finish)


def import_collections(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch which products are in which collections.

    From the collections' side: a product's own list can be as long as that of a collection, and one of the two is
    enough. Only when all were read does any condition on collections get an answer.
    """
    with access.database.read() as session:
        row = Imports(session, shop_id).get("collections")
        started_at = row.started_at if row is not None else clock_now()

    def save(session: Session, collections: Sequence[CollectionSnapshot], read_at: datetime) -> None:
        held = Collections(session, shop_id)
        for collection in collections:
            held.save(collection, read_at=read_at)

    def finish() -> None:
        with access.database.write() as session:
            Collections(session, shop_id).finish_reading(since=started_at, now=clock_now())

    listing = Listing(
        "collections", lambda api: api.count_collections(), lambda api, cursor: api.collections(cursor=cursor), save
    )
    _run(access, shop_id, listing, clock_now, finish)


def import_orders(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch the orders of the last 60 days, or all where the shop allows it, then count what is bought together.

    The day the history starts at is stored, so that nobody takes 60 days for all there ever was. An import that goes
    on keeps to the day it began with, whatever the shop has allowed meanwhile.
    """
    with access.database.write() as session:
        row, shop = Imports(session, shop_id).get("orders"), Shops(session, access.box).by_id(shop_id)
        if row is None or row.state == DONE:
            return
        if row.cursor is None:
            row.since = None if ALL_ORDERS in shop.scopes else row.started_at - HISTORY
        since = row.since
        shop.history_starts_at = since or shop.history_starts_at

    def save(session: Session, orders: Sequence[Order], _read_at: datetime) -> None:
        Orders(session, shop_id).save_all([(order, order_unit(order)) for order in orders])

    def finish() -> None:
        rebuild_neighbours(database=access.database, shop_id=shop_id)
        if since is None:
            with access.database.write() as session:
                Shops(session, access.box).by_id(shop_id).history_starts_at = Orders(session, shop_id).oldest_at()

    listing = Listing(
        "orders",
        lambda api: api.count_orders(since=since),
        lambda api, cursor: api.orders(since=since, cursor=cursor),
        save,
        since,
    )
    _run(access, shop_id, listing, clock_now, finish)


def import_customers(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch who may be written to: customers with their consent on each channel."""

    def save(session: Session, customers: Sequence[Any], _read_at: datetime) -> None:
        contacts = Contacts(session, shop_id)
        for customer in customers:
            contacts.save_customer(customer)

    listing = Listing(
        "customers", lambda api: api.count_customers(), lambda api, cursor: api.customers(cursor=cursor), save
    )
    _run(access, shop_id, listing, clock_now)


def import_stock(*, access: ShopAccess, shop_id: int, clock_now: Callable[[], datetime]) -> None:
    """Fetch where the shop's goods lie; the sum over all locations comes with the products."""

    def save(session: Session, items: Sequence[ItemStock], read_at: datetime) -> None:
        StockByLocation(session, shop_id).save(items, read_at=read_at)

    listing = Listing(
        "stock", lambda api: api.count_variants(), lambda api, cursor: api.stock_levels(cursor=cursor), save
    )
    _run(access, shop_id, listing, clock_now)


def import_older_orders(session: Session, shop_id: int, *, scopes: Collection[str], now: datetime) -> bool:
    """Ask for the import of all orders where the shop allows it by now and the last one went back 60 days only."""
    imports = Imports(session, shop_id)
    row = imports.get("orders")
    if ALL_ORDERS not in scopes or row is None or row.state != DONE or row.since is None:
        return False
    imports.want("orders", now=now)
    return True


def import_people_again(session: Session, shop_id: int, *, now: datetime) -> None:
    """Ask for the orders and customers once more: what was stored of them lacks what is shown now."""
    imports = Imports(session, shop_id)
    for kind in ("orders", "customers"):
        row = imports.get(kind)
        if row is not None and row.state == DONE:
            imports.want(kind, now=now)


def give_up(*, database: Database, shop_id: int, kind: str, message: str, now: datetime) -> None:
    """Mark an import that cannot go on; the merchant sees why and may start it again."""
    with database.write() as session:
        row = Imports(session, shop_id).get(kind)
        if row is not None:
            row.state, row.error, row.finished_at = FAILED, message, now


def postpone(*, database: Database, shop_id: int, kind: str, failure: TemporaryFailure, now: datetime) -> None:
    """Put an import back for later; it goes on where it stopped."""
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
        Gates(session, shop_id).saw(ONE_CLICK, is_open=state.is_post_purchase_app, now=now)


def _run(
    access: ShopAccess,
    shop_id: int,
    listing: Listing,
    clock_now: Callable[[], datetime],
    finish: Callable[[], object] = lambda: None,
) -> None:
    """Import one listing, storing after each step how far it is, so that a restart goes on from there.

    The API is asked for anew at each step: an import may outlive its access token. `finish` draws conclusions from
    the whole, and only then is the import done. A run that was taken for lost and comes back ends at its next step.

    Raises:
        TemporaryFailure: the platform asks for patience, or still gathers.
    """
    steps = _Steps(access, shop_id, listing, clock_now)
    total = listing.count(access.api(shop_id, now=clock_now()))
    if not steps.begin(total):
        return
    bulk = Backfill.held_in(steps.cursor)
    if bulk is None and steps.cursor is None and total > PAGED_UP_TO:
        try:
            bulk = Backfill.begin(access.api(shop_id, now=clock_now()), listing.kind, since=listing.since)
            steps.move(0, bulk.cursor)
        except BulkRefused:
            bulk = None
    try:
        is_ours = bulk.run(steps) if bulk is not None else _page_by_page(steps)
    except BulkRefused:
        steps.restart(_FIRST_PAGE)
        is_ours = _page_by_page(steps)
    if is_ours:
        access.database.refresh_statistics()
        finish()
        steps.end()


def _page_by_page(steps: "_Steps") -> bool:
    while True:
        page = steps.listing.page(steps.api(), steps.cursor or None)
        steps.save(page.items)
        if not steps.move(len(page.items), page.cursor):
            return False
        if page.cursor is None:
            return True


@dataclass(slots=True)
class _Steps:
    """One run of an import: where it stands, and what it has stored."""

    access: ShopAccess
    shop_id: int
    listing: Listing
    clock_now: Callable[[], datetime]
    cursor: str | None = None
    attempt: int = 0
    is_first: bool = True

    def api(self) -> PlatformApi:
        return self.access.api(self.shop_id, now=self.clock_now())

    def begin(self, total: int) -> bool:
        """Note how much there is; False when there is nothing to do (any more)."""
        with self.access.database.write() as session:
            row = Imports(session, self.shop_id).get(self.listing.kind)
            if row is None or row.state == DONE:
                return False
            row.total, row.touched_at = total, self.clock_now()
            self.cursor, self.attempt = row.cursor, row.attempt
            if self.cursor is None:
                row.done = 0  # from the start, perhaps because drawing the conclusions failed
            return True

    def save(self, things: Sequence[Any]) -> None:
        read_at = self.clock_now()
        self.access.database.run(lambda session: self.listing.save(session, things, read_at))
        if self.is_first and things:
            self.is_first = False
            self.access.database.refresh_statistics()

    def move(self, done: int, cursor: str | None) -> bool:
        """Note that `done` more are stored and where it goes on; False when another run has taken over."""

        def note(row: ImportRow) -> None:
            row.done, row.cursor, row.touched_at = row.done + done, cursor, self.clock_now()

        self.cursor = cursor
        return self._change(note)

    def restart(self, cursor: str) -> None:
        def note(row: ImportRow) -> None:
            row.done, row.cursor, row.touched_at = 0, cursor, self.clock_now()

        self.cursor = cursor
        self._change(note)

    def end(self) -> None:
        def note(row: ImportRow) -> None:
            row.state, row.finished_at, row.error, row.cursor = DONE, self.clock_now(), None, None

        self._change(note)

    def _change(self, note: Callable[[ImportRow], None]) -> bool:
        with self.access.database.write() as session:
            row = Imports(session, self.shop_id).get(self.listing.kind)
            if row is None or row.attempt != self.attempt:
                return False
            note(row)
            return True
