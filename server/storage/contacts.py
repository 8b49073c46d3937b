"""People as the platform knows them, the addresses they can be reached at, consent, opt-outs, and holdout draws."""

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, bindparam, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.orm.util import identity_key

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
    tags: Mapped[list[Any] | None]  # None: imported before tags were kept
    told: Mapped[dict[str, Any]] = mapped_column(server_default="{}")  # by other systems, by the facts' names


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

_CUSTOMER_FIELDS = ("first_name", "email", "phone", "locale", "orders_count", "spent")
_CONTACT_FIELDS = (
    "channel", "address", "customer_id", "consent", "consent_at", "consent_source", "suppressed_at", "suppressed_for",
)  # fmt: skip

# Written once: building a statement anew costs as much as running it, and every order asks these.
_INSERT_CUSTOMER = insert(CustomerRow.__table__)  # type: ignore[arg-type]  # Table, typed as FromClause
_UPDATE_CUSTOMER = update(CustomerRow.__table__).where(  # type: ignore[arg-type]  # as above
    CustomerRow.shop_id == bindparam("its_shop"), CustomerRow.customer_id == bindparam("its_customer")
)
_INSERT_CONTACTS = insert(ContactRow.__table__)  # type: ignore[arg-type]  # as above
_UPDATE_CONTACT = update(ContactRow.__table__).where(  # type: ignore[arg-type]  # as above
    ContactRow.shop_id == bindparam("its_shop"),
    ContactRow.channel == bindparam("its_channel"),
    ContactRow.address == bindparam("its_address"),
)
_KNOWN = (
    select(*(getattr(ContactRow, name) for name in _CONTACT_FIELDS))
    .where(
        ContactRow.shop_id == bindparam("its_shop"), ContactRow.address.in_(bindparam("its_addresses", expanding=True))
    )
    .order_by(ContactRow.channel, ContactRow.address)  # everybody locks in one order
    .with_for_update()
)
_ARM = select(AssignmentRow.arm).where(
    AssignmentRow.shop_id == bindparam("its_shop"),
    AssignmentRow.experiment == bindparam("its_experiment"),
    AssignmentRow.unit_id == bindparam("its_unit"),
)
_ANY_ERASED = (
    select(ContactRow.address)
    .where(
        ContactRow.shop_id == bindparam("its_shop"),
        ContactRow.channel == bindparam("its_channel"),
        ContactRow.address.between(_ERASED, f"{_ERASED}~"),
    )
    .limit(1)
)


def normalise_address(channel: str, address: str) -> str:
    return address.strip().lower() if channel == "email" else address.strip()


