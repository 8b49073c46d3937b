"""Follows accepted offers whose charge failed, from what their orders say."""

from collections.abc import Sequence
from datetime import datetime

from server.domain.attribution import SignedOffer, shortfalls
from server.domain.charges import WRITTEN_OFF_AFTER, follow
from server.domain.orders import Order
from server.storage.charges import Charges
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision

_FAILED = "partially_processed"


def signed_offers(decisions: Sequence[StoredDecision]) -> list[SignedOffer]:
    """Return what an acceptance may have added: the steps whose changesets were signed."""
    return [
        SignedOffer(each.id, step.offered.variant_ids, step.offered.lines_before)
        for each in decisions
        for step in each.steps
        if step.path in each.signed
    ]


def follow_charges(session: Session, shop_id: int, order: Order, *, now: datetime) -> None:
    """Bring an order's failed charges up to what it says now. Doing it again changes nothing."""
    decisions = Decisions(session, shop_id).signed_for(order.reference_id) if order.reference_id else ()
    if not decisions:
        return
    charges = Charges(session, shop_id)
    events = Events(session, shop_id).of_decisions([each.id for each in decisions])
    was_told = any(event.status == _FAILED for told in events.values() for event in told)
    short = shortfalls(order, signed=signed_offers(decisions))
    followed = follow(charges.of_order(order.id), order, short, was_told=was_told, now=now)
    charges.save(order.id, followed, currency=order.currency)


def write_off_charges(*, database: Database, shop_id: int, now: datetime) -> int:
    """Give up what has been unpaid for too long; return how many charges those were."""
    with database.write() as session:
        return Charges(session, shop_id).write_off(before=now - WRITTEN_OFF_AFTER, now=now)
