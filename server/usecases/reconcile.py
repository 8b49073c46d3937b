"""Compares orders with the platform's, because webhooks are not guaranteed to come."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.orders import Order
from server.domain.readings import News, news_in
from server.ports import PlatformApi
from server.storage.db import Session
from server.storage.orders import Orders
from server.storage.shops import Shops
from server.usecases.access import ShopAccess
from server.usecases.imports import order_unit
from server.usecases.orders import record_order

# Changed just now: its webhook is on its way, and asking for it would only be quicker.
_ON_ITS_WAY = timedelta(minutes=5)
# The platform's search lags behind its orders.
_OVERLAP = timedelta(minutes=10)
_MOST_PAGES = 20  # of one run; a shop that has more goes on in the next


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What one run came to. `found` had changed without a word to us; `is_done`: nothing is left to compare."""

    compared: int
    found: int
    is_done: bool


def reconcile_orders(*, access: ShopAccess, shop_id: int, now: datetime) -> Reconciliation:
    """Take in the orders that changed since the last time and of which no webhook came.

    What is missing goes through what a webhook goes through. How far it came is stored after each page, so that a run
    that is cut off goes on there.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    api = access.api(shop_id, now=now)
    with access.database.read() as session:
        shop = Shops(session, access.box).by_id(shop_id)
        since = (shop.reconciled_at or shop.installed_at) - _OVERLAP
    until, cursor, compared, found = now - _ON_ITS_WAY, None, 0, 0
    for _ in range(_MOST_PAGES):
        page = api.orders_updated(since=since, cursor=cursor)
        settled = [order for order in page.items if order.updated_at <= until]
        new = sum(_take_in(access, api, shop_id, order, now=now) for order in settled)
        compared, found, cursor = compared + len(settled), found + new, page.cursor
        is_done = cursor is None or len(settled) < len(page.items)
        _note(access, shop_id, at=until if is_done else settled[-1].updated_at, found=new)
        if is_done:
            return Reconciliation(compared, found, is_done=True)
    return Reconciliation(compared, found, is_done=False)


def _take_in(access: ShopAccess, api: PlatformApi, shop_id: int, order: Order, *, now: datetime) -> bool:
    """Record an order that is newer than what is stored; tell whether it was.

    Of one that is stored as it stands, what notices do not tell is added: how it was paid, and whether it is on hold.
    One that changed only in what is not kept, as by a tag of ours, is no change that was missed.
    """
    with access.database.read() as session:
        news = news_in(order, Orders(session, shop_id).get(order.id))
    if news is News.DETAIL:
        access.database.run(lambda session: Orders(session, shop_id).save(order, unit_id=order_unit(order)))
    if news is not News.CHANGE:
        return False
    customer = api.customer(order.customer_id) if order.customer_id else None

    def record(session: Session) -> bool:
        return record_order(session, shop_id, order, customer=customer, now=now)

    return access.database.run(record)


def _note(access: ShopAccess, shop_id: int, *, at: datetime, found: int) -> None:
    with access.database.write() as session:
        shop = Shops(session, access.box).lock(shop_id)
        shop.reconciled_at = max(at, shop.reconciled_at) if shop.reconciled_at else at
        shop.reconciled_count += found
