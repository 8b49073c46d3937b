"""What a webhook's body leaves out for an app that is not approved to see who the people are."""

from collections.abc import Mapping
from sqlite3 import Connection
from typing import Any

from tests.sandbox.shopify.admin.access import SEES_PEOPLE

# The shop itself is no customer.
_OF_NO_CUSTOMER = ("app/", "shop/", "products/", "inventory_levels/")
_PERSONAL = frozenset(
    {
        "email", "contact_email", "email_address", "phone", "first_name", "last_name", "default_address",
        "shipping_address", "billing_address", "browser_ip", "client_details",
    }
)  # fmt: skip


def shown(connection: Connection, topic: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what the app is sent of a body: all, or what is left without the protected fields."""
    level = connection.execute("SELECT protected_data_level FROM shop").fetchone()[0]
    if level == SEES_PEOPLE or topic.startswith(_OF_NO_CUSTOMER):
        return body
    return {name: _without(value) for name, value in body.items() if name not in _PERSONAL}


def _without(value: Any) -> Any:
    if isinstance(value, list):
        return [_without(each) for each in value]
    if isinstance(value, Mapping):
        return {name: _without(each) for name, each in value.items() if name not in _PERSONAL}
    return value
