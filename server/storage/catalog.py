"""The mirror of a shop's catalogue and what is bought together in it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, bindparam, delete, false, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.orders import VariantFacts
from server.domain.recommendations import Neighbour
from server.domain.stock import remember
from server.ports import ProductSnapshot, StockLevel
from server.storage.db import Base, Minor
from server.storage.stock import StockByLocation


class VariantRow(Base):
    """One variant with its product's facts beside it: decisions read variants, never products."""

    __tablename__ = "variants"
    __table_args__ = (
        Index(None, "shop_id", "product_id"),
        Index(None, "shop_id", "inventory_item_id"),
        Index(None, "shop_id", "product_type", "price"),
    )

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
    stock_levels: Mapped[list[Any]] = mapped_column(server_default="[]")  # of late, as `stock.remember` keeps them
    stock_at: Mapped[datetime]  # when `available` was asked for
    sells_when_out_of_stock: Mapped[bool]
    is_sellable: Mapped[bool]
    is_by_plan_only: Mapped[bool] = mapped_column(server_default=false())
    product_updated_at: Mapped[datetime]


class VariantTagRow(Base):
    """A product's tag at each of its variants, in small letters: goods are found by it."""

    __tablename__ = "variant_tags"
    __table_args__ = (
        ForeignKeyConstraint(
            ["shop_id", "variant_id"], ["variants.shop_id", "variants.variant_id"], ondelete="CASCADE"
        ),
        Index(None, "shop_id", "variant_id"),
    )

    shop_id: Mapped[int] = mapped_column(primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)
    variant_id: Mapped[str] = mapped_column(primary_key=True)


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

    def everything(self) -> dict[str, VariantFacts]:
        """Return the facts of all variants, by id."""
        found = self._session.execute(select(*_FACTS).where(VariantRow.shop_id == self._shop_id))
        return {row.variant_id: _facts(row) for row in found}

    def sellable(self, *, limit: int) -> tuple[VariantFacts, ...]:
        """Return some goods that are on sale and cost something, the lowest ids first."""
        query = (
            select(*_FACTS)
            .where(VariantRow.shop_id == self._shop_id, VariantRow.is_sellable, VariantRow.price > 0)
            .order_by(VariantRow.variant_id)
            .limit(limit)
        )
        return tuple(_facts(row) for row in self._session.execute(query))

    def siblings(self, goods: Iterable[VariantFacts]) -> dict[str, VariantFacts]:
        """Return all variants of the products of some goods, by id."""
        wanted = sorted({each.product_id for each in goods})
        if not wanted:
            return {}
        found = self._session.execute(_OF_PRODUCTS, {"its_shop": self._shop_id, "its_ids": wanted})
        return {row.variant_id: _facts(row) for row in found}

    def family(self, line: VariantFacts, *, by: str, low: int, high: int, limit: int) -> tuple[VariantFacts, ...]:
        """Return sellable goods of the family of one that cost from `low` to `high`, the cheapest first.

        The family is the product type, or `by` "product" the variants of the same product.
        """
        is_family = (
            VariantRow.product_id == line.product_id
            if by == "product"
            else VariantRow.product_type == line.product_type
        )
        query = (
            select(*_FACTS)
            .where(VariantRow.shop_id == self._shop_id, is_family, VariantRow.price.between(low, high))
            .where(VariantRow.is_sellable, VariantRow.variant_id != line.variant_id)
            .order_by(VariantRow.price, VariantRow.variant_id)
            .limit(limit)
        )
        return tuple(_facts(row) for row in self._session.execute(query))

    def tagged(self, tags: Iterable[str], *, limit: int) -> tuple[tuple[VariantFacts, str], ...]:
        """Return sellable goods with one of the tags (in small letters), each with the tag, the cheapest first."""
        wanted = sorted(set(tags))
        if not wanted:
            return ()
        query = (
            select(*_FACTS, VariantTagRow.tag.label("found_by"))
            .join(
                VariantTagRow,
                (VariantTagRow.shop_id == VariantRow.shop_id) & (VariantTagRow.variant_id == VariantRow.variant_id),
            )
            .where(VariantRow.shop_id == self._shop_id, VariantTagRow.shop_id == self._shop_id)
            .where(VariantTagRow.tag.in_(wanted), VariantRow.is_sellable)
            .order_by(VariantRow.price, VariantRow.variant_id, VariantTagRow.tag)
            .limit(limit)
        )
        return tuple((_facts(row), row.found_by) for row in self._session.execute(query))

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
        retagged: dict[str, frozenset[str]] = {}
        for facts in product.variants:
            row = held.pop(facts.variant_id, None)
            values = self._values(product, facts)
            if row is None or row.stock_at <= stock_at:
                levels = _remembered(row.stock_levels if row is not None else [], facts.available)
                values |= {"available": facts.available, "stock_levels": levels, "stock_at": stock_at}
            if row is None or set(row.tags) != facts.tags:
                retagged[facts.variant_id] = facts.tags
            if row is None:
                self._session.add(VariantRow(shop_id=self._shop_id, variant_id=facts.variant_id, **values))
                continue
            for name, value in values.items():
                setattr(row, name, value)
        for gone in held.values():
            self._session.delete(gone)
        StockByLocation(self._session, self._shop_id).forget([gone.inventory_item_id for gone in held.values()])
        self._save_tags(retagged)
        return True

    def _save_tags(self, retagged: Mapping[str, frozenset[str]]) -> None:
        if not retagged:
            return
        self._session.flush()  # tags stand at variants that are there
        self._session.execute(
            delete(VariantTagRow).where(VariantTagRow.shop_id == self._shop_id, VariantTagRow.variant_id.in_(retagged))
        )
        rows = [
            {"shop_id": self._shop_id, "tag": tag, "variant_id": variant_id}
            for variant_id, tags in retagged.items()
            for tag in sorted({each.casefold() for each in tags})
        ]
        if rows:
            self._session.execute(insert(VariantTagRow), rows)

    def set_stock(self, level: StockLevel, *, read_at: datetime) -> bool:
        """Store the stock that the platform gave at `read_at`; False for what is not here or was asked for later."""
        row = self._session.get(
            VariantRow, (self._shop_id, level.variant_id), with_for_update=True, populate_existing=True
        )
        if row is None or row.stock_at > read_at:
            return False
        row.available, row.stock_at = level.available, read_at
        row.stock_levels = _remembered(row.stock_levels, level.available)
        return True

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
            "is_by_plan_only": facts.is_by_plan_only,
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
    VariantRow.handle, VariantRow.sku, VariantRow.product_type, VariantRow.vendor, VariantRow.stock_levels,
    VariantRow.is_by_plan_only,
)  # fmt: skip


