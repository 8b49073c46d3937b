"""Webhook bodies of customers, products, stock and the app itself, as Shopify writes them in REST form.

After the topics' documentation for 2026-10; orders, refunds and edits are in `payload_orders`. Keys that only
memory vouches for are few: those of the two consent topics, and of `app/scopes_update`.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tests.sandbox.shopify import ids, money
from tests.sandbox.shopify.pictures import PICTURE_PATH

Body = dict[str, Any]


def gid(kind: str, number: int) -> str:
    """Return the GraphQL id, e.g. `gid://shopify/Product/12`."""
    return f"gid://shopify/{kind}/{number}"


def local_time(connection: sqlite3.Connection, text: str | None) -> str | None:
    """Return a time of the world as REST writes it: in the shop's zone, with its offset."""
    if text is None:
        return None
    zone = ZoneInfo(connection.execute("SELECT iana_timezone FROM shop").fetchone()[0])
    return datetime.fromisoformat(text).astimezone(zone).isoformat(timespec="seconds")


def email_consent(connection: sqlite3.Connection, customer: sqlite3.Row) -> Body:
    """Return the object `email_marketing_consent` of a customer row."""
    return {
        "state": customer["email_state"].lower(),
        "opt_in_level": _lower(customer["email_opt_in_level"]),
        "consent_updated_at": local_time(connection, customer["email_consent_at"]),
    }


def sms_consent(connection: sqlite3.Connection, customer: sqlite3.Row) -> Body | None:
    """Return the object `sms_marketing_consent` of a customer row; None for one without a phone number."""
    if customer["phone"] is None:
        return None
    return {
        "state": customer["sms_state"].lower(),
        "opt_in_level": _lower(customer["sms_opt_in_level"]),
        "consent_updated_at": local_time(connection, customer["sms_consent_at"]),
        "consent_collected_from": "SHOPIFY",
    }


def email_consent_update(connection: sqlite3.Connection, customer_id: int) -> Body:
    """Return the body of `customers_email_marketing_consent/update`."""
    customer = one(connection, "customer", customer_id)
    return {
        "customer_id": customer_id,
        "email_address": customer["email"],
        "email_marketing_consent": email_consent(connection, customer),
    }


def sms_consent_update(connection: sqlite3.Connection, customer_id: int) -> Body:
    """Return the body of `customers_marketing_consent/update`, the SMS one in spite of its name."""
    customer = one(connection, "customer", customer_id)
    return {
        "id": customer_id,
        "phone": customer["phone"],
        "sms_marketing_consent": sms_consent(connection, customer),
    }


def collection_body(connection: sqlite3.Connection, collection_id: int) -> Body:
    """Return the body of collections/create and collections/update, which names none of its products."""
    row = one(connection, "collection", collection_id)
    return {
        "id": collection_id,
        "admin_graphql_api_id": gid("Collection", collection_id),
        "handle": row["handle"],
        "title": row["title"],
        "updated_at": local_time(connection, row["updated_at"]),
        "body_html": None,
        "published_at": local_time(connection, row["created_at"]),
        "sort_order": "best-selling",
        "template_suffix": None,
        "published_scope": "global",
    }


def customer_body(connection: sqlite3.Connection, customer_id: int) -> Body:
    """Return a customer as orders carry it; fields the buyer never gave are null."""
    row = one(connection, "customer", customer_id)
    address = json.loads(row["address"]) if row["address"] else None
    return {
        "id": customer_id,
        "admin_graphql_api_id": gid("Customer", customer_id),
        "created_at": local_time(connection, row["created_at"]),
        "updated_at": local_time(connection, row["updated_at"]),
        "first_name": row["first_name"],
        "last_name": row["last_name"],
        "email": row["email"],
        "phone": row["phone"],
        "state": "disabled",
        "note": None,
        "verified_email": row["email"] is not None,
        "multipass_identifier": None,
        "tax_exempt": False,
        "tax_exemptions": [],
        "currency": "GBP",
        "tags": ", ".join(json.loads(row["tags"])),
        "email_marketing_consent": email_consent(connection, row) if row["email"] else None,
        "sms_marketing_consent": sms_consent(connection, row),
        "default_address": None
        if address is None
        else {
            "id": customer_id + 1,
            "customer_id": customer_id,
            **address_body(address, row["first_name"], row["last_name"], row["phone"]),
            "default": True,
        },
    }


def address_body(address: Body, first_name: str | None, last_name: str | None, phone: str | None) -> Body:
    """Return a postal address; names inside `address` win over the given ones."""
    first, last = address.get("first_name", first_name), address.get("last_name", last_name)
    return {
        "first_name": first,
        "last_name": last,
        "name": " ".join(part for part in (first, last) if part),
        "address1": address["address1"],
        "address2": address.get("address2"),
        "phone": phone,
        "city": address["city"],
        "zip": address["zip"],
        "province_code": address.get("province_code"),
        "country_code": address["country_code"],
        "company": None,
    }


