"""Resolvers of products, their pictures and options."""

from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.amounts import Money
from tests.sandbox.shopify.admin.connections import Clause, Connection, Sort, Table, from_table
from tests.sandbox.shopify.admin.fields import (
    Fields,
    always,
    column,
    identity,
    key,
    names,
    of,
    session_of,
)
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import products_by_id
from tests.sandbox.shopify.admin.metafields import owner_fields
from tests.sandbox.shopify.admin.records import Record, Session
from tests.sandbox.shopify.admin.search import (
    choice_matcher,
    compiled,
    contains_matcher,
    list_matcher,
    number_matcher,
    text_matcher,
    time_matcher,
    within,
)
from tests.sandbox.shopify.admin.selling_plans import groups_of_product, page_of_product
from tests.sandbox.shopify.admin.variants import available, page_of_variants, variants_of
from tests.sandbox.shopify.pictures import PICTURE_PATH

PICTURE_SIZE = 600
TABLE = Table("Product", "product.*", "product", "product.id")
SORTS = {
    "ID": "product.id",
    "TITLE": "lower(product.title)",
    "CREATED_AT": "product.created_at",
    "UPDATED_AT": "product.updated_at",
    "VENDOR": "lower(product.vendor)",
    "PRODUCT_TYPE": "lower(product.product_type)",
}


def picture_url(settings: SandboxSettings, product_id: int, width: int | None = None) -> str:
    """Return where the product's drawn picture is served; `width` asks for at most so many pixels."""
    address = settings.origin + PICTURE_PATH.format(product_id=product_id)
    return f"{address}?width={width}" if width else address


def search_clause(session: Session, text: str | None) -> Clause:
    """Return the condition that a product search text means."""
    zone = session.shop["iana_timezone"]
    return compiled(
        text,
        {
            "id": number_matcher("product.id"),
            "title": text_matcher("product.title"),
            "handle": text_matcher("product.handle"),
            "vendor": text_matcher("product.vendor"),
            "product_type": text_matcher("product.product_type"),
            "status": choice_matcher("product.status"),
            "tag": list_matcher("product.tags"),
            "sku": within("variant WHERE product_id = product.id", text_matcher("sku")),
            "created_at": time_matcher("product.created_at", zone),
            "updated_at": time_matcher("product.updated_at", zone),
            "default": contains_matcher("product.title"),
        },
    )


def sort_of(sorts: dict[str, str], key: str, what: str) -> Sort:
    """Return the order for a sort key.

    Raises:
        Unsupported: the sandbox does not sort by it.
    """
    if key not in sorts:
        raise Unsupported(f"sortKey {key} of {what}")
    return Sort(key.lower(), sorts[key])


def products(_root: Any, info: Info, **arguments: Any) -> Connection:
    session = session_of(info)
    where = search_clause(session, arguments.get("query"))
    return from_table(session, TABLE, sort_of(SORTS, arguments["sortKey"], "products"), where, arguments)


def product(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "Product")
    return products_by_id(session_of(info), [number]).get(number)


def product_by_identifier(_root: Any, info: Info, **arguments: Any) -> Record | None:
    (kind, value) = next(iter(arguments["identifier"].items()))
    if kind == "id":
        return product(_root, info, id=value)
    if kind != "handle":
        raise Unsupported(f"productByIdentifier by {kind}")
    session = session_of(info)
    found = session.batch("Product", session.rows("SELECT * FROM product WHERE handle = ?", value)).records
    return found[0] if found else None


def _price_range(record: Record) -> dict[str, Money]:
    prices = [variant.row["price"] for variant in variants_of(record)]
    currency = record.session.shop["currency"]
    return {
        "minVariantPrice": Money(min(prices, default=0), currency),
        "maxVariantPrice": Money(max(prices, default=0), currency),
    }


def _total_inventory(record: Record) -> int:
    return sum(available(variant) for variant in variants_of(record) if variant.row["tracked"])


def _is_sold_out(record: Record) -> bool:
    return any(variant.row["tracked"] and available(variant) <= 0 for variant in variants_of(record))


