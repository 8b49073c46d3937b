"""What a shopper bought before: how often, for how much, which goods."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.domain.orders import PurchaseLine
from server.storage.orders import OrderLineRow, OrderRow

# Written once: building a statement anew costs as much as running it, and every offer asks these.
_EARLIER = (
    OrderRow.shop_id == bindparam("its_shop"),
    OrderRow.unit_id == bindparam("its_unit"),
    OrderRow.created_at < bindparam("before"),
    OrderRow.cancelled_at.is_(None),
    OrderRow.order_id != bindparam("excluding"),
)
_HISTORY = select(
    func.count(), func.coalesce(func.sum(OrderRow.current_total), 0), func.max(OrderRow.created_at)
).where(*_EARLIER)
_EARLIER_IDS = select(OrderRow.order_id).where(*_EARLIER).order_by(OrderRow.created_at.desc()).limit(bindparam("most"))
_LINES_OF = select(OrderLineRow.variant_id, OrderLineRow.product_id, OrderLineRow.quantity, OrderLineRow.total).where(
    OrderLineRow.shop_id == bindparam("its_shop"),
    OrderLineRow.order_id.in_(bindparam("its_orders", expanding=True)),
    OrderLineRow.variant_id.is_not(None),
)
_PRODUCTS_SINCE = (
    select(OrderLineRow.product_id)
    .distinct()
    .join(OrderRow, (OrderRow.shop_id == OrderLineRow.shop_id) & (OrderRow.order_id == OrderLineRow.order_id))
    .where(
        OrderLineRow.shop_id == bindparam("its_shop"),
        *_EARLIER,
        OrderRow.created_at >= bindparam("since"),
        OrderLineRow.quantity > 0,
    )
)
_MOST_EARLIER = 200  # orders whose goods are looked at


class EarlierOrders:
    """The orders of a shop's shoppers before a moment; cancelled ones aside."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def history(
        self, unit_id: str, *, before: datetime, excluding: str | None = None
    ) -> tuple[int, int, datetime | None]:
        """Return how many orders that stand a shopper placed before a moment, what they came to, and when the last was.

        The sum is in minor units of the shop's currency.
        """
        told = {"its_shop": self._shop_id, "its_unit": unit_id, "before": before, "excluding": excluding or ""}
        count, spent, last_at = self._session.execute(_HISTORY, told).one()
        return int(count), int(spent), last_at  # PostgreSQL adds eight-byte numbers up to a decimal

    def bought(
        self, unit_id: str, *, before: datetime, excluding: str | None = None
    ) -> tuple[int, tuple[PurchaseLine, ...]]:
        """Return the lines of a shopper's latest orders that stand, and of how many orders they are."""
        told = {"its_shop": self._shop_id, "its_unit": unit_id, "before": before, "excluding": excluding or ""}
        ids = self._session.scalars(_EARLIER_IDS, {**told, "most": _MOST_EARLIER}).all()
        rows = self._session.execute(_LINES_OF, {"its_shop": self._shop_id, "its_orders": ids}) if ids else ()
        return len(ids), tuple(PurchaseLine(row[0] or "", row[1] or "", row[2], row[3]) for row in rows)

    def bought_products(
        self, unit_id: str, *, since: datetime, before: datetime, excluding: str | None = None
    ) -> frozenset[str]:
        """Return the products of a shopper's orders since a moment, given back ones aside."""
        told = {"its_shop": self._shop_id, "its_unit": unit_id, "before": before, "excluding": excluding or ""}
        return frozenset(filter(None, self._session.scalars(_PRODUCTS_SINCE, {**told, "since": since})))
