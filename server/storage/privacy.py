"""Privacy requests: what the platform asked for, until when, and the proof that it was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.ports import CustomerRequest
from server.storage.db import Base
from server.storage.secrets import SecretBox

OPEN, DONE = "open", "done"
DATA_REQUEST, CUSTOMER_REDACT, SHOP_REDACT = "customers/data_request", "customers/redact", "shop/redact"


class PrivacyRequestRow(Base):
    """One request. `person` is sealed, and goes when the request is done; `proof` counts rows and names nobody.

    It belongs to a domain, not to a shop's row: the proof that a shop was erased outlives the shop.
    """

    __tablename__ = "privacy_requests"
    __table_args__ = (UniqueConstraint("shop_domain", "kind", "platform_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_domain: Mapped[str]
    kind: Mapped[str]
    platform_id: Mapped[str]
    person: Mapped[str | None]
    state: Mapped[str]
    proof: Mapped[dict[str, Any]] = mapped_column(default=dict)
    received_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class PrivacyRequest:
    id: int
    kind: str
    state: str
    proof: Mapping[str, Any]
    received_at: datetime
    done_at: datetime | None


class PrivacyRequests:
    """One shop's privacy requests."""

    def __init__(self, session: Session, shop_domain: str, box: SecretBox) -> None:
        self._session, self._shop_domain, self._box = session, shop_domain, box

    def note(self, kind: str, *, platform_id: str, person: CustomerRequest | None, now: datetime) -> int:
        """Keep a request, once however often it is told; return its number."""
        query = select(PrivacyRequestRow).where(
            PrivacyRequestRow.shop_domain == self._shop_domain,
            PrivacyRequestRow.kind == kind,
            PrivacyRequestRow.platform_id == platform_id,
        )
        row = self._session.scalars(query).one_or_none()
        if row is None:
            row = PrivacyRequestRow(
                shop_domain=self._shop_domain,
                kind=kind,
                platform_id=platform_id,
                person=self._box.seal(_written(person)) if person is not None else None,
                state=OPEN,
                proof={},
                received_at=now,
            )
            self._session.add(row)
            self._session.flush()  # its number is wanted, and a twin fails here
        return row.id

    def all(self) -> tuple[PrivacyRequest, ...]:
        query = select(PrivacyRequestRow).where(PrivacyRequestRow.shop_domain == self._shop_domain)
        return tuple(_shown(row) for row in self._session.scalars(query.order_by(PrivacyRequestRow.id.desc())))

    def person(self, request_id: int) -> CustomerRequest | None:
        """Return whom an open data request is about; None when there is no such request, or it is done."""
        row = self._row(request_id)
        if row is None or row.kind != DATA_REQUEST or row.person is None:
            return None
        return _read(self._box.open(row.person))

    def tally(self, request_id: int, counts: Mapping[str, int]) -> None:
        """Add to the proof of an open request, which may take several goes."""
        row = self._row(request_id)
        if row is not None and row.state == OPEN:
            row.proof = {**row.proof, **{name: row.proof.get(name, 0) + count for name, count in counts.items()}}

    def close(self, request_id: int, *, proof: Mapping[str, Any], now: datetime) -> bool:
        """Mark a request as done, and forget whom it was about; False when there is no open one of this number."""
        row = self._row(request_id)
        if row is None or row.state != OPEN:
            return False
        row.state, row.done_at, row.proof, row.person = DONE, now, {**row.proof, **proof}, None
        return True

    def open_data_requests(self) -> tuple[tuple[int, CustomerRequest], ...]:
        """Return a shop's data requests that wait for the owner, with whom they are about."""
        query = select(PrivacyRequestRow.id).where(
            PrivacyRequestRow.shop_domain == self._shop_domain,
            PrivacyRequestRow.kind == DATA_REQUEST,
            PrivacyRequestRow.state == OPEN,
        )
        found = ((number, self.person(number)) for number in self._session.scalars(query.order_by("id")).all())
        return tuple((number, person) for number, person in found if person is not None)

    def purge(self, *, before: datetime) -> None:
        """Delete what was done before a moment."""
        self._session.execute(
            delete(PrivacyRequestRow).where(
                PrivacyRequestRow.shop_domain == self._shop_domain, PrivacyRequestRow.done_at < before
            )
        )

    def _row(self, request_id: int) -> PrivacyRequestRow | None:
        query = select(PrivacyRequestRow).where(
            PrivacyRequestRow.shop_domain == self._shop_domain, PrivacyRequestRow.id == request_id
        )
        fresh = {"populate_existing": True}
        return self._session.scalars(query.with_for_update(), execution_options=fresh).one_or_none()


@dataclass(frozen=True, slots=True)
class OpenErasure:
    """An erasure that is not finished: a delivery that speaks of the person still waits."""

    shop_domain: str
    request_id: int
    person: CustomerRequest


def open_erasures(session: Session, box: SecretBox) -> tuple[OpenErasure, ...]:
    """Return what is left to erase, in all shops."""
    query = select(PrivacyRequestRow).where(PrivacyRequestRow.kind == CUSTOMER_REDACT, PrivacyRequestRow.state == OPEN)
    found = session.scalars(query.order_by(PrivacyRequestRow.id))
    return tuple(OpenErasure(row.shop_domain, row.id, _read(box.open(row.person))) for row in found if row.person)


def _read(held: Mapping[str, Any]) -> CustomerRequest:
    return CustomerRequest(held["customer_id"], held["email"], held["phone"], tuple(held["order_ids"]))


def _written(person: CustomerRequest) -> dict[str, Any]:
    return {
        "customer_id": person.customer_id,
        "email": person.email,
        "phone": person.phone,
        "order_ids": list(person.order_ids),
    }


def _shown(row: PrivacyRequestRow) -> PrivacyRequest:
    return PrivacyRequest(row.id, row.kind, row.state, row.proof, row.received_at, row.done_at)