_NAMES = tuple(each.key for each in _FACTS)

# Written once: building a statement anew costs as much as running it.
_OF_IDS = select(*_FACTS).where(
    VariantRow.shop_id == bindparam("its_shop"), VariantRow.variant_id.in_(bindparam("its_ids", expanding=True))
)
_OF_PRODUCTS = select(*_FACTS).where(
    VariantRow.shop_id == bindparam("its_shop"), VariantRow.product_id.in_(bindparam("its_ids", expanding=True))
)
_NEIGHBOURS_OF = (
    select(NeighbourRow.variant_id, NeighbourRow.other_id, NeighbourRow.score, NeighbourRow.together)
    .where(
        NeighbourRow.shop_id == bindparam("its_shop"), NeighbourRow.variant_id.in_(bindparam("its_ids", expanding=True))
    )
    .order_by(NeighbourRow.variant_id, NeighbourRow.score.desc(), NeighbourRow.other_id)
)


def _facts(row: Any) -> VariantFacts:
    given = dict(zip(_NAMES, row, strict=False))  # a row may hold more behind them
    return VariantFacts(**{**given, "tags": frozenset(row.tags), "stock_levels": tuple(row.stock_levels)})


def _remembered(levels: Sequence[int], available: int | None) -> list[int]:
    return list(remember(levels, available)) if available is not None else []
