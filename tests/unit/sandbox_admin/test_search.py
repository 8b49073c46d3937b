"""The search texts of connections."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.shopify.admin.scalars import world_time
from tests.unit.sandbox_admin.conftest import Api, Side

FIND = "query F($query: String) { orders(first: 250, query: $query, sortKey: ID) { nodes { id } } }"


def found(api: Api, text: str | None) -> list[int]:
    nodes = api.ask(FIND, query=text)["orders"]["nodes"]
    return [int(node["id"].rpartition("/")[2]) for node in nodes]


def numbers(side: Side, condition: str, *parameters: Any) -> list[int]:
    return [row[0] for row in side.rows(f"SELECT id FROM orders WHERE {condition} ORDER BY id", *parameters)]


def test_orders_are_found_by_what_names_them(api: Api, side: Side, order_row: Any) -> None:
    number = [order_row["id"]]
    for text in (
        f"checkout_token:{order_row['checkout_token']}",
        f"cart_token:'{order_row['cart_token']}'",
        f'confirmation_number:"{order_row["confirmation_number"]}"',
        f"name:{order_row['name']}",
        f"name:{order_row['number']}",
        f"id:{order_row['id']}",
        f"id:gid://shopify/Order/{order_row['id']}",
        str(order_row["name"]),
        f"customer_id:{order_row['customer_id']} AND checkout_token:{order_row['checkout_token']}",
    ):
        assert found(api, text) == number, text
    assert found(api, "checkout_token:00000000000000000000000000000000") == []
    assert found(api, f"customer_id:{order_row['customer_id']}") == numbers(
        side, "customer_id = ?", order_row["customer_id"]
    )
    sku = side.one("SELECT sku FROM order_line WHERE order_id = ? LIMIT 1", order_row["id"])[0]
    assert order_row["id"] in found(api, f"sku:{sku}")


def test_times_are_compared(api: Api, side: Side) -> None:
    middle = numbers(side, "1")[30]
    moment = side.one("SELECT created_at FROM orders WHERE id = ?", middle)[0]
    for sign in (">", ">=", "<", "<="):
        expected = numbers(side, f"created_at {sign} ?", moment)
        assert found(api, f"created_at:{sign}{moment}") == expected
        assert found(api, f"created_at:{sign}'{moment}'") == expected
        assert found(api, f"created_at:{sign}'{moment.replace('Z', '+00:00')}'") == expected
    assert found(api, f"updated_at:>={moment} created_at:<{moment}") == numbers(
        side, "updated_at >= ? AND created_at < ?", moment, moment
    )


def test_a_bare_date_is_a_day_of_the_shop(api: Api, side: Side, order_row: Any) -> None:
    """In summer the shop's day begins at 23:00 UTC of the day before."""
    side.change("UPDATE orders SET created_at = '2026-06-30T23:30:00Z' WHERE id = ?", order_row["id"])
    assert order_row["id"] in found(api, "created_at:2026-07-01")
    assert order_row["id"] not in found(api, "created_at:2026-06-30")
    assert order_row["id"] in found(api, "created_at:>=2026-07-01")
    assert order_row["id"] not in found(api, "created_at:<2026-07-01")


def test_words_are_joined(api: Api, side: Side) -> None:
    first, second, third = numbers(side, "1")[:3]
    assert found(api, f"id:{first} OR id:{second}") == [first, second]
    assert found(api, f"(id:{first} OR id:{second}) AND NOT id:{second}") == [first]
    assert found(api, f"(id:{first} OR id:{second} OR id:{third}) -id:{first}") == [second, third]
    assert found(api, f"id:>={first} id:<{third}") == [first, second]
    assert found(api, f"id:{first} OR id:{second} AND id:{third}") == [first]
    assert found(api, None) == found(api, "") == found(api, "   ") == numbers(side, "1")


def test_states_tags_and_flags(api: Api, side: Side) -> None:
    number = numbers(side, "1")[0]
    side.change('UPDATE orders SET tags = \'["VIP", "gift"]\', test = 1 WHERE id = ?', number)
    assert found(api, "tag:vip") == [number]
    assert found(api, "tag:vi") == []
    assert found(api, "test:true") == [number]
    assert found(api, "financial_status:paid") == numbers(side, "financial_status = 'PAID'")
    assert found(api, "financial_status:paid,pending") == numbers(side, "financial_status IN ('PAID', 'PENDING')")


@pytest.mark.parametrize(
    "text",
    [
        "created_at:>yesterday", "id:abc", "test:maybe", "(id:1", "id:1)", "id:1 OR", "name:>5", "tag:<x",
        "financial_status:>paid", "NOT",
    ],
)  # fmt: skip
def test_an_unreadable_text_is_an_error(api: Api, text: str) -> None:
    assert api.errors(FIND, query=text)


@pytest.mark.parametrize("text", ["fraud_protection_level:x", "id:1 AND utm_source:x", "x:y"])
def test_what_the_sandbox_does_not_search_is_said_aloud(api: Api, text: str) -> None:
    response = api.post(FIND, {"query": text})
    assert response.status_code == 500
    assert "search by" in response.get_json()["errors"][0]["message"]


def test_products_are_searched(api: Api, side: Side) -> None:
    row = side.one("SELECT * FROM product ORDER BY id LIMIT 1")
    sku = side.one("SELECT sku FROM variant WHERE product_id = ? LIMIT 1", row["id"])[0]
    document = "query P($query: String) { products(first: 250, query: $query, sortKey: ID) { nodes { id title } } }"
    for text in (f"id:{row['id']}", f"handle:{row['handle']}", f"sku:'{sku}'", f'title:"{row["title"]}"', row["title"]):
        assert f"gid://shopify/Product/{row['id']}" in [
            node["id"] for node in api.ask(document, query=text)["products"]["nodes"]
        ], text
    prefix = row["title"][:5]
    titles = [node["title"] for node in api.ask(document, query=f"title:'{prefix}*'")["products"]["nodes"]]
    assert titles
    assert all(title.lower().startswith(prefix.lower()) for title in titles)
    count = side.one("SELECT count(*) FROM product WHERE status = 'DRAFT'")[0]
    assert len(api.ask(document, query="status:draft")["products"]["nodes"]) == min(250, count)
    later = world_time(side.clock.now() + timedelta(days=1))
    assert api.ask(document, query=f"updated_at:>'{later}'")["products"]["nodes"] == []


def test_a_search_text_is_no_sql(api: Api, side: Side) -> None:
    before = side.one("SELECT count(*) FROM orders")[0]
    assert found(api, 'name:"x\'; DROP TABLE orders; --"') == []
    assert found(api, 'checkout_token:"\' OR 1=1 --"') == []
    assert side.one("SELECT count(*) FROM orders")[0] == before
