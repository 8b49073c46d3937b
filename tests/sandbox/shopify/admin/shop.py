"""Resolvers of the shop, the app's installation, webhook subscriptions, and `node`."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from graphql import GraphQLError
from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.access import READ, split_scopes
from tests.sandbox.shopify.admin.connections import EMPTY, Connection, window
from tests.sandbox.shopify.admin.fields import Fields, always, column, key, of, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import (
    Loader,
    customers_by_id,
    items_by_id,
    lines_by_id,
    locations_by_id,
    orders_by_id,
    products_by_id,
    refunds_by_id,
    variants_by_id,
)
from tests.sandbox.shopify.admin.metafields import app_number, owner_fields
from tests.sandbox.shopify.admin.records import Record, Session
from tests.sandbox.shopify.admin.variants import level_by_gid

LOADERS: dict[str, Loader] = {
    "Product": products_by_id,
    "ProductVariant": variants_by_id,
    "InventoryItem": items_by_id,
    "Location": locations_by_id,
    "Order": orders_by_id,
    "LineItem": lines_by_id,
    "Refund": refunds_by_id,
    "Customer": customers_by_id,
}


def shop(_root: Any, info: Info) -> Record:
    return session_of(info).batch("Shop", [session_of(info).shop]).records[0]


def _currencies(record: Record) -> list[str]:
    session = record.session
    rows = session.rows("SELECT DISTINCT presentment_currency AS code FROM orders")
    return sorted({record.row["currency"], *(row["code"] for row in rows)})


def _domain(record: Record) -> str:
    return f"https://{record.row['domain']}"


class Installation:
    """The installation of the app that asks; its own metafields belong to it."""

    kind = "AppInstallation"

    def __init__(self, session: Session) -> None:
        rows = session.rows("SELECT * FROM installation WHERE client_id = ?", session.access.client_id)
        self.session = session
        self.row = rows[0]
        self.number = app_number(session.access.client_id)

    @property
    def is_post_purchase_app(self) -> bool:
        """Whether the merchant chose this app for the post-purchase page."""
        chosen = self.session.shop["post_purchase_app"]
        return chosen is not None and chosen == self.session.access.client_id


def current_installation(_root: Any, info: Info) -> Installation:
    return Installation(session_of(info))


def _granted(installation: Installation, _info: Info) -> list[dict[str, str]]:
    return [
        {"handle": scope, "description": scope.replace("_", " ").capitalize()}
        for scope in split_scopes(installation.row["scopes"])
    ]


def webhook_subscriptions(_root: Any, _info: Info, **arguments: Any) -> Connection:
    # Shopify lists what an app subscribed to through the API, never what its TOML declares; nobody can subscribe
    # through this API, so there are none.
    window(arguments)
    return EMPTY


def node(_root: Any, info: Info, **arguments: Any) -> Any:
    return nodes(_root, info, ids=[arguments["id"]])[0]


def nodes(_root: Any, info: Info, **arguments: Any) -> list[Any]:
    session = session_of(info)
    if len(arguments["ids"]) > 250:
        raise GraphQLError("The input array size is greater than the maximum allowed of 250.")
    wanted: dict[str, list[int]] = {}
    for text in arguments["ids"]:
        parts = ids.parse(text)
        if parts.kind in READ:
            session.access.demand("node", READ[parts.kind])
        wanted.setdefault(parts.kind, []).append(parts.number)
    found = {kind: LOADERS[kind](session, numbers) for kind, numbers in wanted.items() if kind in LOADERS}
    return [_node(session, text, found) for text in arguments["ids"]]


def _node(session: Session, text: str, found: dict[str, Any]) -> Any:
    parts = ids.parse(text)
    if parts.kind in found:
        return found[parts.kind].get(parts.number)
    if parts.kind == "Shop":
        record = session.batch("Shop", [session.shop]).records[0]
        return record if record.id == parts.number else None
    if parts.kind == "InventoryLevel":
        return level_by_gid(session, text)
    if parts.kind == "AppInstallation":
        installation = Installation(session)
        return installation if installation.number == parts.number else None
    raise Unsupported(f"node of type {parts.kind}")


def _offset_minutes(record: Record) -> int:
    moment = record.session.now.astimezone(ZoneInfo(record.row["iana_timezone"]))
    return int((moment.utcoffset() or timedelta(0)).total_seconds()) // 60


FIELDS: Fields = {
    "QueryRoot": {
        "shop": shop,
        "currentAppInstallation": current_installation,
        "webhookSubscriptions": webhook_subscriptions,
        "node": node,
        "nodes": nodes,
    },
    "Shop": {
        **owner_fields(),
        "id": of(lambda record: ids.gid("Shop", record.id)),
        "name": column("name"),
        "myshopifyDomain": column("domain"),
        "email": column("email"),
        "contactEmail": column("email"),
        "currencyCode": column("currency"),
        "ianaTimezone": column("iana_timezone"),
        "timezoneOffsetMinutes": of(_offset_minutes),
        "enabledPresentmentCurrencies": of(_currencies),
        "taxesIncluded": always(True),
        "plan": of(lambda record: record),
        "primaryDomain": of(lambda record: record),
        "shopAddress": of(lambda record: record),
        "url": of(_domain),
    },
    # A development store: there the post-purchase page needs no approval.
    "ShopPlan": {
        "publicDisplayName": always("Development"),
        "partnerDevelopment": always(True),
        "shopifyPlus": always(False),
    },
    "Domain": {
        "id": of(lambda record: ids.gid("Domain", record.id)),
        "host": column("domain"),
        "url": of(_domain),
        "sslEnabled": always(True),
    },
    "ShopAddress": {
        "id": of(lambda record: f"{ids.gid('ShopAddress', record.id)}?model_name=Shop"),
        "countryCodeV2": column("country_code"),
    },
    "AppInstallation": {
        "id": lambda installation, _info: ids.gid("AppInstallation", installation.number),
        "accessScopes": _granted,
        "activeSubscriptions": always([]),  # the sandbox takes no money
        "app": lambda installation, _info: installation,
        "launchUrl": lambda installation, _info: installation.row["application_url"],
    },
    "AccessScope": {"handle": key("handle"), "description": key("description")},
    "App": {
        "id": lambda installation, _info: ids.gid("App", installation.number),
        "apiKey": lambda installation, _info: installation.row["client_id"],
        "embedded": always(True),
        "isPostPurchaseAppInUse": lambda installation, _info: installation.is_post_purchase_app,
    },
}
