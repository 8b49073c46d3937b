"""Accepted offers whose charge failed, followed until they are paid, taken off the order or given up."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.charges import Charge, ChargeState
from server.storage.db import Base, Minor


class ChargeRow(Base):
    """One line of an order that was not paid when it was accepted; `amount` is minor units of `currency`, the shop's.

    Of an unpaid one `amount` is what is missing, of another what was missing last.
    """

    __tablename__ = "charges"
    __table_args__ = (Index(None, "shop_id", "state", "since"),)

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    order_id: Mapped[str] = mapped_column(primary_key=True)
    line_id: Mapped[str] = mapped_column(primary_key=True)
    decision_id: Mapped[str]
    state: Mapped[str]
    amount: Mapped[Minor]
    currency: Mapped[str]
    since: Mapped[datetime]
    changed_at: Mapped[datetime]


class Charges:
    """The failed charges of a shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def of_order(self, order_id: str) -> tuple[Charge, ...]:
        query = select(ChargeRow).where(ChargeRow.shop_id == self._shop_id, ChargeRow.order_id == order_id)
        return tuple(_read(row) for row in self._session.scalars(query.order_by(ChargeRow.line_id)))

    def save(self, order_id: str, charges: Iterable[Charge], *, currency: str) -> None:
        """Store charges as they stand now."""
        for each in charges:
            row = self._session.get(ChargeRow, (self._shop_id, order_id, each.line_id))
            if row is None:
                row = ChargeRow(shop_id=self._shop_id, order_id=order_id, line_id=each.line_id)
                self._session.add(row)
            row.decision_id, row.state, row.amount, row.currency = (
                each.decision_id, each.state.value, each.amount, currency,
            )  # fmt: skip
            row.since, row.changed_at = each.since, each.changed_at

    def unpaid(self) -> tuple[tuple[str, Charge], ...]:
        """Return the unpaid ones with their orders' ids, the oldest first."""
        query = select(ChargeRow).where(ChargeRow.shop_id == self._shop_id, ChargeRow.state == ChargeState.UNPAID.value)
        rows = self._session.scalars(query.order_by(ChargeRow.since, ChargeRow.order_id, ChargeRow.line_id))
        return tuple((row.order_id, _read(row)) for row in rows)

    def write_off(self, *, before: datetime, now: datetime) -> int:
        """Give up what has been unpaid since before a moment; return how many those were."""
        result = self._session.execute(
            update(ChargeRow)
            .where(
                ChargeRow.shop_id == self._shop_id,
                ChargeRow.state == ChargeState.UNPAID.value,
                ChargeRow.since < before,
            )
            .values(state=ChargeState.WRITTEN_OFF.value, changed_at=now)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult


def _read(row: ChargeRow) -> Charge:
    return Charge(row.line_id, row.decision_id, ChargeState(row.state), row.amount, row.since, row.changed_at)
