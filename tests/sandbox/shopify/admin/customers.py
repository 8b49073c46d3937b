"""Resolvers of customers, their addresses for messages and their consent."""

import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.connections import Clause, Connection, Sort, Table, from_table
from tests.sandbox.shopify.admin.fields import (
    Fields,
    always,
    column,
    identity,
    names,
    of,
    session_of,
    shop_money,
)
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import customers_by_id, oldest_order
from tests.sandbox.shopify.admin.metafields import owner_fields
from tests.sandbox.shopify.admin.orders import page_of_orders
from tests.sandbox.shopify.admin.orders import search_clause as order_search
from tests.sandbox.shopify.admin.records import Record, Session
from tests.sandbox.shopify.admin.search import (
    choice_matcher,
    compiled,
    contains_matcher,
    list_matcher,
    number_matcher,
    text_matcher,
    time_matcher,
)

TABLE = Table("Customer", "customer.*", "customer", "customer.id")
SORTS = {
    "ID": "customer.id",
    "CREATED_AT": "customer.created_at",
    "UPDATED_AT": "customer.updated_at",
    "NAME": "lower(coalesce(customer.last_name, '') || ' ' || coalesce(customer.first_name, ''))",
}
FULL_NAME = "coalesce(customer.first_name, '') || ' ' || coalesce(customer.last_name, '')"


def unsubscribe_token(settings: SandboxSettings, customer_id: int) -> str:
    """Return the secret part of a customer's own link out of the shop's e-mail marketing."""
    label = f"unsubscribe {customer_id}".encode()
    return f"{customer_id}-{hmac.new(settings.client_secret.encode(), label, sha256).hexdigest()[:24]}"


def search_clause(session: Session, text: str | None) -> Clause:
    """Return the condition that a customer search text means."""
    zone = session.shop["iana_timezone"]
    return compiled(
        text,
        {
            "id": number_matcher("customer.id"),
            "email": text_matcher("customer.email"),
            "phone": text_matcher("customer.phone"),
            "first_name": text_matcher("customer.first_name"),
            "last_name": text_matcher("customer.last_name"),
            "tag": list_matcher("customer.tags"),
            "orders_count": number_matcher("customer.number_of_orders"),
            "email_marketing_state": choice_matcher("customer.email_state"),
            "customer_date": time_matcher("customer.created_at", zone),
            "created_at": time_matcher("customer.created_at", zone),
            "updated_at": time_matcher("customer.updated_at", zone),
            "default": contains_matcher(FULL_NAME, "customer.email"),
        },
    )


def customers(_root: Any, info: Info, **arguments: Any) -> Connection:
    session = session_of(info)
    key = arguments["sortKey"]
    if key not in SORTS:
        raise Unsupported(f"sortKey {key} of customers")
    where = search_clause(session, arguments.get("query"))
    return from_table(session, TABLE, Sort(key.lower(), SORTS[key]), where, arguments)


def customers_count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    session = session_of(info)
    where = search_clause(session, arguments.get("query"))
    found = session.rows(f"SELECT count(*) AS n FROM customer WHERE {where.sql}", *where.parameters)
    return {"count": found[0]["n"], "limit": arguments.get("limit")}


def customer(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "Customer")
    return customers_by_id(session_of(info), [number]).get(number)


def customer_by_identifier(_root: Any, info: Info, **arguments: Any) -> Record | None:
    kind, value = next(iter(arguments["identifier"].items()))
    if kind == "id":
        return customer(_root, info, id=value)
    if kind not in {"emailAddress", "phoneNumber"}:
        raise Unsupported(f"customerByIdentifier by {kind}")
    session = session_of(info)
    name = "email" if kind == "emailAddress" else "phone"
    rows = session.rows(f"SELECT * FROM customer WHERE {name} = ? COLLATE NOCASE ORDER BY id LIMIT 1", value)
    found = session.batch("Customer", rows).records
    return found[0] if found else None


def display_name(record: Record) -> str:
    row = record.row
    full = " ".join(part for part in (row["first_name"], row["last_name"]) if part)
    return full or row["email"] or row["phone"] or str(record.id)


def page_of_customer_orders(record: Record, _info: Info, **arguments: Any) -> Connection:
    search = order_search(record.session, arguments.get("query"))
    where = Clause(f"orders.customer_id = ? AND {search.sql}", (record.id, *search.parameters))
    return page_of_orders(record.session, where, arguments)


def load_last_orders(session: Session, customer_ids: list[int]) -> Mapping[int, Record]:
    # SQLite takes the other columns from the row that holds the maximum.
    rows = session.rows(
        """
        SELECT *, max(created_at) FROM orders
        WHERE customer_id IN (SELECT value FROM json_each(?)) AND created_at >= ? GROUP BY customer_id
        """,
        json.dumps(customer_ids),
        oldest_order(session),
    )
    return {record.row["customer_id"]: record for record in session.batch("Order", rows).records}


