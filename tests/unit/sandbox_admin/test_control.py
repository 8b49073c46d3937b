"""The control routes: they do what they say, and say what webhooks say."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.unit.sandbox_admin.conftest import Api, Side

API = "/sandbox/api"


@pytest.fixture
def paid(side: Side, order_row: Any) -> Any:
    """An order that is paid, whole and open."""
    side.change("DELETE FROM refund WHERE order_id = ?", order_row["id"])
    side.change("UPDATE order_line SET current_quantity = quantity WHERE order_id = ?", order_row["id"])
    side.change(
        """UPDATE orders SET cancelled_at = NULL, financial_status = 'PAID', outstanding = 0, refunded = 0,
           current_total = total WHERE id = ?""",
        order_row["id"],
    )
    return side.one("SELECT * FROM orders WHERE id = ?", order_row["id"])


def test_stock_is_set(client: FlaskClient, side: Side) -> None:
    variant = side.one("SELECT * FROM variant LIMIT 1")
    answer = client.post(f"{API}/stock", json={"variant_id": variant["id"], "available": 3})
    assert answer.get_json() == {"inventory_item_id": variant["inventory_item_id"]}
    level = side.one("SELECT available FROM inventory_level WHERE inventory_item_id = ?", variant["inventory_item_id"])
    assert level["available"] == 3
    assert side.told("inventory_levels/update")[0]["available"] == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"variant_id": 1, "available": 3}, 404),
        ({"variant_id": "1", "available": 3}, 422),
        ({"variant_id": 1}, 422),
        ({"variant_id": 1, "available": True}, 422),
        ([], 422),
    ],
)
def test_wrong_bodies_are_refused(client: FlaskClient, body: Any, status: int) -> None:
    answer = client.post(f"{API}/stock", json=body)
    assert answer.status_code == status
    assert answer.get_json()["error"]


def test_an_order_is_refunded_in_part_and_whole(client: FlaskClient, side: Side, paid: Any) -> None:
    line = side.one("SELECT * FROM order_line WHERE order_id = ? LIMIT 1", paid["id"])
    answer = client.post(f"{API}/orders/{paid['id']}/refund", json={"lines": {str(line["id"]): 1}, "restock": False})
    assert answer.status_code == 201
    (refund,) = side.told("refunds/create")
    assert refund["id"] == answer.get_json()["refund_id"]
    assert refund["refund_line_items"][0]["restock_type"] == "no_restock"
    assert client.post(f"{API}/orders/{paid['id']}/refund").status_code == 201
    shown = client.get(f"{API}/orders/{paid['id']}").get_json()
    assert len(shown["refunds"]) == 2
    assert {entry["current_quantity"] for entry in shown["lines"]} == {0}
    assert client.post(f"{API}/orders/{paid['id']}/refund").status_code == 422
    assert client.post(f"{API}/orders/{paid['id']}/refund", json={"lines": {"x": 1}}).status_code == 422
    assert client.post(f"{API}/orders/1/refund").status_code in {404, 422}


def test_an_order_is_cancelled_once(client: FlaskClient, side: Side, paid: Any) -> None:
    assert client.post(f"{API}/orders/{paid['id']}/cancel", json={"reason": "MOOD"}).status_code == 422
    assert client.post(f"{API}/orders/{paid['id']}/cancel", json={"reason": "INVENTORY"}).status_code == 201
    assert side.told("orders/cancelled")[0]["cancel_reason"] == "inventory"
    assert client.post(f"{API}/orders/{paid['id']}/cancel").status_code == 422


def test_what_is_owed_is_paid(client: FlaskClient, side: Side, paid: Any, api: Api) -> None:
    assert client.post(f"{API}/orders/{paid['id']}/pay").status_code == 422
    side.change("UPDATE orders SET outstanding = 850, financial_status = 'PARTIALLY_PAID' WHERE id = ?", paid["id"])
    answer = client.post(f"{API}/orders/{paid['id']}/pay")
    assert (answer.status_code, answer.get_json()) == (201, {"amount": 850})
    assert side.told("orders/paid")[0]["total_outstanding"] == "0.00"
    seen = api.ask(
        """query O($id: ID!) { order(id: $id) {
             displayFinancialStatus fullyPaid totalOutstandingSet { shopMoney { amount } } } }""",
        id=f"gid://shopify/Order/{paid['id']}",
    )["order"]
    assert seen == {
        "displayFinancialStatus": "PAID",
        "fullyPaid": True,
        "totalOutstandingSet": {"shopMoney": {"amount": "0.0"}},
    }


def test_products_are_changed_and_deleted(client: FlaskClient, side: Side) -> None:
    variant = side.one("SELECT * FROM variant LIMIT 1")
    product = variant["product_id"]
    assert client.post(f"{API}/products/{product}", json={"title": "New name", "tags": ["a"]}).status_code == 200
    assert client.post(f"{API}/variants/{variant['id']}", json={"price": 995}).status_code == 200
    bodies = side.told("products/update")
    assert (bodies[0]["title"], bodies[1]["variants"][0]["price"]) == ("New name", "9.95")
    assert client.post(f"{API}/products/{product}", json={"colour": "red"}).status_code == 422
    assert client.delete(f"{API}/products/{product}").status_code == 200
    assert side.told("products/delete") == [{"id": product}]
    assert client.delete(f"{API}/products/{product}").status_code == 404


def test_consent_is_changed(client: FlaskClient, side: Side) -> None:
    row = side.one("SELECT * FROM customer WHERE phone IS NOT NULL LIMIT 1")
    side.change("UPDATE customer SET sms_state = 'SUBSCRIBED' WHERE id = ?", row["id"])
    path = f"{API}/customers/{row['id']}/consent"
    assert client.post(path, json={"channel": "sms", "state": "UNSUBSCRIBED"}).status_code == 200
    assert side.told("customers_marketing_consent/update")[0]["id"] == row["id"]
    assert client.post(path, json={"channel": "fax", "state": "UNSUBSCRIBED"}).status_code == 422
    assert client.post(path, json={"channel": "sms", "state": "MAYBE"}).status_code == 422


def test_the_app_is_installed_and_uninstalled(client: FlaskClient, side: Side, tmp_path: Path) -> None:
    (tmp_path / "shopify.app.toml").write_text('[access_scopes]\nscopes = "read_products"\n')
    assert client.delete(f"{API}/installation").status_code == 200
    assert client.delete(f"{API}/installation").status_code == 404
    assert client.post(f"{API}/installation").get_json() == {"scopes": ["read_products"]}
    assert client.post(f"{API}/installation", json={"scopes": ["read_orders"]}).status_code == 201
    assert side.one("SELECT scopes FROM installation")[0] == "read_orders"
    assert client.post(f"{API}/shop", json={"post_purchase_app": None}).status_code == 200
    assert side.one("SELECT post_purchase_app FROM shop")[0] is None
    assert client.post(f"{API}/shop", json={"post_purchase_app": side.settings.client_id}).status_code == 200
    assert side.one("SELECT post_purchase_app FROM shop")[0] == side.settings.client_id


def test_the_level_of_protected_data_is_set(client: FlaskClient, side: Side) -> None:
    for level in (1, 2):
        assert client.post(f"{API}/protected-data", json={"level": level}).get_json() == {"level": level}
        assert side.one("SELECT protected_data_level FROM shop")[0] == level
    for wrong in (0, 3, True, "2", None):
        assert client.post(f"{API}/protected-data", json={"level": wrong}).status_code == 422


def test_orders_and_webhooks_are_listed(client: FlaskClient, paid: Any) -> None:
    orders = client.get(f"{API}/orders?limit=5").get_json()["orders"]
    assert [order["created_at"] for order in orders] == sorted((order["created_at"] for order in orders), reverse=True)
    assert len(orders) == 5
    (found,) = client.get(f"{API}/orders?checkout_token={paid['checkout_token']}").get_json()["orders"]
    assert found["id"] == paid["id"]
    assert client.get(f"{API}/orders/1").status_code == 404
    client.post(f"{API}/orders/{paid['id']}/cancel")
    (delivery,) = client.get(f"{API}/webhooks?topic=orders/cancelled").get_json()["deliveries"]
    assert delivery["kind"] == "genuine"
    assert client.post(f"{API}/webhooks/{delivery['id']}/duplicate").status_code == 201
    kinds = [one["kind"] for one in client.get(f"{API}/webhooks?topic=orders/cancelled").get_json()["deliveries"]]
    assert kinds == ["genuine", "duplicate"]


def test_faults_are_armed_listed_and_cleared(client: FlaskClient, api: Api) -> None:
    armed = client.post(f"{API}/faults", json={"kind": "server_error", "times": 3})
    assert armed.status_code == 201
    assert api.post("{ shop { name } }").status_code == 500
    listed = client.get(f"{API}/faults").get_json()
    assert [(fault["kind"], fault["times"]) for fault in listed["armed"]] == [("server_error", 2)]
    assert "truncated" in listed["kinds"]
    assert client.delete(f"{API}/faults").get_json() == {"armed": []}
    assert api.post("{ shop { name } }").status_code == 200
    assert client.post(f"{API}/faults", json={"kind": "nonsense"}).status_code == 422
    assert client.post(f"{API}/faults", json={"kind": "timeout", "seconds": "long"}).status_code == 422


def test_the_throttle_is_set(client: FlaskClient) -> None:
    assert client.get(f"{API}/throttle").get_json()["restoreRate"] == 100.0
    assert client.post(f"{API}/throttle", json={"plan": "plus"}).get_json()["maximumAvailable"] == 20000.0
    assert client.post(f"{API}/throttle", json={"maximum": 50, "restored": 5}).get_json() == {
        "maximumAvailable": 50,
        "currentlyAvailable": 50,
        "restoreRate": 5,
    }
    assert client.post(f"{API}/throttle", json={"available": 0}).get_json()["currentlyAvailable"] < 50
    assert client.post(f"{API}/throttle", json={"plan": "gold"}).status_code == 422
    assert client.post(f"{API}/throttle", json={"maximum": -1, "restored": 1}).status_code == 422
