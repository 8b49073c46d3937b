"""Shops, their API grants, and their connections to vendors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, bindparam, case, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.core.errors import AppError
from server.ports import AccessGrant, ShopFacts
from server.storage.db import Base
from server.storage.secrets import SecretBox


class UnknownShop(AppError):
    code = "unknown_shop"


WANTED, QUEUED, DONE, FAILED = "wanted", "queued", "done", "failed"


class ShopRow(Base):
    """One installation. `grant` is sealed; times are UTC."""

    __tablename__ = "shops"
    # The job engine remembers ids for ever: a shop that comes after an erased one must not inherit its jobs.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - read by the mapper, never changed

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(unique=True)
    platform_id: Mapped[str | None]
    name: Mapped[str | None]
    email: Mapped[str | None]
    currency: Mapped[str | None]
    time_zone: Mapped[str | None]
    country_code: Mapped[str | None]
    scopes: Mapped[list[Any]] = mapped_column(default=list)
    grant: Mapped[str | None]
    grant_expires_at: Mapped[datetime | None]
    refreshing_until: Mapped[datetime | None]  # somebody has the grant's refresh in hand
    needs_reopen: Mapped[bool] = mapped_column(default=False)
    is_post_purchase_app: Mapped[bool | None]
    # Of server.ports.CONTACT_DATA, by the platform's own word.
    withheld: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    checked_at: Mapped[datetime | None]
    collections_at: Mapped[datetime | None]  # when all collections were read; until then nothing is known of them
    history_starts_at: Mapped[datetime | None]
    last_delivery_at: Mapped[datetime | None]
    reconciled_at: Mapped[datetime | None]  # orders that changed before were compared with the platform's
    reconciled_count: Mapped[int] = mapped_column(default=0, server_default="0")  # orders found only by comparing
    order_tag: Mapped[str | None]  # that orders with an accepted offer get in the platform; None: no tag is wanted
    installed_at: Mapped[datetime]
    uninstalled_at: Mapped[datetime | None]

    @property
    def is_installed(self) -> bool:
        return self.uninstalled_at is None


class ConnectionRow(Base):
    """A shop's settings for one vendor, sealed. A paused connection sends nothing until the merchant mends it."""

    __tablename__ = "connections"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    slug: Mapped[str] = mapped_column(primary_key=True)
    settings: Mapped[str]
    is_paused: Mapped[bool] = mapped_column(default=False)
    pause_reason: Mapped[str | None]
    updated_at: Mapped[datetime]


class ImportRow(Base):
    """How far a first import has come. `cursor` is where the next page starts."""

    __tablename__ = "imports"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)  # products | orders | customers
    state: Mapped[str]  # wanted | queued | done | failed
    attempt: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[str | None]
    since: Mapped[datetime | None]  # the oldest that is asked for; None: all there is
    error: Mapped[str | None]
    retry_at: Mapped[datetime | None]  # None: at once
    started_at: Mapped[datetime]
    touched_at: Mapped[datetime]  # the last sign of life
    finished_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True)
class Connection:
    slug: str
    settings: dict[str, str]
    is_paused: bool
    pause_reason: str | None

    def __repr__(self) -> str:
        return f"Connection({self.slug!r}, is_paused={self.is_paused})"


def read_grant(row: ShopRow, box: SecretBox) -> AccessGrant | None:
    """Return the grant that is sealed in a shop's row, None where there is none."""
    if row.grant is None:
        return None
    held = box.open(row.grant)
    return AccessGrant(
        access_token=held["access_token"],
        expires_at=datetime.fromisoformat(held["expires_at"]),
        refresh_token=held["refresh_token"],
        refresh_expires_at=datetime.fromisoformat(held["refresh_expires_at"]),
        scopes=tuple(held["scopes"]),
    )


# Written once: building a statement anew costs as much as running it, and every question of a page asks this.
CODE_SCOPE = "write_discounts"
_SERVED = select(ShopRow.id).where(ShopRow.domain == bindparam("its_domain"), ShopRow.uninstalled_at.is_(None))


def served_id(session: Session, domain: str) -> int | None:
    """Return the id of a shop that has the app."""
    return session.scalar(_SERVED, {"its_domain": domain})


def time_zone_of(session: Session, shop_id: int) -> str | None:
    """Return the IANA name of a shop's time zone; None before the platform told it."""
    return session.scalars(select(ShopRow.time_zone).where(ShopRow.id == shop_id)).one()


def currency_of(session: Session, shop_id: int) -> str | None:
    """Return the currency that a shop sells in; None before the platform told it."""
    return session.scalars(select(ShopRow.currency).where(ShopRow.id == shop_id)).one()


