"""The inbox: stores what arrives before looking inside, and handles it later, each delivery once."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from server.domain.facts import Need
from server.domain.orders import Order
from server.domain.purchases import purchase_of
from server.ports import DeliveryHeaders, PlatformApi, PlatformInbound, UnreadablePayload
from server.storage.catalog import Catalog
from server.storage.collections import Collections
from server.storage.contacts import Contacts
from server.storage.db import Database, Session
from server.storage.deliveries import (
    FAILED,
    HANDLED,
    IGNORED,
    SUPERSEDED,
    UNREADABLE,
    Deliveries,
    DeliveryRow,
    NewDelivery,
)
from server.storage.inbox import Inbox
from server.storage.orders import OrderContested
from server.storage.rules import Rules
from server.storage.shops import ShopRow, Shops
from server.storage.stock import StockByLocation
from server.usecases.access import ShopAccess
from server.usecases.checks import check_app_state
from server.usecases.collections import read_collection, sort_product
from server.usecases.install import close_shop
from server.usecases.orders import record_order
from server.usecases.plans import follow_product, refresh_group
from server.usecases.privacy import erase_customer, erase_shop, note_data_request

# Kept beside the body to tell deliveries apart; the signature is checked and not worth keeping.
_KEPT_HEADERS = (
    "x-shopify-api-version", "x-shopify-name", "x-shopify-triggered-at", "shopify-api-version", "shopify-handle",
)  # fmt: skip
ATTEMPTS = 17  # with the pauses below: 22 hours, about a day
_FIRST_RETRY = timedelta(seconds=5)
_LONGEST_RETRY = timedelta(hours=4)
_NOTED_EVERY = timedelta(minutes=1)

Handler = Callable[["Delivery"], str]


def store_delivery(
    *, inbox: Inbox, source: str, said: DeliveryHeaders, headers: Mapping[str, str], raw: bytes, now: datetime
) -> None:
    """Store a verified delivery; one that came before changes nothing. Nothing is parsed: the answer must be quick.

    Raises:
        InboxFull, InboxUnavailable.
    """
    kept = {name: value for name, value in headers.items() if name.lower() in _KEPT_HEADERS}
    new = NewDelivery(
        source=source,
        shop_domain=said.shop_domain,
        topic=said.topic,
        delivery_id=said.delivery_id,
        event_id=said.event_id,
        triggered_at=said.triggered_at,
        headers=kept,
        body=raw,
    )
    inbox.store(new, now=now)


class Delivery:
    """One delivery while it is handled: its shop, its body, and what handling it takes."""

    def __init__(
        self,
        row: DeliveryRow,
        shop: ShopRow,
        *,
        access: ShopAccess,
        inbox: Database,
        inbound: PlatformInbound,
        now: datetime,
    ) -> None:
        self.topic, self.raw, self.triggered_at = row.topic, row.body, row.triggered_at
        self.shop_id, self.shop_domain, self.delivery_id = shop.id, shop.domain, row.delivery_id
        self.access, self.inbox, self.inbound, self.now = access, inbox, inbound, now
        self._shop = shop

    def api(self) -> PlatformApi:
        """Return the platform's API for the delivery's shop.

        Raises:
            ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        return self.access.api_of(self._shop, now=self.now)


def handle_delivery(
    *, access: ShopAccess, inbox: Database, inbound: PlatformInbound, delivery_id: int, now: datetime
) -> str:
    """Handle a stored delivery and return how it ended.

    Effects come first and can be repeated; the delivery is closed last, so a crash between loses nothing.

    Raises:
        TemporaryFailure, ReopenNeeded, CredentialsRejected: the delivery stays open for another try.
    """
    with inbox.read() as session:
        row = Deliveries(session).get(delivery_id)
    if row is None or row.handled_at is not None:
        return IGNORED
    with access.database.read() as session:
        shop = Shops(session, access.box).by_domain(row.shop_domain)
    error: str | None = None
    handler = HANDLERS.get(row.topic)
    if handler is None or shop is None or not (shop.is_installed or row.topic in AFTER_UNINSTALL):
        state = IGNORED
        error = "unknown topic" if handler is None else "the shop does not have the app"
    else:
        try:
            state = handler(Delivery(row, shop, access=access, inbox=inbox, inbound=inbound, now=now))
        except UnreadablePayload as problem:
            state, error = UNREADABLE, problem.message
    if shop is not None and state == HANDLED and _is_worth_noting(shop.last_delivery_at, now):
        with access.database.write() as session:
            Shops(session, access.box).touch_delivery(shop.id, at=now)
    close_delivery(inbox=inbox, delivery_id=delivery_id, state=state, error=error, now=now)
    return state


