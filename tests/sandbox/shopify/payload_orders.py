"""Webhook bodies of orders, order edits and refunds, as Shopify writes them in REST form on 2026-10.

No `checkout_id`: it left these bodies in 2026-04. Money stands twice, as a string in shop money and as a set of
shop and presentment money. Tax is included in all prices of this shop.
"""

import json
import sqlite3
from typing import Any

from tests.sandbox.shopify import money
from tests.sandbox.shopify.payloads import Body, address_body, customer_body, gid, local_time, one

_TAX = {"rate": 0.2, "title": "VAT"}


class _Money:
    """Writes amounts of one order in its two currencies."""

    def __init__(self, order: sqlite3.Row) -> None:
        self._currency = order["currency"]
        self._presentment = order["presentment_currency"]
        self._rate = order["presentment_rate"]

    def set(self, amount: int) -> Body:
        return {
            "shop_money": {"amount": money.text(amount), "currency_code": self._currency},
            "presentment_money": {
                "amount": money.text(money.presentment(amount, self._rate)),
                "currency_code": self._presentment,
            },
        }

    def pair(self, name: str, amount: int) -> Body:
        """Return `name` and `name_set`."""
        return {name: money.text(amount), f"{name}_set": self.set(amount)}


def order_body(connection: sqlite3.Connection, order_id: int, origin: str) -> Body:
    """Return the body of orders/create, orders/paid, orders/updated and orders/cancelled."""
    row = one(connection, "orders", order_id)
    amounts = _Money(row)
    lines = _lines(connection, order_id)
    address = json.loads(row["shipping_address"]) if row["shipping_address"] else None
    first, last = (address.get("first_name"), address.get("last_name")) if address else (None, None)
    shipping_address = address_body(address, first, last, row["phone"]) if address else None
    country = address["country_code"] if address else None
    applications = _discount_applications(row, lines)
    current_tax = money.included_tax(country, row["current_total"])
    return {
        "id": order_id,
        "admin_graphql_api_id": gid("Order", order_id),
        "app_id": 580111,
        "name": row["name"],
        "number": row["number"] - 1000,
        "order_number": row["number"],
        "confirmation_number": row["confirmation_number"],
        "confirmed": True,
        "token": row["checkout_token"],
        "checkout_token": row["checkout_token"],
        "cart_token": row["cart_token"],
        "created_at": local_time(connection, row["created_at"]),
        "processed_at": local_time(connection, row["processed_at"]),
        "updated_at": local_time(connection, row["updated_at"]),
        "cancelled_at": local_time(connection, row["cancelled_at"]),
        "cancel_reason": row["cancel_reason"].lower() if row["cancel_reason"] else None,
        "closed_at": None,
        "email": row["email"],
        "contact_email": row["email"],
        "phone": row["phone"],
        "browser_ip": None,
        "buyer_accepts_marketing": bool(row["buyer_accepts_marketing"]),
        "client_details": None,
        "currency": row["currency"],
        "presentment_currency": row["presentment_currency"],
        "customer_locale": row["customer_locale"],
        "financial_status": row["financial_status"].lower(),
        "fulfillment_status": None if row["fulfillment_status"] == "UNFULFILLED" else row["fulfillment_status"].lower(),
        "payment_gateway_names": [row["payment_gateway"]],
        "source_name": row["source_name"],
        "landing_site": row["landing_site"],
        "referring_site": None,
        "note": None,
        "note_attributes": json.loads(row["note_attributes"]),
        "tags": ", ".join(json.loads(row["tags"])),
        "test": bool(row["test"]),
        "taxes_included": True,
        "tax_exempt": False,
        "estimated_taxes": False,
        "order_status_url": f"{origin}/orders/{row['checkout_token']}",
        **amounts.pair("subtotal_price", row["subtotal"]),
        **amounts.pair("total_line_items_price", row["subtotal"] + row["discounts"]),
        **amounts.pair("total_discounts", row["discounts"]),
        **amounts.pair("total_tax", row["tax"]),
        **amounts.pair("total_price", row["total"]),
        **amounts.pair("current_total_price", row["current_total"]),
        **amounts.pair("current_total_tax", current_tax),
        **amounts.pair("current_subtotal_price", current_goods(lines)),
        **amounts.pair("current_total_discounts", _current_discounts(lines)),
        "total_shipping_price_set": amounts.set(row["shipping"]),
        "original_total_duties_set": None,
        "current_total_duties_set": None,
        "total_outstanding": money.text(row["outstanding"]),
        "total_tip_received": "0.00",
        "total_weight": 0,
        "tax_lines": [{**_TAX, **amounts.pair("price", row["tax"])}] if row["tax"] else [],
        "discount_codes": [
            {"code": code["code"], "amount": money.text(code["amount"]), "type": code["type"]}
            for code in json.loads(row["discount_codes"])
        ],
        "line_items": [_line_body(connection, line, amounts, applications) for line in lines],
        "shipping_lines": [
            {
                "id": order_id + 1,
                "title": money.shipping_title(row["shipping"]),
                "code": money.shipping_title(row["shipping"]),
                "source": "shopify",
                **amounts.pair("price", row["shipping"]),
                **amounts.pair("discounted_price", row["shipping"]),
                "tax_lines": [],
                "discount_allocations": [],
            }
        ]
        if address
        else [],
        "shipping_address": shipping_address,
        "billing_address": shipping_address,
        "customer": customer_body(connection, row["customer_id"]) if row["customer_id"] else None,
        "fulfillments": [],
        "refunds": [refund_body(connection, refund_id) for refund_id in _refund_ids(connection, order_id)],
        "payment_terms": None,
        "discount_applications": [application for _, application in applications],
    }  # fmt: skip