def withheld_from(session: Session, shop_id: int) -> frozenset[str]:
    """Return what of `server.ports.CONTACT_DATA` the platform keeps from us in a shop."""
    return frozenset(session.scalars(select(ShopRow.withheld).where(ShopRow.id == shop_id)).one())


def may_make_codes(session: Session, shop_id: int) -> bool:
    """Tell whether a shop lets the app make discount codes."""
    return CODE_SCOPE in session.scalars(select(ShopRow.scopes).where(ShopRow.id == shop_id)).one()


def tag_wanted(session: Session, shop_id: int, *, scope: str) -> str | None:
    """Return the tag that a shop wants on orders with an accepted offer; None too where `scope` is not granted."""
    row = session.execute(select(ShopRow.order_tag, ShopRow.scopes).where(ShopRow.id == shop_id)).one()
    return row.order_tag if scope in row.scopes else None


_BY_DOMAIN = select(ShopRow).where(ShopRow.domain == bindparam("its_domain"))


class Shops:
    """All shops; the only repository that is not bound to one."""

    def __init__(self, session: Session, box: SecretBox) -> None:
        self._session = session
        self._box = box

    def by_domain(self, domain: str) -> ShopRow | None:
        return self._session.scalars(_BY_DOMAIN, {"its_domain": domain}).one_or_none()

    def by_id(self, shop_id: int) -> ShopRow:
        found = self._session.get(ShopRow, shop_id)
        if found is None:
            raise UnknownShop("This shop is not known here.", shop_id=shop_id)
        return found

    def installed(self) -> tuple[ShopRow, ...]:
        return tuple(
            self._session.scalars(select(ShopRow).where(ShopRow.uninstalled_at.is_(None)).order_by(ShopRow.id))
        )

    def lock(self, shop_id: int) -> ShopRow:
        """Return the shop with its row locked until the transaction ends (SQLite writers are alone anyway)."""
        query = select(ShopRow).where(ShopRow.id == shop_id).with_for_update()
        return self._session.scalars(query, execution_options={"populate_existing": True}).one()

    def install(self, domain: str, *, grant: AccessGrant, now: datetime) -> tuple[ShopRow, bool]:
        """Store the grant of a shop that just opened the app; tell whether this is a new installation."""
        row = self.by_domain(domain)
        is_new = row is None or not row.is_installed
        if row is None:
            row = ShopRow(domain=domain, installed_at=now)
            self._session.add(row)
        elif is_new:
            row.installed_at, row.uninstalled_at = now, None
            row.collections_at = None  # what changed meanwhile nobody told
        self.store_grant(row, grant)
        self._session.flush()  # the new row's id is needed by what is stored beside it
        return row, is_new

    def store_grant(self, row: ShopRow, grant: AccessGrant) -> None:
        row.grant = self._box.seal(
            {
                "access_token": grant.access_token,
                "expires_at": grant.expires_at.isoformat(),
                "refresh_token": grant.refresh_token,
                "refresh_expires_at": grant.refresh_expires_at.isoformat(),
                "scopes": list(grant.scopes),
            }
        )
        row.grant_expires_at, row.scopes, row.needs_reopen = grant.expires_at, list(grant.scopes), False
        row.refreshing_until = None

    def claim_refresh(self, shop_id: int, *, expires_at: datetime, now: datetime, until: datetime) -> bool:
        """Take the refresh of the grant that ends at `expires_at` in hand; False when another has it, or did it."""
        result = self._session.execute(
            update(ShopRow)
            .where(
                ShopRow.id == shop_id,
                ShopRow.grant_expires_at == expires_at,
                or_(ShopRow.refreshing_until.is_(None), ShopRow.refreshing_until <= now),
            )
            .values(refreshing_until=until)
            .execution_options(synchronize_session=False)
        )
        return bool(result.rowcount == 1)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def quiet_since(self, moment: datetime) -> tuple[int, ...]:
        """Return the installed shops whose grant ended before a moment: nobody has asked anything in their name."""
        query = select(ShopRow.id).where(
            ShopRow.uninstalled_at.is_(None), ShopRow.needs_reopen.is_(False), ShopRow.grant_expires_at < moment
        )
        return tuple(self._session.scalars(query.order_by(ShopRow.id)))

    def grant_of(self, row: ShopRow) -> AccessGrant | None:
        return read_grant(row, self._box)

    def describe(self, row: ShopRow, facts: ShopFacts) -> None:
        row.platform_id, row.name, row.email = facts.platform_id, facts.name, facts.email
        row.currency, row.time_zone, row.country_code = facts.currency, facts.time_zone, facts.country_code

    def uninstall(self, row: ShopRow, *, now: datetime) -> None:
        """Mark a shop uninstalled; its credentials are worthless from now on and go at once."""
        row.uninstalled_at, row.grant, row.grant_expires_at = now, None, None

    def touch_delivery(self, shop_id: int, *, at: datetime) -> None:
        self._session.execute(update(ShopRow).where(ShopRow.id == shop_id).values(last_delivery_at=at))


