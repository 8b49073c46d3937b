"""Decisions with their traces, and what shoppers and the platform did with them."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, bindparam, func, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.decision import Decision, Note, Outcome
from server.domain.offered import FIRST, Offered, OfferedItem, OfferedStep
from server.domain.reasons import Reason, TraceLine
from server.storage.db import Base
from server.storage.offers import pack_steps, unpack_steps


class DecisionRow(Base):
    """One answer for one order on one surface.

    `facts` is the purchase it was asked about, `read_facts` what the decision read; `offered`, `screened` and `trace`
    are the decision's own `steps`, `screened` and `notes`. `signed` holds when each step was first signed, by its path.
    What a page shows at the moment, and may still take, is `open_quantity` of `open_variant_id`.
    """

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("shop_id", "reference_id", "surface"),
        Index(None, "shop_id", "unit_id", "decided_at"),
        Index(None, "shop_id", "open_variant_id", "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    reference_id: Mapped[str]
    surface: Mapped[str]  # one_click | thank_you | order_status | message:<touch id>
    unit_id: Mapped[str]
    rules_version: Mapped[int]
    outcome: Mapped[str]
    reason: Mapped[str]
    offered: Mapped[list[Any]] = mapped_column(server_default="[]")
    facts: Mapped[dict[str, Any]]
    read_facts: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    screened: Mapped[list[Any]] = mapped_column(server_default="[]")
    trace: Mapped[list[Any]]
    decided_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    signed: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    open_variant_id: Mapped[str | None]
    open_quantity: Mapped[int] = mapped_column(server_default="0")
    answer_ms: Mapped[int | None]  # how long the last answer took; None where it was quick


class EventRow(Base):
    """Something that happened to a step of a decision, each kept once: the first, but of `choice` on the page the last.

    On the one-click page: shown, choice, accepted, declined, left, outcome. On a block: shown, choice, declined, and
    taken, which is that the shopper went to the cart.
    """

    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("decision_id", "path", "kind"), Index(None, "shop_id", "occurred_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"))
    decision_id: Mapped[str] = mapped_column(ForeignKey("decisions.id", ondelete="CASCADE"))
    reference_id: Mapped[str]
    path: Mapped[str] = mapped_column(server_default="0")
    kind: Mapped[str]
    status: Mapped[str | None]
    data: Mapped[dict[str, Any]]
    occurred_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class StoredDecision:
    id: str
    reference_id: str
    surface: str
    unit_id: str
    rules_version: int
    outcome: Outcome
    reason: Reason
    steps: tuple[OfferedStep, ...]
    facts: dict[str, Any]
    read_facts: dict[str, Any]
    screened: tuple[int, ...]
    notes: tuple[Note, ...]
    decided_at: datetime
    expires_at: datetime
    signed_at: datetime | None
    signed: dict[str, datetime]
    answer_ms: int | None = None

    @property
    def offered(self) -> Offered | None:
        """What is offered first."""
        return self.steps[0].offered if self.steps else None

    def step(self, path: str) -> Offered | None:
        """Return what is offered at one place of the way through the steps."""
        return next((step.offered for step in self.steps if step.path == path), None)


# Written once: building a statement anew costs as much as running it, and every question asks these.
_ALL = DecisionRow.__table__.c  # columns, not rows of the ORM: they are read once and never changed through it
_OF_SURFACE = select(*_ALL).where(
    DecisionRow.shop_id == bindparam("its_shop"),
    DecisionRow.reference_id == bindparam("its_reference"),
    DecisionRow.surface == bindparam("its_surface"),
)
_OF_SURFACE_LOCKED = _OF_SURFACE.with_for_update()
_SIGNED = select(DecisionRow).where(
    DecisionRow.shop_id == bindparam("its_shop"),
    DecisionRow.reference_id == bindparam("its_reference"),
    DecisionRow.signed_at.is_not(None),
)
_INSERT = insert(DecisionRow.__table__)  # type: ignore[arg-type]  # Table, typed as FromClause
_REPLACE = update(DecisionRow.__table__).where(  # type: ignore[arg-type]  # as above
    DecisionRow.shop_id == bindparam("its_shop"), DecisionRow.id == bindparam("its_id")
)
_HAPPENED = (
    DecisionRow.id == EventRow.decision_id,
    DecisionRow.shop_id == bindparam("its_shop"),
    DecisionRow.unit_id == bindparam("its_unit"),
    EventRow.shop_id == bindparam("its_shop"),
    EventRow.kind == bindparam("its_kind"),
    EventRow.occurred_at >= bindparam("since"),
)
# Pages, not steps: a funnel that goes on after an answer is still one page.
_SHOWINGS = (
    select(func.count())
    .select_from(EventRow)
    .join(DecisionRow, _HAPPENED[0])
    .where(*_HAPPENED[1:], EventRow.path == FIRST)
)
_ANSWERED = select(_ALL.offered, EventRow.path).join(EventRow, _HAPPENED[0]).where(*_HAPPENED[1:])
_ON_SHOW = (
    select(DecisionRow.open_variant_id, func.sum(DecisionRow.open_quantity))
    .where(
        DecisionRow.shop_id == bindparam("its_shop"),
        DecisionRow.open_variant_id.in_(bindparam("its_ids", expanding=True)),
        DecisionRow.expires_at > bindparam("now"),
    )
    .group_by(DecisionRow.open_variant_id)
)


class Decisions:
    """A shop's decisions."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def find(self, reference_id: str, surface: str) -> StoredDecision | None:
        row = self._session.execute(_OF_SURFACE, self._of(reference_id, surface)).one_or_none()
        return _read(row) if row else None

    def lock(self, reference_id: str, surface: str) -> StoredDecision | None:
        """Return a decision as it stands now and keep others from changing it until the transaction ends."""
        row = self._session.execute(_OF_SURFACE_LOCKED, self._of(reference_id, surface)).one_or_none()
        return _read(row) if row else None

    def get(self, decision_id: str) -> StoredDecision | None:
        query = select(DecisionRow).where(DecisionRow.shop_id == self._shop_id, DecisionRow.id == decision_id)
        row = self._session.scalars(query).one_or_none()
        return _read(row) if row else None

    def of_reference(self, reference_id: str) -> tuple[StoredDecision, ...]:
        query = (
            select(DecisionRow)
            .where(DecisionRow.shop_id == self._shop_id, DecisionRow.reference_id == reference_id)
            .order_by(DecisionRow.decided_at, DecisionRow.id)
        )
        return tuple(_read(row) for row in self._session.scalars(query))

    def of_references(self, reference_ids: list[str], surface: str) -> dict[str, StoredDecision]:
        query = select(DecisionRow).where(
            DecisionRow.shop_id == self._shop_id,
            DecisionRow.reference_id.in_(reference_ids),
            DecisionRow.surface == surface,
        )
        return {row.reference_id: _read(row) for row in self._session.scalars(query)}

    def save(
        self,
        decision: Decision,
        *,
        replaces: StoredDecision | None,
        reference_id: str,
        surface: str,
        unit_id: str,
        rules_version: int,
        facts: dict[str, Any],
        read_facts: dict[str, Any],
        now: datetime,
        expires_at: datetime,
    ) -> StoredDecision:
        """Store the answer for this order and surface; `replaces` is the locked one that was decided on other facts.

        The replacement has an id of its own: who holds the id of the old answer must not get the new goods by it.
        """
        made = StoredDecision(
            id=secrets.token_urlsafe(12),
            reference_id=reference_id,
            surface=surface,
            unit_id=unit_id,
            rules_version=rules_version,
            outcome=decision.outcome,
            reason=decision.reason,
            steps=decision.steps,
            facts=facts,
            read_facts=read_facts,
            screened=decision.screened,
            notes=decision.notes,
            decided_at=now,
            expires_at=expires_at,
            signed_at=None,
            signed={},
        )
        # A twin decided at the same moment fails here, where the caller can read its answer.
        if replaces is None:
            self._session.execute(_INSERT, {"shop_id": self._shop_id, **_write(made)})
        else:
            self._session.execute(_REPLACE, {"its_shop": self._shop_id, "its_id": replaces.id, **_write(made)})
        return made

    def mark_signed(self, decision: StoredDecision, path: str, *, now: datetime) -> None:
        """Note when the changeset of a step of a locked decision was first signed."""
        if path in decision.signed:
            return
        signed = {**decision.signed, path: now}
        self._session.execute(
            update(DecisionRow)
            .where(DecisionRow.id == decision.id, DecisionRow.shop_id == self._shop_id)
            .values(signed_at=decision.signed_at or now, signed={name: at.isoformat() for name, at in signed.items()})
        )

    def note_answer(self, decision_id: str, *, answer_ms: int | None) -> None:
        """Note how long the last answer took, None for a quick one: whoever waits too long goes on without it."""
        self._session.execute(
            update(DecisionRow)
            .where(DecisionRow.id == decision_id, DecisionRow.shop_id == self._shop_id)
            .values(answer_ms=answer_ms)
        )

    def put_on_show(self, decision_id: str, item: OfferedItem | None) -> None:
        """Note what the page of a decision shows now; None once it was answered."""
        self._session.execute(
            update(DecisionRow)
            .where(DecisionRow.id == decision_id, DecisionRow.shop_id == self._shop_id)
            .values(open_variant_id=item.variant_id if item else None, open_quantity=item.quantity if item else 0)
        )

    def on_show(self, variant_ids: Iterable[str], *, now: datetime) -> dict[str, int]:
        """Return how many units of goods the pages that are open now may still take."""
        wanted = sorted(set(variant_ids))
        if not wanted:
            return {}
        asked = {"its_shop": self._shop_id, "its_ids": wanted, "now": now}
        return {variant_id or "": int(units) for variant_id, units in self._session.execute(_ON_SHOW, asked)}

    def _of(self, reference_id: str, surface: str) -> dict[str, Any]:
        return {"its_shop": self._shop_id, "its_reference": reference_id, "its_surface": surface}

    def signed_for(self, reference_id: str) -> tuple[StoredDecision, ...]:
        asked = {"its_shop": self._shop_id, "its_reference": reference_id}
        return tuple(_read(row) for row in self._session.scalars(_SIGNED, asked))


