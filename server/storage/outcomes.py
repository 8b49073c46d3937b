"""What came of the shoppers who were drawn: what each bought from then on, by whether they were held out."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from server.domain.lift import Shopper
from server.storage.contacts import AssignmentRow
from server.storage.db import Session
from server.storage.decisions import DecisionRow
from server.storage.orders import OrderRow

_NAMELESS = "reference:%"  # the order that follows carries the draw on to its shopper, who is the one counted
_PAGE = timedelta(hours=1)  # the longest that the platform holds an order for the page
_SAME_ORDER = timedelta(days=1)  # a shopper is drawn some seconds before the order on the page, or some hours after it


class Outcomes:
    """Outcomes in one shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def of(
        self, experiment: str, *, since: datetime, until: datetime, window: timedelta
    ) -> Iterator[tuple[str, Shopper]]:
        """Yield the arm of each shopper drawn since a moment, and what they bought within `window` of it.

        All who were drawn count, whatever they were then shown, and each as long as everybody: who was drawn less
        than `window` before `until` is left out.
        """
        orders, baskets = self._orders(since=since - _SAME_ORDER, until=until), self._baskets(since=since - _SAME_ORDER)
        drawn = select(AssignmentRow.unit_id, AssignmentRow.arm, AssignmentRow.assigned_at).where(
            AssignmentRow.shop_id == self._shop_id,
            AssignmentRow.experiment == experiment,
            AssignmentRow.assigned_at >= since,
            AssignmentRow.assigned_at <= until - window,
            AssignmentRow.unit_id.not_like(_NAMELESS),
        )
        for unit_id, arm, at in self._session.execute(drawn.order_by(AssignmentRow.unit_id)):
            theirs = [each for each in orders.get(unit_id, ()) if at - _SAME_ORDER <= each.created_at <= at + window]
            # An order placed later than the one that they were drawn for may have come of an offer.
            own = next((each for each in theirs if each.created_at <= at + _PAGE), None)
            before = baskets.get(own.reference_id, own.total) if own is not None else 0
            standing = [each for each in theirs if each.cancelled_at is None]
            yield arm, Shopper(before, sum(each.current_total for each in standing), len(standing))

    def _orders(self, *, since: datetime, until: datetime) -> dict[str, list[Any]]:
        columns = (
            OrderRow.unit_id, OrderRow.reference_id, OrderRow.created_at, OrderRow.cancelled_at, OrderRow.total,
            OrderRow.current_total,
        )  # fmt: skip
        query = select(*columns).where(
            OrderRow.shop_id == self._shop_id,
            OrderRow.created_at >= since,
            OrderRow.created_at <= until,
            OrderRow.is_test.is_(False),
        )
        found: dict[str, list[Any]] = defaultdict(list)
        for row in self._session.execute(query.order_by(OrderRow.created_at, OrderRow.order_id)):
            found[row.unit_id].append(row)
        return found

    def _baskets(self, *, since: datetime) -> dict[str | None, int]:
        """Return what orders came to before anything was offered, as far as a page asked about them."""
        query = select(DecisionRow.reference_id, DecisionRow.facts).where(
            DecisionRow.shop_id == self._shop_id,
            DecisionRow.surface == "one_click",
            DecisionRow.decided_at >= since,
        )
        return {reference_id: int(facts["total"]) for reference_id, facts in self._session.execute(query)}
