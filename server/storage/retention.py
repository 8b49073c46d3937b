"""Takes out what has been kept for its term, in all shops, a bounded number of rows at a time."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Delete, Update, and_, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session

from server.storage.orders import OrderRow
from server.storage.privacy import PrivacyRequestRow
from server.storage.shops import ShopRow
from server.storage.touches import OPEN_STATES, TouchRow

# Of what a message said, the goods are kept: its link still leads to them.
_KEPT_OF_MESSAGES = ("variant_id", "quantity")


class Expired:
    """What is older than its term; each method takes some of it out and returns how many rows that were."""

    def __init__(self, session: Session, *, at_once: int) -> None:
        self._session, self._at_once = session, at_once

    def forget_order_contacts(self, *, before: datetime) -> int:
        """Take addresses, names and the cart's notes off orders placed before a moment.

        The notes may say which message an order came from; late news of an order brings them again.
        """
        names = (OrderRow.email, OrderRow.phone, OrderRow.first_name)
        held = or_(*(column.is_not(None) for column in names), OrderRow.attributes != [], OrderRow.discount_codes != [])
        late = select(OrderRow.shop_id, OrderRow.order_id).where(OrderRow.created_at < before, held)
        nobody: dict[str, Any] = {
            "email": None, "phone": None, "first_name": None, "attributes": [], "discount_codes": [],
        }  # fmt: skip
        return self._count(
            update(OrderRow)
            .where(tuple_(OrderRow.shop_id, OrderRow.order_id).in_(late.limit(self._at_once)))
            .values(nobody)
        )

    def forget_message_texts(self, *, before: datetime) -> int:
        """Take the words out of messages that were due before a moment."""
        has_text = TouchRow.content["text"].as_string().is_not(None)
        found = self._session.scalars(select(TouchRow).where(self._late(before), has_text).limit(self._at_once)).all()
        for row in found:
            row.content = {name: value for name, value in (row.content or {}).items() if name in _KEPT_OF_MESSAGES}
        return len(found)

    def forget_recipients(self, *, before: datetime) -> int:
        late = select(TouchRow.id).where(self._late(before), TouchRow.recipient.is_not(None)).limit(self._at_once)
        return self._count(update(TouchRow).where(TouchRow.id.in_(late)).values(recipient=None))

    def forget_proofs(self, *, before: datetime) -> int:
        late = select(PrivacyRequestRow.id).where(PrivacyRequestRow.done_at < before).limit(self._at_once)
        return self._count(delete(PrivacyRequestRow).where(PrivacyRequestRow.id.in_(late)))

    def _late(self, before: datetime) -> ColumnElement[bool]:
        return and_(TouchRow.due_at < before, TouchRow.state.not_in(OPEN_STATES))

    def _count(self, statement: Update | Delete) -> int:
        done = self._session.execute(statement, execution_options={"synchronize_session": False})
        return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE or DELETE returns a CursorResult


def uninstalled_before(session: Session, moment: datetime) -> tuple[tuple[int, str], ...]:
    """Return id and domain of the shops that uninstalled before a moment and are still here."""
    query = select(ShopRow.id, ShopRow.domain).where(ShopRow.uninstalled_at < moment).order_by(ShopRow.id)
    return tuple((row.id, row.domain) for row in session.execute(query))