class DecisionIndex:
    """Decisions of all shops, by id: for links, whose signature is the proof that they may be asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def shop_of(self, decision_id: str) -> int | None:
        return self._session.scalar(select(DecisionRow.shop_id).where(DecisionRow.id == decision_id))


class Events:
    """What happened to a shop's decisions."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def record(
        self,
        decision: StoredDecision,
        kind: str,
        *,
        path: str = FIRST,
        status: str | None,
        data: dict[str, Any],
        now: datetime,
        is_last: bool = False,
    ) -> bool:
        """Keep an event; False when this kind was kept for the step of the decision before.

        One that is the last of its kind takes the place of the one before.
        """
        held = [each for each in self.of_decision(decision.id) if (each.path, each.kind) == (path, kind)]
        if held and not is_last:
            return False
        if held:
            held[0].data, held[0].occurred_at = data, now
            return True
        self._session.add(
            EventRow(
                shop_id=self._shop_id,
                decision_id=decision.id,
                reference_id=decision.reference_id,
                path=path,
                kind=kind,
                status=status,
                data=data,
                occurred_at=now,
            )
        )
        self._session.flush()  # a twin fails here, where the caller can take it for the repeat it is
        return True

    def of_decision(self, decision_id: str) -> tuple[EventRow, ...]:
        """Return what happened to a decision, in the order in which it was told."""
        return self.of_decisions([decision_id]).get(decision_id, ())

    def of_decisions(self, decision_ids: list[str]) -> dict[str, tuple[EventRow, ...]]:
        query = select(EventRow).where(EventRow.shop_id == self._shop_id, EventRow.decision_id.in_(decision_ids))
        found: dict[str, list[EventRow]] = {}
        for row in self._session.scalars(query.order_by(EventRow.occurred_at, EventRow.id)):
            found.setdefault(row.decision_id, []).append(row)
        return {decision_id: tuple(rows) for decision_id, rows in found.items()}

    def showings(self, unit_id: str, *, since: datetime) -> int:
        """Count the pages a shopper was shown since a moment."""
        return self._session.scalar(_SHOWINGS, self._asked(unit_id, "shown", since)) or 0

    def declined_products(self, unit_id: str, *, since: datetime) -> frozenset[str]:
        """Return the products that a shopper declined since a moment."""
        rows = self._session.execute(_ANSWERED, self._asked(unit_id, "declined", since))
        steps = (step for offered, path in rows for step in unpack_steps(offered) if step.path == path)
        return frozenset[str]().union(*(step.offered.products for step in steps))

    def _asked(self, unit_id: str, kind: str, since: datetime) -> dict[str, Any]:
        return {"its_shop": self._shop_id, "its_unit": unit_id, "its_kind": kind, "since": since}


