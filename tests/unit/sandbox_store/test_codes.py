"""Codes of apps at the checkout: who may use them, for what, and how often."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.sandbox_store.conftest import Shop
from tests.unit.sandbox_store.test_checkout import YES, pay, post


def keep(shop: Shop, **changes: Any) -> None:
    row = {
        "id": 1,
        "code": "ABCDE-12345",
        "title": "Thank you",
        "type": "percentage",
        "value": "12.5",
        "is_each": 0,
        "variant_ids": "[]",
        "customer_ids": "[]",
        "is_once": 1,
        "usage_limit": 1,
        "starts_at": "2020-01-01T00:00:00Z",
        "ends_at": None,
        "created_at": "2020-01-01T00:00:00Z",
        **changes,
    }
    shop.change(f"INSERT INTO discount VALUES ({','.join('?' * len(row))})", *row.values())


def buy(client: FlaskClient, cart: str, **changes: str) -> Any:
    opened = post(client, "/sandbox/api/checkouts", json={"cart": cart, "buyer": "new"}).json
    fields = {**opened["fields"], "should_render": YES, "discount_code": "abcde-12345", **changes}
    return pay(client, opened["token"], fields)


def discounts(shop: Shop) -> list[int]:
    with shop.world.read() as connection:
        query = "SELECT discount FROM order_line WHERE order_id = (SELECT max(id) FROM orders) ORDER BY id"
        return [row[0] for row in connection.execute(query)]


def price(shop: Shop, variant_id: int) -> int:
    return int(str(shop.one("SELECT price FROM variant WHERE id = ?", variant_id)))


def test_a_share_is_taken_off_everything_and_stands_on_the_order(shop: Shop, client: FlaskClient) -> None:
    keep(shop)
    assert buy(client, f"{shop.variants[0]}:2").status_code == 200
    gross = 2 * price(shop, shop.variants[0])
    assert discounts(shop) == [int(gross * 0.125 + 0.5)]
    (used,) = json.loads(str(shop.one("SELECT discount_codes FROM orders ORDER BY id DESC")))
    assert used["code"] == "ABCDE-12345"


def test_an_amount_is_off_each_piece_of_what_it_is_for(shop: Shop, client: FlaskClient) -> None:
    meant, other = shop.variants[:2]
    keep(shop, type="fixed_amount", value="50", is_each=1, variant_ids=f"[{meant}]")
    assert buy(client, f"{meant}:2,{other}:1").status_code == 200
    assert discounts(shop) == [100, 0]


@pytest.mark.parametrize(
    "changes",
    [
        {"ends_at": "2020-02-01T00:00:00Z"},
        {"starts_at": "2999-01-01T00:00:00Z"},
        {"customer_ids": "[1]"},
        {"variant_ids": "[1]"},
    ],
)
def test_what_does_not_hold_is_refused_at_its_field(shop: Shop, client: FlaskClient, changes: dict[str, str]) -> None:
    keep(shop, **changes)
    refused = buy(client, f"{shop.variants[0]}:1")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["discount_code"])


def test_it_is_taken_once(shop: Shop, client: FlaskClient) -> None:
    keep(shop)
    assert buy(client, f"{shop.variants[0]}:1").status_code == 200
    refused = buy(client, f"{shop.variants[0]}:1")
    assert (refused.status_code, list(refused.json["errors"])) == (422, ["discount_code"])


def test_a_customer_takes_it_once_however_often_it_may_be_used(shop: Shop, client: FlaskClient) -> None:
    keep(shop, usage_limit=None)
    assert buy(client, f"{shop.variants[0]}:1", email="again@example.com").status_code == 200
    refused = buy(client, f"{shop.variants[0]}:1", email="again@example.com")
    assert refused.status_code == 422
    assert "used by this customer already" in refused.json["errors"]["discount_code"]


def test_a_link_puts_it_into_the_cart(shop: Shop, client: FlaskClient) -> None:
    keep(shop)
    assert client.get("/store/discount/X?redirect=//evil.example").headers["Location"] == "/store/"
    assert client.get("/store/discount/ABCDE-12345").headers["Location"] == "/store/"
    client.post("/store/cart/add", data={"variant_id": shop.variants[0]})
    page = client.post("/store/checkout", follow_redirects=True).get_data(as_text=True)
    assert "ABCDE-12345" in page
