"""The rule store: one draft and numbered, frozen versions per shop."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import ForeignKey, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.core.errors import AppError
from server.domain.document import RuleDocument
from server.domain.rules import parse
from server.domain.rules.changes import changes
from server.storage.db import Base
from server.storage.shops import ShopRow

_MOST_KNOWN = 500
_REVISIONS_KEPT = 50
_CHANGES_TOLD = 3


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


class RuleDraftRevisionRow(Base):
    """The draft as it stood at a revision, so that who edited an older one can be told what changed since."""

    __tablename__ = "rule_draft_revisions"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]


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
_READING: dict[int, Lock] = {}  # by shop


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
        self._keep_revision(row)
        return row

    def save_draft(self, document: dict[str, Any], *, revision: int, now: datetime) -> RuleDraftRow:
        """Store the draft; `revision` is the one the editor loaded (0 for the first draft).

        Raises:
            DraftChanged: the stored draft is another one by now.
        """
        row = self.lock_draft()
        if row is None:
            return self.begin_draft(document, now=now)
        self.check_revision(row, revision)
        row.document, row.revision, row.updated_at = document, revision + 1, now
        self._keep_revision(row)
        return row

    def check_revision(self, row: RuleDraftRow, revision: int) -> None:
        """Refuse to go on from a revision that is not the draft's any more, and tell what changed since.

        Raises:
            DraftChanged.
        """
        if row.revision == revision:
            return
        held = self._session.get(RuleDraftRevisionRow, (self._shop_id, revision))
        found = changes(held.document, row.document) if held is not None else ()
        told = "".join(f" {each.words()}." for each in found[:_CHANGES_TOLD])
        rest = f" And {len(found) - _CHANGES_TOLD} more." if len(found) > _CHANGES_TOLD else ""
        raise DraftChanged(f"Someone else changed these rules meanwhile.{told}{rest}")

    def _keep_revision(self, row: RuleDraftRow) -> None:
        kept = RuleDraftRevisionRow(shop_id=self._shop_id, revision=row.revision, document=row.document)
        self._session.merge(kept)
        self._session.execute(
            delete(RuleDraftRevisionRow).where(
                RuleDraftRevisionRow.shop_id == self._shop_id,
                RuleDraftRevisionRow.revision <= row.revision - _REVISIONS_KEPT,
            )
        )

    def versions(self, *, limit: int) -> Sequence[RuleVersionRow]:
        """Return the latest versions, the newest first."""
        query = select(RuleVersionRow).where(RuleVersionRow.shop_id == self._shop_id)
        return self._session.scalars(query.order_by(RuleVersionRow.number.desc()).limit(limit)).all()

    def written(self, number: str) -> dict[str, Any] | None:
        """Return a version as it was written, by its number."""
        row = self._session.get(RuleVersionRow, (self._shop_id, int(number))) if number.isdecimal() else None
        return row.document if row is not None else None

    def publish(self, *, by: str | None, now: datetime) -> PublishedRules:
        """Freeze the draft as the next version and make it live.

        Raises:
            InvalidRules: the draft has problems; the live rules stay as they were.
            DraftChanged: there is no draft.
        """
        row = self.lock_draft()
        if row is None:
            raise DraftChanged("There is nothing to publish yet.", shop_id=self._shop_id)
        return self.publish_document(row.document, by=by, now=now)

    def publish_document(self, written: dict[str, Any], *, by: str | None, now: datetime) -> PublishedRules:
        """Freeze a document as the next version and make it live.

        Raises:
            InvalidRules: as above.
        """
        document = parse(written)
        number = self.live_number() + 1
        self._session.add(
            RuleVersionRow(shop_id=self._shop_id, number=number, document=written, published_at=now, published_by=by)
        )
        return PublishedRules(number, document, now)

    def _read(self, number: int, published_at: datetime) -> PublishedRules:
        known = _READ.setdefault(self._session.get_bind(), {})
        key = (self._shop_id, number, published_at)
        found = known.get(key)
        if found is not None:
            return found
        # A new version is asked for by every thread at once: one reads and compiles it, or all would at the same time.
        with _READING.setdefault(self._shop_id, Lock()):
            found = known.get(key)
            if found is None:
                row = self._session.get_one(RuleVersionRow, (self._shop_id, number))
                if len(known) >= _MOST_KNOWN:
                    known.clear()
                found = known[key] = PublishedRules(number, parse(row.document), published_at)
                _ = found.document.screen
        return found
