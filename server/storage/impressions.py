"""How many of a shop's orders could have seen the one-click page, and how many did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from server.domain.decision import Outcome
from server.domain.eligibility import ONE_CLICK, is_page_eligible
from server.domain.impressions import Share
from server.domain.offered import FIRST
from server.storage.db import Session
from server.storage.decisions import DecisionRow, EventRow
from server.storage.orders import OrderRow, order_of

_DAY = timedelta(days=1)  # a page is asked about before its order is placed


@dataclass(frozen=True, slots=True)
class Chance:
    """One order that could have seen the page: when it was placed, and whether the page was shown to it."""

    placed_at: datetime
    was_shown: bool


def share_of(chances: Iterable[Chance], *, since: datetime, until: datetime) -> Share:
    """Count the orders placed from a moment until before another."""
    found = [each.was_shown for each in chances if since <= each.placed_at < until]
    return Share(len(found), sum(found))


class Impressions:
    """The impressions of a shop's one-click page."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def chances(self, *, since: datetime, until: datetime) -> tuple[Chance, ...]:
        """Return the orders of a time that could have seen the page.

        Left out are those that the payment, the currency or the like keeps from it, test orders, and those to which
        we ourselves offered nothing; one about which nobody asked is counted.
        """
        outcomes, shown = self._outcomes(since - _DAY), self._shown(since - _DAY)
        query = select(OrderRow).where(
            OrderRow.shop_id == self._shop_id,
            OrderRow.created_at >= since,
            OrderRow.created_at < until,
            OrderRow.is_test.is_(False),
        )
        return tuple(
            Chance(row.created_at, row.reference_id in shown)
            for row in self._session.scalars(query.order_by(OrderRow.created_at)).yield_per(1_000)
            if is_page_eligible(order_of(row, ()))
            and outcomes.get(row.reference_id or "", Outcome.OFFERED.value) == Outcome.OFFERED.value
        )

    def _outcomes(self, since: datetime) -> dict[str, str]:
        query = select(DecisionRow.reference_id, DecisionRow.outcome).where(
            DecisionRow.shop_id == self._shop_id, DecisionRow.surface == ONE_CLICK, DecisionRow.decided_at >= since
        )
        return {row.reference_id: row.outcome for row in self._session.execute(query)}

    def _shown(self, since: datetime) -> set[str]:
        query = (
            select(DecisionRow.reference_id)
            .join(EventRow, EventRow.decision_id == DecisionRow.id)
            .where(
                DecisionRow.shop_id == self._shop_id,
                DecisionRow.surface == ONE_CLICK,
                EventRow.shop_id == self._shop_id,
                EventRow.kind == "shown",
                EventRow.path == FIRST,
                EventRow.occurred_at >= since,
            )
        )
        return set(self._session.scalars(query))
