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
    published = Rules(session, shop_id).live()
    order = Orders(session, shop_id).latest_of_customer(customer_id)
    if published is None or order is None or Touches(session, shop_id).goodwill_of(order.id) is not None:
        return None
    opening = Opening(session, shop_id, order, published, "ticket_resolved", now)
    return opening.open(Release(now, Reason.TICKET_RESOLVED)) if opening.journeys else None