class Connections:
    """A shop's vendor connections."""

    def __init__(self, session: Session, shop_id: int, box: SecretBox) -> None:
        self._session, self._shop_id, self._box = session, shop_id, box

    def all(self) -> tuple[Connection, ...]:
        rows = self._session.scalars(select(ConnectionRow).where(ConnectionRow.shop_id == self._shop_id))
        return tuple(self._read(row) for row in rows)

    def get(self, slug: str) -> Connection | None:
        row = self._session.get(ConnectionRow, (self._shop_id, slug))
        return self._read(row) if row else None

    def save(self, slug: str, settings: dict[str, str], *, now: datetime) -> None:
        row = self._session.get(ConnectionRow, (self._shop_id, slug))
        if row is None:
            row = ConnectionRow(shop_id=self._shop_id, slug=slug, settings="", updated_at=now)
            self._session.add(row)
        row.settings, row.updated_at, row.is_paused, row.pause_reason = self._box.seal(settings), now, False, None

    def pause(self, slug: str, *, reason: str, now: datetime) -> None:
        row = self._session.get(ConnectionRow, (self._shop_id, slug))
        if row is not None:
            row.is_paused, row.pause_reason, row.updated_at = True, reason, now

    def _read(self, row: ConnectionRow) -> Connection:
        return Connection(row.slug, self._box.open(row.settings), row.is_paused, row.pause_reason)


class Imports:
    """Progress of a shop's imports."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def want(self, kind: str, *, now: datetime) -> None:
        """Ask for the import of `kind`, from the start."""
        row = self.get(kind)
        if row is None:
            row = ImportRow(shop_id=self._shop_id, kind=kind, state=WANTED, done=0, total=0)
            self._session.add(row)
        row.state, row.done, row.total, row.cursor, row.finished_at = WANTED, 0, 0, None, None
        row.attempt = (row.attempt or 0) + 1
        row.started_at = row.touched_at = now
        row.retry_at = row.error = None

    def get(self, kind: str) -> ImportRow | None:
        return self._session.get(ImportRow, (self._shop_id, kind))

    def all(self) -> tuple[ImportRow, ...]:
        return tuple(self._session.scalars(select(ImportRow).where(ImportRow.shop_id == self._shop_id)))


@dataclass(frozen=True, slots=True)
class WantedImport:
    shop_id: int
    kind: str
    attempt: int


_IMPORT_ORDER = {"products": 0, "collections": 1, "orders": 2, "customers": 3}


class WantedImports:
    """Imports to be done, in all shops: the poller's view."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def due(self, *, now: datetime) -> tuple[WantedImport, ...]:
        """Return the next import of each shop that has none under way: two at once only throttle each other.

        Products go before orders, which refer to them.
        """
        busy = select(ImportRow.shop_id).where(ImportRow.state == QUEUED)
        query = (
            select(ImportRow.shop_id, ImportRow.kind, ImportRow.attempt)
            .where(
                ImportRow.state == WANTED,
                or_(ImportRow.retry_at.is_(None), ImportRow.retry_at <= now),
                ImportRow.shop_id.not_in(busy),
            )
            .order_by(ImportRow.shop_id, case(_IMPORT_ORDER, value=ImportRow.kind, else_=len(_IMPORT_ORDER)))
        )
        first: dict[int, WantedImport] = {}
        for row in self._session.execute(query):
            first.setdefault(row.shop_id, WantedImport(*row))
        return tuple(first.values())

    def mark_queued(self, wanted: WantedImport, *, now: datetime) -> None:
        self._session.execute(
            update(ImportRow)
            .where(
                ImportRow.shop_id == wanted.shop_id,
                ImportRow.kind == wanted.kind,
                ImportRow.attempt == wanted.attempt,
                ImportRow.state == WANTED,
            )
            .values(state=QUEUED, touched_at=now)
        )

    def take_up_lost(self, *, before: datetime) -> int:
        """Put back what was handed to the job engine and gave no sign of life since a moment."""
        result = self._session.execute(
            update(ImportRow)
            .where(ImportRow.state == QUEUED, ImportRow.touched_at < before)
            .values(state=WANTED, retry_at=None, attempt=ImportRow.attempt + 1)
            .execution_options(synchronize_session=False)
        )
        return int(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult
