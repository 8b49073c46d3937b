"""Keeps nothing of a person for longer than it is needed: what `server.domain.retention` says, done every day."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain import retention
from server.domain.retention import Term
from server.storage.db import Database, Session
from server.storage.deliveries import Deliveries
from server.storage.retention import Expired, uninstalled_before
from server.storage.secrets import SecretBox
from server.usecases.privacy import erase_shop

_AT_ONCE = 500  # rows in one transaction, so that nobody waits for the clean-up


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows lost what had been kept for its term."""

    deliveries: int
    orders: int
    texts: int
    recipients: int
    proofs: int
    shops: int


def apply_retention(*, database: Database, inbox: Database, box: SecretBox, now: datetime) -> Forgotten:
    """Take out all that is older than its term. Cut off in between, it goes on the next day."""

    def go_through(forget: Callable[[Expired, datetime], int], term: Term) -> int:
        before, count = now - _length(term), 0
        while True:
            with database.write() as session:
                some = forget(Expired(session, at_once=_AT_ONCE), before)
            count += some
            if some < _AT_ONCE:
                return count

    with inbox.write() as session:
        deliveries = Deliveries(session).purge(before=now - _length(retention.DELIVERIES))
    return Forgotten(
        deliveries=deliveries,
        orders=go_through(
            lambda expired, before: expired.forget_order_contacts(before=before), retention.ORDER_CONTACTS
        ),
        texts=go_through(lambda expired, before: expired.forget_message_texts(before=before), retention.MESSAGE_TEXTS),
        recipients=go_through(lambda expired, before: expired.forget_recipients(before=before), retention.RECIPIENTS),
        proofs=go_through(lambda expired, before: expired.forget_proofs(before=before), retention.PROOFS),
        shops=_erase_uninstalled(database=database, inbox=inbox, box=box, now=now),
    )


def _erase_uninstalled(*, database: Database, inbox: Database, box: SecretBox, now: datetime) -> int:
    """Erase the shops whose erasure Shopify should have asked for 48 hours after they left, and did not."""

    def late(session: Session) -> tuple[tuple[int, str], ...]:
        return uninstalled_before(session, now - _length(retention.UNINSTALLED))

    with database.read() as session:
        found = late(session)
    return sum(
        erase_shop(database=database, inbox=inbox, box=box, shop_id=shop_id, shop_domain=domain, now=now)
        for shop_id, domain in found
    )


def _length(term: Term) -> timedelta:
    if term.length is None:
        raise ValueError(f"'{term.words}' is no length of time")
    return term.length
