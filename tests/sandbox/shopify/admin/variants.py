"""Resolvers of variants, inventory items, stock levels and locations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError
from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Money
from tests.sandbox.shopify.admin.connections import (
    Clause,
    Connection,
    Sort,
    Table,
    from_list,
    from_table,
)
from tests.sandbox.shopify.admin.fields import (
    Fields,
    always,
    column,
    flag,
    identity,
    key,
    of,
    session_of,
    shop_money,
)
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import (
    items_by_id,
    locations_by_id,
    products_by_id,
    variants_by_id,
)
from tests.sandbox.shopify.admin.metafields import owner_fields
from tests.sandbox.shopify.admin.records import Record, Session, children, grouped, related
from tests.sandbox.shopify.admin.search import compiled, number_matcher, text_matcher, time_matcher
from tests.sandbox.shopify.admin.selling_plans import page_of_variant
from tests.sandbox.shopify.money import CURRENCY_OF, RATES, presentment

TABLE = Table("ProductVariant", "variant.*", "variant", "variant.id")
ITEM_TABLE = Table("InventoryItem", "variant.*", "variant", "variant.inventory_item_id", "inventory_item_id")
LOCATION_TABLE = Table("Location", "location.*", "location", "location.id")
LEVELS = """
    SELECT *, location_id AS id FROM inventory_level
    WHERE inventory_item_id IN (SELECT value FROM json_each(?)) ORDER BY location_id
"""
QUANTITIES = frozenset(
    {"available", "committed", "incoming", "on_hand", "reserved", "damaged", "quality_control", "safety_stock"}
)


def load_variants(session: Session, product_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        "SELECT * FROM variant WHERE product_id IN (SELECT value FROM json_each(?)) ORDER BY position, id",
        json.dumps(product_ids),
    )
    return grouped(session.batch("ProductVariant", rows), "product_id")


def variants_of(product: Record) -> list[Record]:
    """Return a product's variants by position."""
    return children(product, "variants", load_variants)


def page_of_variants(product: Record, _info: Info, **arguments: Any) -> Connection:
    if arguments["sortKey"] != "POSITION":
        raise Unsupported(f"sortKey {arguments['sortKey']} of a product's variants")
    return from_list(variants_of(product), arguments, "position")


def levels_of(variant: Record) -> list[Record]:
    """Return the stock levels of a variant's inventory item, by location."""
    batch = variant.batch

    def load() -> dict[int, list[Record]]:
        rows = batch.session.rows(LEVELS, json.dumps(batch.values("inventory_item_id")))
        return grouped(batch.session.batch("InventoryLevel", rows), "inventory_item_id")

    return batch.once("levels", load).get(variant.row["inventory_item_id"], [])


def available(variant: Record) -> int:
    """Return how many are available over all locations."""
    return sum(level.row["available"] for level in levels_of(variant))


def _product_of(variant: Record) -> Record:
    found = related(variant, "product_id", products_by_id)
    if found is None:
        raise LookupError(f"variant {variant.id} has no product")
    return found


def _is_for_sale(variant: Record) -> bool:
    if _product_of(variant).row["status"] != "ACTIVE":
        return False
    return not variant.row["tracked"] or variant.row["inventory_policy"] == "CONTINUE" or available(variant) > 0


def _display_name(variant: Record) -> str:
    title: str = _product_of(variant).row["title"]
    return title if variant.row["title"] == "Default Title" else f"{title} - {variant.row['title']}"


def product_variant(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "ProductVariant")
    return variants_by_id(session_of(info), [number]).get(number)


def product_variants(_root: Any, info: Info, **arguments: Any) -> Connection:
    session = session_of(info)
    if arguments["sortKey"] not in {"ID", "SKU"}:
        raise Unsupported(f"sortKey {arguments['sortKey']} of productVariants")
    where = compiled(
        arguments.get("query"),
        {
            "id": number_matcher("variant.id"),
            "product_id": number_matcher("variant.product_id"),
            "sku": text_matcher("variant.sku"),
            "updated_at": time_matcher("variant.updated_at", session.shop["iana_timezone"]),
        },
    )
    sort = Sort("id", "variant.id") if arguments["sortKey"] == "ID" else Sort("sku", "variant.sku")
    return from_table(session, TABLE, sort, where, arguments)


