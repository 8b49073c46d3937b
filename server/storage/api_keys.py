"""The keys of a shop's own systems: digests, never the keys themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from server.storage.db import Base, Session
from server.storage.shops import ShopRow


class ApiKeyRow(Base):
    """One key. A revoked one stays, so that the list tells when it was last used."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    handle: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]  # to the minute
    revoked_at: Mapped[datetime | None]

    def __repr__(self) -> str:
        return f"ApiKeyRow({self.handle!r})"


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key in use, with the shop that it speaks for."""

    id: int
    shop_id: int
    shop_domain: str
    digest: str
    last_used_at: datetime | None


def find_key(session: Session, handle: str) -> FoundKey | None:
    """Return a key that was not revoked, of a shop that has the app."""
    query = (
        select(ApiKeyRow.id, ApiKeyRow.shop_id, ShopRow.domain, ApiKeyRow.digest, ApiKeyRow.last_used_at)
        .join(ShopRow, ShopRow.id == ApiKeyRow.shop_id)
        .where(ApiKeyRow.handle == handle, ApiKeyRow.revoked_at.is_(None), ShopRow.uninstalled_at.is_(None))
    )
    row = session.execute(query).one_or_none()
    return FoundKey(*row) if row is not None else None


class ApiKeys:
    """One shop's keys."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def all(self) -> Sequence[ApiKeyRow]:
        """Return the keys, the newest first; revoked ones behind those in use."""
        query = (
            select(ApiKeyRow)
            .where(ApiKeyRow.shop_id == self._shop_id)
            .order_by(ApiKeyRow.revoked_at.is_not(None), ApiKeyRow.created_at.desc(), ApiKeyRow.id.desc())
        )
        return self._session.scalars(query).all()

    def count_in_use(self) -> int:
        query = (
            select(func.count())
            .select_from(ApiKeyRow)
            .where(ApiKeyRow.shop_id == self._shop_id, ApiKeyRow.revoked_at.is_(None))
        )
        return self._session.scalar(query) or 0

    def add(self, *, name: str, handle: str, digest: str, created_by: str, now: datetime) -> None:
        self._session.add(
            ApiKeyRow(
                shop_id=self._shop_id, name=name, handle=handle, digest=digest, created_by=created_by, created_at=now
            )
        )

    def revoke_all(self, *, now: datetime) -> None:
        self._session.execute(
            update(ApiKeyRow)
            .where(ApiKeyRow.shop_id == self._shop_id, ApiKeyRow.revoked_at.is_(None))
            .values(revoked_at=now)
        )

    def lock(self, key_id: int) -> ApiKeyRow | None:
        query = select(ApiKeyRow).where(ApiKeyRow.shop_id == self._shop_id, ApiKeyRow.id == key_id).with_for_update()
        return self._session.scalars(query).one_or_none()
