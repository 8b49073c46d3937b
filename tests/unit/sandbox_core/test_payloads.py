from collections.abc import Callable, Iterator
from datetime import datetime
from sqlite3 import Connection
from typing import Any

import pytest

from tests.sandbox.shopify import money, payloads
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import apply_edit, place_order
from tests.sandbox.shopify.payload_orders import order_body, refund_body
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World
from tests.unit.sandbox_core.test_orders import Added, bodies

Make = Callable[..., CheckoutState]
ORIGIN = "http://127.0.0.1:4600"


@pytest.fixture
def connection(world: World) -> Iterator[Connection]:
    with world.read() as connection:
        yield connection


def _walk(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}.{name}", inner
            yield from _walk(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, path + "[]")


def _pence(text: str) -> int:
    return round(float(text) * 100)


def test_every_order_of_the_history_can_be_written(connection: Connection) -> None:
    for row in connection.execute("SELECT * FROM orders"):
        body = order_body(connection, row["id"], ORIGIN)
        assert "checkout_id" not in dict(_walk(body))
        assert body["checkout_token"] == body["token"] == row["checkout_token"]
        lines = sum(_pence(line["price"]) * line["quantity"] for line in body["line_items"])
        assert _pence(body["total_line_items_price"]) == lines
        assert _pence(body["total_price"]) == _pence(body["subtotal_price"]) + row["shipping"]
        assert datetime.fromisoformat(body["created_at"]) == datetime.fromisoformat(row["created_at"])
        assert body["financial_status"] == row["financial_status"].lower()


def test_money_stands_as_text_and_as_a_set_in_both_currencies(
    world: World, sender: WebhookSender, checkout: Make
) -> None:
    place_order(world, sender, checkout(presentment_currency="EUR"))
    (body,) = bodies(sender, "orders/create")
    assert body["presentment_currency"] == "EUR"
    sets = [(path, value) for path, value in _walk(body) if path.endswith("_set") and value]
    assert len(sets) > 12
    for path, value in sets:
        shop, shown = value["shop_money"], value["presentment_money"]
        assert (shop["currency_code"], shown["currency_code"]) == ("GBP", "EUR"), path
        assert _pence(shown["amount"]) == money.presentment(_pence(shop["amount"]), 1.17), path
    assert body["total_price"] == body["total_price_set"]["shop_money"]["amount"]


def test_discounts_are_allocated_to_lines_by_their_application(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout(discount_codes=[{"code": "TEN", "type": "percentage", "value": 10}]))
    apply_edit(world, sender, placed.order_id, [Added(sellable[2])], charged=True)
    (body,) = bodies(sender, "orders/updated")
    by_index: dict[int, int] = {}
    for line in body["line_items"]:
        for allocation in line["discount_allocations"]:
            index = allocation["discount_application_index"]
            by_index[index] = by_index.get(index, 0) + _pence(allocation["amount"])
    assert [found["type"] for found in body["discount_applications"]] == ["discount_code", "manual"]
    assert by_index == {index: _pence(found["value"]) for index, found in enumerate(body["discount_applications"])}
    assert body["discount_codes"] == [
        {"code": "TEN", "amount": body["discount_applications"][0]["value"], "type": "percentage"}
    ]


def test_times_carry_the_offset_of_the_shop(connection: Connection) -> None:
    assert payloads.local_time(connection, "2026-07-01T10:00:00Z") == "2026-07-01T11:00:00+01:00"
    assert payloads.local_time(connection, "2026-12-01T10:00:00Z") == "2026-12-01T10:00:00+00:00"
    assert payloads.local_time(connection, None) is None


def test_refunds_of_the_history_can_be_written(world: World) -> None:
    with world.read() as connection:
        for row in connection.execute("SELECT * FROM refund"):
            body = refund_body(connection, row["id"])
            goods = sum(_pence(item["subtotal_set"]["shop_money"]["amount"]) for item in body["refund_line_items"])
            extra = -sum(_pence(found["amount"]) for found in body["order_adjustments"])
            assert goods + extra == row["amount"] == _pence(body["transactions"][0]["amount"])


def test_every_customer_can_be_written_with_nulls_where_nothing_was_given(connection: Connection) -> None:
    seen_nulls = set()
    for row in connection.execute("SELECT * FROM customer"):
        body = payloads.customer_body(connection, row["id"])
        assert (body["email"], body["phone"]) == (row["email"], row["phone"])
        assert (body["sms_marketing_consent"] is None) == (row["phone"] is None)
        assert (body["email_marketing_consent"] is None) == (row["email"] is None)
        assert (body["default_address"] is None) == (row["address"] is None)
        seen_nulls |= {name for name in ("email", "phone", "first_name") if body[name] is None}
    assert "phone" in seen_nulls


def test_products_show_their_variants_and_picture(connection: Connection) -> None:
    many = connection.execute(
        "SELECT product_id FROM variant GROUP BY product_id ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()[0]
    body = payloads.product_body(connection, many, ORIGIN)
    assert len(body["variants"]) > 1
    assert body["options"][0]["values"] == [variant["title"] for variant in body["variants"]]
    assert body["image"]["src"] == f"{ORIGIN}/cdn/pictures/{many}.svg"
    assert all(isinstance(variant["price"], str) for variant in body["variants"])


def test_compliance_bodies_name_people_and_orders(connection: Connection) -> None:
    row = connection.execute("SELECT customer_id FROM orders WHERE customer_id IS NOT NULL LIMIT 1").fetchone()
    customer_id = row["customer_id"]
    wanted = payloads.data_request_body(connection, customer_id, 9)
    redact = payloads.customer_redact_body(connection, customer_id)
    assert set(wanted) == {"shop_id", "shop_domain", "orders_requested", "customer", "data_request"}
    assert set(redact) == {"shop_id", "shop_domain", "customer", "orders_to_redact"}
    assert wanted["orders_requested"] == redact["orders_to_redact"] != []
    assert set(redact["customer"]) == {"id", "email", "phone"}
    assert payloads.shop_redact_body(connection) == {
        "shop_id": wanted["shop_id"],
        "shop_domain": "gift-shop.myshopify.com",
    }


def test_app_bodies_name_the_shop_and_the_scopes(connection: Connection) -> None:
    assert payloads.shop_body(connection)["myshopify_domain"] == "gift-shop.myshopify.com"
    body = payloads.scopes_body(connection, ["read_orders"], ["read_orders", "write_orders"], "2026-07-01T10:00:00Z")
    assert (body["previous"], body["current"]) == (["read_orders"], ["read_orders", "write_orders"])
    assert body["updated_at"].endswith("+01:00")


def test_what_is_not_there_cannot_be_written(connection: Connection) -> None:
    with pytest.raises(LookupError):
        order_body(connection, 5, ORIGIN)
    with pytest.raises(LookupError):
        payloads.inventory_level_body(connection, 5)
