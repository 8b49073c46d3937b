"""Finds a person in everything that is stored, and writes down what is there."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.domain.experiments import unit_of
from server.ports import CustomerRequest
from server.storage.contacts import AssignmentRow, ContactRow, CustomerRow, normalise_address
from server.storage.decisions import DecisionRow, EventRow
from server.storage.ledger import LedgerRow
from server.storage.orders import OrderLineRow, OrderRow
from server.storage.touches import ClickRow, SequenceRow, TouchRow


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is about, by every name they go by in one shop. A guest has no customer id."""

    customer_id: str | None
    addresses: tuple[str, ...]
    order_ids: tuple[str, ...]
    units: frozenset[str]


def find_person(session: Session, shop_id: int, request: CustomerRequest) -> Person:
    """Find a person's orders and units by customer id, e-mail, phone and the orders that are named."""
    addresses = tuple(
        normalise_address(channel, address)
        for channel, address in (("email", request.email), ("sms", request.phone))
        if address
    )
    named: list[ColumnElement[bool]] = [
        OrderRow.order_id.in_(request.order_ids),
        func.lower(OrderRow.email).in_(addresses),
        OrderRow.phone.in_(addresses),
    ]
    if request.customer_id:
        named.append(OrderRow.customer_id == request.customer_id)
    query = select(OrderRow.order_id, OrderRow.unit_id).where(OrderRow.shop_id == shop_id, or_(*named))
    found = [(row.order_id, row.unit_id) for row in session.execute(query)]
    known = (
        unit_of(customer_id=request.customer_id, email=None, phone=None, reference_id=""),
        unit_of(customer_id=None, email=request.email, phone=None, reference_id=""),
        unit_of(customer_id=None, email=None, phone=request.phone, reference_id=""),
    )
    return Person(
        customer_id=request.customer_id or None,
        addresses=addresses,
        order_ids=tuple(order_id for order_id, _ in found),
        units=frozenset({*(unit for _, unit in found), *known}),
    )


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
