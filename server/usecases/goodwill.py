"""Thanks a shopper whose support ticket ended well."""

from datetime import datetime

from server.domain.journeys import Release
from server.domain.reasons import Reason
from server.storage.db import Session
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.touches import SequenceRow, Touches
from server.usecases.openings import Opening


def thank_for_ticket(session: Session, shop_id: int, *, customer_id: str, now: datetime) -> SequenceRow | None:
    """Open the follow-up of a customer's ticket that ended well, about their latest order, or record why there is none.

    None is returned where no live follow-up is opened by tickets, the customer has no order that stands, or the order
    has had such a follow-up: one ticket after the other about one order earns one code.
    """
    published, touches = Rules(session, shop_id).live(), Touches(session, shop_id)
    order = Orders(session, shop_id).latest_of_customer(customer_id)
    if published is None or order is None:
        return None
    opening, held = Opening(session, shop_id, order, published, "ticket_resolved", now), touches.goodwill_of(order.id)
    if not opening.journeys or (held is not None and held.refusal is None):
        return None
    if held is not None:
        # Nothing was sent for the earlier ticket, and why may be over by now: another ticket was still open, say.
        session.delete(held)
        session.flush()
    return opening.open(Release(now, Reason.TICKET_RESOLVED))
