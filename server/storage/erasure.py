"""Erasure: what names a person goes, in every table that could."""

import secrets

from sqlalchemy import Executable, delete, func, or_, select, update

from server.domain.records import without_person
from server.ports import CustomerRequest
from server.storage.contacts import AssignmentRow, ContactRow, Contacts, CustomerRow
from server.storage.db import Session
from server.storage.decisions import DecisionRow
from server.storage.offer_codes import OfferCodeRow
from server.storage.orders import ERASED_UNIT, OrderRow
from server.storage.person import Person, find_person, same_phone
from server.storage.shops import ShopRow
from server.storage.touches import SequenceRow, TouchRow


class Erasure:
    """Erasure within one shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def customer(self, request: CustomerRequest) -> int:
        """Erase a person by customer id, e-mail and phone; return the number of rows touched."""
        person = find_person(self._session, self._shop_id, request)
        found, addresses = person.order_ids, person.addresses
        self._forget_units(person)
        statements = (
            update(TouchRow)
            .where(
                TouchRow.shop_id == self._shop_id,
                or_(
                    TouchRow.order_id.in_(found),
                    func.lower(TouchRow.recipient).in_(addresses),
                    *(same_phone(TouchRow.recipient, each) for each in addresses if "@" not in each),
                ),
            )
            .values(recipient=None, content=None, code=None),
            update(OrderRow)
            .where(OrderRow.shop_id == self._shop_id, OrderRow.order_id.in_(found))
            .values(email=None, phone=None, first_name=None, customer_id=None, attributes=[], discount_codes=[]),
            delete(CustomerRow).where(
                CustomerRow.shop_id == self._shop_id, CustomerRow.customer_id == (request.customer_id or "")
            ),
        )
        return self._forget_contacts(person) + sum(self._count(each) for each in statements)

    def _forget_contacts(self, person: Person) -> int:
        addresses = person.addresses
        named = [
            ContactRow.address.in_(addresses),
            *(same_phone(ContactRow.address, each) for each in addresses if "@" not in each),
        ]
        if person.customer_id:
            named.append(ContactRow.customer_id == person.customer_id)
        found = self._session.scalars(select(ContactRow).where(ContactRow.shop_id == self._shop_id, or_(*named))).all()
        contacts = Contacts(self._session, self._shop_id)
        for row in found:
            contacts.erase(row)
        self._session.flush()
        return len(found)

    def _forget_units(self, person: Person) -> None:
        """Give what was counted for the person to a unit that names nobody: a unit may be the customer's id."""
        units = person.units
        theirs = (DecisionRow.shop_id == self._shop_id, DecisionRow.unit_id.in_(units))
        self._session.execute(
            delete(OfferCodeRow).where(
                OfferCodeRow.shop_id == self._shop_id,
                OfferCodeRow.decision_id.in_(select(DecisionRow.id).where(*theirs)),
            )
        )
        for row in self._session.scalars(select(DecisionRow).where(*theirs)):
            row.facts = {**row.facts, "customer_id": None}
            row.read_facts = without_person(row.read_facts)
        self._session.flush()  # what follows changes the units that these rows were found by
        nobody = f"{ERASED_UNIT}{secrets.token_urlsafe(9)}"
        for table in (OrderRow, SequenceRow, TouchRow, DecisionRow):
            self._session.execute(
                update(table).where(table.shop_id == self._shop_id, table.unit_id.in_(units)).values(unit_id=nobody)
            )
        self._session.execute(
            delete(AssignmentRow).where(AssignmentRow.shop_id == self._shop_id, AssignmentRow.unit_id.in_(units))
        )

    def shop(self) -> bool:
        """Delete an uninstalled shop and all that hangs on it; its raw deliveries are the inbox's to delete."""
        # Asked at the deletion itself: the shop may be installed again at this very moment.
        statement = delete(ShopRow).where(ShopRow.id == self._shop_id, ShopRow.uninstalled_at.is_not(None))
        return self._count(statement) == 1

    def _count(self, statement: Executable) -> int:
        return int(self._session.execute(statement).rowcount)  # type: ignore[attr-defined]  # a CursorResult
