"""Adds to goods where they lie: only rules that count some locations look at it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from sqlalchemy import exists, select

from server.domain.locations import LocationStock, Stand
from server.domain.orders import VariantFacts
from server.storage.catalog import VariantRow
from server.storage.db import Session
from server.storage.stock import ItemStandsRow, LocationRow, LocationStockRow, unpacked

_AT_ONCE = 500  # variants per question


def with_levels(session: Session, shop_id: int, goods: Mapping[str, VariantFacts]) -> dict[str, VariantFacts]:
    """Return goods with what lies of each at every location, and lay there of late.

    Goods of which the platform told no location yet stay without, which is not the same as lying nowhere.
    """
    found = dict(goods)
    wanted = iter(sorted(goods))
    while some := list(islice(wanted, _AT_ONCE)):
        levels: dict[str, list[LocationStock]] = {}
        for variant_id, level in _levels(session, shop_id, some):
            levels.setdefault(variant_id, []).append(level)
        stands = dict(_stands(session, shop_id, some))
        for variant_id in {*levels, *stands}:
            found[variant_id] = replace(
                found[variant_id], levels=tuple(levels.get(variant_id, ())), stands=stands.get(variant_id, ())
            )
    return found


def missing_levels(session: Session, shop_id: int, *, limit: int) -> dict[str, str]:
    """Return tracked variants of which no location was ever told, with their items, up to a limit."""
    its_item = (
        (each.shop_id == VariantRow.shop_id) & (each.inventory_item_id == VariantRow.inventory_item_id)
        for each in (LocationStockRow, ItemStandsRow)
    )
    query = (
        select(VariantRow.variant_id, VariantRow.inventory_item_id)
        .where(VariantRow.shop_id == shop_id, VariantRow.available.is_not(None))
        .where(VariantRow.inventory_item_id.is_not(None), *(~exists().where(each) for each in its_item))
        .order_by(VariantRow.variant_id)
        .limit(limit)
    )
    return {variant_id: item_id or "" for variant_id, item_id in session.execute(query)}


def _levels(session: Session, shop_id: int, variant_ids: list[str]) -> Iterator[tuple[str, LocationStock]]:
    query = (
        select(
            VariantRow.variant_id,
            LocationRow.location_id,
            LocationRow.name,
            LocationStockRow.available,
            LocationRow.is_active,
            LocationRow.is_online,
        )
        .join(
            LocationStockRow,
            (LocationStockRow.shop_id == VariantRow.shop_id)
            & (LocationStockRow.inventory_item_id == VariantRow.inventory_item_id),
        )
        .join(
            LocationRow,
            (LocationRow.shop_id == LocationStockRow.shop_id)
            & (LocationRow.location_id == LocationStockRow.location_id),
        )
        .where(VariantRow.shop_id == shop_id, VariantRow.variant_id.in_(variant_ids))
        .order_by(VariantRow.variant_id, LocationRow.name, LocationRow.location_id)
    )
    for variant_id, location_id, name, available, is_active, is_online in session.execute(query):
        yield variant_id, LocationStock(location_id, name, available, is_active=is_active, is_online=is_online)


def _stands(session: Session, shop_id: int, variant_ids: list[str]) -> Iterator[tuple[str, tuple[Stand, ...]]]:
    query = (
        select(VariantRow.variant_id, ItemStandsRow.stands)
        .join(
            ItemStandsRow,
            (ItemStandsRow.shop_id == VariantRow.shop_id)
            & (ItemStandsRow.inventory_item_id == VariantRow.inventory_item_id),
        )
        .where(VariantRow.shop_id == shop_id, VariantRow.variant_id.in_(variant_ids))
    )
    for variant_id, stands in session.execute(query):
        yield variant_id, unpacked(stands)
