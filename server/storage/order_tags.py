"""Orders that are to have a tag on the platform, each once."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.db import Base


class OrderTagRow(Base):
    """One tag for one order: wanted, due to be written at `due_at`, and done or given up at `done_at`."""

    __tablename__ = "order_tags"
    __table_args__ = (Index(None, "done_at", "due_at"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    order_id: Mapped[str] = mapped_column(primary_key=True)
    tag: Mapped[str]
    wanted_at: Mapped[datetime]
    due_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None]
    done_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class WantedTag:
    shop_id: int
    order_id: str
    tag: str
    failures: int


class OrderTags:
    """The tags of a shop's orders."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def get(self, order_id: str) -> OrderTagRow | None:
        return self._session.get(OrderTagRow, (self._shop_id, order_id))

    def want(self, order_id: str, tag: str, *, now: datetime) -> bool:
        """Ask for a tag on an order; False when one was asked for before, whatever became of it."""
        if self.get(order_id) is not None:
            return False
        self._session.add(
            OrderTagRow(shop_id=self._shop_id, order_id=order_id, tag=tag, wanted_at=now, due_at=now, failures=0)
        )
        self._session.flush()  # a twin fails here, where the caller can take it for the repeat it is
        return True

    def close(self, order_id: str, *, error: str | None, now: datetime) -> None:
        row = self.get(order_id)
        if row is not None:
            row.done_at, row.error = now, error

    def postpone(self, order_id: str, *, error: str, until: datetime) -> None:
        row = self.get(order_id)
        if row is not None:
            row.failures, row.error, row.due_at = row.failures + 1, error, until


def due_tags(session: Session, *, now: datetime, limit: int) -> tuple[WantedTag, ...]:
    """Return tags to be written now, of all shops, the oldest first."""
    query = (
        select(OrderTagRow.shop_id, OrderTagRow.order_id, OrderTagRow.tag, OrderTagRow.failures)
        .where(OrderTagRow.done_at.is_(None), OrderTagRow.due_at <= now)
        .order_by(OrderTagRow.due_at, OrderTagRow.shop_id, OrderTagRow.order_id)
        .limit(limit)
    )
    return tuple(WantedTag(*row) for row in session.execute(query))