def order_edit_body(connection: sqlite3.Connection, edit_id: int) -> Body:
    """Return the body of orders/edited, which holds no order: only what was added and removed."""
    row = one(connection, "order_edit", edit_id)
    return {
        "order_edit": {
            "id": edit_id,
            "app_id": row["app_client_id"] and _app_number(row["app_client_id"]),
            "order_id": row["order_id"],
            "user_id": None,
            "created_at": local_time(connection, row["created_at"]),
            "committed_at": local_time(connection, row["committed_at"]),
            "notify_customer": False,
            "staff_note": None,
            "line_items": {
                "additions": json.loads(row["additions"]),
                "removals": json.loads(row["removals"]),
            },
            "discounts": {"line_item": {"additions": [], "removals": []}},
            "shipping_lines": {"additions": [], "removals": []},
        }
    }


def refund_body(connection: sqlite3.Connection, refund_id: int) -> Body:
    """Return the body of refunds/create."""
    row = one(connection, "refund", refund_id)
    order = one(connection, "orders", row["order_id"])
    amounts = _Money(order)
    all_lines = _lines(connection, row["order_id"])
    lines = {line["id"]: line for line in all_lines}
    applications = _discount_applications(order, all_lines)
    returned = json.loads(row["lines"])
    created = local_time(connection, row["created_at"])
    country = json.loads(order["shipping_address"])["country_code"] if order["shipping_address"] else None
    return {
        "id": refund_id,
        "admin_graphql_api_id": gid("Refund", refund_id),
        "order_id": row["order_id"],
        "created_at": created,
        "processed_at": created,
        "note": row["note"],
        "user_id": None,
        "restock": any(line["restock_type"] != "no_restock" for line in returned),
        "refund_line_items": [
            {
                "id": line["id"],
                "line_item_id": line["line_item_id"],
                "quantity": line["quantity"],
                "restock_type": line["restock_type"],
                "location_id": _location(connection) if line["restock_type"] != "no_restock" else None,
                "subtotal": float(money.text(line["subtotal"])),
                "subtotal_set": amounts.set(line["subtotal"]),
                "total_tax": float(money.text(money.included_tax(country, line["subtotal"]))),
                "total_tax_set": amounts.set(money.included_tax(country, line["subtotal"])),
                "line_item": _line_body(connection, lines[line["line_item_id"]], amounts, applications),
            }
            for line in returned
        ],
        "transactions": [
            _transaction_body(connection, payment, order) for payment in _refund_payments(connection, row)
        ],
        "order_adjustments": _adjustments(row, amounts),
    }


def _adjustments(row: sqlite3.Row, amounts: _Money) -> list[Body]:
    if not row["shipping"]:
        return []
    return [
        {
            "id": row["id"] + 1,
            "order_id": row["order_id"],
            "refund_id": row["id"],
            "kind": "shipping_refund",
            "reason": "Shipping refund",
            **amounts.pair("amount", -row["shipping"]),
            **amounts.pair("tax_amount", 0),
        }
    ]


def _discount_applications(row: sqlite3.Row, lines: list[sqlite3.Row]) -> list[tuple[str | None, Body]]:
    """Return the order's discounts in the order that lines count them: the code (None), then each edit's title."""
    found: list[tuple[str | None, Body]] = [
        (
            None,
            {
                "type": "discount_code",
                "code": code["code"],
                "value": money.text(code["amount"]),
                "value_type": "fixed_amount",
                "allocation_method": "across",
                "target_selection": "all",
                "target_type": "line_item",
            },
        )
        for code in json.loads(row["discount_codes"])
    ]
    titles = sorted({line["discount_title"] for line in lines if line["discount_title"]})
    for title in titles:
        amount = sum(line["discount"] for line in lines if line["discount_title"] == title)
        application = {
            "type": "manual",
            "title": title,
            "description": title,
            "value": money.text(amount),
            "value_type": "fixed_amount",
            "allocation_method": "each",
            "target_selection": "explicit",
            "target_type": "line_item",
        }
        found.append((title, application))
    return found


