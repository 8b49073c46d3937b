"""Read-only counts for the merchant's pages."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from server.domain.decision import Outcome
from server.storage.db import Session
from server.storage.decisions import DecisionRow, EventRow
from server.storage.ledger import LedgerRow
from server.storage.orders import OrderRow
from server.storage.touches import SENT, UNKNOWN, TouchRow


@dataclass(frozen=True, slots=True)
class Period:
    """What happened in a shop since a moment; `revenue` is net, in minor units of the shop's currency."""

    orders: int
    offers: int
    shown: int
    accepted: int
    touches: int
    unknown: int
    revenue: int


class Reports:
    """Counts of one shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def since(self, since: datetime) -> Period:
        events = EventRow.shop_id == self._shop_id, EventRow.occurred_at >= since
        return Period(
            orders=self._count(OrderRow, OrderRow.shop_id == self._shop_id, OrderRow.created_at >= since),
            offers=self._count(
                DecisionRow,
                DecisionRow.shop_id == self._shop_id,
                DecisionRow.decided_at >= since,
                DecisionRow.surface == "one_click",
                DecisionRow.outcome == Outcome.OFFERED.value,
            ),
            shown=self._count(EventRow, *events, EventRow.kind == "shown"),
            accepted=self._count(EventRow, *events, EventRow.kind == "outcome", EventRow.status == "processed"),
            touches=self._count(
                TouchRow, TouchRow.shop_id == self._shop_id, TouchRow.state == SENT, TouchRow.sent_at >= since
            ),
            unknown=self._count(
                TouchRow, TouchRow.shop_id == self._shop_id, TouchRow.state == UNKNOWN, TouchRow.claimed_at >= since
            ),
            revenue=int(
                self._session.scalar(
                    select(func.coalesce(func.sum(LedgerRow.amount), 0)).where(
                        LedgerRow.shop_id == self._shop_id, LedgerRow.booked_at >= since
                    )
                )
                or 0
            ),
        )

    def _count(self, table: type, *conditions: object) -> int:
        query = select(func.count()).select_from(table).where(*conditions)  # type: ignore[arg-type]  # column expressions
        return self._session.scalar(query) or 0
