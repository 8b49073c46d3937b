"""Products, variants and collections as App Bridge's resource picker gives them.

Shapes after the typings of `@shopify/app-bridge-types` 0.7 (Product, ProductVariant, Collection).
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.sandbox.browser.admin.paging import like
from tests.sandbox.shopify import money
from tests.sandbox.shopify.payloads import gid
from tests.sandbox.shopify.pictures import PICTURE_PATH

Kind = Literal["product", "variant", "collection"]
_GID_TYPES: Mapping[Kind, str] = {"product": "Product", "variant": "ProductVariant", "collection": "Collection"}
_VARIANT = """
    SELECT v.*, p.title AS product_title, p.status, p.created_at, coalesce(sum(l.available), 0) AS available
    FROM variant v JOIN product p ON p.id = v.product_id
    LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
"""
_COLLECTION = """
    SELECT *, (SELECT count(*) FROM collection_member m WHERE m.collection_id = collection.id) AS products
    FROM collection
"""


class BadSelection(Exception):
    """An id that is none of this kind's."""


@dataclass(frozen=True, kw_only=True)
class Search:
    """What the picker looks for."""

    kind: Kind
    words: str = ""
    draft: bool = True
    archived: bool = True
    offset: int = 0
    limit: int = 30

    @property
    def statuses(self) -> tuple[str, ...]:
        return ("ACTIVE", *(("DRAFT",) if self.draft else ()), *(("ARCHIVED",) if self.archived else ()))


def search(connection: sqlite3.Connection, wanted: Search, origin: str) -> tuple[list[dict[str, Any]], bool]:
    """Return the resources found, in the order of their titles, and whether there are more."""
    if wanted.kind == "collection":
        return _search_collections(connection, wanted)
    marks = ", ".join("?" * len(wanted.statuses))
    words = wanted.words.split()
    hits = "".join(
        """ AND (p.title LIKE ? ESCAPE '\\' OR p.product_type LIKE ? ESCAPE '\\' OR p.tags LIKE ? ESCAPE '\\'
            OR EXISTS (SELECT 1 FROM variant s WHERE s.product_id = p.id AND s.sku LIKE ? ESCAPE '\\'))"""
        for _ in words
    )
    table = "product p" if wanted.kind == "product" else "variant v JOIN product p ON p.id = v.product_id"
    column = "p.id" if wanted.kind == "product" else "v.id"
    order = "p.title, p.id" + ("" if wanted.kind == "product" else ", v.position")
    found = [
        row[0]
        for row in connection.execute(
            f"SELECT {column} FROM {table} WHERE p.status IN ({marks}){hits} ORDER BY {order} LIMIT ? OFFSET ?",
            (
                *wanted.statuses,
                *(like(word) for word in words for _ in range(4)),
                wanted.limit + 1,
                wanted.offset,
            ),
        )
    ]
    return whole(connection, wanted.kind, found[: wanted.limit], origin), len(found) > wanted.limit


def numbers_of(kind: Kind, gids: Iterable[str]) -> list[int]:
    """Return the numeric ids of gids of this kind.

    Raises:
        BadSelection: one is of another kind or no gid.
    """
    head = gid(_GID_TYPES[kind], 0).removesuffix("0")
    numbers = []
    for each in gids:
        tail = each.removeprefix(head)
        if not each.startswith(head) or not tail.isdecimal():
            raise BadSelection(f"{each!r} is no id of a {kind}")
        numbers.append(int(tail))
    return numbers


def whole(connection: sqlite3.Connection, kind: Kind, numbers: Sequence[int], origin: str) -> list[dict[str, Any]]:
    """Return the resources with these ids, in this order; ids that are no more are passed over."""
    if kind == "collection":
        rows = [connection.execute(f"{_COLLECTION} WHERE id = ?", (number,)).fetchone() for number in numbers]
        return [_collection(row) for row in rows if row is not None]
    if kind == "variant":
        variants = _variants(connection, "v.id", numbers)
        return [_variant(row, origin) for number in numbers for row in variants if row["id"] == number]
    products = [connection.execute("SELECT * FROM product WHERE id = ?", (number,)).fetchone() for number in numbers]
    rows = _variants(connection, "v.product_id", numbers)
    return [
        _product(product, [row for row in rows if row["product_id"] == product["id"]], origin)
        for product in products
        if product is not None
    ]