def _last_order(record: Record) -> Record | None:
    batch = record.batch
    return batch.once("last orders", lambda: load_last_orders(batch.session, batch.values("id"))).get(record.id)


def _default_address(record: Record) -> dict[str, Any] | None:
    row = record.row
    if row["address"] is None:
        return None
    names_of_it = {"first_name": row["first_name"], "last_name": row["last_name"]}
    return {"id": record.id, **names_of_it, **json.loads(row["address"])}


def _when(column_name: str, kind: str) -> Any:
    return lambda record, _info: record.seen_as(kind) if record.row[column_name] else None


def _unsubscribe_url(record: Record) -> str:
    settings = record.session.settings
    return f"{settings.origin}/store/unsubscribe/{unsubscribe_token(settings, record.id)}"


def _email_state(record: Record) -> str:
    # The state of an e-mail address has no word for a redacted customer.
    state: str = record.row["email_state"]
    return "NOT_SUBSCRIBED" if state == "REDACTED" else state


def _sms_state(record: Record) -> str:
    # The consent object of 2026-10 says NEVER_SUBSCRIBED where the older fields say NOT_SUBSCRIBED.
    state: str = record.row["sms_state"]
    return "NEVER_SUBSCRIBED" if state == "NOT_SUBSCRIBED" else state


FIELDS: Fields = {
    "QueryRoot": {
        "customers": customers,
        "customersCount": customers_count,
        "customer": customer,
        "customerByIdentifier": customer_by_identifier,
    },
    "Customer": {
        **identity("Customer"),
        **owner_fields(),
        "firstName": column("first_name"),
        "lastName": column("last_name"),
        "displayName": of(display_name),
        "email": column("email"),
        "phone": column("phone"),
        "locale": column("locale"),
        "tags": names("tags"),
        "createdAt": column("created_at"),
        "updatedAt": column("updated_at"),
        "numberOfOrders": column("number_of_orders"),
        "amountSpent": of(lambda record: shop_money(record, "amount_spent")),
        "defaultAddress": of(_default_address),
        "defaultEmailAddress": _when("email", "CustomerEmailAddress"),
        "defaultPhoneNumber": _when("phone", "CustomerPhoneNumber"),
        "emailMarketingConsent": _when("email", "CustomerEmailMarketingConsentState"),
        "smsMarketingConsent": _when("phone", "CustomerSmsMarketingConsentState"),
        "lastOrder": of(_last_order),
        "orders": page_of_customer_orders,
        # Shopify leaves both empty for shops with little history.
        "statistics": of(lambda record: record),
        "taxExempt": always(False),
        "verifiedEmail": of(lambda record: record.row["email_state"] != "INVALID"),
    },
    "CustomerStatistics": {"predictedSpendTier": always(None), "rfmGroup": always(None)},
    "CustomerEmailAddress": {
        "emailAddress": column("email"),
        "marketingState": of(_email_state),
        "marketingOptInLevel": column("email_opt_in_level"),
        "marketingUpdatedAt": column("email_consent_at"),
        "marketingUnsubscribeUrl": of(_unsubscribe_url),
        "openTrackingLevel": always("UNKNOWN"),
        "sourceLocation": always(None),
        "validFormat": of(lambda record: record.row["email_state"] != "INVALID"),
    },
    "CustomerPhoneNumber": {
        "phoneNumber": column("phone"),
        "marketingState": column("sms_state"),
        "marketingOptInLevel": column("sms_opt_in_level"),
        "marketingUpdatedAt": column("sms_consent_at"),
        "marketingCollectedFrom": always("SHOPIFY"),
        "sourceLocation": always(None),
        "smsMarketingConsent": of(lambda record: record.seen_as("CustomerSmsMarketingConsent")),
        "whatsAppMarketingConsent": of(lambda record: record.seen_as("CustomerWhatsAppMarketingConsent")),
    },
    "CustomerSmsMarketingConsent": {
        "state": of(_sms_state),
        "optInLevel": column("sms_opt_in_level"),
        "updatedAt": column("sms_consent_at"),
        "collectedFrom": always("SHOPIFY"),
        "sourceLocation": always(None),
    },
    "CustomerWhatsAppMarketingConsent": {
        "state": always("NEVER_SUBSCRIBED"),
        "optInLevel": always(None),
        "updatedAt": always(None),
        "collectedFrom": always(None),
        "sourceLocation": always(None),
    },
    "CustomerEmailMarketingConsentState": {
        "marketingState": column("email_state"),
        "marketingOptInLevel": column("email_opt_in_level"),
        "consentUpdatedAt": column("email_consent_at"),
        "sourceLocation": always(None),
    },
    "CustomerSmsMarketingConsentState": {
        "marketingState": column("sms_state"),
        "marketingOptInLevel": of(lambda record: record.row["sms_opt_in_level"] or "UNKNOWN"),
        "consentUpdatedAt": column("sms_consent_at"),
        "consentCollectedFrom": always("SHOPIFY"),
        "sourceLocation": always(None),
    },
}
