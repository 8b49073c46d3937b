"""Erases people and shops on request."""

from server.ports import CustomerRequest
from server.storage.db import Database, Session
from server.storage.deliveries import Deliveries
from server.storage.erasure import Erasure


def erase_customer(session: Session, shop_id: int, request: CustomerRequest) -> int:
    """Take a person's name and addresses out of everything stored; return how many rows that touched.

    Found by customer id, e-mail and phone, since a guest has only the latter two. What remains is money and goods,
    which name nobody.
    """
    return Erasure(session, shop_id).customer(request)


def erase_shop(*, database: Database, inbox: Database, shop_id: int, shop_domain: str) -> bool:
    """Delete a shop with all it has; False when it has been installed again since, which cancels the request."""
    with database.write() as session:
        if not Erasure(session, shop_id).shop():
            return False
    with inbox.write() as session:
        Deliveries(session).forget_shop(shop_domain)
    return True
