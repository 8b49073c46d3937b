"""What the storefront shows of the world: products to browse, one product, the lines of a cart."""

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PAGE_SIZE = 24
LOW_STOCK = 10  # from here on the shop says how many are left

SORTS = {
    "popular": "Most bought",
    "title": "Name, A to Z",
    "price": "Price, low to high",
    "-price": "Price, high to low",
}

_ITEM = """
    SELECT p.id AS product_id, p.handle, p.title AS product_title, p.product_type, v.id AS variant_id,
        v.title AS variant_title, v.sku, v.price, v.compare_at_price, v.tracked, v.inventory_policy,
        (SELECT COALESCE(SUM(available), 0) FROM inventory_level l
            WHERE l.inventory_item_id = v.inventory_item_id) AS available
    FROM variant v JOIN product p ON p.id = v.product_id AND p.status = 'ACTIVE'
"""
_FIRST_VARIANT = "v.position = (SELECT MIN(position) FROM variant WHERE product_id = p.id)"


@dataclass(frozen=True, kw_only=True)
class Stock:
    """How many can be sold. `left` is None where the shop does not count or sells on regardless."""

    left: int | None

    @property
    def is_sold_out(self) -> bool:
        return self.left is not None and self.left <= 0

    @property
    def words(self) -> str:
        if self.left is None:
            return "In stock"
        if self.left <= 0:
            return "Sold out"
        return f"Only {self.left} left" if self.left <= LOW_STOCK else "In stock"


@dataclass(frozen=True, kw_only=True)
class Item:
    """One variant as the shop sells it. Prices are minor units of the shop's currency."""

    product_id: int
    variant_id: int
    handle: str
    title: str
    variant_title: str | None
    product_type: str
    sku: str
    price: int
    compare_at_price: int | None
    stock: Stock


@dataclass(frozen=True, kw_only=True)
class Query:
    """A question to the shelf, as it stands in the page's address."""

    words: str = ""
    product_type: str = ""
    tag: str = ""
    sort: str = "popular"
    page: int = 1


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of answers; `page` is brought into range."""

    items: Sequence[Item]
    count: int
    page: int
    pages: int


def search(connection: sqlite3.Connection, query: Query, sold: Mapping[int, int]) -> Page:
    """Return the live products that hold every word, the type and the tag. `sold` maps product id to units."""
    where, values = _conditions(query)
    found = connection.execute(
        "SELECT v.id, p.id, p.title, v.price FROM product p"
        f" JOIN variant v ON v.product_id = p.id AND {_FIRST_VARIANT} WHERE p.status = 'ACTIVE' {where}",
        values,
    ).fetchall()
    # Sorted here: how often something sold is known to this process, not to the product table.
    keys: dict[str, Callable[[sqlite3.Row], Any]] = {
        "popular": lambda row: (-sold.get(row[1], 0), row[2]),
        "title": lambda row: (row[2], row[1]),
        "price": lambda row: (row[3], row[2]),
        "-price": lambda row: (-row[3], row[2]),
    }
    found.sort(key=keys.get(query.sort, keys["popular"]))
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = min(max(query.page, 1), pages)
    shown = [row[0] for row in found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]]
    known = items(connection, shown)
    return Page(items=[known[variant_id] for variant_id in shown], count=len(found), page=page, pages=pages)


def product(connection: sqlite3.Connection, handle: str) -> tuple[sqlite3.Row, list[Item]] | None:
    """Return a live product's row and its variants, or None."""
    found = connection.execute("SELECT * FROM product WHERE handle = ? AND status = 'ACTIVE'", (handle,)).fetchone()
    if found is None:
        return None
    rows = connection.execute(f"{_ITEM} WHERE p.id = ? ORDER BY v.position", (found["id"],))
    return found, [_item(row) for row in rows]


def items(connection: sqlite3.Connection, variant_ids: Sequence[int]) -> dict[int, Item]:
    """Return those of the variants that are on sale, by variant id."""
    rows = connection.execute(
        f"{_ITEM} WHERE v.id IN (SELECT value FROM json_each(?))", (json.dumps(list(variant_ids)),)
    )
    return {row["variant_id"]: _item(row) for row in rows}


def units_sold(connection: sqlite3.Connection) -> dict[int, int]:
    """Return in how many order lines each product was bought: what "most bought" means here."""
    rows = connection.execute(
        "SELECT product_id, COUNT(*) FROM order_line WHERE product_id IS NOT NULL GROUP BY product_id"
    )
    return {row[0]: row[1] for row in rows}


def product_types(connection: sqlite3.Connection) -> list[tuple[str, int]]:
    """Return the types of live products with their counts, by name."""
    rows = connection.execute(
        "SELECT product_type, COUNT(*) FROM product WHERE status = 'ACTIVE' GROUP BY 1 ORDER BY 1"
    )
    return [(row[0], row[1]) for row in rows]


def common_tags(connection: sqlite3.Connection, most: int = 14) -> list[str]:
    """Return the tags that most live products carry."""
    rows = connection.execute(
        "SELECT t.value FROM product p, json_each(p.tags) t WHERE p.status = 'ACTIVE'"
        " GROUP BY t.value ORDER BY COUNT(*) DESC, t.value LIMIT ?",
        (most,),
    )
    return [row[0] for row in rows]


def related(connection: sqlite3.Connection, item: Item, sold: Mapping[int, int]) -> list[Item]:
    """Return four other products of the same type, most bought first."""
    page = search(connection, Query(product_type=item.product_type), sold)
    return [other for other in page.items if other.product_id != item.product_id][:4]


def _conditions(query: Query) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    values: dict[str, Any] = {}
    for index, word in enumerate(query.words.split()[:8]):
        escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        values[f"word{index}"] = f"%{escaped}%"
        parts.append(f"(p.title || ' ' || v.sku || ' ' || p.tags) LIKE :word{index} ESCAPE '\\'")
    if query.product_type:
        values["product_type"] = query.product_type
        parts.append("p.product_type = :product_type")
    if query.tag:
        values["tag"] = query.tag
        parts.append("EXISTS (SELECT 1 FROM json_each(p.tags) WHERE value = :tag)")
    return "".join(f" AND {part}" for part in parts), values


def _item(row: sqlite3.Row) -> Item:
    counts = row["tracked"] and row["inventory_policy"] == "DENY"
    return Item(
        product_id=row["product_id"],
        variant_id=row["variant_id"],
        handle=row["handle"],
        title=row["product_title"],
        variant_title=None if row["variant_title"] == "Default Title" else row["variant_title"],
        product_type=row["product_type"],
        sku=row["sku"],
        price=row["price"],
        compare_at_price=row["compare_at_price"],
        stock=Stock(left=row["available"] if counts else None),
    )
