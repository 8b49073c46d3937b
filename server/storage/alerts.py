"""What is wrong in a shop since when, so that it is told once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.db import Base

IMPRESSIONS_FELL = "impressions_fell"


class AlertRow(Base):
    """One thing that is wrong now; the row goes when it is well again."""

    __tablename__ = "alerts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    figures: Mapped[dict[str, Any]]
    since: Mapped[datetime]


class Alerts:
    """The alerts of a shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def get(self, kind: str) -> AlertRow | None:
        return self._session.get(AlertRow, (self._shop_id, kind))

    def raise_(self, kind: str, figures: Mapping[str, Any], *, now: datetime) -> bool:
        """Keep what is wrong with its latest figures; tell whether it was well before."""
        row = self.get(kind)
        if row is None:
            self._session.add(AlertRow(shop_id=self._shop_id, kind=kind, figures=dict(figures), since=now))
            return True
        row.figures = dict(figures)
        return False

    def clear(self, kind: str) -> bool:
        """Forget what is well again; tell whether it was wrong."""
        row = self.get(kind)
        if row is None:
            return False
        self._session.delete(row)
        return True
