"""People as the platform knows them, the addresses they can be reached at, consent, opt-outs, and holdout draws."""

import hashlib
from datetime import datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.ports import ConsentChange, CustomerSnapshot
from server.storage.db import Base, Minor


class CustomerRow(Base):
    __tablename__ = "customers"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    customer_id: Mapped[str] = mapped_column(primary_key=True)
    first_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    locale: Mapped[str | None]
    orders_count: Mapped[int]
    spent: Mapped[Minor]


class ContactRow(Base):
    """One address on one channel: the platform's word on consent, and our own opt-out, which always wins."""

    __tablename__ = "contacts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    channel: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)  # E.164, or e-mail in lower case
    customer_id: Mapped[str | None]
    consent: Mapped[str | None]
    consent_at: Mapped[datetime | None]
    consent_source: Mapped[str | None]
    suppressed_at: Mapped[datetime | None]
    suppressed_for: Mapped[str | None]


class AssignmentRow(Base):
    """Which arm a unit was drawn into; written before anything is shown and never drawn again."""

    __tablename__ = "assignments"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    experiment: Mapped[str] = mapped_column(primary_key=True)
    unit_id: Mapped[str] = mapped_column(primary_key=True)
    arm: Mapped[str]
    assigned_at: Mapped[datetime]


_ERASED = "erased:"  # no address and no number begins like this


def normalise_address(channel: str, address: str) -> str:
    return address.strip().lower() if channel == "email" else address.strip()


class Contacts:
    """A shop's customers and contacts."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def customer(self, customer_id: str) -> CustomerRow | None:
        return self._session.get(CustomerRow, (self._shop_id, customer_id))

    def save_customer(self, customer: CustomerSnapshot) -> None:
        key = (self._shop_id, customer.customer_id)
        row = self._session.get(CustomerRow, key, with_for_update=True, populate_existing=True)
        if row is None:
            row = CustomerRow(shop_id=self._shop_id, customer_id=customer.customer_id, orders_count=0, spent=0)
            self._session.add(row)
        row.first_name, row.email, row.phone = customer.first_name, customer.email, customer.phone
        row.locale, row.orders_count, row.spent = customer.locale, customer.orders_count, customer.spent
        for change in customer.consents:
            self.save_consent(change, source="platform", now=None)

    def get(self, channel: str, address: str) -> ContactRow | None:
        """Return what is known of an address; of one whose person was erased, that it has opted out."""
        plain = normalise_address(channel, address)
        found = self._session.get(ContactRow, (self._shop_id, channel, plain))
        return found if found is not None else self._erased(channel, plain)

    def save_consent(self, change: ConsentChange, *, source: str, now: datetime | None) -> bool:
        """Mirror a consent state; False when it names nobody or a later one is stored."""
        if not change.address:
            return False
        row = self._row(change.channel, change.address)
        at = change.occurred_at or now
        if row.consent_at is not None and at is not None and row.consent_at > at:
            return False
        row.consent, row.consent_source = change.state, source
        row.consent_at = at or row.consent_at
        row.customer_id = change.customer_id or row.customer_id
        return True

    def suppress(self, channel: str, address: str, *, reason: str, now: datetime) -> None:
        """Opt an address out, at once and until it opts in again itself."""
        row = self._row(channel, address)
        if row.suppressed_at is None:
            row.suppressed_at, row.suppressed_for = now, reason

    def lift(self, channel: str, address: str, *, at: datetime) -> None:
        """Take an opt-out back, because the person asked for it (START) at a moment after it."""
        row = self._row(channel, address)
        if row.suppressed_at is None or row.suppressed_at <= at:
            row.suppressed_at = row.suppressed_for = None

    def of_customer(self, customer_id: str) -> tuple[ContactRow, ...]:
        query = select(ContactRow).where(ContactRow.shop_id == self._shop_id, ContactRow.customer_id == customer_id)
        return tuple(self._session.scalars(query))

    def _row(self, channel: str, address: str) -> ContactRow:
        key = (self._shop_id, channel, normalise_address(channel, address))
        known = self._session.get(ContactRow, key, with_for_update=True, populate_existing=True)
        if known is None:
            known = ContactRow(shop_id=self._shop_id, channel=channel, address=key[2])
            erased = self._erased(channel, key[2])
            if erased is not None:
                known.suppressed_at, known.suppressed_for = erased.suppressed_at, erased.suppressed_for
                self._session.delete(erased)
            self._session.add(known)
            self._session.flush()  # a second look-up in the same transaction must find it
        return known

    def erase(self, row: ContactRow) -> None:
        """Forget an address. An opt-out outlives it, under a digest that only the address itself leads to."""
        if row.suppressed_at is not None:
            kept = ContactRow(
                shop_id=self._shop_id, channel=row.channel, address=self._digest(row.channel, row.address)
            )
            kept.suppressed_at, kept.suppressed_for = row.suppressed_at, row.suppressed_for
            self._session.merge(kept)
        self._session.delete(row)

    def _erased(self, channel: str, address: str) -> ContactRow | None:
        query = select(ContactRow.address).where(
            ContactRow.shop_id == self._shop_id,
            ContactRow.channel == channel,
            ContactRow.address.between(_ERASED, f"{_ERASED}~"),
        )
        if self._session.scalar(query.limit(1)) is None:
            return None  # the rule, and the digest is slow on purpose
        return self._session.get(ContactRow, (self._shop_id, channel, self._digest(channel, address)))

    def _digest(self, channel: str, address: str) -> str:
        # There are few enough telephone numbers to try them all. Scrypt makes that dear, about a processor-year for the
        # numbers of one country; it does not make it impossible.
        salt = f"afters opt-out {self._shop_id} {channel}".encode()
        return _ERASED + hashlib.scrypt(address.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32).hex()


class Assignments:
    """A shop's draws into holdouts and arms."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def arm(self, experiment: str, unit_id: str) -> str | None:
        row = self._session.get(AssignmentRow, (self._shop_id, experiment, unit_id))
        return row.arm if row else None

    def assign(self, experiment: str, unit_id: str, *, arm: str, now: datetime) -> str:
        """Store a draw; the arm that was stored first stays."""
        held = self.arm(experiment, unit_id)
        if held is not None:
            return held
        self._session.add(
            AssignmentRow(shop_id=self._shop_id, experiment=experiment, unit_id=unit_id, arm=arm, assigned_at=now)
        )
        return arm
