"""The small words that resolvers are made of."""

import json
from collections.abc import Callable
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin.amounts import Money
from tests.sandbox.shopify.admin.ids import gid
from tests.sandbox.shopify.admin.records import Record, Session

Resolver = Callable[..., Any]
Fields = dict[str, dict[str, Resolver]]


def session_of(info: Info) -> Session:
    """Return the request that a field is resolved for."""
    session: Session = info.context
    return session


def column(name: str) -> Resolver:
    """Return a resolver that hands out a column as it is."""
    return lambda record, _info, **_arguments: record.row[name]


def flag(name: str) -> Resolver:
    """Return a resolver for a column of 0 and 1."""
    return lambda record, _info: bool(record.row[name])


def names(name: str) -> Resolver:
    """Return a resolver for a column that holds JSON."""
    return lambda record, _info: json.loads(record.row[name])


def of(read: Callable[[Record], Any]) -> Resolver:
    """Return a resolver that computes its value from the record; arguments do not matter to it."""
    return lambda record, _info, **_arguments: read(record)


def of_source(name: str) -> Resolver:
    """Return a resolver that hands out an attribute of what is no record."""
    return lambda source, _info, **_arguments: getattr(source, name)


def always(value: Any) -> Resolver:
    """Return a resolver for something that is the same for everything of this type in this world."""
    return lambda _record, _info, **_arguments: value


def identity(kind: str, name: str = "id") -> dict[str, Resolver]:
    """Return the resolvers of `id` and `legacyResourceId` of a type."""
    return {
        "id": lambda record, _info: gid(kind, record.row[name]),
        "legacyResourceId": lambda record, _info: record.row[name],
    }


def key(name: str) -> Resolver:
    """Return a resolver for a member of a plain dict."""
    return lambda source, _info: source[name]


def shop_money(record: Record, name: str) -> Money | None:
    """Return a column of minor units as money of the shop's currency."""
    minor = record.row[name]
    return None if minor is None else Money(minor, record.session.shop["currency"])
