"""Takes in what vendors report on touches, and what recipients answer."""

from datetime import datetime

from server.ports import Receipt, TemporaryFailure, UnreadablePayload, Vendors
from server.storage.contacts import Contacts
from server.storage.db import Database, Session
from server.storage.deliveries import HANDLED, IGNORED, UNREADABLE, Deliveries, DeliveryRow
from server.storage.shops import Connections, Shops
from server.storage.touches import RECEIPT_ORDER, Touches
from server.usecases.access import ShopAccess
from server.usecases.ingest import close_delivery

# What ends all contact on the channel, at once.
_STOPS = {"unsubscribed": "opted out", "complained": "complaint", "bounced": "cannot be reached"}

_PROGRESS = frozenset(RECEIPT_ORDER) - frozenset(_STOPS)


def handle_receipt(*, access: ShopAccess, inbox: Database, vendors: Vendors, delivery_id: int, now: datetime) -> str:
    """Handle a stored vendor report and return how it ended; handling it again changes nothing.

    Raises:
        TemporaryFailure: the message it speaks of may not be recorded yet; the report stays open for another try.
    """
    with inbox.read() as session:
        row = Deliveries(session).get(delivery_id)
    if row is None or row.handled_at is not None:
        return IGNORED
    state, error = access.database.run(lambda session: _handle(session, access, vendors, row))
    close_delivery(inbox=inbox, delivery_id=delivery_id, state=state, error=error, now=now)
    return state


def _handle(session: Session, access: ShopAccess, vendors: Vendors, row: DeliveryRow) -> tuple[str, str | None]:
    shop = Shops(session, access.box).by_domain(row.shop_domain)
    connection = Connections(session, shop.id, access.box).get(row.source) if shop is not None else None
    source = vendors.receipts(row.source, connection.settings) if connection is not None else None
    if shop is None or connection is None or source is None:
        return IGNORED, "no connection of this vendor"
    headers = {str(name): str(value) for name, value in row.headers.items()}
    try:
        receipts = source.parse(headers=headers, raw=row.body)
    except UnreadablePayload as problem:
        return UNREADABLE, problem.message
    is_sms = vendors.channel(row.source, connection.settings, channel="sms") is not None
    channel = "sms" if is_sms else "email"
    for receipt in receipts:
        _apply(session, shop.id, receipt, channel=channel, at=row.received_at)
    return HANDLED, None


def _apply(session: Session, shop_id: int, receipt: Receipt, *, channel: str, at: datetime) -> None:
    touches, contacts = Touches(session, shop_id), Contacts(session, shop_id)
    touch = touches.lock_by_vendor_id(receipt.vendor_id) if receipt.vendor_id else None
    if touch is not None:
        touches.record_receipt(touch, kind=receipt.kind, code=receipt.code)
    elif receipt.vendor_id and receipt.kind in _PROGRESS and touches.is_sending():
        raise TemporaryFailure("The report came before its message was recorded.")
    address = receipt.recipient or (touch.recipient if touch is not None else None)
    if not address:
        return
    if receipt.kind in _STOPS:
        contacts.suppress(channel, address, reason=_STOPS[receipt.kind], now=at)
    elif receipt.kind == "resubscribed":
        contacts.lift(channel, address, at=at)
