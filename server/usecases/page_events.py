"""Keeps what happened on the one-click page, and lets the follow-up know."""

from datetime import datetime

from server.core.errors import AppError
from server.domain.offered import FIRST
from server.domain.orders import Purchase
from server.domain.situation import Surface
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events
from server.storage.orders import Orders
from server.usecases.charges import follow_charges
from server.usecases.follow_ups import reschedule
from server.usecases.offers import served_shop

KINDS = ("shown", "accepted", "declined", "outcome", "left")


class UnknownDecision(AppError):
    code = "unknown_decision"


def record_page_event(
    *,
    database: Database,
    shop_domain: str,
    purchase: Purchase,
    decision_id: str,
    path: str = FIRST,
    kind: str,
    status: str | None,
    error_codes: tuple[str, ...],
    latency_ms: int | None,
    now: datetime,
) -> bool:
    """Keep one event of the page; False for a repeat. What it says is a hint: revenue comes from the order.

    Raises:
        UnknownDecision: the decision is not this purchase's. ShopNotServed.
    """

    def record(session: Session) -> bool:
        shop_id = served_shop(session, shop_domain)
        decisions = Decisions(session, shop_id)
        decision = decisions.lock(purchase.reference_id, Surface.ONE_CLICK.value)
        if decision is None or decision.id != decision_id:
            raise UnknownDecision("No such decision belongs to this purchase.", decision_id=decision_id)
        if path != FIRST and decision.step(path) is None:
            raise UnknownDecision("The decision has no such step.", decision_id=decision_id, step=path)
        data = {"error_codes": list(error_codes), "latency_ms": latency_ms}
        if not Events(session, shop_id).record(decision, kind, path=path, status=status, data=data, now=now):
            return False
        decisions.put_on_show(decision.id, decision.step(path) if kind in ("shown", "accepted") else None)
        reschedule(session, shop_id, reference_id=decision.reference_id)
        if kind == "outcome":
            # The order's own news may have come first, when nobody had said yet that a charge failed.
            order = Orders(session, shop_id).by_reference(decision.reference_id)
            if order is not None:
                follow_charges(session, shop_id, order, now=now)
        return True

    return database.run(record)
