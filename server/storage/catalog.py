"""The mirror of a shop's catalogue and what is bought together in it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, bindparam, delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.orders import VariantFacts
from server.domain.recommendations import Neighbour
from server.ports import ProductSnapshot, StockLevel
from server.storage.db import Base, Minor
from server.storage.stock import StockByLocation


class VariantRow(Base):
    """One variant with its product's facts beside it: decisions read variants, never products."""

    __tablename__ = "variants"
    __table_args__ = (Index(None, "shop_id", "product_id"), Index(None, "shop_id", "inventory_item_id"))

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    product_id: Mapped[str]
    inventory_item_id: Mapped[str | None]
    sku: Mapped[str]
    title: Mapped[str]
    variant_title: Mapped[str | None]
    handle: Mapped[str | None]
    description: Mapped[str]
    image_url: Mapped[str | None]
    image_alt: Mapped[str | None]
    tags: Mapped[list[Any]]
    product_type: Mapped[str] = mapped_column(server_default="")
    vendor: Mapped[str] = mapped_column(server_default="")
    price: Mapped[Minor]
    compare_at_price: Mapped[Minor | None]
    unit_cost: Mapped[Minor | None]
    available: Mapped[int | None]
    stock_at: Mapped[datetime]  # when `available` was asked for
    sells_when_out_of_stock: Mapped[bool]
    is_sellable: Mapped[bool]
    product_updated_at: Mapped[datetime]


class NeighbourRow(Base):
    __tablename__ = "neighbours"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)
    other_id: Mapped[str] = mapped_column(primary_key=True)
    score: Mapped[float]
    together: Mapped[int]


