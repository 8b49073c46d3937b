"""Stock at each of a shop's locations, and the locations themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.ports import ItemStock, LocationStock
from server.storage.db import Base


class LocationRow(Base):
    __tablename__ = "locations"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_active: Mapped[bool]


class LocationStockRow(Base):
    """What may be sold of an item from one location; the sum over all stands with the variant."""

    __tablename__ = "location_stock"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    inventory_item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    available: Mapped[int]
    stock_at: Mapped[datetime]  # when it was asked for


class StockByLocation:
    """Where a shop's goods lie."""

    def __init__(self, session: Session, shop_id: int) -> None:
        self._session, self._shop_id = session, shop_id

    def save(self, items: Sequence[ItemStock], *, read_at: datetime) -> None:
        """Store what the platform said at `read_at` of whole items; what was asked for later stays."""
        said = {(item.inventory_item_id, level.location_id): level for item in items for level in item.levels}
        held = self._held([item.inventory_item_id for item in items])
        for row in held:
            if row.stock_at > read_at:
                said.pop((row.inventory_item_id, row.location_id), None)
                continue
            level = said.pop((row.inventory_item_id, row.location_id), None)
            if level is None:
                self._session.delete(row)  # the item is no longer stocked there
            else:
                row.available, row.stock_at = level.available, read_at
        for (item_id, location_id), level in said.items():
            self._session.add(
                LocationStockRow(
                    shop_id=self._shop_id,
                    inventory_item_id=item_id,
                    location_id=location_id,
                    available=level.available,
                    stock_at=read_at,
                )
            )
        self._save_locations(level for item in items for level in item.levels)

    def of(self, inventory_item_id: str) -> tuple[LocationStock, ...]:
        """Return what may be sold of an item from each location, by the location's name."""
        query = (
            select(LocationStockRow, LocationRow)
            .join(
                LocationRow,
                (LocationRow.shop_id == LocationStockRow.shop_id)
                & (LocationRow.location_id == LocationStockRow.location_id),
            )
            .where(LocationStockRow.shop_id == self._shop_id, LocationStockRow.inventory_item_id == inventory_item_id)
            .order_by(LocationRow.name, LocationRow.location_id)
        )
        return tuple(
            LocationStock(place.location_id, place.name, stock.available, is_active=place.is_active)
            for stock, place in self._session.execute(query)
        )

    def forget(self, inventory_item_ids: Collection[str | None]) -> None:
        """Forget where items lay that are no longer for sale."""
        wanted = sorted(each for each in inventory_item_ids if each)
        if wanted:
            self._session.execute(
                delete(LocationStockRow).where(
                    LocationStockRow.shop_id == self._shop_id, LocationStockRow.inventory_item_id.in_(wanted)
                )
            )

    def _held(self, item_ids: Collection[str]) -> Sequence[LocationStockRow]:
        query = (
            select(LocationStockRow)
            .where(LocationStockRow.shop_id == self._shop_id, LocationStockRow.inventory_item_id.in_(sorted(item_ids)))
            .order_by(LocationStockRow.inventory_item_id, LocationStockRow.location_id)
            .with_for_update()
        )
        return self._session.scalars(query, execution_options={"populate_existing": True}).all()

    def _save_locations(self, levels: Iterable[LocationStock]) -> None:
        said = {level.location_id: level for level in levels}
        query = select(LocationRow).where(
            LocationRow.shop_id == self._shop_id, LocationRow.location_id.in_(sorted(said))
        )
        for row in self._session.scalars(query):
            level = said.pop(row.location_id)
            row.name, row.is_active = level.name, level.is_active
        for level in said.values():
            self._session.add(
                LocationRow(
                    shop_id=self._shop_id, location_id=level.location_id, name=level.name, is_active=level.is_active
                )
            )
