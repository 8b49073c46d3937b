"""The inbox: every inbound delivery, stored once, raw, before anyone looks inside."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, bindparam, delete, func, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, defer, mapped_column

from server.storage.bodies import naming_pattern, readings
from server.storage.db import InboxBase, UtcDateTime

# stored: waits. queued: handed to the job engine. The rest are ends: handled; superseded (newer news was there
# already); unreadable (not the shape its sender documents); ignored (a topic or a shop we do not serve); failed.
STORED, QUEUED, HANDLED, SUPERSEDED, UNREADABLE, IGNORED, FAILED = (
    "stored", "queued", "handled", "superseded", "unreadable", "ignored", "failed",
)  # fmt: skip


_LOOKED_THROUGH = 200
_IS_OPEN, _HAS_ERROR = text("handled_at IS NULL"), text("error IS NOT NULL")


class DeliveryRow(InboxBase):
    __tablename__ = "deliveries"
    __table_args__ = (
        UniqueConstraint("source", "shop_domain", "topic", "delivery_id"),
        # Holds what is open only: it stays small, however much was handled.
        Index("ix_deliveries_open", "state", "shop_domain", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        # What was set aside always says why, and what was handled has nothing to say.
        Index("ix_deliveries_aside", "shop_domain", "id", sqlite_where=_HAS_ERROR, postgresql_where=_HAS_ERROR),
        # The job engine remembers ids for ever: a new delivery must not get the id of one that was purged.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    source: Mapped[str]  # shopify, or a vendor's slug
    shop_domain: Mapped[str]
    topic: Mapped[str]
    delivery_id: Mapped[str]
    event_id: Mapped[str | None]
    triggered_at: Mapped[datetime | None]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)  # makes each try, and each taking up, new to the job engine
    failures: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None]  # None: at once
    error: Mapped[str | None]
    received_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class NewDelivery:
    source: str
    shop_domain: str
    topic: str
    delivery_id: str
    event_id: str | None
    triggered_at: datetime | None
    headers: dict[str, str]
    body: bytes

    def row(self, *, now: datetime) -> dict[str, Any]:
        """Return the columns of a delivery that came just now."""
        return {
            "source": self.source,
            "shop_domain": self.shop_domain,
            "topic": self.topic,
            "delivery_id": self.delivery_id,
            "event_id": self.event_id,
            "triggered_at": self.triggered_at,
            "headers": self.headers,
            "body": self.body,
            "state": STORED,
            "attempt": 1,
            "failures": 0,
            "received_at": now,
        }


@dataclass(frozen=True, slots=True)
class PendingDelivery:
    id: int
    source: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many deliveries were emptied, and how many that speak of the person still wait."""

    emptied: int
    waiting: int


# Written once: building a statement anew costs as much as running it, and these are asked all the time.
_WAITS = (
    (DeliveryRow.state == STORED)
    & DeliveryRow.handled_at.is_(None)
    & or_(DeliveryRow.retry_at.is_(None), DeliveryRow.retry_at <= bindparam("now", type_=UtcDateTime))
)
_ANY_PENDING = select(DeliveryRow.id).where(_WAITS).limit(1)
_IN_TURN = (
    select(
        DeliveryRow.id.label("id"),
        func.row_number().over(partition_by=DeliveryRow.shop_domain, order_by=DeliveryRow.id).label("turn"),
    )
    .where(_WAITS)
    .order_by("turn", DeliveryRow.id)
    .limit(bindparam("most"))
    .subquery()
)
_PENDING = (
    select(DeliveryRow.id, DeliveryRow.source, DeliveryRow.attempt)
    .join(_IN_TURN, _IN_TURN.c.id == DeliveryRow.id)
    .where(_WAITS)  # once more: it is looked at again when the lock is there
    .order_by(_IN_TURN.c.turn, DeliveryRow.id)
    .with_for_update(of=DeliveryRow, skip_locked=True)
)
_QUEUE = (
    update(DeliveryRow.__table__)  # type: ignore[arg-type]  # Table, typed as FromClause
    .where(DeliveryRow.id.in_(bindparam("its_ids", expanding=True)))
    .values(state=QUEUED)
)
_BY_ID = select(DeliveryRow).where(DeliveryRow.id == bindparam("its_id"))
_END = update(DeliveryRow.__table__).where(  # type: ignore[arg-type]  # Table, typed as FromClause
    DeliveryRow.id == bindparam("its_id")
)