class Catalog:
    """A shop's variants."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def variants(self, variant_ids: Iterable[str]) -> dict[str, VariantFacts]:
        """Return the facts of those variants that exist, by id."""
        wanted = sorted(set(variant_ids))
        if not wanted:
            return {}
        found = self._session.execute(_OF_IDS, {"its_shop": self._shop_id, "its_ids": wanted})
        return {row.variant_id: _facts(row) for row in found}

    def count(self) -> int:
        query = select(func.count()).select_from(VariantRow).where(VariantRow.shop_id == self._shop_id)
        return self._session.scalar(query) or 0

    def save(self, product: ProductSnapshot, *, read_at: datetime | None = None) -> bool:
        """Store a product's variants; False when a newer snapshot is stored already.

        `read_at` is when the platform was asked; without it, the product's own time is the least it can be. Stock
        that was asked for later stays: the product's time does not tell, because a sale does not change it.
        """
        stock_at = read_at or product.updated_at
        held = {
            row.variant_id: row
            for row in self._session.scalars(
                select(VariantRow)
                .where(VariantRow.shop_id == self._shop_id, VariantRow.product_id == product.product_id)
                .order_by(VariantRow.variant_id)
                .with_for_update(),
                execution_options={"populate_existing": True},
            )
        }
        if any(row.product_updated_at > product.updated_at for row in held.values()):
            return False
        for facts in product.variants:
            row = held.pop(facts.variant_id, None)
            values = self._values(product, facts)
            if row is None or row.stock_at <= stock_at:
                values |= {"available": facts.available, "stock_at": stock_at}
            if row is None:
                self._session.add(VariantRow(shop_id=self._shop_id, variant_id=facts.variant_id, **values))
                continue
            for name, value in values.items():
                setattr(row, name, value)
        for gone in held.values():
            self._session.delete(gone)
        StockByLocation(self._session, self._shop_id).forget([gone.inventory_item_id for gone in held.values()])
        return True

    def set_stock(self, level: StockLevel, *, read_at: datetime) -> bool:
        """Store the stock that the platform gave at `read_at`; False for what is not here or was asked for later."""
        result = self._session.execute(
            update(VariantRow)
            .where(
                VariantRow.shop_id == self._shop_id,
                VariantRow.variant_id == level.variant_id,
                VariantRow.stock_at <= read_at,
            )
            .values(available=level.available, stock_at=read_at)
        )
        return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE returns a CursorResult

    def remove_product(self, product_id: str) -> None:
        items = select(VariantRow.inventory_item_id).where(
            VariantRow.shop_id == self._shop_id, VariantRow.product_id == product_id
        )
        StockByLocation(self._session, self._shop_id).forget(self._session.scalars(items).all())
        self._session.execute(
            delete(VariantRow).where(VariantRow.shop_id == self._shop_id, VariantRow.product_id == product_id)
        )

    @staticmethod
    def _values(product: ProductSnapshot, facts: VariantFacts) -> dict[str, Any]:
        return {
            "product_id": product.product_id,
            "inventory_item_id": product.inventory_item_ids.get(facts.variant_id),
            "sku": facts.sku,
            "product_type": facts.product_type,
            "vendor": facts.vendor,
            "title": facts.title,
            "variant_title": facts.variant_title,
            "handle": facts.handle,
            "description": facts.description,
            "image_url": facts.image_url,
            "image_alt": facts.image_alt,
            "tags": sorted(facts.tags),
            "price": facts.price,
            "compare_at_price": facts.compare_at_price,
            "unit_cost": facts.unit_cost,
            "sells_when_out_of_stock": facts.sells_when_out_of_stock,
            "is_sellable": facts.is_sellable,
            "product_updated_at": product.updated_at,
        }


class Neighbours:
    """What is bought together in a shop, as last counted."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def of(self, variant_ids: Iterable[str]) -> dict[str, tuple[Neighbour, ...]]:
        wanted = sorted(set(variant_ids))
        if not wanted:
            return {}
        found: dict[str, list[Neighbour]] = {}
        rows = self._session.execute(_NEIGHBOURS_OF, {"its_shop": self._shop_id, "its_ids": wanted})
        for variant_id, other_id, score, together in rows:
            found.setdefault(variant_id, []).append(Neighbour(other_id, score, together))
        return {variant_id: tuple(rows) for variant_id, rows in found.items()}

    def replace(self, neighbours: Mapping[str, Iterable[Neighbour]]) -> None:
        """Replace all counts of the shop by new ones."""
        self._session.execute(delete(NeighbourRow).where(NeighbourRow.shop_id == self._shop_id))
        rows = [
            {
                "shop_id": self._shop_id,
                "variant_id": variant_id,
                "other_id": each.variant_id,
                "score": each.score,
                "together": each.together,
            }
            for variant_id, found in neighbours.items()
            for each in found
        ]
        if rows:
            self._session.execute(NeighbourRow.__table__.insert(), rows)  # type: ignore[attr-defined]  # Table, typed as FromClause


# Columns, not rows of the ORM: a decision reads hundreds of these, and changes none.
_FACTS = (
    VariantRow.variant_id, VariantRow.product_id, VariantRow.title, VariantRow.variant_title, VariantRow.price,
    VariantRow.available, VariantRow.is_sellable, VariantRow.tags, VariantRow.compare_at_price, VariantRow.unit_cost,
    VariantRow.sells_when_out_of_stock, VariantRow.description, VariantRow.image_url, VariantRow.image_alt,
    VariantRow.handle, VariantRow.sku, VariantRow.product_type, VariantRow.vendor,
)  # fmt: skip


# Written once: building a statement anew costs as much as running it.
_OF_IDS = select(*_FACTS).where(
    VariantRow.shop_id == bindparam("its_shop"), VariantRow.variant_id.in_(bindparam("its_ids", expanding=True))
)
_NEIGHBOURS_OF = (
    select(NeighbourRow.variant_id, NeighbourRow.other_id, NeighbourRow.score, NeighbourRow.together)
    .where(
        NeighbourRow.shop_id == bindparam("its_shop"), NeighbourRow.variant_id.in_(bindparam("its_ids", expanding=True))
    )
    .order_by(NeighbourRow.variant_id, NeighbourRow.score.desc(), NeighbourRow.other_id)
)


def _facts(row: Any) -> VariantFacts:
    return VariantFacts(**{**row._mapping, "tags": frozenset(row.tags)})  # noqa: SLF001 - a row's public mapping
