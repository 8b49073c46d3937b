"""Fills an empty world with the shop of the data, and adds what the data lacks.

What comes from where is written down in tests/sandbox/data/README.md; the shares are in
`generator_parameters`. Equal data, parameters and limit give the same bytes in every table.
"""

import sqlite3
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from tests.sandbox.data.online_retail import ORDER_COUNT, read_orders, read_products
from tests.sandbox.shopify import ids
from tests.sandbox.shopify.generator_catalogue import Catalogue
from tests.sandbox.shopify.generator_collections import collection_rows, member_rows
from tests.sandbox.shopify.generator_orders import History
from tests.sandbox.shopify.generator_parameters import Parameters
from tests.sandbox.shopify.generator_people import People

SCHEMA = Path(__file__).with_name("schema.sql")
_DAY = 1440


def fill(
    connection: sqlite3.Connection,
    *,
    domain: str,
    client_id: str,
    orders: int | None = None,
    parameters: Parameters | None = None,
) -> date:
    """Create the tables, fill them in one transaction, and return the day of the last order.

    `orders` limits the world to the latest so many orders and what they name. Times are the data's own;
    `world_build.shift_days` moves them. `client_id` is the app chosen for the post-purchase page.
    """
    parameters = parameters or Parameters()
    tables, indexes = _schema()
    sold_orders = read_orders(orders)
    end = sold_orders[-1].minute
    catalogue = Catalogue(read_products(sold_orders), end, parameters, _text)
    people = People(parameters, _text)
    history = History(parameters, people, catalogue.listed, _text)
    sold = history.sell(sold_orders, ORDER_COUNT - len(sold_orders))
    connection.execute("PRAGMA foreign_keys = OFF")  # children and parents come in any order below
    connection.execute("BEGIN")
    for statement in tables:
        connection.execute(statement)
    connection.execute(
        "INSERT INTO shop VALUES (?, ?, 'Gift Shop', 'owner@example.com', 'GBP', 'Europe/London', 'GB', ?, 2, '[]')",
        (ids.SHOP_ID, domain, client_id),
    )
    connection.execute("INSERT INTO location VALUES (?, 'Leeds warehouse', 1)", (ids.LOCATION_ID,))
    connection.execute("INSERT INTO location VALUES (?, 'York shop floor', 0)", (ids.SHOP_FLOOR_ID,))
    for table, rows in (
        ("product", catalogue.product_rows()),
        ("variant", catalogue.variant_rows()),
        ("inventory_level", catalogue.stock_rows()),
        ("collection", collection_rows(_text(sold_orders[0].minute))),
        ("collection_product", member_rows(*catalogue.for_collections())),
        ("customer", people.rows()),
        ("orders", iter(sold.orders)),
        ("order_line", iter(sold.lines)),
        ("payment", iter(sold.payments)),
        ("refund", iter(sold.refunds)),
    ):
        width = len(connection.execute(f"PRAGMA table_info({table})").fetchall())
        places = ", ".join("?" * width)
        connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
    for statement in indexes:
        connection.execute(statement)
    connection.execute(
        """UPDATE inventory_level SET committed = waiting.units FROM (
               SELECT v.inventory_item_id AS item, sum(l.current_quantity) AS units
               FROM orders o JOIN order_line l ON l.order_id = o.id JOIN variant v ON v.id = l.variant_id
               WHERE o.fulfillment_status = 'UNFULFILLED' AND o.cancelled_at IS NULL
               GROUP BY v.inventory_item_id
           ) AS waiting WHERE waiting.item = inventory_level.inventory_item_id"""
    )
    connection.execute("COMMIT")
    return _moment(end).date()


def _schema() -> tuple[list[str], list[str]]:
    # Indexes are made last: filling a table that has one costs twice the time.
    statements = [part.strip() for part in SCHEMA.read_text(encoding="utf-8").split(";\n") if part.strip()]
    indexes = [part for part in statements if _is_index(part)]
    return [part for part in statements if not _is_index(part)], indexes


def _is_index(statement: str) -> bool:
    code = [line for line in statement.splitlines() if not line.startswith("--")]
    return "\n".join(code).lstrip().startswith("CREATE INDEX")


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)


@lru_cache(maxsize=4096)
def _day_text(day: int) -> str:
    return _moment(day * _DAY).strftime("%Y-%m-%dT")


def _text(minute: int) -> str:
    day, within = divmod(minute, _DAY)
    return f"{_day_text(day)}{within // 60:02}:{within % 60:02}:00Z"
