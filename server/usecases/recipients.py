"""Finds where a shopper can be reached about an order, and what may be said there."""

from dataclasses import dataclass
from datetime import datetime

from server.domain.contact import OTHER_CHANNEL, ContactFacts
from server.domain.document import Kind
from server.domain.orders import Order
from server.ports import PhoneNumbers
from server.storage.contacts import Contacts
from server.storage.db import Session
from server.storage.orders import Orders
from server.storage.shops import ShopRow
from server.storage.touches import Touches


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address on one channel; `address` is None when there is none, or none that can be one."""

    channel: str
    address: str | None


def find_recipient(session: Session, shop_id: int, order: Order, *, channel: str, phones: PhoneNumbers) -> Recipient:
    """Return the order's own address on a channel, else the customer's."""
    given = order.email if channel == "email" else order.phone
    if not given and order.customer_id:
        customer = Contacts(session, shop_id).customer(order.customer_id)
        given = None if customer is None else customer.email if channel == "email" else customer.phone
    if given and channel != "email":
        given = phones.normalise(given, country_code=order.country_code)
    return Recipient(channel, given or None)


@dataclass(frozen=True, slots=True)
class Approach:
    """One touch as far as it matters for whether it may be sent. Before its sequence is stored it has no id."""

    channel: str
    unit_id: str
    sequence_id: int | None
    kind: Kind
    expires_at: datetime


def contact_facts(
    session: Session,
    shop: ShopRow,
    order: Order,
    touch: Approach,
    *,
    phones: PhoneNumbers,
    has_connection: bool,
) -> ContactFacts:
    """Gather what may_contact() asks of one touch, as it stands at this moment."""
    recipient = find_recipient(session, shop.id, order, channel=touch.channel, phones=phones)
    # Who wants no texts is not called either: nobody has said that they mean texts alone.
    known_on = "email" if touch.channel == "email" else "sms"
    contact = Contacts(session, shop.id).get(known_on, recipient.address) if recipient.address else None
    touches, kind = Touches(session, shop.id), touch.kind
    other = OTHER_CHANNEL.get(touch.channel)
    return ContactFacts(
        channel=touch.channel,
        address=recipient.address,
        consent=contact.consent if contact else None,
        is_suppressed=contact is not None and contact.suppressed_at is not None,
        has_connection=has_connection,
        zones=_zones(recipient, shop, phones),
        expires_at=touch.expires_at,
        is_cancelled=order.cancelled_at is not None,
        is_refunded=order.refunded >= order.total > 0,
        has_bought_since=_has_bought_since(session, shop.id, order, unit_id=touch.unit_id, since=order.created_at),
        other_channel_sent_at=touches.last_sent_at(touch.unit_id, channel=other) if other is not None else None,
        earlier_sequence_at=touches.earlier_sequence_at(touch.unit_id, kind=kind, excluding=touch.sequence_id),
        sent_in_sequence=touches.sent_in(touch.sequence_id) if touch.sequence_id is not None else 0,
        kind=kind,
    )


def _has_bought_since(session: Session, shop_id: int, order: Order, *, unit_id: str, since: datetime) -> bool:
    return Orders(session, shop_id).has_ordered_since(unit_id, after=since, excluding=order.id)


def _zones(recipient: Recipient, shop: ShopRow, phones: PhoneNumbers) -> tuple[str, ...]:
    zones = phones.zones(recipient.address) if recipient.address and recipient.channel != "email" else ()
    return zones or ((shop.time_zone,) if shop.time_zone else ())
