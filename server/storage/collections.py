"""A shop's collections and which products are in them."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, and_, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.goods import Memberships
from server.ports import CollectionSnapshot
from server.storage.db import Base
from server.storage.shops import ShopRow


class CollectionRow(Base):
    """A collection that stands here was read whole: its title and all of its products come together."""

    __tablename__ = "collections"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    collection_id: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    read_at: Mapped[datetime]  # when the platform was asked for all of its products


class CollectionProductRow(Base):
    """A product in a collection; products that the catalogue does not hold (yet) stand here too."""

    __tablename__ = "collection_products"
    __table_args__ = (
        ForeignKeyConstraint(
            ["shop_id", "collection_id"], ["collections.shop_id", "collections.collection_id"], ondelete="CASCADE"
        ),
        Index(None, "shop_id", "product_id"),
    )

    shop_id: Mapped[int] = mapped_column(primary_key=True)
    collection_id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(primary_key=True)


@dataclass(frozen=True, slots=True)
class CollectionName:
    """A collection as a page shows it."""

    title: str
    read_at: datetime


class Collections:
    """The collections of one shop."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def named(self, collection_ids: Iterable[str]) -> dict[str, CollectionName]:
        """Return those collections that exist, by id."""
        wanted = sorted(set(collection_ids))
        if not wanted:
            return {}
        query = select(CollectionRow.collection_id, CollectionRow.title, CollectionRow.read_at).where(
            CollectionRow.shop_id == self._shop_id, CollectionRow.collection_id.in_(wanted)
        )
        return {row[0]: CollectionName(row[1], row[2]) for row in self._session.execute(query)}

    def are_read(self) -> bool:
        """Tell whether all collections were read once, so that one which is not here does not exist."""
        return self._session.scalar(select(ShopRow.collections_at).where(ShopRow.id == self._shop_id)) is not None

    def memberships(self, product_ids: Iterable[str]) -> Memberships:
        """Return which collections some products are in; unknown until all collections were read once."""
        found = self._session.execute(_OF_PRODUCTS, {"its_shop": self._shop_id, "its_ids": sorted(set(product_ids))})
        return _memberships(found)

    def everything(self) -> Memberships:
        """Return which collections each product is in."""
        return _memberships(self._session.execute(_OF_ALL, {"its_shop": self._shop_id}))

    def save(self, collection: CollectionSnapshot, *, read_at: datetime) -> bool:
        """Store a collection with all of its products; False when it was read later than `read_at` already."""
        row = self._session.get(
            CollectionRow, (self._shop_id, collection.collection_id), with_for_update=True, populate_existing=True
        )
        if row is not None and row.read_at > read_at:
            return False
        if row is None:
            row = CollectionRow(shop_id=self._shop_id, collection_id=collection.collection_id)
            self._session.add(row)
        row.title, row.read_at = collection.title, read_at
        self._session.flush()  # products stand in collections that are there
        held = self._products_in(collection.collection_id)
        wanted = set(collection.product_ids)
        self._take_out((collection.collection_id, each) for each in held - wanted)
        self._put_in((collection.collection_id, each) for each in wanted - held)
        return True

    def sort(self, product_id: str, collection_ids: Collection[str], *, read_at: datetime) -> frozenset[str]:
        """Store which collections a product is in, and return those of them that are not here.

        A collection that was read whole after the product was asked for keeps what that told.
        """
        known = {each: found.read_at for each, found in self.named(collection_ids).items()}
        held = dict(
            self._session.execute(
                select(CollectionRow.collection_id, CollectionRow.read_at)
                .join(CollectionProductRow, _IN_COLLECTION)
                .where(CollectionRow.shop_id == self._shop_id, CollectionProductRow.product_id == product_id)
            ).all()
        )
        left = [each for each, whole_at in held.items() if each not in known and whole_at <= read_at]
        entered = [each for each, whole_at in known.items() if each not in held and whole_at <= read_at]
        self._take_out((each, product_id) for each in left)
        self._put_in((each, product_id) for each in entered)
        return frozenset(collection_ids) - known.keys()

    def remove(self, collection_id: str) -> None:
        self._session.execute(
            delete(CollectionRow).where(
                CollectionRow.shop_id == self._shop_id, CollectionRow.collection_id == collection_id
            )
        )

    def remove_product(self, product_id: str) -> None:
        self._session.execute(
            delete(CollectionProductRow).where(
                CollectionProductRow.shop_id == self._shop_id, CollectionProductRow.product_id == product_id
            )
        )

    def finish_reading(self, *, since: datetime, now: datetime) -> None:
        """Note that all collections were read between `since` and `now`; one that was not among them is gone."""
        self._session.execute(
            delete(CollectionRow).where(CollectionRow.shop_id == self._shop_id, CollectionRow.read_at < since)
        )
        self._session.execute(update(ShopRow).where(ShopRow.id == self._shop_id).values(collections_at=now))

    def _products_in(self, collection_id: str) -> set[str]:
        query = select(CollectionProductRow.product_id).where(
            CollectionProductRow.shop_id == self._shop_id, CollectionProductRow.collection_id == collection_id
        )
        return set(self._session.scalars(query))

    def _put_in(self, pairs: Iterable[tuple[str, str]]) -> None:
        rows = [
            {"shop_id": self._shop_id, "collection_id": collection_id, "product_id": product_id}
            for collection_id, product_id in sorted(pairs)
        ]
        if rows:
            self._session.execute(insert(CollectionProductRow), rows)

    def _take_out(self, pairs: Iterable[tuple[str, str]]) -> None:
        rows = [
            {"its_shop": self._shop_id, "its_collection": collection_id, "its_product": product_id}
            for collection_id, product_id in sorted(pairs)
        ]
        if rows:
            self._session.connection().execute(_TAKE_OUT, rows)


def _memberships(rows: Iterable[tuple[datetime | None, str | None, str | None]]) -> Memberships:
    is_known = False
    found: dict[str, set[str]] = {}
    for read_at, product_id, collection_id in rows:
        is_known = read_at is not None
        if product_id is not None and collection_id is not None:
            found.setdefault(product_id, set()).add(collection_id)
    return Memberships(found, is_known)


# One question: whether the shop's collections are known at all, and beside it what stands in them.
_COLUMNS = (ShopRow.collections_at, CollectionProductRow.product_id, CollectionProductRow.collection_id)
_OF_SHOP = CollectionProductRow.shop_id == ShopRow.id
_IN_COLLECTION = and_(
    CollectionProductRow.shop_id == CollectionRow.shop_id,
    CollectionProductRow.collection_id == CollectionRow.collection_id,
)
_OF_PRODUCTS = (
    select(*_COLUMNS)
    .outerjoin(
        CollectionProductRow,
        and_(_OF_SHOP, CollectionProductRow.product_id.in_(bindparam("its_ids", expanding=True))),
    )
    .where(ShopRow.id == bindparam("its_shop"))
)
_OF_ALL = select(*_COLUMNS).outerjoin(CollectionProductRow, _OF_SHOP).where(ShopRow.id == bindparam("its_shop"))
_TAKE_OUT = delete(CollectionProductRow.__table__).where(  # type: ignore[arg-type]  # Table, typed as FromClause
    CollectionProductRow.shop_id == bindparam("its_shop"),
    CollectionProductRow.collection_id == bindparam("its_collection"),
    CollectionProductRow.product_id == bindparam("its_product"),
)
