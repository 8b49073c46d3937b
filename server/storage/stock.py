"""Stock at each of a shop's locations, and the locations themselves."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from server.domain.locations import Stand, remember_stand
from server.ports import ItemStock, Location, LocationStock
from server.storage.db import Base


class LocationRow(Base):
    __tablename__ = "locations"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    is_active: Mapped[bool]
    is_online: Mapped[bool] = mapped_column(server_default=true())


class LocationStockRow(Base):
    """What may be sold of an item from one location; the sum over all stands with the variant."""

    __tablename__ = "location_stock"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    inventory_item_id: Mapped[str] = mapped_column(primary_key=True)
    location_id: Mapped[str] = mapped_column(primary_key=True)
    available: Mapped[int]
    stock_at: Mapped[datetime]  # when it was asked for


class ItemStandsRow(Base):
    """How an item lay of late, as `locations.remember_stand` keeps it: which location counts, rules say later."""

    __tablename__ = "item_stands"

    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id", ondelete="CASCADE"), primary_key=True)
    inventory_item_id: Mapped[str] = mapped_column(primary_key=True)
    stands: Mapped[list[Any]]  # the latest last


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
        self._session.flush()  # what lies there by now is read again
        self._remember([item.inventory_item_id for item in items])

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
            LocationStock(
                place.location_id, place.name, stock.available, is_active=place.is_active, is_online=place.is_online
            )
            for stock, place in self._session.execute(query)
        )

    def locations(self) -> tuple[Location, ...]:
        """Return the shop's locations by name."""
        query = (
            select(LocationRow)
            .where(LocationRow.shop_id == self._shop_id)
            .order_by(LocationRow.name, LocationRow.location_id)
        )
        return tuple(
            Location(row.location_id, row.name, is_active=row.is_active, is_online=row.is_online)
            for row in self._session.scalars(query)
        )

    def replace_locations(self, locations: Iterable[Location]) -> None:
        """Store all locations as the platform lists them; what lay at one that is gone lies there no more."""
        said = {each.location_id: each for each in locations}
        query = select(LocationRow.location_id).where(LocationRow.shop_id == self._shop_id)
        gone = sorted(set(self._session.scalars(query)) - set(said))
        for table in (LocationStockRow, LocationRow) if gone else ():
            self._session.execute(delete(table).where(table.shop_id == self._shop_id, table.location_id.in_(gone)))
        self._save_locations(said.values())

    def forget(self, inventory_item_ids: Collection[str | None]) -> None:
        """Forget where items lay that are no longer for sale."""
        wanted = sorted(each for each in inventory_item_ids if each)
        if wanted:
            self._session.execute(
                delete(LocationStockRow).where(
                    LocationStockRow.shop_id == self._shop_id, LocationStockRow.inventory_item_id.in_(wanted)
                )
            )
            self._session.execute(
                delete(ItemStandsRow).where(
                    ItemStandsRow.shop_id == self._shop_id, ItemStandsRow.inventory_item_id.in_(wanted)
                )
            )

    def _remember(self, item_ids: Sequence[str]) -> None:
        now: dict[str, dict[str, int]] = {item_id: {} for item_id in item_ids}
        for level in self._held(item_ids):
            now[level.inventory_item_id][level.location_id] = level.available
        query = select(ItemStandsRow).where(
            ItemStandsRow.shop_id == self._shop_id, ItemStandsRow.inventory_item_id.in_(sorted(now))
        )
        held = {row.inventory_item_id: row for row in self._session.scalars(query)}
        for item_id, amounts in now.items():
            stand, row = tuple(sorted(amounts.items())), held.get(item_id)
            if row is None:
                self._session.add(
                    ItemStandsRow(shop_id=self._shop_id, inventory_item_id=item_id, stands=packed([stand]))
                )
            else:
                row.stands = packed(remember_stand(unpacked(row.stands), stand))

    def _held(self, item_ids: Collection[str]) -> Sequence[LocationStockRow]:
        query = (
            select(LocationStockRow)
            .where(LocationStockRow.shop_id == self._shop_id, LocationStockRow.inventory_item_id.in_(sorted(item_ids)))
            .order_by(LocationStockRow.inventory_item_id, LocationStockRow.location_id)
            .with_for_update()
        )
        return self._session.scalars(query, execution_options={"populate_existing": True}).all()

    def _save_locations(self, levels: Iterable[LocationStock | Location]) -> None:
        said = {level.location_id: level for level in levels}
        query = select(LocationRow).where(
            LocationRow.shop_id == self._shop_id, LocationRow.location_id.in_(sorted(said))
        )
        for row in self._session.scalars(query):
            level = said.pop(row.location_id)
            row.name, row.is_active, row.is_online = level.name, level.is_active, level.is_online
        for level in said.values():
            self._session.add(
                LocationRow(
                    shop_id=self._shop_id,
                    location_id=level.location_id,
                    name=level.name,
                    is_active=level.is_active,
                    is_online=level.is_online,
                )
            )


def packed(stands: Iterable[Stand]) -> list[Any]:
    return [[list(each) for each in stand] for stand in stands]


def unpacked(stands: Iterable[Any]) -> tuple[Stand, ...]:
    return tuple(tuple((place, amount) for place, amount in stand) for stand in stands)
