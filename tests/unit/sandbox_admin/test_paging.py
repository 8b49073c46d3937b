"""Connections: every row once, whatever the page size and direction, and few statements for many rows."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.shopify.admin.connections import decode, encode, from_list
from tests.unit.sandbox_admin.conftest import Api, Side

WALK = """
query Walk($first: Int, $last: Int, $after: String, $before: String, $reverse: Boolean, $sort: OrderSortKeys) {
  orders(first: $first, last: $last, after: $after, before: $before, reverse: $reverse, sortKey: $sort) {
    edges { cursor node { id createdAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""


def walk(api: Api, size: int, *, forwards: bool, **more: Any) -> list[str]:
    """Return the ids of all pages, in the order of the connection."""
    found: list[str] = []
    cursor = None
    while True:
        asked = {"first": size, "after": cursor} if forwards else {"last": size, "before": cursor}
        page = api.ask(WALK, **asked, **more)["orders"]
        ids = [edge["node"]["id"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert info["startCursor"] == page["edges"][0]["cursor"]
        assert info["endCursor"] == page["edges"][-1]["cursor"]
        assert info["hasPreviousPage" if forwards else "hasNextPage"] is (cursor is not None)
        found = [*found, *ids] if forwards else [*ids, *found]
        if not info["hasNextPage" if forwards else "hasPreviousPage"]:
            return found
        cursor = info["endCursor" if forwards else "startCursor"]


@pytest.mark.parametrize("sort", ["ID", "CREATED_AT", "PROCESSED_AT", "UPDATED_AT", "ORDER_NUMBER", "TOTAL_PRICE"])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_walk_meets_every_order_once_in_order(api: Api, side: Side, sort: str, *, reverse: bool) -> None:
    # Equal sort values are the hard case: half of the orders share their times.
    side.change("UPDATE orders SET created_at = '2026-11-01T00:00:00Z', updated_at = created_at WHERE id % 2 = 0")
    total = side.one("SELECT count(*) FROM orders")[0]
    whole = walk(api, 250, forwards=True, sort=sort, reverse=reverse)
    assert len(whole) == len(set(whole)) == total
    assert walk(api, 7, forwards=True, sort=sort, reverse=reverse) == whole
    assert walk(api, 7, forwards=False, sort=sort, reverse=reverse) == whole
    assert walk(api, 250, forwards=True, sort=sort, reverse=not reverse) == whole[::-1]


@pytest.mark.parametrize(
    ("field", "keys"),
    [
        ("products", ("ID", "TITLE", "CREATED_AT", "UPDATED_AT", "VENDOR", "PRODUCT_TYPE")),
        ("customers", ("ID", "CREATED_AT", "UPDATED_AT", "NAME")),
        ("productVariants", ("ID", "SKU")),
    ],
)
def test_other_tables_are_walked_too(api: Api, side: Side, field: str, keys: tuple[str, ...]) -> None:
    table = {"products": "product", "customers": "customer", "productVariants": "variant"}[field]
    total = side.one(f"SELECT count(*) FROM {table}")[0]
    for key in keys:
        found: list[str] = []
        cursor = None
        while True:
            page = api.ask(
                f"query W($after: String) {{ page: {field}(first: 200, after: $after, sortKey: {key}) "
                "{ nodes { id } pageInfo { hasNextPage endCursor } } }",
                after=cursor,
            )["page"]
            found += [node["id"] for node in page["nodes"]]
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        assert len(found) == len(set(found)) == total, key


def test_rows_that_come_and_go_between_pages_do_no_harm(api: Api, side: Side) -> None:
    first = api.ask(WALK, first=5, sort="ID")["orders"]
    seen = [edge["node"]["id"] for edge in first["edges"]]
    number = int(seen[-1].rpartition("/")[2])
    side.change("DELETE FROM orders WHERE id = ?", number)
    second = api.ask(WALK, first=5, after=first["pageInfo"]["endCursor"], sort="ID")["orders"]
    following = [row[0] for row in side.rows("SELECT id FROM orders WHERE id > ? ORDER BY id LIMIT 5", number)]
    assert [edge["node"]["id"] for edge in second["edges"]] == [f"gid://shopify/Order/{one}" for one in following]


def test_lines_of_an_order_are_paged(api: Api, order_row: Any, side: Side) -> None:
    document = """query L($id: ID!, $after: String) { order(id: $id) {
      lineItems(first: 3, after: $after) { nodes { id } pageInfo { hasNextPage endCursor } } } }"""
    found: list[str] = []
    cursor = None
    while True:
        page = api.ask(document, id=f"gid://shopify/Order/{order_row['id']}", after=cursor)["order"]["lineItems"]
        found += [node["id"] for node in page["nodes"]]
        cursor = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    rows = side.rows("SELECT id FROM order_line WHERE order_id = ? ORDER BY id", order_row["id"])
    assert found == [f"gid://shopify/LineItem/{row['id']}" for row in rows]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("", "you must provide one of first or last"),
        ("(first: 2, last: 2)", "both first and last"),
        ("(first: 0)", "between 1 and 250"),
        ("(first: 251)", "between 1 and 250"),
        ("(first: -1)", "between 1 and 250"),
        ('(first: 1, before: "x")', "after only"),
        ('(last: 1, after: "x")', "before only"),
        ('(first: 1, after: "nonsense")', "Invalid cursor"),
        ('(first: 1, after: "eyJhIjoxfQ==")', "Invalid cursor"),
    ],
)
def test_a_wrong_page_is_an_error(api: Api, arguments: str, words: str) -> None:
    for field in ("orders", "webhookSubscriptions"):
        if "cursor" in words and field != "orders":
            continue
        (error,) = api.errors(f"{{ {field}{arguments} {{ nodes {{ id }} }} }}")
        assert words in error["message"]


def test_a_cursor_belongs_to_its_order(api: Api) -> None:
    cursor = api.ask(WALK, first=2, sort="ID")["orders"]["pageInfo"]["endCursor"]
    for more in ({"sort": "CREATED_AT"}, {"sort": "ID", "reverse": True}):
        (error,) = api.errors(WALK, first=2, after=cursor, **more)
        assert "Invalid cursor" in error["message"]


@dataclass(frozen=True)
class Item:
    id: int


@given(count=st.integers(0, 30), size=st.integers(1, 12), forwards=st.booleans(), reverse=st.booleans())
def test_pages_of_a_list_add_up_to_the_list(*, count: int, size: int, forwards: bool, reverse: bool) -> None:
    items = [Item(number) for number in range(100, 100 + count)]
    found: list[Item] = []
    cursor = None
    while True:
        asked: dict[str, Any] = {"reverse": reverse}
        asked |= {"first": size, "after": cursor} if forwards else {"last": size, "before": cursor}
        page = from_list(items, asked, "id")
        assert len(page.nodes) <= size
        found = [*found, *page.nodes] if forwards else [*page.nodes, *found]
        if not (page.has_next() if forwards else page.has_previous()):
            break
        cursor = page.cursor(page.nodes[-1] if forwards else page.nodes[0])
    assert found == (items[::-1] if reverse else items)


@given(st.integers(0, 2**53), st.one_of(st.integers(), st.text()), st.text(max_size=20))
def test_cursors_come_back_as_they_went(number: int, value: Any, sort: str) -> None:
    assert decode(encode(number, sort, value), sort) == (number, value)


@given(st.text(max_size=40))
def test_any_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(GraphQLError):
        decode(text, "id")


PAGE_OF_PRODUCTS = """
query P($first: Int!) { products(first: $first) { nodes { id title totalInventory
  featuredMedia { preview { image { url } } }
  variants(first: 10) { nodes { id price availableForSale inventoryQuantity product { id } inventoryItem {
    id unitCost { amount } inventoryLevels(first: 5) { nodes { location { name } item { id }
      quantities(names: ["available"]) { quantity } } } } } } } } }
"""
PAGE_OF_ORDERS = """
query O($first: Int!) { orders(first: $first) { nodes { id customer { id lastOrder { id } } refunds { id order { id } }
  transactions { id order { id } } fulfillmentOrders(first: 1) { nodes { id order { id } } }
  lineItems(first: 50) { nodes { id discountedTotalSet { shopMoney { amount } } product { id title vendor }
    variant { id inventoryQuantity product { id } } } } } } }
"""


@contextmanager
def counted(side: Side, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Collect the SELECTs that the world executes."""
    seen: list[str] = []
    connect = side.world._connect

    def traced() -> sqlite3.Connection:
        connection = connect()
        connection.set_trace_callback(lambda text: seen.append(text) if "SELECT" in text else None)
        return connection

    with monkeypatch.context() as patch:
        patch.setattr(side.world, "_connect", traced)
        yield seen


@pytest.mark.parametrize(("document", "most"), [(PAGE_OF_PRODUCTS, 10), (PAGE_OF_ORDERS, 16)])
def test_a_longer_page_needs_no_more_statements(
    api: Api, side: Side, monkeypatch: pytest.MonkeyPatch, document: str, most: int
) -> None:
    def statements(first: int) -> int:
        with counted(side, monkeypatch) as seen:
            api.ask(document, first=first)
        return len(seen)

    few, many = statements(3), statements(40)
    assert many <= few <= most
