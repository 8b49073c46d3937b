"""Revenue credited to decisions and touches, and given back: an append-only ledger."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ForeignKey, Index, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.attribution import Credit
from server.storage.db import Base, Minor


class LedgerRow(Base):
    """One booking: positive when earned, negative when given back. Minor units of `currency`."""

    __tablename__ = "ledger"
    __table_args__ = (Index(None, "shop_id", "order_id"), Index(None, "shop_id", "booked_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    order_id: Mapped[str]
    line_id: Mapped[str]
    source: Mapped[str]
    amount: Mapped[Minor]
    currency: Mapped[str]
    rules_version: Mapped[int]
    booked_at: Mapped[datetime]


# Written once: building a statement anew costs as much as running it, and every order asks this.
_BOOKED = (
    select(LedgerRow.source, LedgerRow.line_id, func.sum(LedgerRow.amount))
    .where(LedgerRow.shop_id == bindparam("its_shop"), LedgerRow.order_id == bindparam("its_order"))
    .group_by(LedgerRow.source, LedgerRow.line_id)
)


class Ledger:
    """A shop's ledger."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def settle(
        self,
        order_id: str,
        credits_due: Iterable[Credit],
        *,
        currency: str,
        versions: dict[str, int],
        now: datetime,
    ) -> int:
        """Book the difference between what is due for an order now and what was booked before; return the change.

        Settling again books nothing, so a repeated delivery cannot count revenue twice.
        """
        due = {(credit.source, credit.line_id): credit.amount for credit in credits_due}
        booked = self._booked(order_id)
        change = 0
        for key in sorted(due.keys() | booked.keys()):
            difference = due.get(key, 0) - booked.get(key, 0)
            if not difference:
                continue
            source, line_id = key
            self._session.add(
                LedgerRow(
                    shop_id=self._shop_id,
                    order_id=order_id,
                    line_id=line_id,
                    source=source,
                    amount=difference,
                    currency=currency,
                    rules_version=versions.get(source, 0),
                    booked_at=now,
                )
            )
            change += difference
        return change

    def of_order(self, order_id: str) -> tuple[LedgerRow, ...]:
        query = select(LedgerRow).where(LedgerRow.shop_id == self._shop_id, LedgerRow.order_id == order_id)
        return tuple(self._session.scalars(query.order_by(LedgerRow.id)))

    def net_of_orders(self, order_ids: list[str]) -> dict[str, int]:
        query = (
            select(LedgerRow.order_id, func.sum(LedgerRow.amount))
            .where(LedgerRow.shop_id == self._shop_id, LedgerRow.order_id.in_(order_ids))
            .group_by(LedgerRow.order_id)
        )
        return {order_id: int(amount) for order_id, amount in self._session.execute(query)}

    def net_since(self, since: datetime) -> int:
        query = select(func.coalesce(func.sum(LedgerRow.amount), 0)).where(
            LedgerRow.shop_id == self._shop_id, LedgerRow.booked_at >= since
        )
        return int(self._session.scalar(query) or 0)

    def _booked(self, order_id: str) -> dict[tuple[str, str], int]:
        found = self._session.execute(_BOOKED, {"its_shop": self._shop_id, "its_order": order_id})
        return {(source, line_id): int(amount) for source, line_id, amount in found}
