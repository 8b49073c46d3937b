"""The cost of documents, checked against costs that Shopify answered others in public."""

import pytest

from tests.sandbox.shopify.admin import cost, schema
from tests.sandbox.shopify.admin.documents import read
from tests.unit.sandbox_admin.conftest import Api, Side


def requested(document: str) -> int:
    loaded = schema.load()
    return cost.requested(loaded, read(loaded, document, {}, None))


@pytest.mark.parametrize(
    ("document", "answered"),
    [
        # Shopify's community forum, thread 23101 (July 2025).
        (
            """{ product(id: "gid://shopify/Product/1") {
                 variants(first: 250) { nodes { inventoryItem { id tracked } } } } }""",
            25,
        ),
        # Costs that Microsoft's connector for Business Central notes beside its documents (API 2025-07), with the
        # same shape: stock levels, catalogue prices, fulfilment orders, an order's lines, its transactions.
        (
            """{ location(id: "gid://shopify/Location/1") { inventoryLevels(first: 100) { edges { cursor node {
                 id quantities(names: ["available"]) { quantity } item { variant { product { id } } } } } } } }""",
            48,
        ),
        (
            """{ order(id: "gid://shopify/Order/1") { fulfillmentOrders(first: 25) { pageInfo { hasNextPage }
                 edges { node { id assignedLocation { location { id } } order { id } deliveryMethod { methodType } } }
               } } }""",
            33,
        ),
        (
            """{ order(id: "gid://shopify/Order/1") { transactions { id amountSet { shopMoney { amount } }
                 paymentDetails { ... on CardPaymentDetails { company } } } } }""",
            3,
        ),
        (
            """{ order(id: "gid://shopify/Order/1") { lineItems(first: 10) { nodes { id product { id } variant { id }
                 customAttributes { key } duties { id taxLines { title } } fulfillmentService { location { id } }
                 discountAllocations { allocatedAmountSet { shopMoney { amount } } }
                 originalTotalSet { shopMoney { amount } } taxLines { title } } } } }""",
            43,
        ),
        (
            """{ customer(id: "gid://shopify/Customer/1") { id defaultEmailAddress { emailAddress }
                 defaultPhoneNumber { phoneNumber } addresses { id } defaultAddress { id }
                 metafields(first: 50) { edges { node { id } } } } }""",
            12,
        ),
        ("{ products(first: 200) { nodes { id } } }", 12),
    ],
)
def test_costs_are_those_that_shopify_answered(document: str, answered: int) -> None:
    assert requested(document) == answered


@pytest.mark.parametrize(
    ("document", "points"),
    [
        ("{ shop { name currencyCode } }", 1),
        ("{ shop { id } products(first: 10) { nodes { id } pageInfo { hasNextPage } } }", 7),
        ('mutation { tagsAdd(id: "gid://shopify/Order/1", tags: []) { node { id } userErrors { field } } }', 10),
        ("{ shop { ...A ...A } } fragment A on Shop { plan { shopifyPlus } }", 2),
        ("query Q($n: Int = 50) { orders(first: $n) { nodes { id customer { id } } } }", 16),
        ('{ node(id: "gid://x") { id ... on Order { customer { id } refunds { id } } ... on Shop { id } } }', 3),
        ("{ __schema { types { name } } }", 0),
    ],
)
def test_the_rules_of_the_cost(document: str, points: int) -> None:
    assert requested(document) == points


def test_the_scale_grows_slowly() -> None:
    assert [cost.scale(size) for size in (0, 1, 2, 3, 10, 25, 50, 100, 250)] == [0, 1, 1, 2, 4, 6, 7, 9, 11]


def test_the_actual_cost_follows_the_answer(api: Api, side: Side) -> None:
    missing = api.answer(
        """{ product(id: "gid://shopify/Product/1") { variants(first: 250) { nodes { inventoryItem { id } } } } }"""
    )
    assert (missing["extensions"]["cost"]["requestedQueryCost"], missing["extensions"]["cost"]["actualQueryCost"]) == (
        25,
        1,
    )
    few = api.answer('{ orders(first: 250, query: "id:1") { nodes { id customer { id } } } }')["extensions"]["cost"]
    assert (few["requestedQueryCost"], few["actualQueryCost"]) == (24, 2)
    side.change("DELETE FROM variant WHERE position > 1")
    document = "{ products(first: 20) { nodes { id variants(first: 250) { nodes { id } } } } }"
    many = api.answer(document)["extensions"]["cost"]
    assert many["requestedQueryCost"] == 2 + 5 * (1 + 2 + 11)
    assert many["actualQueryCost"] == 2 + 5 * (1 + 2 + 1)


def test_a_query_over_a_thousand_points_is_refused(api: Api) -> None:
    document = """{ products(first: 250) { nodes { a: variants(first: 250) { nodes { id product { id } inventoryItem {
      inventoryLevels(first: 250) { nodes { id location { id } } } } } } } } }"""
    body = api.answer(document)
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["cost"] == requested(document) > error["extensions"]["maxCost"] == 1000
    assert "data" not in body
