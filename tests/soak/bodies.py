"""Shopify's side of the town in JSON: webhook bodies and answers of the Admin API."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.soak.town import BOUGHT, GOODS, Order, Shopper

CURRENCY = "GBP"
_MADE_AT = "2026-01-05T09:00:00Z"


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order_body(order: Order, *, status: str, updated_at: datetime) -> dict[str, Any]:
    """Return the REST-shaped order of orders/create and orders/paid."""
    assert order.placed_at is not None
    variant, title, price, _ = BOUGHT
    return {
        "id": order.id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order.id}",
        "name": order.name,
        "checkout_token": f"{order.id:032x}",
        "created_at": stamp(order.placed_at),
        "updated_at": stamp(updated_at),
        "cancelled_at": None,
        "currency": CURRENCY,
        "presentment_currency": CURRENCY,
        "total_price": price,
        "total_price_set": _money_set(price),
        "current_total_price": price,
        "current_total_price_set": _money_set(price),
        "total_outstanding": "0.00",
        "email": order.shopper.email,
        "phone": order.shopper.phone,
        "financial_status": status,
        "payment_gateway_names": ["paypal"],
        "source_name": "web",
        "customer": {"id": order.shopper.id, "email": order.shopper.email, "first_name": "Sam"},
        "shipping_address": {"first_name": "Sam", "country_code": "GB", "province_code": None},
        "line_items": [
            {
                "id": order.id * 10,
                "variant_id": variant,
                "product_id": variant + 1000,
                "title": title,
                "sku": f"SKU-{variant}",
                "quantity": 1,
                "current_quantity": 1,
                "price": price,
                "price_set": _money_set(price),
                "discount_allocations": [],
            }
        ],
        "refunds": [],
        "note_attributes": [],
        "test": False,
    }


def _money_set(amount: str) -> dict[str, Any]:
    money = {"amount": amount, "currency_code": CURRENCY}
    return {"shop_money": money, "presentment_money": money}


def refund_body(order: Order) -> dict[str, Any]:
    return {"id": order.id + 1, "order_id": order.id, "refund_line_items": [], "transactions": []}


def cancelled_body(order: Order, *, now: datetime) -> dict[str, Any]:
    return {**order_body(order, status="paid", updated_at=now), "cancelled_at": stamp(now)}


def consent_body(shopper: Shopper, *, channel: str, now: datetime) -> dict[str, Any]:
    """Return the body with which a shopper's withdrawal is told."""
    state = {"state": "unsubscribed", "opt_in_level": "single_opt_in", "consent_updated_at": stamp(now)}
    if channel == "email":
        return {"customer_id": shopper.id, "email_address": shopper.email, "email_marketing_consent": state}
    return {"id": shopper.id, "phone": shopper.phone, "sms_marketing_consent": state}


def order_node(order: Order) -> dict[str, Any]:
    """Return the order as the Admin API has it, its fate included."""
    assert order.placed_at is not None
    variant, title, price, _ = BOUGHT
    left = 0 if order.fate == "refunded" else 1
    shopper = order.shopper
    changed_at = order.placed_at + timedelta(seconds=1 if order.fate == "kept" else 2)  # paid, and what came after
    return {
        "id": _gid("Order", order.id),
        "name": order.name,
        "checkoutToken": f"{order.id:032x}",
        "createdAt": stamp(order.placed_at),
        "updatedAt": stamp(changed_at),
        "cancelledAt": stamp(changed_at) if order.fate == "cancelled" else None,
        "test": False,
        "sourceName": "web",
        "email": shopper.email,
        "phone": shopper.phone,
        "customerLocale": "en-GB",
        "currencyCode": CURRENCY,
        "presentmentCurrencyCode": CURRENCY,
        "displayFinancialStatus": "REFUNDED" if order.fate == "refunded" else "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "requiresShipping": True,
        "originalTotalDutiesSet": None,
        "transactions": [
            {"kind": "SALE", "status": "SUCCESS", "paymentDetails": {"__typename": "PaypalWalletPaymentDetails"}}
        ],
        "paymentGatewayNames": ["paypal"],
        "discountCodes": [],
        "shippingLine": {"title": "Standard delivery"},
        "totalPriceSet": _bag(price),
        "currentTotalPriceSet": _bag(price if left else "0.00"),
        "totalRefundedSet": _bag("0.00" if left else price),
        "totalOutstandingSet": _bag("0.00"),
        "customer": {
            "id": _gid("Customer", shopper.id),
            "firstName": "Sam",
            "defaultEmailAddress": {"emailAddress": shopper.email},
            "defaultPhoneNumber": {"phoneNumber": shopper.phone},
        },
        "shippingAddress": {"firstName": "Sam", "countryCodeV2": "GB", "provinceCode": None},
        "customAttributes": [],
        "lineItems": listing(
            [
                {
                    "id": _gid("LineItem", order.id * 10),
                    "title": title,
                    "sku": f"SKU-{variant}",
                    "quantity": 1,
                    "currentQuantity": left,
                    "originalUnitPriceSet": _bag(price),
                    "discountAllocations": [],
                    "sellingPlan": None,
                    "variant": {"id": _gid("ProductVariant", variant)},
                    "product": {"id": _gid("Product", variant + 1000), "tags": []},
                }
            ]
        ),
    }