def _is_worth_noting(last_at: datetime | None, now: datetime) -> bool:
    """Merchants read "last heard of" in minutes: a commit for each delivery would buy nothing."""
    return last_at is None or not timedelta() <= now - last_at < _NOTED_EVERY


def close_delivery(*, inbox: Database, delivery_id: int, state: str, error: str | None, now: datetime) -> None:
    """Mark a delivery as ended. Its effects are committed by now: a crash before this only handles it again."""
    with inbox.write() as session:
        Deliveries(session).close(delivery_id, state=state, now=now, error=error)


def postpone_delivery(
    *, inbox: Database, delivery_id: int, error: str, retry_after: float | None, now: datetime
) -> str:
    """Put a delivery that could not be handled back for later, or set it aside after the last attempt."""
    with inbox.write() as session:
        deliveries = Deliveries(session)
        row = deliveries.get(delivery_id)
        if row is None or row.handled_at is not None:
            return IGNORED
        if row.failures + 1 >= ATTEMPTS:
            deliveries.close(row.id, state=FAILED, now=now, error=error)
            return FAILED
        pause = timedelta(seconds=retry_after) if retry_after else min(_FIRST_RETRY * 2**row.failures, _LONGEST_RETRY)
        deliveries.postpone(row, until=now + pause, error=error)
        return row.state


def _order_in_body(delivery: Delivery) -> str:
    order, api = delivery.inbound.parse_order(delivery.raw), delivery.api()
    if purchase_of(order).subscription is None and _asks_plans(delivery):
        order = api.order(order.id) or order
    try:
        return _record(delivery, order, api, is_certain=False)
    except OrderContested:
        return _record_fetched(delivery, order.id, api)


def _asks_plans(delivery: Delivery) -> bool:
    """Tell whether live rules ask what no body tells: by which plan the goods of an order are sold."""
    with delivery.access.database.read() as session:
        live = Rules(session, delivery.shop_id).live()
    if live is None:
        return False
    documents = (live.document, *live.document.by_market.values())
    return any(Need.PLANS in each.all_needs for each in documents)


def _record_fetched(delivery: Delivery, order_id: str, api: PlatformApi) -> str:
    order = api.order(order_id)
    return _record(delivery, order, api) if order is not None else SUPERSEDED


def _record(delivery: Delivery, order: Order, api: PlatformApi, *, is_certain: bool = True) -> str:
    # No body carries consent: the customer is read as they stand now.
    customer = api.customer(order.customer_id) if order.customer_id else None

    def record(session: Session) -> bool:
        return record_order(
            session, delivery.shop_id, order, customer=customer, now=delivery.now, is_certain=is_certain
        )

    return HANDLED if delivery.access.database.run(record) else SUPERSEDED


def _order_named(delivery: Delivery) -> str:
    """The body only says that something changed: the order itself is the truth."""
    order_id = delivery.inbound.parse_order_reference(delivery.raw)
    return _record_fetched(delivery, order_id, delivery.api())


def _product(delivery: Delivery) -> str:
    """The body no longer says whether stock is tracked, nor what the goods cost, and may list only some variants."""
    product_id = delivery.inbound.parse_product_reference(delivery.raw)
    api = delivery.api()
    product = api.product(product_id)
    if product is None:
        return SUPERSEDED

    def save(session: Session) -> bool:
        return Catalog(session, delivery.shop_id).save(product, read_at=delivery.now)

    database, api = delivery.access.database, delivery.api()
    is_news = database.run(save)
    # Put into a collection, a product is not changed: what it is in may be news though it is not.
    sort_product(access=delivery.access, api=api, shop_id=delivery.shop_id, product=product, now=delivery.now)
    follow_product(database=database, api=api, shop_id=delivery.shop_id, product=product, now=delivery.now)
    return HANDLED if is_news else SUPERSEDED


def _plan_group(delivery: Delivery) -> str:
    """The body does not say which goods are sold by the group: it is read as it stands, and a deleted one is gone."""
    is_news = refresh_group(
        database=delivery.access.database,
        api=delivery.api(),
        shop_id=delivery.shop_id,
        group_id=delivery.inbound.parse_plan_group(delivery.raw),
        now=delivery.now,
    )
    return HANDLED if is_news else SUPERSEDED