def product_body(connection: sqlite3.Connection, product_id: int, origin: str) -> Body:
    """Return the body of `products/update`; `origin` is where the sandbox serves pictures."""
    row = one(connection, "product", product_id)
    rows = connection.execute(
        """SELECT v.*, coalesce(sum(l.available), 0) AS available FROM variant v
           LEFT JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
           WHERE v.product_id = ? GROUP BY v.id ORDER BY v.position""",
        (product_id,),
    ).fetchall()
    created = local_time(connection, row["created_at"])
    image = {
        "id": product_id + 1,
        "product_id": product_id,
        "position": 1,
        "alt": row["title"],
        "width": 600,
        "height": 600,
        "src": origin + PICTURE_PATH.format(product_id=product_id),
        "variant_ids": [],
        "admin_graphql_api_id": gid("ProductImage", product_id + 1),
    }
    return {
        "id": product_id,
        "admin_graphql_api_id": gid("Product", product_id),
        "title": row["title"],
        "body_html": f"<p>{row['description']}</p>",
        "vendor": row["vendor"],
        "product_type": row["product_type"],
        "handle": row["handle"],
        "status": row["status"].lower(),
        "tags": ", ".join(json.loads(row["tags"])),
        "created_at": created,
        "updated_at": local_time(connection, row["updated_at"]),
        "published_at": created if row["status"] == "ACTIVE" else None,
        "published_scope": "global",
        "template_suffix": None,
        "variants": [_variant_body(connection, variant) for variant in rows],
        "options": [
            {
                "id": product_id + 2,
                "product_id": product_id,
                "name": row["option_name"],
                "position": 1,
                "values": [variant["title"] for variant in rows],
            }
        ],
        "images": [image],
        "image": image,
        "has_variants_that_requires_components": False,
        "variant_gids": [
            {
                "admin_graphql_api_id": gid("ProductVariant", variant["id"]),
                "updated_at": local_time(connection, variant["updated_at"]),
            }
            for variant in rows
        ],
    }


def inventory_level_body(
    connection: sqlite3.Connection, inventory_item_id: int, location_id: int | None = None
) -> Body:
    """Return the body of `inventory_levels/update`, which names no variant; without a location, of the first."""
    row = connection.execute(
        "SELECT * FROM inventory_level WHERE inventory_item_id = ? AND ? IN (location_id, 0) ORDER BY location_id",
        (inventory_item_id, location_id or 0),
    ).fetchone()
    if row is None:
        raise LookupError(f"no stock of inventory item {inventory_item_id}")
    level = gid("InventoryLevel", row["location_id"])
    return {
        "inventory_item_id": inventory_item_id,
        "location_id": row["location_id"],
        "available": row["available"],
        "updated_at": local_time(connection, row["updated_at"]),
        "admin_graphql_api_id": f"{level}?inventory_item_id={inventory_item_id}",
    }


def shop_body(connection: sqlite3.Connection) -> Body:
    """Return the body of `app/uninstalled`: the shop."""
    row = connection.execute("SELECT * FROM shop").fetchone()
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "domain": row["domain"],
        "myshopify_domain": row["domain"],
        "shop_owner": row["name"],
        "country_code": row["country_code"],
        "currency": row["currency"],
        "iana_timezone": row["iana_timezone"],
        "plan_name": "partner_test",
        "taxes_included": True,
        "enabled_presentment_currencies": sorted(money.RATES),
    }


def scopes_body(connection: sqlite3.Connection, previous: Sequence[str], current: Sequence[str], at: str) -> Body:
    """Return the body of `app/scopes_update`."""
    return {
        "id": connection.execute("SELECT id FROM shop").fetchone()[0],
        "previous": list(previous),
        "current": list(current),
        "updated_at": local_time(connection, at),
    }


def data_request_body(connection: sqlite3.Connection, customer_id: int, request_id: int) -> Body:
    """Return the body of `customers/data_request`."""
    return {
        **_privacy_head(connection),
        "orders_requested": _order_ids(connection, customer_id),
        "customer": _privacy_customer(connection, customer_id),
        "data_request": {"id": request_id},
    }


def customer_redact_body(connection: sqlite3.Connection, customer_id: int) -> Body:
    """Return the body of `customers/redact`."""
    return {
        **_privacy_head(connection),
        "customer": _privacy_customer(connection, customer_id),
        "orders_to_redact": _order_ids(connection, customer_id),
    }


def shop_redact_body(connection: sqlite3.Connection) -> Body:
    """Return the body of `shop/redact`, sent 48 hours after uninstalling."""
    return _privacy_head(connection)


def one(connection: sqlite3.Connection, table: str, row_id: int) -> sqlite3.Row:
    """Return the row with this id.

    Raises:
        LookupError: there is none.
    """
    found: sqlite3.Row | None = connection.execute(f"SELECT * FROM {table} WHERE id = ?", (row_id,)).fetchone()
    if found is None:
        raise LookupError(f"no row {row_id} in {table}")
    return found


def _variant_body(connection: sqlite3.Connection, row: sqlite3.Row) -> Body:
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("ProductVariant", row["id"]),
        "product_id": row["product_id"],
        "title": row["title"],
        "option1": row["title"],
        "option2": None,
        "option3": None,
        "sku": row["sku"],
        "barcode": None,
        "position": row["position"],
        "price": money.text(row["price"]),
        "compare_at_price": None if row["compare_at_price"] is None else money.text(row["compare_at_price"]),
        "inventory_policy": row["inventory_policy"].lower(),
        "inventory_item_id": row["inventory_item_id"],
        "inventory_quantity": row["available"],
        "old_inventory_quantity": row["available"],
        "taxable": bool(row["taxable"]),
        "image_id": None,
        "created_at": local_time(connection, row["updated_at"]),
        "updated_at": local_time(connection, row["updated_at"]),
    }


def _privacy_head(connection: sqlite3.Connection) -> Body:
    domain = connection.execute("SELECT domain FROM shop").fetchone()[0]
    return {"shop_id": ids.SHOP_ID, "shop_domain": domain}


def _privacy_customer(connection: sqlite3.Connection, customer_id: int) -> Body:
    row = one(connection, "customer", customer_id)
    return {"id": customer_id, "email": row["email"], "phone": row["phone"]}


def _order_ids(connection: sqlite3.Connection, customer_id: int) -> list[int]:
    return [
        row[0] for row in connection.execute("SELECT id FROM orders WHERE customer_id = ? ORDER BY id", (customer_id,))
    ]


def _lower(text: str | None) -> str | None:
    return None if text is None else text.lower()
