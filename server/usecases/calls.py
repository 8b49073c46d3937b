"""Calls that staff are to make: which wait, and what came of them."""

from dataclasses import dataclass
from datetime import datetime

from server.core.errors import AppError
from server.storage.contacts import Contacts
from server.storage.db import Database, Session
from server.storage.orders import Orders
from server.storage.touches import SENT, Touches

REACHED, NOT_REACHED, UNWANTED = "reached", "not_reached", "unwanted"
OUTCOMES = (REACHED, NOT_REACHED, UNWANTED)


class UnknownCall(AppError):
    """There is no such call, or it was settled."""

    code = "unknown_call"


@dataclass(frozen=True, slots=True)
class CallTask:
    """One call to make: whom, about which order, what to say."""

    id: str
    order_id: str
    order_name: str
    first_name: str | None
    number: str
    script: str
    since: datetime


def list_calls(*, database: Database, shop_id: int, limit: int) -> tuple[CallTask, ...]:
    """Return the calls that wait, the oldest first."""
    with database.read() as session:
        found = Touches(session, shop_id).open_calls(limit=limit)
        orders = {row.order_id: Orders(session, shop_id).get(row.order_id) for row in found}
        return tuple(
            CallTask(
                id=row.id,
                order_id=row.order_id,
                order_name=order.name,
                first_name=order.first_name,
                number=row.recipient or "",
                script=str((row.content or {}).get("text", "")),
                since=row.sent_at or row.due_at,
            )
            for row in found
            if (order := orders[row.order_id]) is not None
        )


def settle_call(*, database: Database, shop_id: int, touch_id: str, outcome: str, now: datetime) -> None:
    """Keep what came of a call; who wants none is not called or texted again.

    Raises:
        UnknownCall.
    """

    def settle(session: Session) -> None:
        touch = Touches(session, shop_id).lock(touch_id)
        is_open = touch is not None and touch.channel == "call" and touch.state == SENT and touch.receipt is None
        if touch is None or not is_open or outcome not in OUTCOMES:
            raise UnknownCall("There is no such call, or it was settled already.", touch_id=touch_id)
        touch.receipt = outcome
        if outcome == UNWANTED and touch.recipient:
            Contacts(session, shop_id).suppress("sms", touch.recipient, reason="asked_not_to_be_called", now=now)

    database.run(settle)
