"""Finds a person in everything that is stored, and writes down what is there."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from server.domain.experiments import unit_of
from server.ports import CustomerRequest
from server.storage.contacts import AssignmentRow, ContactRow, CustomerRow, normalise_address
from server.storage.decisions import DecisionRow, EventRow
from server.storage.ledger import LedgerRow
from server.storage.offer_codes import OfferCodeRow
from server.storage.orders import OrderLineRow, OrderRow
from server.storage.touches import ClickRow, SequenceRow, TouchRow

# Country codes and the zero of national numbers come before the last nine digits, which tell two people of one shop
# apart.
PHONE_DIGITS = 9
_SEPARATORS = " -().+/\u00a0"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about, by every name they go by in one shop. A guest has no customer id."""

    customer_id: str | None
    addresses: tuple[str, ...]
    order_ids: tuple[str, ...]
    units: frozenset[str]


def find_person(session: Session, shop_id: int, request: CustomerRequest) -> Person:
    """Find a person's orders, addresses and units by customer id, e-mail, phone and the orders that are named.

    An order of another customer is not the person's because both share a telephone; one with the same e-mail is.
    Further addresses that stand on the person's own orders are theirs too.
    """
    asked = {normalise_address("email", request.email)} if request.email else set()
    named: list[ColumnElement[bool]] = [OrderRow.order_id.in_(request.order_ids), func.lower(OrderRow.email).in_(asked)]
    if request.phone:
        asked.add(normalise_address("sms", request.phone))
        is_theirs = or_(OrderRow.customer_id.is_(None), OrderRow.customer_id == (request.customer_id or ""))
        named.append(and_(same_phone(OrderRow.phone, request.phone), is_theirs))
    if request.customer_id:
        named.append(OrderRow.customer_id == request.customer_id)
    # An order of a guest that has lost its addresses to their term is known by the digest of one.
    named.append(OrderRow.unit_id.in_([each for each in _units(request, ()) if not each.startswith("reference:")]))
    found = session.scalars(select(OrderRow).where(OrderRow.shop_id == shop_id, or_(*named))).all()
    known = session.get(CustomerRow, (shop_id, request.customer_id)) if request.customer_id else None
    emails, phones = ([getattr(each, name) for each in (*found, known) if each] for name in ("email", "phone"))
    addresses = asked | {normalise_address("email", each) for each in emails if each}
    addresses |= {normalise_address("sms", each) for each in phones if each}
    return Person(
        customer_id=request.customer_id or None,
        addresses=tuple(sorted(addresses)),
        order_ids=tuple(each.order_id for each in found),
        units=frozenset({*(each.unit_id for each in found), *_units(request, found)}),
    )


def _units(request: CustomerRequest, orders: Sequence[OrderRow]) -> Iterator[str]:
    """Yield the units that a person may have been drawn by; the one-click page may not have known who it was."""
    yield unit_of(customer_id=request.customer_id, email=None, phone=None, reference_id="")
    yield unit_of(customer_id=None, email=request.email, phone=None, reference_id="")
    yield unit_of(customer_id=None, email=None, phone=request.phone, reference_id="")
    for each in orders:
        yield unit_of(customer_id=None, email=None, phone=None, reference_id=each.reference_id or each.order_id)


def is_about(request: CustomerRequest, person: Person) -> bool:
    """Tell whether another request is about the same person: by customer id, an address, or an order."""
    if request.customer_id and person.customer_id:
        return request.customer_id == person.customer_id
    mails = {each for each in person.addresses if "@" in each}
    phones = {_last_digits(each) for each in person.addresses if "@" not in each}
    return (
        bool(request.email and normalise_address("email", request.email) in mails)
        or bool(request.phone and _last_digits(request.phone) in phones)
        or not set(request.order_ids).isdisjoint(person.order_ids)
    )


def _last_digits(number: str) -> str:
    return "".join(each for each in number if each.isdigit())[-PHONE_DIGITS:]


def same_phone(column: Any, number: str) -> ColumnElement[bool]:
    """Compare telephone numbers by their last digits, however they are written: not all that comes is E.164."""
    told: Any = column
    for separator in _SEPARATORS:
        told = func.replace(told, separator, "")
    digits = _last_digits(number)
    return and_(column.is_not(None), told.like(f"%{digits}")) if digits else false()


def export_person(session: Session, shop_id: int, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return everything that is stored of a person in one shop, table by table, as JSON takes it."""
    touches = select(TouchRow.id).where(TouchRow.shop_id == shop_id, TouchRow.unit_id.in_(person.units))
    decisions = select(DecisionRow.id).where(DecisionRow.shop_id == shop_id, DecisionRow.unit_id.in_(person.units))
    by_order = OrderRow.order_id.in_(person.order_ids)
    of_customer = ContactRow.customer_id == person.customer_id if person.customer_id else ContactRow.address == ""
    wanted: tuple[tuple[Any, ColumnElement[bool]], ...] = (
        (CustomerRow, CustomerRow.customer_id == (person.customer_id or "")),
        (ContactRow, or_(ContactRow.address.in_(person.addresses), of_customer)),
        (OrderRow, by_order),
        (OrderLineRow, OrderLineRow.order_id.in_(person.order_ids)),
        (DecisionRow, DecisionRow.unit_id.in_(person.units)),
        (EventRow, EventRow.decision_id.in_(decisions)),
        (OfferCodeRow, OfferCodeRow.decision_id.in_(decisions)),
        (SequenceRow, SequenceRow.unit_id.in_(person.units)),
        (TouchRow, TouchRow.unit_id.in_(person.units)),
        (ClickRow, ClickRow.touch_id.in_(touches)),
        (AssignmentRow, AssignmentRow.unit_id.in_(person.units)),
        (LedgerRow, LedgerRow.order_id.in_(person.order_ids)),
    )
    return {
        table.__tablename__: [_plain(row) for row in session.scalars(select(table).where(table.shop_id == shop_id, of))]
        for table, of in wanted
    }


def _plain(row: Any) -> dict[str, Any]:
    columns = (column.key for column in row.__mapper__.column_attrs)
    return {name: _json(getattr(row, name)) for name in columns if name != "shop_id"}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