def variants_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    if arguments.get("query"):
        raise Unsupported("query of productVariantsCount")
    found = session_of(info).rows("SELECT count(*) AS n FROM variant")
    return {"count": found[0]["n"], "limit": arguments.get("limit")}


def inventory_item(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "InventoryItem")
    return items_by_id(session_of(info), [number]).get(number)


def inventory_items(_root: Any, info: Info, **arguments: Any) -> Connection:
    session = session_of(info)
    where = compiled(
        arguments.get("query"),
        {
            "id": number_matcher("variant.inventory_item_id"),
            "sku": text_matcher("variant.sku"),
            "updated_at": time_matcher("variant.updated_at", session.shop["iana_timezone"]),
        },
    )
    return from_table(session, ITEM_TABLE, Sort("id", "variant.inventory_item_id"), where, arguments)


def level_by_gid(session: Session, text: str) -> Record | None:
    """Return the level that an id of the form `.../InventoryLevel/<location>?inventory_item_id=<item>` names."""
    parts = ids.parse(text)
    name, _, item = parts.query.partition("=")
    if parts.kind != "InventoryLevel" or name != "inventory_item_id" or not item.isdigit():
        raise GraphQLError(f"Invalid global id '{text}'", extensions={"code": "INVALID_GLOBAL_ID"})
    levels = session.batch("InventoryLevel", session.rows(LEVELS, json.dumps([int(item)])))
    return next((level for level in levels.records if level.id == parts.number), None)


def inventory_level(_root: Any, info: Info, **arguments: Any) -> Record | None:
    return level_by_gid(session_of(info), arguments["id"])


def level_at(item: Record, _info: Info, **arguments: Any) -> Record | None:
    location = ids.number_of(arguments["locationId"], "Location")
    return next((level for level in levels_of(item) if level.id == location), None)


def page_of_levels(item: Record, _info: Info, **arguments: Any) -> Connection:
    if arguments.get("query"):
        raise Unsupported("query of inventoryLevels")
    return from_list(levels_of(item), arguments, "location")


def quantities(level: Record, _info: Info, **arguments: Any) -> list[dict[str, Any]]:
    wrong = [name for name in arguments["names"] if name not in QUANTITIES]
    if wrong:
        raise GraphQLError(f"The quantity name {wrong[0]} is not valid.", extensions={"code": "INVALID"})
    row = level.row
    # The world knows three quantities; the rest of Shopify's states hold nothing here.
    known = {name: row[name] for name in ("available", "committed", "incoming")}
    known["on_hand"] = row["available"] + row["committed"]
    return [
        {
            "id": f"{ids.gid('InventoryQuantity', row['inventory_item_id'])}?name={name}",
            "name": name,
            "quantity": known.get(name, 0),
            "updatedAt": row["updated_at"],
        }
        for name in arguments["names"]
    ]


def _item_of(level: Record) -> Record:
    found = related(level, "inventory_item_id", items_by_id)
    if found is None:
        raise LookupError(f"level of item {level.row['inventory_item_id']} without item")
    return found


def location(_root: Any, info: Info, **arguments: Any) -> Record | None:
    session = session_of(info)
    if arguments.get("id") is None:
        found = session.batch("Location", session.rows("SELECT * FROM location ORDER BY id LIMIT 1")).records
        return found[0] if found else None
    number = ids.number_of(arguments["id"], "Location")
    return locations_by_id(session, [number]).get(number)


def locations(_root: Any, info: Info, **arguments: Any) -> Connection:
    if arguments.get("query") or arguments["sortKey"] not in {"NAME", "ID"}:
        raise Unsupported("query or sortKey of locations")
    sort = Sort("name", "location.name") if arguments["sortKey"] == "NAME" else Sort("id", "location.id")
    return from_table(session_of(info), LOCATION_TABLE, sort, Clause("1"), arguments)