class Deliveries:
    """The inbox of all shops: a delivery is stored before its shop is looked up."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, delivery_id: int) -> DeliveryRow | None:
        return self._session.scalars(_BY_ID, {"its_id": delivery_id}).one_or_none()

    def lock(self, delivery_id: int, *, shop_domain: str | None) -> DeliveryRow | None:
        """Return a delivery (of one shop, or of any) as it stands now, and keep others from changing it meanwhile."""
        query = select(DeliveryRow).where(DeliveryRow.id == delivery_id).with_for_update()
        if shop_domain is not None:
            query = query.where(DeliveryRow.shop_domain == shop_domain)
        return self._session.scalars(query, execution_options={"populate_existing": True}).one_or_none()

    def is_any_pending(self, *, now: datetime) -> bool:
        """Tell whether anything waits; locks nothing."""
        return self._session.scalar(_ANY_PENDING, {"now": now}) is not None

    def pending(self, *, now: datetime, limit: int) -> tuple[PendingDelivery, ...]:
        """Return what waits, shop by shop in turn: a burst of one shop holds no other up. Each shop's come in order.

        It stays locked until the transaction ends, and what another worker has locked is not waited for.
        """
        found = self._session.execute(_PENDING, {"now": now, "most": limit})
        return tuple(PendingDelivery(*row) for row in found)

    def under_way(self) -> int:
        """Return how many deliveries the job engine has and has not finished."""
        query = select(func.count()).where(DeliveryRow.state == QUEUED, DeliveryRow.handled_at.is_(None))
        return self._session.scalar(query) or 0

    def mark_queued(self, pending: Sequence[PendingDelivery]) -> None:
        """Mark what was locked and handed over."""
        self._session.connection().execute(_QUEUE, {"its_ids": [each.id for each in pending]})

    def take_up_lost(self, *, before: datetime) -> int:
        """Put back what was handed to the job engine before a moment and never came to an end."""
        result = self._session.execute(
            update(DeliveryRow)
            .where(
                DeliveryRow.state == QUEUED,
                DeliveryRow.handled_at.is_(None),
                func.coalesce(DeliveryRow.retry_at, DeliveryRow.received_at) < before,
            )
            .values(state=STORED, attempt=DeliveryRow.attempt + 1)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def postpone(self, row: DeliveryRow, *, until: datetime, error: str) -> None:
        """Put a delivery back for another attempt, which the job engine takes for a new piece of work."""
        row.state, row.retry_at, row.error = STORED, until, error
        row.attempt, row.failures = row.attempt + 1, row.failures + 1

    def close(self, delivery_id: int, *, state: str, now: datetime, error: str | None = None) -> None:
        """Mark a delivery as ended."""
        ended = {"state": state, "handled_at": now, "error": error}
        self._session.connection().execute(_END, {"its_id": delivery_id, **ended})

    def aside(self, *, states: Collection[str], shop_domain: str | None = None, limit: int) -> tuple[DeliveryRow, ...]:
        """Return what was set aside in one of `states`, the newest first, without the bodies."""
        query = select(DeliveryRow).where(DeliveryRow.error.is_not(None), DeliveryRow.state.in_(states))
        if shop_domain is not None:
            query = query.where(DeliveryRow.shop_domain == shop_domain)
        query = query.options(defer(DeliveryRow.body, raiseload=True)).order_by(DeliveryRow.id.desc()).limit(limit)
        return tuple(self._session.scalars(query))

    def replay(self, row: DeliveryRow) -> None:
        """Put back what has ended for another start, with all its tries; new to the job engine by its attempt."""
        row.state, row.handled_at, row.retry_at, row.error = STORED, None, None, None
        row.attempt, row.failures = row.attempt + 1, 0

    def naming(self, shop_domain: str, needles: Collection[str]) -> Iterator[DeliveryRow]:
        """Yield a shop's deliveries whose bodies hold one of `needles` (addresses, telephone numbers, ids).

        Bodies are looked through one after another: there are requests about a person once in a while, and no index.
        """
        if not needles:
            return
        query = select(DeliveryRow).where(DeliveryRow.shop_domain == shop_domain).order_by(DeliveryRow.id)
        is_named = naming_pattern(needles)
        for row in self._session.scalars(query, execution_options={"yield_per": _LOOKED_THROUGH}):
            if any(is_named.search(reading) for reading in readings(row.body)):
                yield row

    def forget_bodies(self, shop_domain: str, needles: Collection[str], *, asking: str | None = None) -> Forgotten:
        """Empty the bodies of a shop's deliveries that hold one of `needles`, that of `asking`, which asks, included.

        What still waits is left alone, since it would be lost: its time comes when it has ended.
        """
        emptied, waiting = [], 0
        for row in self.naming(shop_domain, needles):
            if row.handled_at is None and row.delivery_id != asking:
                waiting += 1
            else:
                emptied.append(row.id)
        for start in range(0, len(emptied), _LOOKED_THROUGH):
            some = emptied[start : start + _LOOKED_THROUGH]
            self._session.execute(update(DeliveryRow).where(DeliveryRow.id.in_(some)).values(body=b""))
        return Forgotten(len(emptied), waiting)

    def forget_shop(self, shop_domain: str, *, until: datetime) -> None:
        """Delete an erased shop's deliveries; what came after the erasure is of a shop that was installed again."""
        of_shop = DeliveryRow.shop_domain == shop_domain
        self._session.execute(delete(DeliveryRow).where(of_shop, DeliveryRow.received_at <= until))

    def purge(self, *, before: datetime) -> int:
        """Delete what ended before a moment; raw bodies hold personal data and are not kept for their own sake."""
        result = self._session.execute(delete(DeliveryRow).where(DeliveryRow.handled_at < before))
        return int(result.rowcount)  # type: ignore[attr-defined]  # a DELETE returns a CursorResult
