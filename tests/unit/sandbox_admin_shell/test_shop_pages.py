from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.browser.admin.configuration import read_app
from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, THANK_YOU
from tests.unit.sandbox_admin_shell.conftest import Browser, Shell


def some_product(shell: Shell) -> Any:
    return shell.one(
        """SELECT p.*, v.id AS variant_id, v.price, v.inventory_item_id FROM product p JOIN variant v
           ON v.product_id = p.id WHERE v.tracked = 1 ORDER BY p.id"""
    )


def stock_of(shell: Shell, item: int) -> int:
    return int(shell.one("SELECT available FROM inventory_level WHERE inventory_item_id = ?", item)["available"])


def test_home_counts_the_shops_own_day(browser: Browser, shell: Shell) -> None:
    order = shell.one("SELECT * FROM orders WHERE cancelled_at IS NULL AND current_total > 0 ORDER BY id DESC")
    assert "£0.00" in browser.page("/admin")
    shell.change("UPDATE orders SET created_at = ? WHERE id = ?", shell.world.now_text(), order["id"])
    assert "Orders today</dt><dd>1</dd>" in browser.page("/admin/")


def test_sets_price_and_stock_and_sends_only_what_changed(browser: Browser, shell: Shell) -> None:
    product = some_product(shell)
    shell.install()
    variant = product["variant_id"]
    path = f"/admin/products/{product['id']}"
    fields = {f"price-{variant}": "£12.5", f"stock-{variant}": "7", "status": product["status"]}
    answer = browser.post(path, **fields)
    assert "The product was saved." in browser.page(answer.headers["Location"])
    assert shell.one("SELECT price FROM variant WHERE id = ?", variant)["price"] == 1250
    assert stock_of(shell, product["inventory_item_id"]) == 7
    assert len(shell.told("products/update")) == len(shell.told("inventory_levels/update")) == 1
    browser.post(path, **fields)
    assert len(shell.told("products/update")) == len(shell.told("inventory_levels/update")) == 1
    browser.post(path, status="DRAFT")
    assert [body["status"] for body in shell.told("products/update")][-1] == "draft"


@pytest.mark.parametrize(
    "fields",
    [
        {"price": "free", "stock": "5"},
        {"price": "1.234", "stock": "5"},
        {"price": "9.99", "stock": "many"},
        {"price": "9.99", "stock": "1e3"},
        {"price": "9.99", "stock": "99999999"},
        {"price": "-1", "stock": "5"},
    ],
)
def test_a_bad_field_changes_nothing_at_all(browser: Browser, shell: Shell, fields: dict[str, str]) -> None:
    product = some_product(shell)
    before = stock_of(shell, product["inventory_item_id"])
    named = {f"{name}-{product['variant_id']}": value for name, value in fields.items()}
    answer = browser.post(f"/admin/products/{product['id']}", **named)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert shell.one("SELECT price FROM variant WHERE id = ?", product["variant_id"])["price"] == product["price"]
    assert stock_of(shell, product["inventory_item_id"]) == before


def test_refuses_a_status_that_is_none(browser: Browser, shell: Shell) -> None:
    product = some_product(shell)
    assert browser.post(f"/admin/products/{product['id']}", status="GONE").status_code == 422


def test_deletes_a_product_and_orders_keep_its_name(browser: Browser, shell: Shell) -> None:
    line = shell.one("SELECT * FROM order_line WHERE product_id IN (SELECT id FROM product)")
    shell.install()
    answer = browser.post(f"/admin/products/{line['product_id']}/delete")
    assert "The product was deleted." in browser.page(answer.headers["Location"])
    assert shell.told("products/delete") == [{"id": line["product_id"]}]
    assert browser.get(f"/admin/products/{line['product_id']}").status_code == 404
    assert browser.post(f"/admin/products/{line['product_id']}/delete").status_code == 404
    page = browser.page(f"/admin/orders/{line['order_id']}")
    assert "Deleted" in page


@pytest.mark.parametrize(("view", "condition"), [("low", "BETWEEN 1 AND 10"), ("out", "<= 0")])
def test_views_of_stock_hold_only_such_products(browser: Browser, shell: Shell, view: str, condition: str) -> None:
    total = shell.one(
        f"""SELECT count(*) AS n FROM (SELECT sum(l.available) AS units FROM product p
            JOIN variant v ON v.product_id = p.id JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
            GROUP BY p.id) WHERE units {condition}"""
    )["n"]
    assert total > 0
    assert f"of {total:,}</span>" in browser.page("/admin/products", view=view)


