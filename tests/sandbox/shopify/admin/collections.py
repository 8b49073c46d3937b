"""Resolvers of collections, and of the collections of a product."""

import json
from collections.abc import Mapping
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.connections import Clause, Connection, Sort, Table, from_list, from_table
from tests.sandbox.shopify.admin.fields import Fields, column, identity, of, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.loaders import collections_by_id
from tests.sandbox.shopify.admin.records import Record, Session, children, grouped

TABLE = Table("Collection", "collection.*", "collection", "collection.id")
SORTS = {"ID": "collection.id", "TITLE": "lower(collection.title)", "UPDATED_AT": "collection.updated_at"}
_PRODUCT_ORDERS = {"ID", "COLLECTION_DEFAULT"}
_EVERY = Clause("1")


def collections(_root: Any, info: Info, **arguments: Any) -> Connection:
    if arguments.get("query"):
        raise Unsupported("query of collections")
    if arguments["sortKey"] not in SORTS:
        raise Unsupported(f"sortKey {arguments['sortKey']} of collections")
    sort = Sort(arguments["sortKey"].lower(), SORTS[arguments["sortKey"]])
    return from_table(session_of(info), TABLE, sort, _EVERY, arguments)


def collection(_root: Any, info: Info, **arguments: Any) -> Record | None:
    number = ids.number_of(arguments["id"], "Collection")
    return collections_by_id(session_of(info), [number]).get(number)


def count(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    if arguments.get("query"):
        raise Unsupported("query of collectionsCount")
    return {"count": session_of(info).rows("SELECT count(*) AS n FROM collection")[0]["n"], "limit": arguments["limit"]}


def load_products(session: Session, collection_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        """SELECT product.*, collection_member.collection_id FROM collection_member
           JOIN product ON product.id = collection_member.product_id
           WHERE collection_member.collection_id IN (SELECT value FROM json_each(?)) ORDER BY product.id""",
        json.dumps(collection_ids),
    )
    return grouped(session.batch("Product", rows), "collection_id")


def load_collections(session: Session, product_ids: list[int]) -> Mapping[int, list[Record]]:
    rows = session.rows(
        """SELECT collection.*, collection_member.product_id FROM collection_member
           JOIN collection ON collection.id = collection_member.collection_id
           WHERE collection_member.product_id IN (SELECT value FROM json_each(?)) ORDER BY collection.id""",
        json.dumps(product_ids),
    )
    return grouped(session.batch("Collection", rows), "product_id")


def page_of_products(record: Record, _info: Info, **arguments: Any) -> Connection:
    if arguments["sortKey"] not in _PRODUCT_ORDERS:
        raise Unsupported(f"sortKey {arguments['sortKey']} of a collection's products")
    return from_list(children(record, "products", load_products), arguments, "id")


def page_of_collections(product: Record, _info: Info, **arguments: Any) -> Connection:
    if arguments.get("query"):
        raise Unsupported("query of a product's collections")
    return from_list(children(product, "collections", load_collections), arguments, "id")


FIELDS: Fields = {
    "QueryRoot": {"collections": collections, "collection": collection, "collectionsCount": count},
    "Product": {"collections": page_of_collections},
    "Collection": {
        **identity("Collection"),
        "title": column("title"),
        "handle": column("handle"),
        "updatedAt": column("updated_at"),
        "products": page_of_products,
        "productsCount": of(lambda record: {"count": len(children(record, "products", load_products))}),
    },
}
