"""Where a buyer came from: the one visit that the world remembers of an order."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.fields import Fields, always, column, key, of
from tests.sandbox.shopify.admin.records import Record

UTM = ("source", "medium", "campaign", "content", "term")


def _landing_page(order: Record) -> str:
    # The world keeps paths; a shop reports addresses.
    landing: str = order.row["landing_site"]
    return landing if "://" in landing else f"https://{order.session.shop['domain']}{landing}"


def _parameters(order: Record) -> dict[str, Any] | None:
    found = parse_qs(urlsplit(_landing_page(order)).query)
    if not any(f"utm_{name}" in found for name in UTM):
        return None
    return {name: found.get(f"utm_{name}", [None])[0] for name in UTM}


def _visit(order: Record) -> Record | None:
    return order.seen_as("CustomerVisit") if order.row["landing_site"] else None


JOURNEY: Fields = {
    "CustomerJourneySummary": {
        "ready": always(True),
        "firstVisit": of(_visit),
        "lastVisit": of(_visit),
    },
    "CustomerVisit": {
        "id": of(lambda order: ids.gid("CustomerVisit", order.id)),
        "landingPage": of(_landing_page),
        "occurredAt": column("created_at"),
        "referrerUrl": always(None),
        "utmParameters": of(_parameters),
    },
    "UTMParameters": {name: key(name) for name in UTM},
}
