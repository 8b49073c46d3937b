"""Products, variants, inventory items, stock levels and locations."""

import json

from tests.sandbox.shopify import money
from tests.unit.sandbox_admin.conftest import Api, Side

PRODUCT = """
query Product($id: ID!) {
  product(id: $id) {
    id legacyResourceId title handle status vendor productType tags createdAt updatedAt publishedAt description
    descriptionHtml onlineStoreUrl isGiftCard requiresSellingPlan totalInventory tracksInventory hasOnlyDefaultVariant
    hasOutOfStockVariants sellingPlanGroupsCount { count precision } variantsCount { count }
    priceRangeV2 { minVariantPrice { amount currencyCode } maxVariantPrice { amount } }
    options { name position values }
    featuredMedia { id alt mediaContentType preview { status image { url(transform: {maxWidth: 400}) altText } } }
    collections(first: 5) { nodes { id } pageInfo { hasNextPage endCursor } }
    sellingPlanGroups(first: 1) { nodes { id } }
    variants(first: 10) {
      nodes {
        id legacyResourceId title displayName sku price compareAtPrice position inventoryPolicy inventoryQuantity
        sellableOnlineQuantity availableForSale taxable selectedOptions { name value } image { url }
        product { id }
        contextualPricing(context: {country: DE}) {
          price { amount currencyCode } compareAtPrice { amount } quantityRule { minimum maximum increment }
        }
        inventoryItem {
          id tracked requiresShipping sku unitCost { amount currencyCode } locationsCount { count }
          variant { id }
          inventoryLevels(first: 3) {
            nodes {
              id isActive updatedAt location { id name isActive } item { id }
              quantities(names: ["available", "committed", "incoming", "on_hand", "reserved"]) {
                name quantity updatedAt
              }
            }
          }
        }
      }
    }
  }
}
"""


def product_gid(side: Side) -> str:
    row = side.one("SELECT id FROM product WHERE status = 'ACTIVE' ORDER BY id LIMIT 1")
    return f"gid://shopify/Product/{row['id']}"


def test_a_product_is_what_the_world_says(api: Api, side: Side) -> None:
    found = api.ask(PRODUCT, id=product_gid(side))["product"]
    row = side.one("SELECT * FROM product WHERE id = ?", int(found["legacyResourceId"]))
    assert found["title"] == row["title"]
    assert found["handle"] == row["handle"]
    assert found["status"] == "ACTIVE"
    assert found["tags"] == json.loads(row["tags"])
    assert found["publishedAt"] == row["created_at"]
    assert found["onlineStoreUrl"] == f"https://{side.settings.shop_domain}/products/{row['handle']}"
    assert found["featuredMedia"]["preview"]["image"] == {
        "url": f"{side.settings.origin}/cdn/pictures/{row['id']}.svg?width=400",
        "altText": row["title"],
    }
    assert found["options"] == [{"name": "Title", "position": 1, "values": ["Default Title"]}]
    held = side.rows(
        "SELECT collection_id FROM collection_member WHERE product_id = ? ORDER BY collection_id", row["id"]
    )
    assert held
    assert found["collections"]["nodes"] == [{"id": f"gid://shopify/Collection/{each[0]}"} for each in held[:5]]
    assert found["collections"]["pageInfo"]["hasNextPage"] == (len(held) > 5)
    assert found["sellingPlanGroupsCount"] == {"count": 0, "precision": "EXACT"}


def test_a_variant_and_its_stock_are_what_the_world_says(api: Api, side: Side) -> None:
    found = api.ask(PRODUCT, id=product_gid(side))["product"]["variants"]["nodes"][0]
    row = side.one("SELECT * FROM variant WHERE id = ?", int(found["legacyResourceId"]))
    level = side.one("SELECT * FROM inventory_level WHERE inventory_item_id = ?", row["inventory_item_id"])
    assert found["price"] == money.text(row["price"])
    assert found["inventoryPolicy"] == row["inventory_policy"]
    assert found["inventoryQuantity"] == found["sellableOnlineQuantity"] == level["available"]
    assert found["displayName"] == api.ask(PRODUCT, id=product_gid(side))["product"]["title"]
    assert found["image"] is None
    item = found["inventoryItem"]
    assert item["id"] == f"gid://shopify/InventoryItem/{row['inventory_item_id']}"
    assert item["tracked"] is bool(row["tracked"])
    assert item["variant"]["id"] == found["id"]
    assert item["locationsCount"] == {"count": 1}
    (stock,) = item["inventoryLevels"]["nodes"]
    assert stock["id"].endswith(f"{level['location_id']}?inventory_item_id={row['inventory_item_id']}")
    assert stock["item"]["id"] == item["id"]
    assert {entry["name"]: entry["quantity"] for entry in stock["quantities"]} == {
        "available": level["available"],
        "committed": level["committed"],
        "incoming": level["incoming"],
        "on_hand": level["available"] + level["committed"],
        "reserved": 0,
    }


