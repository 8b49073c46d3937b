"""`tagsAdd` and `tagsRemove` on products, orders and customers."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify import payload_orders, payloads
from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.access import WRITE
from tests.sandbox.shopify.admin.fields import Fields, Resolver, key, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import Loader, customers_by_id, orders_by_id, products_by_id
from tests.sandbox.shopify.admin.records import Session

LONGEST = {"Product": 255, "Order": 40, "Customer": 40}
MOST = 250


class Tagged(NamedTuple):
    """A type that carries tags: where it is kept, how it is loaded, and the webhook of its change."""

    table: str
    load: Loader
    topic: str
    body: Callable[[Session, int], dict[str, Any]]


TAGGED = {
    "Product": Tagged(
        "product",
        products_by_id,
        "products/update",
        lambda session, number: payloads.product_body(session.connection, number, session.settings.origin),
    ),
    "Order": Tagged(
        "orders",
        orders_by_id,
        "orders/updated",
        lambda session, number: payload_orders.order_body(session.connection, number, session.settings.origin),
    ),
    "Customer": Tagged(
        "customer",
        customers_by_id,
        "customers/update",
        lambda session, number: payloads.customer_body(session.connection, number),
    ),
}


def _changing(change: Callable[[list[str], list[str]], list[str]], field: str) -> Resolver:
    def resolve(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
        session = session_of(info)
        owner = ids.parse(arguments["id"])
        if owner.kind not in TAGGED:
            raise Unsupported(f"{field} on a {owner.kind}")
        session.access.demand(field, WRITE[owner.kind])
        tagged = TAGGED[owner.kind]
        record = tagged.load(session, [owner.number]).get(owner.number)
        if record is None:
            return _refused("id", f"{owner.kind} does not exist")
        wanted = [tag.strip() for text in arguments["tags"] for tag in text.split(",") if tag.strip()]
        too_long = [tag for tag in wanted if len(tag) > LONGEST[owner.kind]]
        before: list[str] = json.loads(record.row["tags"])
        after = change(before, wanted)
        if too_long or len(after) > MOST:
            return _refused("tags", "A tag is too long, or there are too many")
        if after != before:
            session.connection.execute(
                f"UPDATE {tagged.table} SET tags = ?, updated_at = ? WHERE id = ?",
                (json.dumps(after, ensure_ascii=False), session.now_text, owner.number),
            )
            session.action.say(tagged.topic, tagged.body(session, owner.number))
        return {"node": tagged.load(session, [owner.number])[owner.number], "userErrors": []}

    return resolve


def _with(before: list[str], wanted: list[str]) -> list[str]:
    known = {tag.lower() for tag in before}
    added: dict[str, str] = {}
    for tag in wanted:
        if tag.lower() not in known:
            added.setdefault(tag.lower(), tag)
    return [*before, *added.values()]


def _without(before: list[str], wanted: list[str]) -> list[str]:
    unwanted = {tag.lower() for tag in wanted}
    return [tag for tag in before if tag.lower() not in unwanted]


def _refused(field: str, message: str) -> dict[str, Any]:
    return {"node": None, "userErrors": [{"field": [field], "message": message}]}


PAYLOAD = {"node": key("node"), "userErrors": key("userErrors")}

FIELDS: Fields = {
    "Mutation": {"tagsAdd": _changing(_with, "tagsAdd"), "tagsRemove": _changing(_without, "tagsRemove")},
    "TagsAddPayload": PAYLOAD,
    "TagsRemovePayload": PAYLOAD,
    "UserError": {"field": key("field"), "message": key("message")},
}
