"""Shopify's schema with the sandbox's resolvers on it, built once per process and only when asked for."""

import gc
import gzip
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_ast_schema,
    parse,
)
from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import (
    bulk,
    collections,
    consents,
    customers,
    discounts,
    metafields,
    order_lines,
    order_parts,
    orders,
    products,
    scalars,
    selling_plans,
    shop,
    tags,
    variants,
)
from tests.sandbox.shopify.admin.access import NEEDED, PROTECTED
from tests.sandbox.shopify.admin.connections import Connection
from tests.sandbox.shopify.admin.fields import Resolver
from tests.sandbox.shopify.admin.gaps import Unsupported

API_VERSION = "2026-10"
SOURCE = Path(__file__).parent.parent / f"admin-{API_VERSION}.graphql.gz"
MODULES = (
    shop,
    products,
    collections,
    variants,
    orders,
    order_lines,
    order_parts,
    customers,
    consents,
    discounts,
    metafields,
    tags,
    bulk,
    selling_plans,
)

# Nothing in this world is of these types: their connections are empty, their fields null. So a document may ask for
# what they have, as it must in a real shop.
ABSENT = frozenset({"AppSubscription", "WebhookSubscription"})


def _page_info(page: Connection, _info: Info) -> Connection:
    return page


# Every connection, edge and page information of the schema looks the same.
CONNECTION: dict[str, Resolver] = {
    "nodes": lambda page, _info: page.nodes,
    "edges": lambda page, _info: [(page.cursor(item), item) for item in page.nodes],
    "pageInfo": _page_info,
}
EDGE: dict[str, Resolver] = {"cursor": lambda edge, _info: edge[0], "node": lambda edge, _info: edge[1]}
PAGE_INFO: dict[str, Resolver] = {
    "hasNextPage": lambda page, _info: page.has_next(),
    "hasPreviousPage": lambda page, _info: page.has_previous(),
    "startCursor": lambda page, _info: page.cursor(page.nodes[0]) if page.nodes else None,
    "endCursor": lambda page, _info: page.cursor(page.nodes[-1]) if page.nodes else None,
}


_BUILDING = Lock()


def load() -> GraphQLSchema:
    """Return the schema with resolvers, scopes and scalars attached.

    Raises:
        LookupError: a resolver for a field that Shopify's schema does not have.
    """
    with _BUILDING:  # building takes most of a second; two first requests at once should not do it twice
        return _built()


@cache
def _built() -> GraphQLSchema:
    with gzip.open(SOURCE, "rt", encoding="utf-8") as file:
        document = parse(file.read(), no_location=True)
    # Shopify's own schema breaks six rules of the specification, hence assume_valid.
    schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    scalars.attach(schema)
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            type_.resolve_type = lambda value, _info, _type: value.kind
        elif isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            _attach(type_, _resolvers_of(type_.name))
    if absent := _all().keys() - schema.type_map.keys():
        raise LookupError(f"resolvers for types that do not exist: {sorted(absent)}")
    unknown = (NEEDED.keys() | PROTECTED) - {f"{type_}.{field}" for type_, fields in _all().items() for field in fields}
    if unknown:
        raise LookupError(f"scopes for fields without resolver: {sorted(unknown)}")
    # Two hundred thousand long-lived objects that no later collection needs to walk through.
    gc.collect()
    gc.freeze()
    return schema


@cache
def _all() -> dict[str, dict[str, Resolver]]:
    merged: dict[str, dict[str, Resolver]] = {}
    for module in MODULES:
        for type_, fields in module.FIELDS.items():
            merged.setdefault(type_, {}).update(fields)
    return merged


def _resolvers_of(type_name: str) -> dict[str, Resolver]:
    if type_name == "PageInfo":
        return PAGE_INFO
    if type_name.endswith("Connection"):
        return CONNECTION
    if type_name.endswith("Edge"):
        return EDGE
    return _all().get(type_name, {})


def _attach(type_: GraphQLObjectType, resolvers: dict[str, Resolver]) -> None:
    if type_.name in _all() and (unknown := resolvers.keys() - type_.fields.keys()):
        raise LookupError(f"{type_.name} has no {sorted(unknown)}")
    for name, field in type_.fields.items():
        resolver = resolvers.get(name)
        if resolver is None:
            resolver = _missing(type_.name, name)
            field.extensions["is_missing"] = type_.name not in ABSENT
        elif needed := NEEDED.get(f"{type_.name}.{name}"):
            resolver = _guarded(resolver, needed)
        elif f"{type_.name}.{name}" in PROTECTED:
            resolver = _protected(resolver)
        field.resolve = resolver


def _guarded(resolver: Resolver, needed: tuple[str, ...]) -> Resolver:
    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        info.context.access.demand(info.field_name, needed)
        return resolver(source, info, **arguments)

    return resolve


def _protected(resolver: Resolver) -> Resolver:
    def resolve(source: Any, info: Info, **arguments: Any) -> Any:
        info.context.access.demand_approval(info.field_name)
        return resolver(source, info, **arguments)

    return resolve


def _missing(type_name: str, field_name: str) -> Resolver:
    def refuse(_source: Any, _info: Info, **_arguments: Any) -> Any:
        raise Unsupported(f"{type_name}.{field_name}")

    return refuse