def _line_body(
    connection: sqlite3.Connection,
    line: sqlite3.Row,
    amounts: _Money,
    applications: list[tuple[str | None, Body]],
) -> Body:
    variant = line["variant_title"]
    exists = line["product_id"] is not None and _exists(connection, line["product_id"])
    discounts: list[Any] = []
    if line["discount"]:
        index = [title for title, _ in applications].index(line["discount_title"])
        discounts = [{**amounts.pair("amount", line["discount"]), "discount_application_index": index}]
    return {
        "id": line["id"],
        "admin_graphql_api_id": gid("LineItem", line["id"]),
        "product_id": line["product_id"] if exists else None,
        "variant_id": line["variant_id"] if exists else None,
        "product_exists": exists,
        "sku": line["sku"],
        "title": line["title"],
        "variant_title": variant,
        "name": f"{line['title']} - {variant}" if variant else line["title"],
        "vendor": line["vendor"],
        "quantity": line["quantity"],
        "current_quantity": line["current_quantity"],
        "fulfillable_quantity": line["current_quantity"],
        "fulfillment_service": "manual",
        "fulfillment_status": None,
        "gift_card": False,
        "grams": 0,
        "requires_shipping": bool(line["requires_shipping"]),
        "taxable": True,
        "properties": [],
        **amounts.pair("price", line["price"]),
        **amounts.pair("total_discount", line["discount"] if line["discount_title"] else 0),
        "discount_allocations": discounts,
        "tax_lines": [],
        "duties": [],
    }


def _transaction_body(connection: sqlite3.Connection, row: sqlite3.Row, order: sqlite3.Row) -> Body:
    return {
        "id": row["id"],
        "admin_graphql_api_id": gid("OrderTransaction", row["id"]),
        "order_id": row["order_id"],
        "kind": row["kind"],
        "status": row["status"],
        "gateway": row["gateway"],
        "amount": money.text(row["amount"]),
        "currency": order["currency"],
        "created_at": local_time(connection, row["created_at"]),
        "test": bool(order["test"]),
    }


def _lines(connection: sqlite3.Connection, order_id: int) -> list[sqlite3.Row]:
    return connection.execute(
        """SELECT l.*, p.vendor FROM order_line l LEFT JOIN product p ON p.id = l.product_id
           WHERE l.order_id = ? ORDER BY l.id""",
        (order_id,),
    ).fetchall()


def current_goods(lines: list[sqlite3.Row]) -> int:
    """Return what the units still on the lines cost after discounts, in pence."""
    return sum(net_of(line["price"], line["discount"], line["quantity"], line["current_quantity"]) for line in lines)


def _current_discounts(lines: list[sqlite3.Row]) -> int:
    gross: int = sum(line["price"] * line["current_quantity"] for line in lines)
    return gross - current_goods(lines)


def net_of(price: int, discount: int, quantity: int, units: int) -> int:
    """Return what `units` of a line's `quantity` cost after its discount, rounded so that all parts add up."""
    return (price * quantity - discount) * units // quantity


def _refund_ids(connection: sqlite3.Connection, order_id: int) -> list[int]:
    return [row[0] for row in connection.execute("SELECT id FROM refund WHERE order_id = ? ORDER BY id", (order_id,))]


def _refund_payments(connection: sqlite3.Connection, refund: sqlite3.Row) -> list[sqlite3.Row]:
    return connection.execute(
        """SELECT * FROM payment WHERE order_id = ? AND kind = 'refund' AND created_at = ? AND amount = ?
           ORDER BY id LIMIT 1""",
        (refund["order_id"], refund["created_at"], refund["amount"]),
    ).fetchall()


def _exists(connection: sqlite3.Connection, product_id: int) -> bool:
    return connection.execute("SELECT 1 FROM product WHERE id = ?", (product_id,)).fetchone() is not None


def _location(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT id FROM location ORDER BY id").fetchone()[0])


def _app_number(client_id: str) -> int:
    # REST names apps by number; any stable one will do, since nothing else in the sandbox has it.
    return int(client_id[:10], 16) if all(sign in "0123456789abcdef" for sign in client_id[:10]) else 1
