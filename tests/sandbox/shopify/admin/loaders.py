"""Rows by their ids, for fields that point at another object."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

from tests.sandbox.shopify.admin.access import ORDER_WINDOW_DAYS
from tests.sandbox.shopify.admin.records import Record, Session
from tests.sandbox.shopify.admin.scalars import world_time

Loader = Callable[[Session, list[int]], Mapping[int, Record]]


def by_id(kind: str, table: str) -> Loader:
    """Return a loader of rows by their ids; those that do not exist are left out."""
    statement = f"SELECT * FROM {table} WHERE id IN (SELECT value FROM json_each(?))"

    def load(session: Session, ids: list[int]) -> Mapping[int, Record]:
        found = session.batch(kind, session.rows(statement, json.dumps(ids)))
        return {record.id: record for record in found.records}

    return load


products_by_id = by_id("Product", "product")
collections_by_id = by_id("Collection", "collection")
variants_by_id = by_id("ProductVariant", "variant")
locations_by_id = by_id("Location", "location")
customers_by_id = by_id("Customer", "customer")
refunds_by_id = by_id("Refund", "refund")


def items_by_id(session: Session, ids: list[int]) -> Mapping[int, Record]:
    """Return inventory items by their own ids; their rows are those of their variants."""
    rows = session.rows(
        "SELECT * FROM variant WHERE inventory_item_id IN (SELECT value FROM json_each(?))", json.dumps(ids)
    )
    found = session.batch("InventoryItem", rows)
    return {record.row["inventory_item_id"]: record for record in found.records}


def oldest_order(session: Session) -> str:
    """Return the creation time from which on this app may see orders: the beginning only with read_all_orders."""
    if session.access.covers(("read_all_orders",)):
        return ""
    return world_time(session.now - timedelta(days=ORDER_WINDOW_DAYS))


def orders_by_id(session: Session, ids: list[int]) -> Mapping[int, Record]:
    """Return orders by their ids, without those too old for this app and those that come late."""
    rows = session.rows(
        "SELECT * FROM orders WHERE id IN (SELECT value FROM json_each(?)) AND created_at >= ? AND created_at < ?",
        json.dumps(ids),
        oldest_order(session),
        session.late_since,
    )
    return {record.id: record for record in session.batch("Order", rows).records}


def lines_by_id(session: Session, ids: list[int]) -> Mapping[int, Record]:
    """Return order lines by their ids, without those of orders too old for this app."""
    rows = session.rows(
        """
        SELECT order_line.* FROM order_line JOIN orders ON orders.id = order_line.order_id
        WHERE order_line.id IN (SELECT value FROM json_each(?)) AND orders.created_at >= ?
        """,
        json.dumps(ids),
        oldest_order(session),
    )
    return {record.id: record for record in session.batch("LineItem", rows).records}
