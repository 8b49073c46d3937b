"""Touches of all shops that are due, or were cut off: what the workers go through."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.domain.reasons import Reason
from server.storage.touches import OPEN_STATES, PLANNED, QUEUED, SENDING, UNKNOWN, TouchRow


@dataclass(frozen=True, slots=True)
class DueTouch:
    id: str
    shop_id: int
    attempt: int


class DueTouches:
    """What is due in all shops: the poller's view."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due(self, *, now: datetime, limit: int) -> tuple[DueTouch, ...]:
        query = (
            select(TouchRow.id, TouchRow.shop_id, TouchRow.attempt)
            .where(TouchRow.state == PLANNED, TouchRow.due_at <= now)
            .order_by(TouchRow.due_at, TouchRow.id)
            .limit(limit)
        )
        return tuple(DueTouch(*row) for row in self._session.execute(query))

    def mark_queued(self, due: Sequence[DueTouch]) -> None:
        """Mark what was handed over; what was quicker than its mark stays as it is."""
        statement = (
            update(TouchRow.__table__)  # type: ignore[arg-type]  # Table, typed as FromClause
            .where(
                TouchRow.id == bindparam("its_id"),
                TouchRow.attempt == bindparam("its_attempt"),
                TouchRow.state == PLANNED,
            )
            .values(state=QUEUED)
        )
        rows = [{"its_id": each.id, "its_attempt": each.attempt} for each in due]
        self._session.connection().execute(statement, rows)

    def take_up_lost(self, *, before: datetime) -> int:
        """Put back what was due and handed to the job engine before a moment and never came to an end."""
        result = self._session.execute(
            update(TouchRow)
            .where(TouchRow.state == QUEUED, TouchRow.due_at < before)
            .values(state=PLANNED, attempt=TouchRow.attempt + 1)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def doubt(self, *, since: datetime, until: datetime) -> int:
        """Give up what was due between two moments as perhaps sent: the database was taken back to the first one."""
        result = self._session.execute(
            update(TouchRow)
            .where(TouchRow.state.in_((*OPEN_STATES, SENDING)), TouchRow.due_at >= since, TouchRow.due_at <= until)
            .values(
                state=UNKNOWN,
                reason=Reason.FATE_UNKNOWN.value,
                detail="The database was restored from a backup made before this was due.",
                claimed_at=TouchRow.due_at,
                attempt=TouchRow.attempt + 1,
            )
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def cut_off(self, *, before: datetime) -> tuple[DueTouch, ...]:
        """Return touches whose send was claimed before a moment and never recorded: a crash hides their fate."""
        query = select(TouchRow.id, TouchRow.shop_id, TouchRow.attempt).where(
            TouchRow.state == SENDING, TouchRow.claimed_at < before
        )
        return tuple(DueTouch(*row) for row in self._session.execute(query))
