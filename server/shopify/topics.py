"""Which webhook topics we handle. `shopify.app.toml` subscribes to exactly these."""

from collections.abc import Mapping

# topic -> name of its subscription, which comes back in X-Shopify-Name
TOPICS: Mapping[str, str] = {
    "orders/create": "orders-create",
    "orders/paid": "orders-paid",
    "orders/edited": "orders-edited",
    "orders/cancelled": "orders-cancelled",
    "refunds/create": "refunds-create",
    "products/update": "products-update",
    "products/delete": "products-delete",
    "collections/create": "collections-create",
    "collections/update": "collections-update",
    "collections/delete": "collections-delete",
    "selling_plan_groups/create": "selling-plan-groups-create",
    "selling_plan_groups/update": "selling-plan-groups-update",
    "selling_plan_groups/delete": "selling-plan-groups-delete",
    "inventory_levels/update": "inventory-levels-update",
    "customers_email_marketing_consent/update": "email-consent-update",
    "customers_marketing_consent/update": "sms-consent-update",
    "app/uninstalled": "app-uninstalled",
    "app/scopes_update": "app-scopes-update",
}

# Required of every app in the store; their subscription has no name.
COMPLIANCE_TOPICS = frozenset({"customers/data_request", "customers/redact", "shop/redact"})

# topic -> the channel whose consent it tells of
CONSENT_CHANNELS: Mapping[str, str] = {
    "customers_email_marketing_consent/update": "email",
    "customers_marketing_consent/update": "sms",  # despite its name
}