def customer_node(shopper: Shopper, *, withdrawn_at: datetime | None) -> dict[str, Any]:
    """Return a customer with the consent as it is now."""
    told_at = stamp(withdrawn_at) if withdrawn_at else _MADE_AT
    mail, sms = ("UNSUBSCRIBED", "UNSUBSCRIBED") if withdrawn_at else (shopper.mail, shopper.sms)
    return {
        "id": _gid("Customer", shopper.id),
        "firstName": "Sam",
        "locale": "en-GB",
        "numberOfOrders": "1",
        "amountSpent": {"amount": BOUGHT[2], "currencyCode": CURRENCY},
        "tags": [],
        "defaultEmailAddress": {
            "emailAddress": shopper.email,
            "marketingState": mail,
            "marketingOptInLevel": "SINGLE_OPT_IN",
            "marketingUpdatedAt": told_at,
        },
        "defaultPhoneNumber": {
            "phoneNumber": shopper.phone,
            "smsMarketingConsent": {"state": sms, "optInLevel": "SINGLE_OPT_IN", "updatedAt": told_at},
        },
    }


def product_nodes() -> list[dict[str, Any]]:
    return [{**_product(goods), "variants": listing([_variant(goods)])} for goods in GOODS]


def variant_node(variant: int) -> dict[str, Any] | None:
    for goods in GOODS:
        if goods[0] == variant:
            return {"__typename": "ProductVariant", **_variant(goods), "product": _product(goods)}
    return None


def listing(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": False, "endCursor": None}}


def _product(goods: tuple[int, str, str, int]) -> dict[str, Any]:
    variant, title, _, _ = goods
    return {
        "id": _gid("Product", variant + 1000),
        "title": title,
        "handle": title.lower().replace(" ", "-"),
        "status": "ACTIVE",
        "publishedAt": _MADE_AT,
        "requiresSellingPlan": False,
        "tags": [],
        "productType": "",
        "vendor": "",
        "updatedAt": _MADE_AT,
        "description": title,
        "featuredMedia": None,
    }


def _variant(goods: tuple[int, str, str, int]) -> dict[str, Any]:
    variant, _, price, stock = goods
    return {
        "id": _gid("ProductVariant", variant),
        "title": "Default Title",
        "sku": f"SKU-{variant}",
        "price": price,
        "compareAtPrice": None,
        "inventoryPolicy": "DENY",
        "inventoryQuantity": stock,
        "inventoryItem": {"id": _gid("InventoryItem", variant + 2000), "tracked": True, "unitCost": None},
    }


def _bag(amount: str) -> dict[str, Any]:
    money = {"amount": amount, "currencyCode": CURRENCY}
    return {"shopMoney": money, "presentmentMoney": money}


def _gid(kind: str, number: int) -> str:
    return f"gid://shopify/{kind}/{number}"
