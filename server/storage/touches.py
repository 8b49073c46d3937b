"""Follow-ups: one sequence per order, its touches, what vendors reported on them, and clicks."""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.attribution import Click
from server.domain.document import Kind
from server.domain.journeys import TouchPlan
from server.domain.reasons import Reason
from server.storage.db import Base

# planned: waits for its time. queued: handed to the job engine. sending: a vendor call may be under way.
# All others are ends.
OPEN_STATES = ("planned", "queued")
PLANNED, QUEUED, SENDING, SENT, REFUSED, FAILED, UNKNOWN = (
    "planned", "queued", "sending", "sent", "refused", "failed", "unknown",
)  # fmt: skip

# Something was said, or may have been.
WRITTEN_STATES = (SENDING, SENT, UNKNOWN)
_FRESH = {"populate_existing": True}

# How far a receipt is along; a later report never steps back behind an earlier one.
RECEIPT_ORDER = (
    "accepted", "sent", "deferred", "delivered", "opened", "clicked",
    "failed", "bounced", "complained", "unsubscribed",
)  # fmt: skip


class SequenceRow(Base):
    """A follow-up: one that an order opens by itself, or one after a support ticket, about the shopper's last order.

    It counts for the cap once a touch of it may have been sent.
    """

    __tablename__ = "sequences"
    __table_args__ = (
        UniqueConstraint("shop_id", "order_id", "kind"),
        Index(None, "shop_id", "kind", "created_at"),
        Index(None, "shop_id", "reference_id"),
        Index(None, "shop_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    order_id: Mapped[str]
    reference_id: Mapped[str]
    unit_id: Mapped[str]
    journey_id: Mapped[str | None]
    kind: Mapped[str] = mapped_column(server_default="sales")  # only sequences of one kind count for its cap
    rules_version: Mapped[int]
    starts_at: Mapped[datetime]
    release_reason: Mapped[str]
    refusal: Mapped[str | None]  # why no touch was planned at all
    refusal_detail: Mapped[str | None]
    created_at: Mapped[datetime]


class TouchRow(Base):
    __tablename__ = "touches"
    __table_args__ = (
        UniqueConstraint("sequence_id", "step_id"),
        Index(None, "state", "due_at"),
        Index(None, "shop_id", "vendor_id"),
        Index(None, "shop_id", "unit_id", "claimed_at"),
        Index(None, "shop_id", "channel", "state"),
        Index(None, "shop_id", "code"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    sequence_id: Mapped[int] = mapped_column(ForeignKey("sequences.id", ondelete="CASCADE"))
    order_id: Mapped[str]
    unit_id: Mapped[str]
    step_id: Mapped[str]
    channel: Mapped[str]
    template: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(default=1)
    failures: Mapped[int] = mapped_column(default=0)  # sends in a row that may be tried again
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    reason: Mapped[str]
    detail: Mapped[str]
    decision_id: Mapped[str | None]
    recipient: Mapped[str | None]
    vendor: Mapped[str | None]
    vendor_id: Mapped[str | None]
    content: Mapped[dict[str, Any] | None]  # what was said
    code: Mapped[str | None]  # the discount code that it brings
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    receipt: Mapped[str | None]  # the furthest report
    receipt_code: Mapped[str | None]


class ClickRow(Base):
    __tablename__ = "clicks"
    __table_args__ = (Index(None, "shop_id", "token"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    touch_id: Mapped[str] = mapped_column(ForeignKey("touches.id", ondelete="CASCADE"))
    token: Mapped[str]
    clicked_at: Mapped[datetime]


# Written once: building a statement anew costs as much as running it, and every order asks these.
_OPENED_BY_ORDER = SequenceRow.kind != Kind.GOODWILL.value
_OF_ORDER = select(SequenceRow).where(
    SequenceRow.shop_id == bindparam("its_shop"), SequenceRow.order_id == bindparam("its_order"), _OPENED_BY_ORDER
)
_STARTS = (
    select(func.min(TouchRow.claimed_at).label("at"))
    .where(
        TouchRow.shop_id == bindparam("its_shop"),
        TouchRow.unit_id == bindparam("its_unit"),
        TouchRow.sequence_id != bindparam("excluding"),
        TouchRow.state.in_(WRITTEN_STATES),
        SequenceRow.shop_id == bindparam("its_shop"),
        SequenceRow.kind == bindparam("its_kind"),
    )
    .join(SequenceRow, SequenceRow.id == TouchRow.sequence_id)
    .group_by(TouchRow.sequence_id)
    .subquery()
)
_EARLIER = select(func.max(_STARTS.c.at))


class Touches:
    """A shop's sequences and touches."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def sequence_of(self, order_id: str) -> SequenceRow | None:
        """Return the follow-up that an order opened by itself."""
        return self._session.scalars(_OF_ORDER, {"its_shop": self._shop_id, "its_order": order_id}).one_or_none()

    def goodwill_of(self, order_id: str) -> SequenceRow | None:
        """Return the follow-up after a ticket that is about an order."""
        query = select(SequenceRow).where(
            SequenceRow.shop_id == self._shop_id,
            SequenceRow.order_id == order_id,
            SequenceRow.kind == Kind.GOODWILL.value,
        )
        return self._session.scalars(query).one_or_none()

    def goodwill_opened(self, *, since: datetime) -> int:
        """Return how many follow-ups after tickets were opened since a moment, refused ones aside."""
        query = (
            select(func.count())
            .select_from(SequenceRow)
            .where(
                SequenceRow.shop_id == self._shop_id,
                SequenceRow.kind == Kind.GOODWILL.value,
                SequenceRow.created_at >= since,
                SequenceRow.refusal.is_(None),
            )
        )
        return self._session.scalar(query) or 0

    def lock_shopper(self, unit_id: str) -> dict[int, SequenceRow]:
        """Return a shopper's sequences by id, and keep all of their touches from being worked on meanwhile.

        Caps and holds are about a shopper: two sends that look at the same moment would each find the other not there.
        """
        query = (
            select(SequenceRow)
            .where(SequenceRow.shop_id == self._shop_id, SequenceRow.unit_id == unit_id)
            .order_by(SequenceRow.id)  # everybody locks in one order, so that nobody waits in a circle
            .with_for_update()
        )
        return {row.id: row for row in self._session.scalars(query, execution_options=_FRESH)}

    def sequence_of_reference(self, reference_id: str) -> SequenceRow | None:
        query = select(SequenceRow).where(
            SequenceRow.shop_id == self._shop_id, SequenceRow.reference_id == reference_id, _OPENED_BY_ORDER
        )
        return self._session.scalars(query.limit(1)).one_or_none()

    def sequences_of(self, order_ids: list[str]) -> dict[str, SequenceRow]:
        query = select(SequenceRow).where(
            SequenceRow.shop_id == self._shop_id, SequenceRow.order_id.in_(order_ids), _OPENED_BY_ORDER
        )
        return {row.order_id: row for row in self._session.scalars(query)}

    def open_sequence(self, row: SequenceRow, plans: tuple[TouchPlan, ...]) -> SequenceRow:
        """Store an order's sequence with its planned touches."""
        self._session.add(row)
        self._session.flush()  # touches need the sequence's id; a twin fails here
        for plan in plans:
            touch = TouchRow(
                id=secrets.token_urlsafe(9),
                shop_id=self._shop_id,
                sequence_id=row.id,
                order_id=row.order_id,
                unit_id=row.unit_id,
                step_id=plan.step_id,
                channel=plan.channel,
                template=plan.template,
                state=PLANNED,
                due_at=plan.due_at,
                expires_at=plan.expires_at,
                reason=Reason.PLANNED.value,
                detail="",
            )
            self._session.add(touch)
        return row

    def earlier_sequence_at(self, unit_id: str, *, kind: Kind, excluding: int | None) -> datetime | None:
        """Return when the shopper's latest other sequence of a kind first wrote; an unknown fate counts as written."""
        asked = {"its_shop": self._shop_id, "its_unit": unit_id, "its_kind": kind.value, "excluding": excluding or 0}
        latest: datetime | None = self._session.scalar(_EARLIER, asked)
        return latest

    def get(self, touch_id: str) -> TouchRow | None:
        row = self._session.get(TouchRow, touch_id)
        return row if row is not None and row.shop_id == self._shop_id else None

    def lock(self, touch_id: str) -> TouchRow | None:
        """Return a touch as it stands now and keep others from changing it until the transaction ends."""
        query = select(TouchRow).where(TouchRow.id == touch_id, TouchRow.shop_id == self._shop_id)
        return self._session.scalars(query.with_for_update(), execution_options=_FRESH).one_or_none()

    def lock_waiting(self, sequence_id: int) -> tuple[TouchRow, ...]:
        """Return a sequence's touches that wait for their first attempt or for the one-click page, locked."""
        query = select(TouchRow).where(
            TouchRow.shop_id == self._shop_id,
            TouchRow.sequence_id == sequence_id,
            TouchRow.state == PLANNED,
            TouchRow.reason.in_((Reason.PLANNED.value, Reason.PAGE_WAITING.value)),
        )
        return tuple(self._session.scalars(query.order_by(TouchRow.id).with_for_update(), execution_options=_FRESH))

    def of_order(self, order_id: str) -> tuple[TouchRow, ...]:
        query = select(TouchRow).where(TouchRow.shop_id == self._shop_id, TouchRow.order_id == order_id)
        return tuple(self._session.scalars(query.order_by(TouchRow.due_at, TouchRow.id)))

    def of_orders(self, order_ids: list[str]) -> dict[str, list[TouchRow]]:
        query = select(TouchRow).where(TouchRow.shop_id == self._shop_id, TouchRow.order_id.in_(order_ids))
        found: dict[str, list[TouchRow]] = {}
        for row in self._session.scalars(query.order_by(TouchRow.due_at, TouchRow.id)):
            found.setdefault(row.order_id, []).append(row)
        return found

    def sent_in(self, sequence_id: int) -> int:
        query = (
            select(func.count())
            .select_from(TouchRow)
            .where(TouchRow.sequence_id == sequence_id, TouchRow.state.in_(WRITTEN_STATES))
        )
        return self._session.scalar(query) or 0

    def last_sent_at(self, unit_id: str, *, channel: str) -> datetime | None:
        """Return when the shopper was last written to on a channel; an unknown fate counts as written."""
        query = select(func.max(TouchRow.claimed_at)).where(
            TouchRow.shop_id == self._shop_id,
            TouchRow.unit_id == unit_id,
            TouchRow.channel == channel,
            TouchRow.state.in_(WRITTEN_STATES),
        )
        return self._session.scalar(query)

    def claim(self, touch_id: str, *, attempt: int, now: datetime) -> bool:
        """Move a touch to `sending`; False when another attempt or another worker has it."""
        result = self._session.execute(
            update(TouchRow)
            .where(
                TouchRow.id == touch_id,
                TouchRow.shop_id == self._shop_id,
                TouchRow.attempt == attempt,
                TouchRow.state.in_(OPEN_STATES),
            )
            .values(state=SENDING, claimed_at=now)
        )
        return bool(result.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def cancel_open(self, order_id: str, *, reason: Reason) -> int:
        """Refuse what is still waiting for an order."""
        result = self._session.execute(
            update(TouchRow)
            .where(TouchRow.shop_id == self._shop_id, TouchRow.order_id == order_id, TouchRow.state.in_(OPEN_STATES))
            .values(state=REFUSED, reason=reason.value, detail="", attempt=TouchRow.attempt + 1)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def lock_by_vendor_id(self, vendor_id: str) -> TouchRow | None:
        """Return the touch a vendor knows by its own id, locked: two reports on it must not overtake each other."""
        query = select(TouchRow).where(TouchRow.shop_id == self._shop_id, TouchRow.vendor_id == vendor_id)
        return self._session.scalars(query.limit(1).with_for_update(), execution_options=_FRESH).one_or_none()

    def is_sending(self) -> bool:
        """Tell whether any message of the shop is on its way to a vendor, whose id for it is not known yet."""
        query = select(TouchRow.id).where(TouchRow.shop_id == self._shop_id, TouchRow.state == SENDING)
        return self._session.scalars(query.limit(1)).first() is not None

    def record_receipt(self, touch: TouchRow, *, kind: str, code: str | None) -> bool:
        """Keep the furthest report on a touch; reports come in any order and more than once."""
        if kind not in RECEIPT_ORDER:
            return False
        if touch.receipt in RECEIPT_ORDER and RECEIPT_ORDER.index(kind) <= RECEIPT_ORDER.index(touch.receipt):
            return False
        touch.receipt, touch.receipt_code = kind, code
        return True

    def open_calls(self, *, limit: int) -> tuple[TouchRow, ...]:
        """Return the calls that wait for staff, the oldest first."""
        query = (
            select(TouchRow)
            .where(TouchRow.shop_id == self._shop_id, TouchRow.state == SENT, TouchRow.channel == "call")
            .where(TouchRow.receipt.is_(None))
            .order_by(TouchRow.sent_at, TouchRow.id)
            .limit(limit)
        )
        return tuple(self._session.scalars(query))

    def by_codes(self, codes: Collection[str]) -> tuple[TouchRow, ...]:
        """Return the touches that brought any of these codes, in whatever case they were typed."""
        wanted = {each.upper() for each in codes}
        query = select(TouchRow).where(TouchRow.shop_id == self._shop_id, TouchRow.code.in_(wanted))
        return tuple(self._session.scalars(query.order_by(TouchRow.id))) if wanted else ()

    def sequence(self, sequence_id: int) -> SequenceRow | None:
        row = self._session.get(SequenceRow, sequence_id)
        return row if row is not None and row.shop_id == self._shop_id else None

    def record_click(self, touch_id: str, *, token: str, now: datetime) -> None:
        self._session.add(ClickRow(shop_id=self._shop_id, touch_id=touch_id, token=token, clicked_at=now))

    def clicks(self, tokens: list[str]) -> tuple[Click, ...]:
        if not tokens:
            return ()
        query = select(ClickRow).where(ClickRow.shop_id == self._shop_id, ClickRow.token.in_(tokens))
        return tuple(Click(f"touch:{row.touch_id}", row.token, row.clicked_at) for row in self._session.scalars(query))


class TouchIndex:
    """Touches of all shops, by id: for links, whose signature is the proof that they may be asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, touch_id: str) -> TouchRow | None:
        return self._session.get(TouchRow, touch_id)
