"""Read-only lists that the merchant's pages need beside the aggregates."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from server.storage.catalog import VariantRow
from server.storage.db import Session
from server.storage.touches import UNKNOWN, ClickRow, TouchRow


@dataclass(frozen=True, slots=True)
class ProductName:
    """A product as a list shows it."""

    title: str
    image_url: str | None


class Listings:
    """Lists of one shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def products(self, product_ids: Iterable[str]) -> dict[str, ProductName]:
        """Return title and picture of those products that exist, by id."""
        wanted = sorted(set(product_ids))
        if not wanted:
            return {}
        query = (
            select(VariantRow.product_id, func.min(VariantRow.title), func.min(VariantRow.image_url))
            .where(VariantRow.shop_id == self._shop_id, VariantRow.product_id.in_(wanted))
            .group_by(VariantRow.product_id)
        )
        return {row[0]: ProductName(row[1], row[2]) for row in self._session.execute(query)}

    def count_unknown(self, *, since: datetime) -> int:
        """Count the messages claimed since a moment whose fate nobody knows."""
        query = select(func.count()).select_from(TouchRow).where(*self._unknown(since))
        return self._session.scalar(query) or 0

    def orders_with_unknown(self, *, since: datetime, limit: int) -> tuple[str, ...]:
        """Return the ids of the orders such messages belong to, the latest message first."""
        query = (
            select(TouchRow.order_id)
            .where(*self._unknown(since))
            .group_by(TouchRow.order_id)
            .order_by(func.max(TouchRow.claimed_at).desc(), TouchRow.order_id)
            .limit(limit)
        )
        return tuple(self._session.scalars(query))

    def clicks_of(self, touch_ids: Iterable[str]) -> tuple[ClickRow, ...]:
        """Return the clicks on the links of touches, oldest first."""
        query = (
            select(ClickRow)
            .where(ClickRow.shop_id == self._shop_id, ClickRow.touch_id.in_(sorted(touch_ids)))
            .order_by(ClickRow.clicked_at, ClickRow.id)
        )
        return tuple(self._session.scalars(query))

    def _unknown(self, since: datetime) -> tuple[ColumnElement[bool], ...]:
        return TouchRow.shop_id == self._shop_id, TouchRow.state == UNKNOWN, TouchRow.claimed_at >= since