def _search_collections(connection: sqlite3.Connection, wanted: Search) -> tuple[list[dict[str, Any]], bool]:
    words = wanted.words.split()
    hits = "".join(" AND title LIKE ? ESCAPE '\\'" for _ in words)
    rows = connection.execute(
        f"{_COLLECTION} WHERE 1{hits} ORDER BY title, id LIMIT ? OFFSET ?",
        (*(like(word) for word in words), wanted.limit + 1, wanted.offset),
    ).fetchall()
    return [_collection(row) for row in rows[: wanted.limit]], len(rows) > wanted.limit


def _collection(row: sqlite3.Row) -> dict[str, Any]:
    rule = {"column": row["rule_column"], "relation": row["rule_relation"], "condition": row["rule_condition"]}
    return {
        "id": gid("Collection", row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "description": "",
        "descriptionHtml": "",
        "availablePublicationCount": 1,
        "productsAutomaticallySortedCount": 0,
        "productsCount": row["products"],
        "productsManuallySortedCount": row["products"],
        "publicationCount": 1,
        "ruleSet": {"appliedDisjunctively": False, "rules": [rule]} if row["rule_column"] else None,
        "seo": {},
        "sortOrder": "BEST_SELLING",
        "storefrontId": gid("Collection", row["id"]),
        "templateSuffix": None,
        "updatedAt": row["updated_at"],
        "image": None,
    }


def _variants(connection: sqlite3.Connection, column: str, numbers: Sequence[int]) -> list[sqlite3.Row]:
    marks = ", ".join("?" * len(numbers))
    return connection.execute(
        f"{_VARIANT} WHERE {column} IN ({marks}) GROUP BY v.id ORDER BY v.product_id, v.position", tuple(numbers)
    ).fetchall()


def _image(product_id: int, title: str, origin: str) -> dict[str, Any]:
    return {
        "id": gid("ProductImage", product_id + 1),
        "altText": title,
        "originalSrc": origin + PICTURE_PATH.format(product_id=product_id),
    }


def _product(row: sqlite3.Row, variants: Sequence[sqlite3.Row], origin: str) -> dict[str, Any]:
    has_only_default = len(variants) == 1 and variants[0]["title"] == "Default Title"
    return {
        "id": gid("Product", row["id"]),
        "title": row["title"],
        "handle": row["handle"],
        "descriptionHtml": f"<p>{row['description']}</p>" if row["description"] else "",
        "vendor": row["vendor"],
        "productType": row["product_type"],
        "tags": json.loads(row["tags"]),
        "status": row["status"],
        "availablePublicationCount": 1,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "publishedAt": row["created_at"] if row["status"] == "ACTIVE" else None,
        "hasOnlyDefaultVariant": has_only_default,
        "images": [_image(row["id"], row["title"], origin)],
        "options": [
            {
                "id": gid("ProductOption", row["id"] + 2),
                "name": row["option_name"],
                "position": 1,
                "values": [variant["title"] for variant in variants],
            }
        ],
        "templateSuffix": None,
        "totalInventory": sum(variant["available"] for variant in variants if variant["tracked"]),
        "totalVariants": len(variants),
        "tracksInventory": any(variant["tracked"] for variant in variants),
        "variants": [_variant(variant, origin) for variant in variants],
    }


def _variant(row: sqlite3.Row, origin: str) -> dict[str, Any]:
    sells_on = not row["tracked"] or row["inventory_policy"] == "CONTINUE"
    is_default = row["title"] == "Default Title"
    return {
        "id": gid("ProductVariant", row["id"]),
        "title": row["title"],
        "displayName": row["product_title"] if is_default else f"{row['product_title']} - {row['title']}",
        "sku": row["sku"],
        "barcode": None,
        "price": money.text(row["price"]),
        "compareAtPrice": None if row["compare_at_price"] is None else money.text(row["compare_at_price"]),
        "availableForSale": row["status"] == "ACTIVE" and (sells_on or row["available"] > 0),
        "inventoryItem": {"id": gid("InventoryItem", row["inventory_item_id"])},
        "inventoryManagement": "SHOPIFY" if row["tracked"] else "NOT_MANAGED",
        "inventoryPolicy": row["inventory_policy"],
        "inventoryQuantity": row["available"],
        "position": row["position"],
        "product": {"id": gid("Product", row["product_id"]), "title": row["product_title"]},
        "image": _image(row["product_id"], row["product_title"], origin),
        "requiresShipping": bool(row["requires_shipping"]),
        "selectedOptions": [{"value": row["title"]}],
        "taxable": bool(row["taxable"]),
        "weight": 0,
        "weightUnit": "KILOGRAMS",
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
    }
