"""Webhook bodies in Shopify's REST form, with every key that Afters reads and some that it does not."""

from typing import Any


def money(amount: str, presentment: str | None = None, currency: str = "GBP") -> dict[str, Any]:
    return {
        "shop_money": {"amount": amount, "currency_code": currency},
        "presentment_money": {"amount": presentment or amount, "currency_code": "EUR" if presentment else currency},
    }


def order(**changes: Any) -> dict[str, Any]:
    return {
        "id": 5001,
        "admin_graphql_api_id": "gid://shopify/Order/5001",
        "name": "#1001",
        "checkout_token": "a1" * 16,
        "created_at": "2026-11-22T10:00:00+01:00",
        "updated_at": "2026-11-22T10:05:00+01:00",
        "cancelled_at": None,
        "currency": "GBP",
        "presentment_currency": "GBP",
        "total_price": "30.90",
        "total_price_set": money("30.90"),
        "current_total_price": "28.00",
        "total_outstanding": "0.00",
        "email": "ann@example.com",
        "contact_email": "ann@example.com",
        "phone": None,
        "customer": {"id": 7001, "email": "ann@example.com", "phone": "+447700900123", "first_name": "Ann"},
        "shipping_address": {"first_name": "Annie", "country_code": "GB", "province_code": "ENG", "zip": "N1"},
        "customer_locale": "en-GB",
        "financial_status": "paid",
        "payment_gateway_names": ["shopify_payments"],
        "source_name": "web",
        "discount_codes": [{"code": "WELCOME10", "amount": "2.59", "type": "percentage"}],
        "shipping_lines": [{"id": 1, "title": "Standard delivery", "code": "standard"}],
        "note_attributes": [
            {"name": "gift", "value": "yes"}, {"name": "count", "value": 2}, {"name": "none", "value": None}
        ],
        "test": False,
        "line_items": [
            {
                "id": 6001,
                "variant_id": 111,
                "product_id": 11,
                "title": "Lantern",
                "sku": "LAN-R",
                "quantity": 2,
                "current_quantity": 1,
                "price": "12.95",
                "discount_allocations": [{"amount": "2.00"}, {"amount": "0.59"}],
            },
            {
                "id": 6002, "variant_id": None, "product_id": None, "title": "Wrapping", "sku": None, "quantity": 1,
                "price": "5.00",
            },
        ],
        "refunds": [
            {
                "transactions": [
                    {"kind": "refund", "status": "success", "amount": "2.50", "currency": "GBP"},
                    {"kind": "refund", "status": "failure", "amount": "9.00", "currency": "GBP"},
                    {"kind": "void", "status": "success", "amount": "9.00", "currency": "GBP"},
                ]
            }
        ],
    } | changes  # fmt: skip


def order_without_personal_data() -> dict[str, Any]:
    """What arrives when Shopify withholds protected customer data, and from a guest without an address."""
    return order(
        email=None, contact_email=None, phone=None, customer=None, shipping_address=None, customer_locale=None,
        note_attributes=None, discount_codes=None, shipping_lines=None, payment_gateway_names=None, refunds=None,
        financial_status=None, source_name=None,
        checkout_token=None, test=None,
    )  # fmt: skip


def order_edit() -> dict[str, Any]:
    lines = {"additions": [{"id": 6003, "delta": 1}], "removals": []}
    return {"order_edit": {"id": 1, "app_id": 2, "order_id": 5001, "user_id": None, "line_items": lines}}


def refund() -> dict[str, Any]:
    return {"id": 8001, "order_id": 5001, "created_at": "2026-11-22T10:00:00Z", "refund_line_items": []}


def email_consent(**changes: Any) -> dict[str, Any]:
    return {
        "customer_id": 7001,
        "email_address": "ann@example.com",
        "email_marketing_consent": {
            "state": "subscribed",
            "opt_in_level": "single_opt_in",
            "consent_updated_at": "2026-11-22T11:00:00+01:00",
        },
    } | changes


def sms_consent(**changes: Any) -> dict[str, Any]:
    return {
        "id": 7001,
        "phone": "+447700900123",
        "sms_marketing_consent": {
            "state": "unsubscribed",
            "opt_in_level": "unknown",
            "consent_updated_at": None,
            "consent_collected_from": "OTHER",
        },
    } | changes