def _collection(delivery: Delivery) -> str:
    """The body names the collection and none of its products."""
    is_news = read_collection(
        access=delivery.access,
        api=delivery.api(),
        shop_id=delivery.shop_id,
        collection_id=delivery.inbound.parse_collection_reference(delivery.raw),
        now=delivery.now,
    )
    return HANDLED if is_news else SUPERSEDED


def _collection_gone(delivery: Delivery) -> str:
    collection_id = delivery.inbound.parse_collection_reference(delivery.raw)
    with delivery.access.database.write() as session:
        Collections(session, delivery.shop_id).remove(collection_id)
    return HANDLED


def _product_gone(delivery: Delivery) -> str:
    product_id = delivery.inbound.parse_product_reference(delivery.raw)
    with delivery.access.database.write() as session:
        Catalog(session, delivery.shop_id).remove_product(product_id)
        Collections(session, delivery.shop_id).remove_product(product_id)
    return HANDLED


def _stock(delivery: Delivery) -> str:
    """The body speaks of one location and may be late: the item is read as it lies now, at all of them."""
    item_id = delivery.inbound.parse_inventory_item(delivery.raw)
    level = delivery.api().stock(item_id)
    if level is None:
        return SUPERSEDED

    def save(session: Session) -> bool:
        if level.item is not None:
            StockByLocation(session, delivery.shop_id).save([level.item], read_at=delivery.now)
        return Catalog(session, delivery.shop_id).set_stock(level, read_at=delivery.now)

    is_news = delivery.access.database.run(save)
    return HANDLED if is_news else SUPERSEDED


def _consent(delivery: Delivery) -> str:
    change = delivery.inbound.parse_consent(delivery.raw, topic=delivery.topic)

    def save(session: Session) -> bool:
        return Contacts(session, delivery.shop_id).save_consent(change, source="platform", now=delivery.now)

    is_news = delivery.access.database.run(save)
    return HANDLED if is_news else SUPERSEDED


def _uninstalled(delivery: Delivery) -> str:
    access, said_at = delivery.access, delivery.triggered_at
    is_news = close_shop(
        database=access.database, box=access.box, shop_id=delivery.shop_id, said_at=said_at, now=delivery.now
    )
    return HANDLED if is_news else SUPERSEDED


def _scopes_changed(delivery: Delivery) -> str:
    check_app_state(access=delivery.access, shop_id=delivery.shop_id, now=delivery.now)
    return HANDLED


def _data_request(delivery: Delivery) -> str:
    note_data_request(
        database=delivery.access.database,
        box=delivery.access.box,
        shop_domain=delivery.shop_domain,
        platform_id=delivery.delivery_id,
        person=delivery.inbound.parse_customer_request(delivery.raw),
        now=delivery.now,
    )
    return HANDLED


def _redact_customer(delivery: Delivery) -> str:
    erase_customer(
        database=delivery.access.database,
        inbox=delivery.inbox,
        box=delivery.access.box,
        shop_id=delivery.shop_id,
        shop_domain=delivery.shop_domain,
        platform_id=delivery.delivery_id,
        request=delivery.inbound.parse_customer_request(delivery.raw),
        now=delivery.now,
    )
    return HANDLED


def _redact_shop(delivery: Delivery) -> str:
    is_erased = erase_shop(
        database=delivery.access.database,
        inbox=delivery.inbox,
        box=delivery.access.box,
        shop_id=delivery.shop_id,
        shop_domain=delivery.shop_domain,
        now=delivery.now,
    )
    return HANDLED if is_erased else SUPERSEDED


HANDLERS: dict[str, Handler] = {
    "orders/create": _order_in_body,
    "orders/paid": _order_in_body,
    "orders/cancelled": _order_named,
    "orders/edited": _order_named,
    "refunds/create": _order_named,
    "products/update": _product,
    "products/delete": _product_gone,
    "collections/create": _collection,
    "collections/update": _collection,
    "collections/delete": _collection_gone,
    "selling_plan_groups/create": _plan_group,
    "selling_plan_groups/update": _plan_group,
    "selling_plan_groups/delete": _plan_group,
    "inventory_levels/update": _stock,
    "customers_email_marketing_consent/update": _consent,
    "customers_marketing_consent/update": _consent,
    "app/uninstalled": _uninstalled,
    "app/scopes_update": _scopes_changed,
    "customers/data_request": _data_request,
    "customers/redact": _redact_customer,
    "shop/redact": _redact_shop,
}

AFTER_UNINSTALL = frozenset({"app/uninstalled", "customers/data_request", "customers/redact", "shop/redact"})
