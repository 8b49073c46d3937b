"""The rule store: one draft and numbered, frozen versions per shop."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ForeignKey, bindparam, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.core.errors import AppError
from server.domain.document import RuleDocument
from server.domain.rules import parse
from server.storage.db import Base
from server.storage.shops import ShopRow

_MOST_KNOWN = 500


class DraftChanged(AppError):
    """Somebody else saved or published since this editor loaded the draft."""

    code = "draft_changed"


class RuleVersionRow(Base):
    """A published version; never changed, so that decisions can be replayed with the rules of their day."""

    __tablename__ = "rule_versions"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    published_by: Mapped[str | None]  # the staff member's id


class RuleDraftRow(Base):
    __tablename__ = "rule_drafts"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    document: Mapped[dict[str, Any]]
    revision: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class PublishedRules:
    number: int
    document: RuleDocument
    published_at: datetime


# Written once: building a statement anew costs as much as running it.
_NEWEST = (
    select(RuleVersionRow.number, RuleVersionRow.published_at)
    .where(RuleVersionRow.shop_id == bindparam("its_shop"))
    .order_by(RuleVersionRow.number.desc())
    .limit(1)
)
_SINCE = select(
    ShopRow.installed_at,
    select(func.min(RuleVersionRow.published_at)).where(RuleVersionRow.shop_id == ShopRow.id).scalar_subquery(),
).where(ShopRow.id == bindparam("its_shop"))

# Versions for each engine, by shop, number and time: a database that was restored may use a number a second time.
_READ: "WeakKeyDictionary[Any, dict[tuple[int, int, datetime], PublishedRules]]" = WeakKeyDictionary()


class Rules:
    """A shop's rule store."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def live_number(self) -> int:
        """Return the number of the live version, 0 when nothing was published yet."""
        query = select(func.max(RuleVersionRow.number)).where(RuleVersionRow.shop_id == self._shop_id)
        return self._session.scalar(query) or 0

    def offers_since(self) -> datetime | None:
        """Return since when the shop offers anything with this installation; None before it did."""
        found = self._session.execute(_SINCE, {"its_shop": self._shop_id}).one_or_none()
        return max(found) if found is not None and None not in found else None

    def version(self, number: int) -> PublishedRules | None:
        """Return one version. It never changes, so that each process reads and parses it once."""
        query = select(RuleVersionRow.published_at).where(
            RuleVersionRow.shop_id == self._shop_id, RuleVersionRow.number == number
        )
        published_at = self._session.scalar(query)
        return self._read(number, published_at) if published_at else None

    def live(self) -> PublishedRules | None:
        """Return the version that is live, None when nothing was published yet."""
        newest = self._session.execute(_NEWEST, {"its_shop": self._shop_id}).first()
        return self._read(newest.number, newest.published_at) if newest else None

    def live_document(self) -> dict[str, Any] | None:
        """Return the live version as it was written."""
        row = self._session.get(RuleVersionRow, (self._shop_id, self.live_number()))
        return row.document if row else None

    def draft(self) -> RuleDraftRow | None:
        return self._session.get(RuleDraftRow, self._shop_id)

    def lock_draft(self) -> RuleDraftRow | None:
        """Return the draft as it stands now and keep others from changing it until the transaction ends."""
        return self._session.get(RuleDraftRow, self._shop_id, with_for_update=True, populate_existing=True)

    def begin_draft(self, document: dict[str, Any], *, now: datetime) -> RuleDraftRow:
        """Store the shop's first draft; a twin that was first makes this an IntegrityError, which `run` tries again."""
        row = RuleDraftRow(shop_id=self._shop_id, document=document, revision=1, updated_at=now)
        self._session.add(row)
        self._session.flush()
        return row

    def save_draft(self, document: dict[str, Any], *, revision: int, now: datetime) -> RuleDraftRow:
        """Store the draft; `revision` is the one the editor loaded (0 for the first draft).

        Raises:
            DraftChanged: the stored draft is another one by now.
        """
        row = self.lock_draft()
        if row is None:
            return self.begin_draft(document, now=now)
        if row.revision != revision:
            message = "Someone else changed these offers while you were editing. Load the page again to see their work."
            raise DraftChanged(message, shop_id=self._shop_id)
        row.document, row.revision, row.updated_at = document, revision + 1, now
        return row

    def publish(self, *, by: str | None, now: datetime) -> PublishedRules:
        """Freeze the draft as the next version and make it live.

        Raises:
            InvalidRules: the draft has problems; the live rules stay as they were.
            DraftChanged: there is no draft.
        """
        row = self.lock_draft()
        if row is None:
            raise DraftChanged("There is nothing to publish yet.", shop_id=self._shop_id)
        document = parse(row.document)
        number = self.live_number() + 1
        self._session.add(
            RuleVersionRow(
                shop_id=self._shop_id, number=number, document=row.document, published_at=now, published_by=by
            )
        )
        return PublishedRules(number, document, now)

    def _read(self, number: int, published_at: datetime) -> PublishedRules:
        known = _READ.setdefault(self._session.get_bind(), {})
        key = (self._shop_id, number, published_at)
        found = known.get(key)
        if found is None:
            row = self._session.get_one(RuleVersionRow, (self._shop_id, number))
            if len(known) >= _MOST_KNOWN:
                known.clear()
            found = known[key] = PublishedRules(number, parse(row.document), published_at)
        return found
