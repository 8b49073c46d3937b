"""What a block on the thank-you or order-status page is told: the values of the global `shopify`, as the typings say.

`{"$signal": value}` stands for a signal of a value, `{"$absent": true}` for a name that is there with nothing behind
it: values that need approval for protected customer data are absent until the app has it.
"""

import json
import sqlite3
from dataclasses import dataclass
from typing import Any

from tests.sandbox.shopify import money
from tests.sandbox.shopify.admin.access import SEES_PEOPLE
from tests.sandbox.shopify.pictures import PICTURE_PATH
from tests.sandbox.shopify.placed_blocks import THANK_YOU
from tests.sandbox.shopify.switches import Switches
from tests.sandbox.shopify.world import World

API_VERSION = "2026-07"
_ABSENT = {"$absent": True}


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One visit to a page with a block. `language` is the page's, `languages` are those the block has texts for."""

    target: str
    order_id: int
    origin: str
    switches: Switches
    is_logged_in: bool
    language: str
    languages: frozenset[str]
    fallback: str
    is_editor: bool = False

    @property
    def own_language(self) -> str:
        """The language of the block's texts on this page."""
        wanted = (self.language, self.language.partition("-")[0])
        return next((each for each in wanted if each in self.languages), self.fallback)


def block_values(world: World, visit: Visit) -> dict[str, Any]:
    """Return the values for one visit; money is in the currency the shopper paid in."""
    with world.read() as connection:
        order = connection.execute("SELECT * FROM orders WHERE id = ?", (visit.order_id,)).fetchone()
        shop = connection.execute("SELECT * FROM shop").fetchone()
        customer = connection.execute("SELECT * FROM customer WHERE id = ?", (order["customer_id"],)).fetchone()
        lines = _lines(connection, order, visit.origin)
        earlier = connection.execute(
            "SELECT count(*) FROM orders WHERE customer_id = ? AND id < ?", (order["customer_id"], order["id"])
        ).fetchone()[0]
    values = _shared(visit, order, shop, customer, lines)
    if visit.target == THANK_YOU:
        confirmed = {
            "order": {"id": _gid("Order", order["id"])},
            "number": order["confirmation_number"],
            "isFirstOrder": earlier == 0,
        }
        return values | _THANK_YOU_ONLY | {"orderConfirmation": _signal(confirmed)}
    state = "fully_authenticated" if visit.is_logged_in else "pre_authenticated"
    account = {"customer": _signal({"id": _gid("Customer", order["customer_id"])} if visit.is_logged_in else None)}
    return values | {
        "order": _signal(
            {
                "id": _gid("Order", order["id"]),
                "name": order["name"],
                "cancelledAt": order["cancelled_at"],
                "confirmationNumber": order["confirmation_number"],
                "processedAt": order["processed_at"],
            }
        ),
        "authenticationState": _signal(state),
        "authenticatedAccount": account | {"purchasingCompany": _signal(None)},
    }


def privacy(switches: Switches, country: str | None) -> dict[str, Any]:
    """Return `customerPrivacy`: what the shopper lets the shop do."""
    allowed = switches.allows_analytics
    consent = {"analytics": allowed, "marketing": allowed, "preferences": allowed, "saleOfData": allowed}
    return {
        "allowedProcessing": consent,
        "metafields": [],
        "visitorConsent": consent,
        "shouldShowBanner": False,
        "saleOfDataRegion": False,
        "region": {"countryCode": country},
    }


def _shared(
    visit: Visit, order: sqlite3.Row, shop: sqlite3.Row, customer: sqlite3.Row | None, lines: list[dict[str, Any]]
) -> dict[str, Any]:
    address = json.loads(order["shipping_address"] or "null")
    sees_people = shop["protected_data_level"] == SEES_PEOPLE
    country = address["country_code"] if address else shop["country_code"]
    codes = [{"code": each["code"]} for each in json.loads(order["discount_codes"])]
    token = order["checkout_token"] if visit.switches.knows_checkout_token else None

    def amount(minor: int) -> dict[str, Any]:
        return _amount(order, minor)

    return {
        "analytics": {},
        "appliedGiftCards": _signal([]),
        "appMetafields": _signal([]),
        "attributes": _signal(
            [{"key": each["name"], "value": each["value"]} for each in json.loads(order["note_attributes"])]
        ),
        "billingAddress": _signal(_address(address)) if sees_people else _ABSENT,
        "buyerIdentity": {
            "customer": _signal(_person(customer, order, sees_people=sees_people) if visit.is_logged_in else None),
            "email": _signal(order["email"] if sees_people else None),
            "phone": _signal(order["phone"] if sees_people else None),
            "purchasingCompany": _signal(None),
        },
        "checkoutSettings": _signal({"orderSubmission": "ORDER", "shippingAddress": {"isEditable": False}}),
        "checkoutToken": _signal(token),
        "cost": {
            "subtotalAmount": _signal(amount(order["subtotal"])),
            "totalShippingAmount": _signal(amount(order["shipping"])),
            "totalTaxAmount": _signal(amount(order["tax"])),
            "totalAmount": _signal(amount(order["current_total"])),
        },
        "customerPrivacy": _signal(privacy(visit.switches, country)),
        "discountAllocations": _signal([]),
        "discountCodes": _signal(codes),
        "extension": {
            "apiVersion": API_VERSION,
            "capabilities": _signal(["network_access"] if visit.switches.has_network_access else []),
            **({"editor": {"type": "checkout"}} if visit.is_editor else {}),
            "rendered": _signal(False),
            "scriptUrl": f"{visit.origin}/checkout/extension/thank-you.js",
            "target": visit.target,
        },
        "extensionPoint": visit.target,
        "lines": _signal(lines),
        "localization": {
            "currency": _signal({"isoCode": order["presentment_currency"]}),
            "timezone": _signal(shop["iana_timezone"]),
            "language": _signal({"isoCode": visit.language}),
            "extensionLanguage": _signal({"isoCode": visit.own_language}),
            "country": _signal({"isoCode": country}),
            "market": _signal({"id": "gid://shopify/Market/1", "handle": country.lower()}),
        },
        "note": _signal(None),
        "settings": _signal({}),
        "shippingAddress": _signal(_address(address)) if sees_people else _ABSENT,
        "shop": {
            "id": _gid("Shop", shop["id"]),
            "name": shop["name"],
            "myshopifyDomain": shop["domain"],
            "storefrontUrl": f"{visit.origin}/store",
        },
        "version": "unstable",
    }


