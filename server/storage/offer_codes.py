"""The discount codes that blocks brought, each with the offer that it is for."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.storage.db import Base


class OfferCodeRow(Base):
    """One code, from the moment that the shopper pressed the button; it holds up to and with `last_day`."""

    __tablename__ = "offer_codes"
    __table_args__ = (Index(None, "decision_id"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    option_id: Mapped[str]
    last_day: Mapped[date]
    made_at: Mapped[datetime]


class OfferCodes:
    """A shop's codes of blocks."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def get(self, code: str) -> OfferCodeRow | None:
        return self._session.get(OfferCodeRow, (self._shop_id, code))

    def keep(self, code: str, *, decision_id: str, option_id: str, last_day: date, now: datetime) -> date:
        """Keep a code, unless it is kept already; return the last day on which it holds."""
        held = self.get(code)
        if held is not None:
            return held.last_day
        row = OfferCodeRow(
            shop_id=self._shop_id,
            code=code,
            decision_id=decision_id,
            option_id=option_id,
            last_day=last_day,
            made_at=now,
        )
        self._session.add(row)
        self._session.flush()  # a twin fails here, where the caller can read its code
        return last_day

    def decisions_of(self, codes: Collection[str]) -> frozenset[str]:
        """Return the decisions whose codes these are, in whatever case they were typed."""
        wanted = {each.upper() for each in codes}
        if not wanted:
            return frozenset()
        query = select(OfferCodeRow.decision_id).where(
            OfferCodeRow.shop_id == self._shop_id, OfferCodeRow.code.in_(wanted)
        )
        return frozenset(self._session.scalars(query))