@dataclass(frozen=True)
class _Pricing:
    """A variant as the shop's market of a country sells it."""

    variant: Record
    currency: str

    def price(self, name: str) -> Money | None:
        """Return a price converted, and rounded as the checkout does."""
        price = shop_money(self.variant, name)
        return None if price is None else Money(presentment(price.minor, RATES[self.currency]), self.currency)


def contextual_pricing(variant: Record, _info: Info, **arguments: Any) -> _Pricing:
    country = str((arguments.get("context") or {}).get("country"))
    return _Pricing(variant, CURRENCY_OF.get(country, variant.session.shop["currency"]))


FIELDS: Fields = {
    "QueryRoot": {
        "productVariant": product_variant,
        "productVariants": product_variants,
        "productVariantsCount": variants_count,
        "inventoryItem": inventory_item,
        "inventoryItems": inventory_items,
        "inventoryLevel": inventory_level,
        "location": location,
        "locations": locations,
    },
    "ProductVariant": {
        **identity("ProductVariant"),
        **owner_fields(),
        "title": column("title"),
        "displayName": of(_display_name),
        "sku": column("sku"),
        "price": of(lambda record: shop_money(record, "price")),
        "compareAtPrice": of(lambda record: shop_money(record, "compare_at_price")),
        "position": column("position"),
        "inventoryPolicy": column("inventory_policy"),
        "inventoryQuantity": of(available),
        "sellableOnlineQuantity": of(available),
        "availableForSale": of(_is_for_sale),
        "taxable": flag("taxable"),
        "requiresComponents": always(False),
        "selectedOptions": of(
            lambda record: [{"name": _product_of(record).row["option_name"], "value": record.row["title"]}]
        ),
        "inventoryItem": of(lambda record: record.seen_as("InventoryItem")),
        "product": of(_product_of),
        "createdAt": of(lambda record: _product_of(record).row["created_at"]),
        "updatedAt": column("updated_at"),
        "image": always(None),  # pictures belong to the product
        "sellingPlanGroups": page_of_variant,
        "contextualPricing": contextual_pricing,
    },
    "SelectedOption": {"name": key("name"), "value": key("value")},
    "ProductVariantContextualPricing": {
        "price": lambda pricing, _info: pricing.price("price"),
        "compareAtPrice": lambda pricing, _info: pricing.price("compare_at_price"),
        "quantityRule": lambda pricing, _info: pricing.variant,
    },
    "QuantityRule": {
        "minimum": always(1),
        "maximum": always(None),
        "increment": always(1),
        "isDefault": always(True),
        "productVariant": of(lambda record: record),
    },
    "InventoryItem": {
        **identity("InventoryItem", "inventory_item_id"),
        "sku": column("sku"),
        "tracked": flag("tracked"),
        "requiresShipping": flag("requires_shipping"),
        "unitCost": of(lambda record: shop_money(record, "unit_cost")),
        "createdAt": of(lambda record: _product_of(record).row["created_at"]),
        "updatedAt": column("updated_at"),
        "variant": of(lambda record: record.seen_as("ProductVariant")),
        "variants": lambda record, _info, **arguments: from_list([record.seen_as("ProductVariant")], arguments, "id"),
        "inventoryLevel": level_at,
        "inventoryLevels": page_of_levels,
        "locationsCount": of(lambda record: {"count": len(levels_of(record))}),
    },
    "InventoryLevel": {
        "id": of(
            lambda record: f"{ids.gid('InventoryLevel', record.id)}?inventory_item_id={record.row['inventory_item_id']}"
        ),
        "isActive": always(True),
        "item": of(_item_of),
        "location": of(lambda record: related(record, "location_id", locations_by_id)),
        "quantities": quantities,
        "updatedAt": column("updated_at"),
    },
    "InventoryQuantity": {name: key(name) for name in ("id", "name", "quantity", "updatedAt")},
    "Location": {
        **identity("Location"),
        "name": column("name"),
        "isActive": always(True),
        "fulfillsOnlineOrders": flag("fulfills_online_orders"),
        "shipsInventory": always(True),
        "isFulfillmentService": always(False),
    },
}
