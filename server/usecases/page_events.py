"""Keeps what happened on the one-click page, and lets the follow-up know."""

from datetime import datetime
from typing import Any

from server.core.errors import AppError
from server.domain.offered import FIRST, read_option
from server.domain.orders import Purchase
from server.domain.situation import Surface
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events
from server.storage.orders import Orders
from server.usecases.charges import follow_charges
from server.usecases.follow_ups import reschedule
from server.usecases.offers import served_shop

KINDS = ("shown", "choice", "accepted", "declined", "outcome", "left")
_OPEN = ("shown", "choice", "accepted")  # what is on the screen may still be taken


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
    option_id: str | None = None,
    now: datetime,
) -> bool:
    """Keep one event of the page; False for a repeat. What it says is a hint: revenue comes from the order.

    Of the variants and quantities that the shopper chose, the last counts: it is what stood there at the end.

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
        offered = decision.step(path)
        data: dict[str, Any] = {"error_codes": list(error_codes), "latency_ms": latency_ms}
        choice = None
        if option_id is not None:
            chosen, choice = read_option(option_id) or ("", None)
            if chosen != path or offered is None or (choice is not None and choice >= len(offered.choices)):
                raise UnknownDecision("The decision has no such option.", decision_id=decision_id, option=option_id)
            data["option_id"] = option_id
        events = Events(session, shop_id)
        if not events.record(decision, kind, path=path, status=status, data=data, now=now, is_last=kind == "choice"):
            return False
        decisions.put_on_show(decision.id, offered.chosen(choice)[0] if offered and kind in _OPEN else None)
        reschedule(session, shop_id, reference_id=decision.reference_id)
        if kind == "outcome":
            # The order's own news may have come first, when nobody had said yet that a charge failed.
            order = Orders(session, shop_id).by_reference(decision.reference_id)
            if order is not None:
                follow_charges(session, shop_id, order, now=now)
        return True

    return database.run(record)