def test_money_of_the_two_scalars_is_written_differently(api: Api, side: Side) -> None:
    gid = product_gid(side)
    variant_id = api.ask(PRODUCT, id=gid)["product"]["variants"]["nodes"][0]["legacyResourceId"]
    side.change("UPDATE variant SET price = 1250, compare_at_price = 2000, unit_cost = 405 WHERE id = ?", variant_id)
    found = api.ask(PRODUCT, id=gid)["product"]
    (variant,) = found["variants"]["nodes"]
    assert (variant["price"], variant["compareAtPrice"]) == ("12.50", "20.00")
    assert variant["inventoryItem"]["unitCost"] == {"amount": "4.05", "currencyCode": "GBP"}
    assert variant["contextualPricing"]["price"] == {"amount": "14.63", "currencyCode": "EUR"}
    assert found["priceRangeV2"]["minVariantPrice"] == {"amount": "12.5", "currencyCode": "GBP"}


def test_what_is_sold_out_draft_or_deleted_says_so(api: Api, side: Side) -> None:
    gid = product_gid(side)
    number = int(gid.rpartition("/")[2])
    side.change(
        """UPDATE inventory_level SET available = 0 WHERE inventory_item_id IN
           (SELECT inventory_item_id FROM variant WHERE product_id = ?)""",
        number,
    )
    side.change("UPDATE variant SET tracked = 1, inventory_policy = 'DENY' WHERE product_id = ?", number)
    found = api.ask(PRODUCT, id=gid)["product"]
    assert (found["totalInventory"], found["hasOutOfStockVariants"]) == (0, True)
    assert found["variants"]["nodes"][0]["availableForSale"] is False
    side.change("UPDATE variant SET inventory_policy = 'CONTINUE' WHERE product_id = ?", number)
    assert api.ask(PRODUCT, id=gid)["product"]["variants"]["nodes"][0]["availableForSale"] is True
    side.change("UPDATE product SET status = 'DRAFT' WHERE id = ?", number)
    found = api.ask(PRODUCT, id=gid)["product"]
    assert (found["publishedAt"], found["onlineStoreUrl"]) == (None, None)
    assert found["variants"]["nodes"][0]["availableForSale"] is False
    side.change("DELETE FROM product WHERE id = ?", number)
    assert api.ask(PRODUCT, id=gid) == {"product": None}


def test_root_fields_find_the_same_things(api: Api, side: Side) -> None:
    row = side.one("SELECT * FROM variant ORDER BY id LIMIT 1")
    variant, item = (
        f"gid://shopify/ProductVariant/{row['id']}",
        f"gid://shopify/InventoryItem/{row['inventory_item_id']}",
    )
    location = side.one("SELECT id FROM location")["id"]
    level = f"gid://shopify/InventoryLevel/{location}?inventory_item_id={row['inventory_item_id']}"
    product = side.one("SELECT * FROM product WHERE id = ?", row["product_id"])
    found = api.ask(
        """query All($variant: ID!, $item: ID!, $level: ID!, $location: ID!, $handle: String!, $sku: String!) {
          productVariant(id: $variant) { id sku }
          inventoryItem(id: $item) {
            id inventoryLevel(locationId: $location) { id } variants(first: 1) { nodes { id } }
          }
          inventoryLevel(id: $level) { id quantities(names: ["available"]) { quantity } }
          location(id: $location) { id name }
          main: location { id }
          locations(first: 5) { nodes { id } }
          productByIdentifier(identifier: {handle: $handle}) { id }
          productVariants(first: 5, query: $sku) { nodes { id } }
          inventoryItems(first: 5, query: $sku) { nodes { id } }
          node(id: $variant) { id __typename }
          nodes(ids: [$item, $variant, "gid://shopify/Product/1"]) { __typename ... on InventoryItem { tracked } }
        }""",
        variant=variant,
        item=item,
        level=level,
        location=f"gid://shopify/Location/{location}",
        handle=product["handle"],
        sku=f"sku:'{row['sku']}'",
    )
    assert found["productVariant"]["id"] == variant
    assert found["inventoryItem"]["id"] == item
    assert found["inventoryItem"]["inventoryLevel"]["id"] == level == found["inventoryLevel"]["id"]
    assert found["inventoryItem"]["variants"]["nodes"] == [{"id": variant}]
    assert found["main"] == found["locations"]["nodes"][0] == {"id": f"gid://shopify/Location/{location}"}
    assert found["productByIdentifier"]["id"] == f"gid://shopify/Product/{product['id']}"
    assert {"id": variant} in found["productVariants"]["nodes"]
    assert {"id": item} in found["inventoryItems"]["nodes"]
    assert found["node"] == {"id": variant, "__typename": "ProductVariant"}
    assert found["nodes"] == [
        {"__typename": "InventoryItem", "tracked": bool(row["tracked"])},
        {"__typename": "ProductVariant"},
        None,
    ]


def test_an_unknown_quantity_name_is_refused(api: Api, side: Side) -> None:
    row = side.one("SELECT inventory_item_id FROM variant LIMIT 1")
    errors = api.errors(
        """query Level($id: ID!) { inventoryItem(id: $id) {
             inventoryLevels(first: 1) { nodes { quantities(names: ["avail"]) { quantity } } } } }""",
        id=f"gid://shopify/InventoryItem/{row['inventory_item_id']}",
    )
    assert "avail" in errors[0]["message"]


def test_counts_stop_at_their_limit(api: Api, side: Side) -> None:
    total = side.one("SELECT count(*) AS n FROM product")["n"]
    found = api.ask(
        "{ all: productsCount(limit: null) { count precision } few: productsCount(limit: 3) { count precision } }"
    )
    assert found["all"] == {"count": total, "precision": "EXACT"}
    assert found["few"] == {"count": 3, "precision": "AT_LEAST"}