def reachable(shell: Shell) -> Any:
    return shell.one(
        "SELECT * FROM customer WHERE email IS NOT NULL AND phone IS NOT NULL AND sms_state <> 'SUBSCRIBED'"
    )


def test_edits_consent_and_sends_a_topic_for_what_changed(browser: Browser, shell: Shell) -> None:
    customer = reachable(shell)
    shell.install()
    fields = {"email_state": customer["email_state"], "sms_state": "SUBSCRIBED"}
    answer = browser.post(f"/admin/customers/{customer['id']}/consent", **fields)
    assert "The consent was saved." in browser.page(answer.headers["Location"])
    after = shell.one("SELECT * FROM customer WHERE id = ?", customer["id"])
    assert (after["sms_state"], after["sms_opt_in_level"]) == ("SUBSCRIBED", "SINGLE_OPT_IN")
    (body,) = shell.told("customers_marketing_consent/update")
    assert body["sms_marketing_consent"]["state"] == "subscribed"


def test_nobody_is_subscribed_without_an_address_or_to_an_unknown_state(browser: Browser, shell: Shell) -> None:
    customer = reachable(shell)
    shell.change("UPDATE customer SET phone = NULL WHERE id = ?", customer["id"])
    path = f"/admin/customers/{customer['id']}/consent"
    answer = browser.post(path, sms_state="SUBSCRIBED")
    assert answer.status_code == 422
    assert "without a phone number" in answer.get_data(as_text=True)
    assert browser.post(path, sms_state="MAYBE").status_code == 422
    assert browser.post("/admin/customers/1/consent", sms_state="SUBSCRIBED").status_code == 404
    assert browser.get("/admin/customers/1").status_code == 404


def test_customers_are_found_by_name_and_shown_without_one(browser: Browser, shell: Shell) -> None:
    customer = reachable(shell)
    page = browser.page("/admin/customers", query=f"{customer['first_name']} {customer['last_name']}")
    assert f"/admin/customers/{customer['id']}" in page
    shell.change(
        "UPDATE customer SET first_name = NULL, last_name = NULL, email = NULL, phone = NULL WHERE id = ?",
        customer["id"],
    )
    assert "Customer without a name" in browser.page(f"/admin/customers/{customer['id']}")
    assert "No e-mail address" in browser.page(f"/admin/customers/{customer['id']}")


def test_the_checkout_takes_only_an_installed_app(browser: Browser, shell: Shell) -> None:
    shell.change("UPDATE shop SET post_purchase_app = NULL")
    client_id = shell.settings.client_id
    path = "/admin/settings/checkout"
    refused = browser.post(path, post_purchase_app=client_id)
    assert refused.status_code == 422
    assert "not installed" in refused.get_data(as_text=True)
    assert browser.post(path, post_purchase_app="f" * 32).status_code == 422
    shell.install()
    assert browser.post(path, post_purchase_app=client_id).status_code == 303
    assert shell.one("SELECT post_purchase_app FROM shop")["post_purchase_app"] == client_id
    browser.post(path, post_purchase_app="")
    assert shell.one("SELECT post_purchase_app FROM shop")["post_purchase_app"] is None


def test_blocks_are_placed_on_the_pages_that_the_app_has_them_for(browser: Browser, shell: Shell) -> None:
    path = "/admin/settings/checkout/blocks"
    targets = [THANK_YOU, ORDER_STATUS]
    refused = browser.post(path, target=targets)
    assert refused.status_code == 422
    assert "not installed" in refused.get_data(as_text=True)
    shell.install()
    assert browser.post(path, target="purchase.checkout.block.render").status_code == 422
    assert browser.post(path, target=targets).status_code == 303
    (state,) = browser.get("/admin/bridge/extensions").get_json()
    assert state["activations"] == [{"target": target} for target in targets]
    assert browser.page("/admin/settings/checkout").count(" checked") == 3  # both places, and the one-click page's app
    assert browser.post(path).status_code == 303
    (state,) = browser.get("/admin/bridge/extensions").get_json()
    assert state["activations"] == []


def test_an_app_without_such_a_page_cannot_be_chosen(app_root: Path) -> None:
    assert read_app(app_root).has_post_purchase
    (app_root / "extension/post-purchase/shopify.extension.toml").unlink()
    assert not read_app(app_root).has_post_purchase
