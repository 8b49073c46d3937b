"""A shop made of nothing but Shopify's schema: every field that a document asks for gets a value of its type.

It says whether our models fit our documents and the documents the schema; what a real shop would answer is for the
sandbox to say.
"""

import gzip
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from graphql import (
    GraphQLAbstractType,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLScalarType,
    GraphQLSchema,
    build_ast_schema,
    graphql_sync,
    parse,
)

_SAMPLES: Mapping[str, object] = {
    "ID": "gid://shopify/Thing/7",
    "String": "text",
    "Int": 3,
    "Float": 12.5,
    "Boolean": True,
    "Decimal": "12.50",
    "Money": "12.50",
    "DateTime": "2026-11-22T10:00:00Z",
    "URL": "https://cdn.example.com/x",
    "UnsignedInt64": "4",
    "CurrencyCode": "GBP",
    "CountryCode": "GB",
}
_CONCRETE = {
    "Media": "MediaImage",
    "Node": "ProductVariant",
    "PaymentDetails": "CardPaymentDetails",
    "SellingPlanBillingPolicy": "SellingPlanRecurringBillingPolicy",
    "SellingPlanDeliveryPolicy": "SellingPlanRecurringDeliveryPolicy",
    "SellingPlanPricingPolicy": "SellingPlanFixedPricingPolicy",
    "SellingPlanPricingPolicyAdjustmentValue": "MoneyV2",
}


@cache
def schema() -> GraphQLSchema:
    path = Path(__file__).parents[2] / "sandbox/shopify/admin-2026-10.graphql.gz"
    return build_ast_schema(parse(gzip.decompress(path.read_bytes()).decode(), no_location=True), assume_valid=True)


def answer(payload: Mapping[str, Any], *, is_sparse: bool) -> dict[str, Any]:
    """Execute a request; sparse: every field below the top that may be null is, and lists are empty."""

    def resolve(_source: object, info: GraphQLResolveInfo, **_arguments: object) -> object:
        if info.field_name == "hasNextPage":
            return False
        is_full = not is_sparse or len(info.path.as_list()) == 1
        return _value(info.return_type, is_full=is_full)

    def concrete(_value: object, _info: GraphQLResolveInfo, kind: GraphQLAbstractType) -> str:
        return _CONCRETE[kind.name]

    result = graphql_sync(
        schema(),
        payload["query"],
        variable_values=payload["variables"],
        field_resolver=resolve,
        type_resolver=concrete,
    )
    return dict(result.formatted)


def _value(kind: GraphQLOutputType, *, is_full: bool) -> object:
    if isinstance(kind, GraphQLNonNull):
        kind = kind.of_type
    elif not is_full:
        return None
    if isinstance(kind, GraphQLList):
        return [_value(kind.of_type, is_full=is_full)] if is_full else []
    if isinstance(kind, GraphQLEnumType):
        return _SAMPLES.get(kind.name) or next(iter(kind.values))
    if isinstance(kind, GraphQLScalarType):
        return _SAMPLES[kind.name]
    return {}


def transport(*, is_sparse: bool) -> httpx.MockTransport:
    def handle(request: httpx.Request) -> httpx.Response:
        answered = answer(json.loads(request.content), is_sparse=is_sparse)
        assert "errors" not in answered, answered["errors"]
        return httpx.Response(200, json=answered)

    return httpx.MockTransport(handle)