class Contacts:
    """A shop's customers and contacts."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def customer(self, customer_id: str) -> CustomerRow | None:
        return self._session.get(CustomerRow, (self._shop_id, customer_id))

    def lock_customer(self, customer_id: str) -> CustomerRow | None:
        """Return a customer as they stand now and keep others from changing them until the transaction ends."""
        return self._session.get(
            CustomerRow, (self._shop_id, customer_id), with_for_update=True, populate_existing=True
        )

    def lock_customers(self, customer_ids: Iterable[str]) -> dict[str, CustomerRow]:
        """Return those customers who are known, as they stand now, locked as above: two that lock many never cross."""
        query = (
            select(CustomerRow)
            .where(CustomerRow.shop_id == self._shop_id, CustomerRow.customer_id.in_(sorted(set(customer_ids))))
            .order_by(CustomerRow.customer_id)
            .with_for_update()
        )
        found = self._session.scalars(query, execution_options={"populate_existing": True})
        return {row.customer_id: row for row in found}

    def save_customer(self, customer: CustomerSnapshot) -> None:
        """Store a customer as they stand now, with the consents they gave.

        A twin that stores a new customer at the same moment makes this an IntegrityError, which `run` tries again.
        """
        values = {name: getattr(customer, name) for name in _CUSTOMER_FIELDS} | {"tags": list(customer.tags)}
        its_key = {"its_shop": self._shop_id, "its_customer": customer.customer_id}
        changed = self._session.connection().execute(_UPDATE_CUSTOMER, {**its_key, **values})
        if not changed.rowcount:
            key = {"shop_id": self._shop_id, "customer_id": customer.customer_id}
            self._session.execute(_INSERT_CUSTOMER, {**key, **values})
        self._read_again(CustomerRow, (self._shop_id, customer.customer_id))
        self._save_consents(customer.consents, source="platform", now=None)

    def get(self, channel: str, address: str) -> ContactRow | None:
        """Return what is known of an address; of one whose person was erased, that it has opted out."""
        plain = normalise_address(channel, address)
        found = self._session.get(ContactRow, (self._shop_id, channel, plain))
        return found if found is not None else self._erased(channel, plain)

    def save_consent(self, change: ConsentChange, *, source: str, now: datetime | None) -> bool:
        """Mirror a consent state; False when it names nobody or a later one is stored."""
        return bool(self._save_consents((change,), source=source, now=now))

    def _save_consents(self, changes: Iterable[ConsentChange], *, source: str, now: datetime | None) -> int:
        """Mirror consent states in few statements, whatever their number; return how many were news."""
        said = [(each.channel, normalise_address(each.channel, each.address), each) for each in changes if each.address]
        if not said:
            return 0
        addresses = {"its_shop": self._shop_id, "its_addresses": sorted({address for _, address, _ in said})}
        known = {(row.channel, row.address): row._asdict() for row in self._session.execute(_KNOWN, addresses)}
        stored = frozenset(known)
        news: dict[tuple[str, str], dict[str, Any]] = {}
        for channel, address, change in said:
            key = (channel, address)
            held = known[key] if key in known else self._unknown(channel, address)
            at = change.occurred_at or now
            if held["consent_at"] is not None and at is not None and held["consent_at"] > at:
                continue
            known[key] = news[key] = {
                **held,
                "consent": change.state,
                "consent_source": source,
                "consent_at": at or held["consent_at"],
                "customer_id": change.customer_id or held["customer_id"],
            }
        self._write(news, stored)
        return len(news)

    def _write(self, news: dict[tuple[str, str], dict[str, Any]], stored: Collection[tuple[str, str]]) -> None:
        added = [{**news[key], "shop_id": self._shop_id} for key in sorted(news) if key not in stored]
        changed = [
            {**news[key], "its_shop": self._shop_id, "its_channel": key[0], "its_address": key[1]}
            for key in sorted(news)
            if key in stored
        ]
        if added:
            self._session.execute(_INSERT_CONTACTS, added)
        if changed:
            self._session.connection().execute(_UPDATE_CONTACT, changed)
        for channel, address in news:
            self._read_again(ContactRow, (self._shop_id, channel, address))

    def _unknown(self, channel: str, address: str) -> dict[str, Any]:
        """Return the columns of an address nobody has heard of; an opt-out that outlived the address comes with it."""
        made: dict[str, Any] = dict.fromkeys(_CONTACT_FIELDS)
        erased = self._erased(channel, address)
        if erased is not None:
            made.update(suppressed_at=erased.suppressed_at, suppressed_for=erased.suppressed_for)
            self._session.delete(erased)
        return {**made, "channel": channel, "address": address}

    def _read_again(self, kind: type[Base], key: tuple[Any, ...]) -> None:
        """Let a row that is loaded be read again: it was written past the session."""
        loaded = self._session.identity_map.get(identity_key(kind, key))
        if loaded is not None:
            self._session.expire(loaded)

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
        if self._session.scalar(_ANY_ERASED, {"its_shop": self._shop_id, "its_channel": channel}) is None:
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
        asked = {"its_shop": self._shop_id, "its_experiment": experiment, "its_unit": unit_id}
        return self._session.scalar(_ARM, asked)

    def arms(self, experiments: Collection[str], unit_id: str) -> dict[str, str]:
        """Return the arms of a unit in several experiments, by experiment."""
        if not experiments:
            return {}
        query = select(AssignmentRow.experiment, AssignmentRow.arm).where(
            AssignmentRow.shop_id == self._shop_id,
            AssignmentRow.unit_id == unit_id,
            AssignmentRow.experiment.in_(experiments),
        )
        return {row.experiment: row.arm for row in self._session.execute(query)}

    def assign(self, experiment: str, unit_id: str, *, arm: str, now: datetime) -> str:
        """Store a draw; the arm that was stored first stays."""
        held = self.arm(experiment, unit_id)
        if held is not None:
            return held
        self._session.add(
            AssignmentRow(shop_id=self._shop_id, experiment=experiment, unit_id=unit_id, arm=arm, assigned_at=now)
        )
        return arm