def _lines(connection: sqlite3.Connection, order: sqlite3.Row, origin: str) -> list[dict[str, Any]]:
    rows = connection.execute(
        "SELECT l.*, p.vendor, p.product_type, p.option_name FROM order_line l JOIN product p ON p.id = l.product_id"
        " WHERE l.order_id = ? AND l.current_quantity > 0 AND l.variant_id IS NOT NULL ORDER BY l.id",
        (order["id"],),
    ).fetchall()
    return [_line(row, order, origin) for row in rows]


def _line(row: sqlite3.Row, order: sqlite3.Row, origin: str) -> dict[str, Any]:
    options = [{"name": row["option_name"], "value": row["variant_title"]}] if row["variant_title"] else []
    return {
        "id": _gid("CartLine", row["id"]),
        "merchandise": {
            "type": "variant",
            "id": _gid("ProductVariant", row["variant_id"]),
            "title": row["title"],
            "subtitle": row["variant_title"],
            "image": {"url": origin + PICTURE_PATH.format(product_id=row["product_id"]), "altText": row["title"]},
            "selectedOptions": options,
            "product": {
                "id": _gid("Product", row["product_id"]),
                "vendor": row["vendor"],
                "productType": row["product_type"],
            },
            "requiresShipping": bool(row["requires_shipping"]),
            "sku": row["sku"],
        },
        "quantity": row["current_quantity"],
        "cost": {"totalAmount": _amount(order, row["price"] * row["current_quantity"] - row["discount"])},
        "attributes": [],
        "discountAllocations": [],
        "lineComponents": [],
        "parentRelationship": None,
    }


def _person(customer: sqlite3.Row | None, order: sqlite3.Row, *, sees_people: bool) -> dict[str, Any] | None:
    if customer is None:
        return None
    known = {
        "id": _gid("Customer", customer["id"]),
        "image": {"url": ""},
        "acceptsMarketing": bool(order["buyer_accepts_marketing"]),
        "storeCreditAccounts": [],
    }
    if not sees_people:
        return known
    names = {"firstName": customer["first_name"], "lastName": customer["last_name"]}
    return known | names | {"email": customer["email"], "phone": customer["phone"]}


def _address(address: dict[str, Any] | None) -> dict[str, Any] | None:
    if address is None:
        return None
    return {
        "address1": address["address1"],
        "address2": address.get("address2"),
        "city": address["city"],
        "zip": address["zip"],
        "countryCode": address["country_code"],
        "provinceCode": address["province_code"],
    }


def _amount(order: sqlite3.Row, minor: int) -> dict[str, Any]:
    shown = money.presentment(minor, order["presentment_rate"])
    return {"amount": float(money.text(shown)), "currencyCode": order["presentment_currency"]}


def _signal(value: Any) -> dict[str, Any]:
    return {"$signal": value}


def _gid(kind: str, number: int | None) -> str:
    return f"gid://shopify/{kind}/{number}"


_THANK_YOU_ONLY: dict[str, Any] = {
    "availablePaymentOptions": _signal([]),
    "buyerJourney": {
        "completed": _signal(True),
        "steps": _signal([]),
        "activeStep": _signal({"handle": "thank-you"}),
    },
    "deliveryGroups": _signal([]),
    "instructions": _signal(
        {
            "attributes": {"canUpdateAttributes": False},
            "delivery": {"canSelectCustomAddress": False},
            "discounts": {"canUpdateDiscountCodes": False},
            "lines": {"canAddCartLine": False, "canRemoveCartLine": False, "canUpdateCartLine": False},
            "metafields": {"canSetCartMetafields": False, "canDeleteCartMetafield": False},
            "notes": {"canUpdateNote": False},
        }
    ),
    "localizedFields": _signal([]),
    "selectedPaymentOptions": _signal([]),
}
