"""Who may ask for what: access tokens, the scope that each field needs, and the fields that tell who somebody is.

Scopes after Shopify's reference; having `write_x` includes `read_x`. A field that is not named here needs none.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from graphql import GraphQLError

DOCUMENTATION = "https://shopify.dev/api/usage/access-scopes"
PROTECTED_DATA = "https://shopify.dev/docs/apps/launch/protected-customer-data"
ORDER_WINDOW_DAYS = 60
SEES_PEOPLE = 2  # the level of protected customer data with names, addresses, phones and e-mail addresses

PRODUCTS = ("read_products",)
STOCK = ("read_inventory",)
STOCK_ITEM = ("read_inventory", "read_products")
ORDERS = ("read_orders",)
CUSTOMERS = ("read_customers",)
LOCATIONS = ("read_locations",)
LOCATION_IDS = ("read_locations", "read_inventory")  # the one field of a location that stock alone gives access to
HOLDS = (
    "read_merchant_managed_fulfillment_orders",
    "read_assigned_fulfillment_orders",
    "read_third_party_fulfillment_orders",
    "read_marketplace_fulfillment_orders",
)

# "Type.field" -> any one of these scopes.
NEEDED: dict[str, tuple[str, ...]] = {
    "QueryRoot.products": PRODUCTS,
    "QueryRoot.product": PRODUCTS,
    "QueryRoot.productsCount": PRODUCTS,
    "QueryRoot.productByIdentifier": PRODUCTS,
    "QueryRoot.collections": PRODUCTS,
    "QueryRoot.collection": PRODUCTS,
    "QueryRoot.collectionsCount": PRODUCTS,
    "QueryRoot.productVariant": PRODUCTS,
    "QueryRoot.productVariants": PRODUCTS,
    "QueryRoot.productVariantsCount": PRODUCTS,
    "QueryRoot.sellingPlanGroup": PRODUCTS,
    "QueryRoot.sellingPlanGroups": PRODUCTS,
    "QueryRoot.inventoryItem": STOCK_ITEM,
    "QueryRoot.inventoryItems": STOCK_ITEM,
    "QueryRoot.inventoryLevel": STOCK,
    "QueryRoot.location": LOCATIONS,
    "QueryRoot.locations": LOCATIONS,
    "QueryRoot.orders": ORDERS,
    "QueryRoot.order": ORDERS,
    "QueryRoot.ordersCount": ORDERS,
    "QueryRoot.customers": CUSTOMERS,
    "QueryRoot.customer": CUSTOMERS,
    "QueryRoot.customersCount": CUSTOMERS,
    "QueryRoot.customerByIdentifier": CUSTOMERS,
    "InventoryItem.inventoryLevel": STOCK,
    "InventoryItem.inventoryLevels": STOCK,
    "InventoryLevel.location": LOCATION_IDS,
    **{
        f"Location.{field}": LOCATIONS
        for field in ("name", "isActive", "fulfillsOnlineOrders", "shipsInventory", "isFulfillmentService")
    },
    "ProductVariant.inventoryItem": STOCK_ITEM,
    "Order.customer": CUSTOMERS,
    "Order.fulfillmentOrders": HOLDS,
    "LineItem.product": PRODUCTS,
    "LineItem.variant": PRODUCTS,
    "Customer.orders": ORDERS,
    "Customer.lastOrder": ORDERS,
    "Mutation.discountCodeBasicCreate": ("write_discounts",),
    "Mutation.customerEmailMarketingConsentUpdate": ("write_customers",),
    "Mutation.customerSmsMarketingConsentUpdate": ("write_customers",),
}

# What `node` and `nodes` may hand out, and what writing tags or metafields to it takes.
READ: dict[str, tuple[str, ...]] = {
    "Product": PRODUCTS,
    "Collection": PRODUCTS,
    "ProductVariant": PRODUCTS,
    "InventoryItem": STOCK_ITEM,
    "InventoryLevel": STOCK,
    "Location": LOCATION_IDS,
    "Order": ORDERS,
    "LineItem": ORDERS,
    "Refund": ORDERS,
    "FulfillmentOrder": HOLDS,
    "Customer": CUSTOMERS,
}
WRITE: dict[str, tuple[str, ...]] = {
    "Product": ("write_products",),
    "ProductVariant": ("write_products",),
    "Order": ("write_orders",),
    "Customer": ("write_customers",),
}

# Level 2 of protected customer data: name, address, phone and e-mail, which an app is approved for one by one.
# Approval is Shopify's, not the merchant's: no scope helps.
PROTECTED = frozenset(
    {
        "Customer.firstName",
        "Customer.lastName",
        "Customer.displayName",
        "Customer.email",
        "Customer.phone",
        "Customer.defaultAddress",
        "Customer.defaultEmailAddress",
        "Customer.defaultPhoneNumber",
        "Order.email",
        "Order.phone",
        "Order.shippingAddress",
    }
)


class AccessDenied(GraphQLError):
    """A scope is missing: the field becomes null and the answer carries this error."""

    def __init__(self, field: str, scopes: Iterable[str]) -> None:
        required = " or ".join(f"`{scope}`" for scope in scopes) + " access scope."
        super().__init__(
            f"Access denied for {field} field. Required access: {required}",
            extensions={"code": "ACCESS_DENIED", "documentation": DOCUMENTATION, "requiredAccess": required},
        )


class NotApproved(AccessDenied):
    """The app is not approved for a protected field: it becomes null and the answer carries this error."""

    def __init__(self, field: str) -> None:
        GraphQLError.__init__(
            self,
            f"This app is not approved to use the {field} field. See {PROTECTED_DATA} for more details.",
            extensions={"code": "ACCESS_DENIED", "documentation": PROTECTED_DATA},
        )


@dataclass(frozen=True)
class Access:
    """An accepted token: whose it is and what it may do; `sees_people` is Shopify's approval for level 2."""

    client_id: str
    scopes: frozenset[str]
    sees_people: bool = True

    def covers(self, needed: Iterable[str]) -> bool:
        """Tell whether any one of the scopes is held."""
        return any(
            scope in self.scopes or (scope.startswith("read_") and f"write_{scope[5:]}" in self.scopes)
            for scope in needed
        )

    def demand(self, field: str, needed: tuple[str, ...]) -> None:
        """Raise AccessDenied for `field` unless any one of the scopes is held."""
        if not self.covers(needed):
            raise AccessDenied(field, needed)

    def demand_approval(self, field: str) -> None:
        """Raise NotApproved for `field` unless the app is approved for level 2 of protected customer data."""
        if not self.sees_people:
            raise NotApproved(field)


def split_scopes(text: str) -> tuple[str, ...]:
    """Return the scopes of a comma-separated list, in order, each once."""
    return tuple(dict.fromkeys(scope.strip() for scope in text.split(",") if scope.strip()))


def authenticate(connection: Connection, token: str | None, now_text: str) -> Access | None:
    """Return what a token in `X-Shopify-Access-Token` may do, or None where Shopify answers 401.

    Dead are: unknown, revoked and expired tokens, tokens of an app that is not installed, and tokens that never
    expire (refused for public apps from 2027 on, for new ones already).
    """
    row = connection.execute(
        """
        SELECT access_token.client_id, access_token.scopes,
               (SELECT protected_data_level FROM shop) AS level FROM access_token
        JOIN installation ON installation.client_id = access_token.client_id
        WHERE token = ? AND revoked_at IS NULL AND expires_at > ? AND uninstalled_at IS NULL
        """,
        (token, now_text),
    ).fetchone()
    return (
        Access(row["client_id"], frozenset(split_scopes(row["scopes"])), row["level"] == SEES_PEOPLE) if row else None
    )