def _options(record: Record, _info: Info, **arguments: Any) -> list[dict[str, Any]]:
    values = [variant.row["title"] for variant in variants_of(record)]
    option = {"product": record, "values": list(dict.fromkeys(values))}
    return [option][: arguments.get("first") or 1]


def image_url(image: Record, _info: Info, **arguments: Any) -> str:
    transform = arguments.get("transform") or {}
    width = transform.get("maxWidth") or transform.get("maxHeight")
    return picture_url(image.session.settings, image.id, width)


FIELDS: Fields = {
    "QueryRoot": {
        "products": products,
        "product": product,
        "productByIdentifier": product_by_identifier,
        "productsCount": lambda _root, info, **arguments: {
            "count": session_of(info).rows(
                f"SELECT count(*) AS n FROM product WHERE "
                f"{(where := search_clause(session_of(info), arguments.get('query'))).sql}",
                *where.parameters,
            )[0]["n"],
            "limit": arguments["limit"],
        },
    },
    "Count": {
        "count": lambda source, _info: min(source["count"], source.get("limit") or source["count"]),
        "precision": lambda source, _info: (
            "AT_LEAST" if source.get("limit") and source["count"] > source["limit"] else "EXACT"
        ),
    },
    "Product": {
        **identity("Product"),
        **owner_fields(),
        "title": column("title"),
        "handle": column("handle"),
        "status": column("status"),
        "vendor": column("vendor"),
        "productType": column("product_type"),
        "tags": names("tags"),
        "description": lambda record, _info, **arguments: record.row["description"][: arguments.get("truncateAt")],
        "descriptionHtml": column("description"),
        "createdAt": column("created_at"),
        "updatedAt": column("updated_at"),
        "publishedAt": of(lambda record: record.row["created_at"] if record.row["status"] == "ACTIVE" else None),
        "onlineStoreUrl": of(
            lambda record: (
                f"https://{record.session.shop['domain']}/products/{record.row['handle']}"
                if record.row["status"] == "ACTIVE"
                else None
            )
        ),
        # Nothing in this shop is a gift card or sold by subscription alone.
        "isGiftCard": always(False),
        "requiresSellingPlan": always(False),
        "sellingPlanGroups": page_of_product,
        "sellingPlanGroupsCount": of(lambda record: {"count": len(groups_of_product(record))}),
        "hasOnlyDefaultVariant": of(
            lambda record: [variant.row["title"] for variant in variants_of(record)] == ["Default Title"]
        ),
        "hasOutOfStockVariants": of(_is_sold_out),
        "totalInventory": of(_total_inventory),
        "tracksInventory": of(lambda record: any(variant.row["tracked"] for variant in variants_of(record))),
        "priceRangeV2": of(_price_range),
        "options": _options,
        "variants": page_of_variants,
        "variantsCount": of(lambda record: {"count": len(variants_of(record))}),
        "featuredMedia": of(lambda record: record.seen_as("MediaImage")),
    },
    "ProductPriceRangeV2": {
        "minVariantPrice": key("minVariantPrice"),
        "maxVariantPrice": key("maxVariantPrice"),
    },
    "ProductOption": {
        "id": lambda option, _info: ids.gid("ProductOption", option["product"].id),
        "name": lambda option, _info: option["product"].row["option_name"],
        "position": always(1),
        "values": key("values"),
    },
    "MediaImage": {
        "id": of(lambda record: ids.gid("MediaImage", record.id)),
        "alt": column("title"),
        "mediaContentType": always("IMAGE"),
        "status": always("READY"),
        "createdAt": column("created_at"),
        "updatedAt": column("updated_at"),
        "mimeType": always("image/svg+xml"),
        "preview": of(lambda record: record),
        "image": of(lambda record: record),
    },
    "MediaPreviewImage": {"status": always("READY"), "image": of(lambda record: record)},
    "Image": {
        "id": of(lambda record: ids.gid("ProductImage", record.id)),
        "altText": column("title"),
        "url": image_url,
        "width": always(PICTURE_SIZE),
        "height": always(PICTURE_SIZE),
    },
}
