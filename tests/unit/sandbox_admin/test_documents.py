"""What Shopify refuses before it executes, and what only the sandbox cannot do."""

import re
from typing import Any

import pytest

from tests.sandbox.shopify.admin import schema
from tests.unit.sandbox_admin.conftest import ENDPOINT, Api


@pytest.mark.parametrize(
    ("document", "code", "words"),
    [
        ("{ shop { nmae } }", "undefinedField", "Field 'nmae' doesn't exist on type 'Shop'"),
        ("{ shop { plan { x } } }", "undefinedField", "Field 'x' doesn't exist on type 'ShopPlan'"),
        ("{ ordrs { id } }", "undefinedField", "QueryRoot"),
        ('{ products(first: "ten") { nodes { id } } }', "argumentLiteralsIncompatible", "Int"),
        ("{ products(first: 1, sortKey: NOPE) { nodes { id } } }", "argumentLiteralsIncompatible", "NOPE"),
        ("{ products(frist: 1) { nodes { id } } }", "argumentNotAccepted", "frist"),
        ("{ product { id } }", "missingRequiredArguments", "id"),
        ("{ shop }", "selectionMismatch", "shop"),
        ("{ shop { name { x } } }", "selectionMismatch", "name"),
        ("query Q($id: ID!) { shop { name } }", "variableNotUsed", "id"),
        ("{ product(id: $id) { id } }", "variableNotDefined", "id"),
        ("query Q($n: String) { products(first: $n) { nodes { id } } }", "variableMismatch", "Int"),
        ("{ shop { ...F } }", "useAndDefineFragment", "F"),
        ("{ shop { ...F } } fragment F on Shpo { name }", "undefinedType", "Shpo"),
        ("{ shop { name }", "syntaxError", "Syntax Error"),
        ("", "syntaxError", "Syntax Error"),
    ],
)
def test_a_wrong_document_is_refused_with_a_code(api: Api, document: str, code: str, words: str) -> None:
    error = api.errors(document)[0]
    assert error["extensions"]["code"] == code
    assert words in error["message"]
    assert error["locations"][0]["line"] >= 1
    assert "data" not in api.answer(document)


def test_an_unknown_field_names_its_type(api: Api) -> None:
    (error,) = api.errors("{ orders(first: 1) { nodes { checkout_token } } }")
    assert error["extensions"] == {"code": "undefinedField", "typeName": "Order", "fieldName": "checkout_token"}


@pytest.mark.parametrize(
    ("variables", "name"),
    [({}, "id"), ({"id": None}, "id"), ({"id": ["x", {}]}, "id"), ({"id": "gid://shopify/Order/1", "n": "x"}, "n")],
)
def test_a_wrong_variable_is_refused_by_name(api: Api, variables: dict[str, Any], name: str) -> None:
    document = "query Q($id: ID!, $n: Int) { order(id: $id) { refunds(first: $n) { id } } }"
    (error,) = api.errors(document, **variables)
    assert error["message"].startswith(f"Variable ${name} of type ")
    assert error["extensions"]["code"] == "INVALID_VARIABLE"
    assert error["extensions"]["problems"][0]["explanation"]


def test_a_wrong_time_is_refused(api: Api) -> None:
    document = """mutation C($input: CustomerSmsMarketingConsentUpdateInput!) {
      customerSmsMarketingConsentUpdate(input: $input) { userErrors { message } } }"""
    consent = {"marketingState": "SUBSCRIBED", "consentUpdatedAt": "yesterday"}
    entry = {"customerId": "gid://shopify/Customer/1", "smsMarketingConsent": consent}
    assert api.code(document, input=entry) == "INVALID_VARIABLE"


