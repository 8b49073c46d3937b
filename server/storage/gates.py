"""Which surfaces were open to us, look by look: the one-click page, and the blocks that a merchant places."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.gates import GateSpan
from server.storage.db import Base


class GateRow(Base):
    """What looks at one surface found alike, from the first of them to the last."""

    __tablename__ = "gates"
    __table_args__ = (Index(None, "shop_id", "surface", "seen_from"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    surface: Mapped[str]  # one_click | thank_you | order_status
    is_open: Mapped[bool]
    seen_from: Mapped[datetime]
    seen_to: Mapped[datetime]


class Gates:
    """The gates of a shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def saw(self, surface: str, *, is_open: bool, now: datetime) -> bool:
        """Keep what a look found; tell whether it differs from the look before. A look that comes late is left out."""
        query = (
            select(GateRow)
            .where(GateRow.shop_id == self._shop_id, GateRow.surface == surface)
            .order_by(GateRow.seen_from.desc(), GateRow.id.desc())
        )
        last = self._session.scalars(query.limit(1)).one_or_none()
        if last is not None and now < last.seen_to:
            return False
        if last is not None and last.is_open is is_open:
            last.seen_to = now
            return False
        self._session.add(GateRow(shop_id=self._shop_id, surface=surface, is_open=is_open, seen_from=now, seen_to=now))
        return True

    def spans(self) -> dict[str, tuple[GateSpan, ...]]:
        """Return what was found of each surface, oldest first."""
        query = select(GateRow).where(GateRow.shop_id == self._shop_id).order_by(GateRow.seen_from, GateRow.id)
        found: dict[str, list[GateSpan]] = defaultdict(list)
        for row in self._session.scalars(query):
            found[row.surface].append(GateSpan(row.is_open, row.seen_from, row.seen_to))
        return {surface: tuple(spans) for surface, spans in found.items()}
