"""What waits, in all shops together: figures about the work, and none about any shop."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from server.storage import deliveries, shops, touches
from server.storage.db import Session
from server.storage.deliveries import DeliveryRow
from server.storage.shops import ImportRow, ShopRow
from server.storage.touches import TouchRow
from server.storage.workers import Workers

_RECENT = timedelta(days=1)
_LIVING = timedelta(minutes=1)
# Ends that are rare and matter; what was handled well is many rows, and the web side counts it as it comes.
_OPEN_DELIVERIES = (deliveries.STORED, deliveries.QUEUED)
_DELIVERIES_ASIDE = (deliveries.FAILED, deliveries.UNREADABLE)
_TOUCH_STATES = (
    touches.PLANNED, touches.QUEUED, touches.SENDING, touches.SENT, touches.REFUSED, touches.FAILED, touches.UNKNOWN,
)  # fmt: skip
_IMPORT_STATES = (shops.WANTED, shops.QUEUED, shops.DONE, shops.FAILED)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The state of the work at one moment. Counts are by state, with every state named; ages are None for none."""

    deliveries: dict[str, int]
    delivery_age: timedelta | None  # of the oldest delivery that nobody has tried yet
    touches: dict[str, int]  # due in the last day
    touch_lateness: timedelta | None  # of the one that is due the longest and not begun
    sending_age: timedelta | None  # of the oldest send without an end
    imports: dict[str, int]
    import_age: timedelta | None  # since the last sign of life of the quietest import under way
    shops_installed: int
    shops_needing_reopen: int
    workers_living: int  # that gave a sign of life within the last minute


def read_backlog(session: Session, inbox: Session, *, now: datetime) -> Backlog:
    """Return the figures, those of deliveries from a session on the inbox.

    Each is read from an index, since they are asked for every few seconds.
    """
    is_open = DeliveryRow.handled_at.is_(None) & DeliveryRow.state.in_(_OPEN_DELIVERIES)
    aside = DeliveryRow.error.is_not(None) & DeliveryRow.state.in_(_DELIVERIES_ASIDE)
    due = TouchRow.state.in_(touches.OPEN_STATES) & (TouchRow.due_at <= now)
    recent = TouchRow.state.in_(_TOUCH_STATES) & (TouchRow.due_at > now - _RECENT) & (TouchRow.due_at <= now)
    installed = ShopRow.uninstalled_at.is_(None)

    def age(moment: Any, of: ColumnElement[bool], at: Session = session) -> timedelta | None:
        oldest = at.scalar(select(func.min(moment)).where(of))
        return None if oldest is None else now - oldest

    def counts(state: Any, of: ColumnElement[bool], states: tuple[str, ...], at: Session = session) -> dict[str, int]:
        found = at.execute(select(state, func.count()).where(of).group_by(state))
        return dict.fromkeys(states, 0) | {row[0]: row[1] for row in found}

    def shops_of(which: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count()).select_from(ShopRow).where(which)) or 0

    return Backlog(
        deliveries=counts(DeliveryRow.state, is_open, _OPEN_DELIVERIES, inbox)
        | counts(DeliveryRow.state, aside, _DELIVERIES_ASIDE, inbox),
        delivery_age=age(DeliveryRow.received_at, is_open & (DeliveryRow.failures == 0), inbox),
        touches=counts(TouchRow.state, recent, _TOUCH_STATES),
        touch_lateness=age(TouchRow.due_at, due),
        sending_age=age(TouchRow.claimed_at, TouchRow.state == touches.SENDING),
        imports=counts(ImportRow.state, ImportRow.state.in_(_IMPORT_STATES), _IMPORT_STATES),
        import_age=age(ImportRow.touched_at, ImportRow.state == shops.QUEUED),
        shops_installed=shops_of(installed),
        shops_needing_reopen=shops_of(installed & ShopRow.needs_reopen),
        workers_living=Workers(session).living(since=now - _LIVING),
    )