def test_the_operation_must_be_clear(api: Api) -> None:
    two = "query A { shop { name } } query B { shop { email } }"
    assert api.code(two) == "operationNotChosen"
    body = api.post(two, operationName="B").get_json()
    assert list(body["data"]["shop"]) == ["email"]
    body = api.post(two, operationName="C").get_json()
    assert body["errors"][0]["extensions"]["code"] == "operationNotFound"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"not json", 400),
        (b"[]", 400),
        (b"{}", 400),
        (b'{"query": 5}', 400),
        (b'{"query": "{ shop { name } }", "variables": []}', 400),
        (b'{"query": "{ shop { name } }", "operationName": 7}', 400),
        (b'{"query": "{ shop { name } }", "variables": null}', 200),
    ],
)
def test_a_body_that_is_no_request_is_refused(api: Api, body: bytes, status: int) -> None:
    headers = {"X-Shopify-Access-Token": api.token, "Content-Type": "application/json"}
    assert api.client.post(ENDPOINT, data=body, headers=headers).status_code == status


@pytest.mark.parametrize("version", ["2026-10", "2025-10", "2027-01", "2019-04", "unstable"])
def test_every_version_is_served_by_the_known_one(api: Api, version: str) -> None:
    headers = {"X-Shopify-Access-Token": api.token}
    body = {"query": "{ shop { name } }"}
    response = api.client.post(f"/admin/api/{version}/graphql.json", json=body, headers=headers)
    assert response.status_code == 200
    assert response.headers["X-Shopify-API-Version"] == "2026-10"
    assert re.fullmatch(r"[0-9a-f-]{36}", response.headers["X-Request-Id"])


@pytest.mark.parametrize("version", ["2026-11", "latest", "26-10"])
def test_no_version_is_not_found(api: Api, version: str) -> None:
    assert api.client.post(f"/admin/api/{version}/graphql.json", json={}).status_code == 404


@pytest.mark.parametrize(
    ("document", "part"),
    [
        ("{ shop { billingAddress { city } } }", "Shop.billingAddress"),
        ("{ orders(first: 1) { nodes { risk { recommendation } } } }", "Order.risk"),
        ("{ products(first: 1, sortKey: INVENTORY_TOTAL) { nodes { id } } }", "sortKey INVENTORY_TOTAL"),
        ("{ discountNodes(first: 1) { nodes { id } } }", "QueryRoot.discountNodes"),
        ('{ node(id: "gid://shopify/Theme/1") { id } }', "node of type Theme"),
        ('mutation { orderClose(input: {id: "gid://shopify/Order/1"}) { order { id } } }', "Mutation.orderClose"),
        (
            '{ orders(first: 1, query: "id:1") { nodes { lineItems(first: 1) { nodes { duties { id } } } } } }',
            "LineItem.duties",
        ),
    ],
)
def test_what_the_sandbox_cannot_do_is_500_and_named(api: Api, document: str, part: str) -> None:
    """Even where the answer would be empty anyway, as the last one is: no silent null."""
    response = api.post(document)
    assert response.status_code == 500
    (error,) = response.get_json()["errors"]
    assert part in error["message"]
    assert error["extensions"]["code"] == "SANDBOX_UNSUPPORTED"


def test_fields_come_in_the_order_of_the_document(api: Api) -> None:
    text = api.post("{ shop { name id email } zed: shop { id } }").get_data(as_text=True)
    assert text.index('"name"') < text.index('"id"') < text.index('"email"') < text.index('"zed"')


def test_aliases_fragments_and_directives(api: Api) -> None:
    data = api.ask(
        """query Q($more: Boolean!) { a: shop { ...S } b: shop { name @include(if: $more) id @skip(if: $more) } }
           fragment S on Shop { currency: currencyCode __typename }""",
        more=True,
    )
    assert data == {"a": {"currency": "GBP", "__typename": "Shop"}, "b": {"name": "Gift Shop"}}


def test_introspection_works(api: Api) -> None:
    data = api.ask('{ __type(name: "MoneyBag") { fields { name } } }')
    assert {field["name"] for field in data["__type"]["fields"]} == {"shopMoney", "presentmentMoney"}


def test_every_scope_and_resolver_stands_on_a_real_field() -> None:
    """`load` raises where a table names what Shopify's schema does not have."""
    loaded = schema.load()
    assert schema.load() is loaded
    assert loaded.query_type is not None