def _write(decision: StoredDecision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "reference_id": decision.reference_id,
        "surface": decision.surface,
        "unit_id": decision.unit_id,
        "rules_version": decision.rules_version,
        "outcome": decision.outcome.value,
        "reason": decision.reason.value,
        "offered": pack_steps(decision.steps),
        "facts": decision.facts,
        "read_facts": decision.read_facts,
        "screened": list(decision.screened),
        "trace": [[note.line.subject, note.line.reason.value, note.line.detail, note.place] for note in decision.notes],
        "decided_at": decision.decided_at,
        "expires_at": decision.expires_at,
        "signed_at": decision.signed_at,
        "signed": {},
        "open_variant_id": None,
        "open_quantity": 0,
        "answer_ms": None,
    }


def _read(row: Any) -> StoredDecision:
    return StoredDecision(
        id=row.id,
        reference_id=row.reference_id,
        surface=row.surface,
        unit_id=row.unit_id,
        rules_version=row.rules_version,
        outcome=Outcome(row.outcome),
        reason=Reason(row.reason),
        steps=unpack_steps(row.offered),
        facts=row.facts,
        read_facts=row.read_facts,
        screened=tuple(row.screened),
        notes=tuple(
            Note(place[0] if place else None, TraceLine(subject, Reason(reason), detail))
            for subject, reason, detail, *place in row.trace
        ),
        decided_at=row.decided_at,
        expires_at=row.expires_at,
        signed_at=row.signed_at,
        signed={path: datetime.fromisoformat(at) for path, at in row.signed.items()},
        answer_ms=row.answer_ms,
    )
