from typing import Any

import pytest

from tests.sandbox.shopify.orders import Addition, apply_edit
from tests.unit.sandbox_admin_shell.conftest import Browser, Shell


class Extra:
    """One line that an accepted offer adds."""

    def __init__(self, variant_id: int) -> None:
        self.variant_id = variant_id
        self.quantity, self.price, self.discount = 1, 1000, 150
        self.discount_title = "15% off"


def open_order(shell: Shell) -> Any:
    """Return an order of several lines that is paid and not refunded."""
    return shell.one(
        """SELECT o.* FROM orders o WHERE o.financial_status = 'PAID' AND o.refunded = 0 AND o.cancelled_at IS NULL
           AND (SELECT count(*) FROM order_line WHERE order_id = o.id) > 2 ORDER BY o.id"""
    )


def first_line(shell: Shell, order_id: int) -> Any:
    return shell.one("SELECT * FROM order_line WHERE order_id = ? AND current_quantity > 1 ORDER BY id", order_id)


def test_lists_orders_newest_first_and_finds_them(browser: Browser, shell: Shell) -> None:
    newest = shell.one("SELECT * FROM orders ORDER BY created_at DESC, id DESC")
    page = browser.page("/admin/orders")
    assert page.index(newest["name"]) < page.index(f"#{newest['number'] - 1}")
    assert f"1\N{EN DASH}50 of {shell.one('SELECT count(*) AS n FROM orders')['n']}" in page
    other = shell.one("SELECT * FROM orders ORDER BY created_at")
    page = browser.page("/admin/orders", query=other["name"])
    assert f"/admin/orders/{other['id']}" in page
    assert f"/admin/orders/{newest['id']}" not in page
    assert "No order was found" in browser.page("/admin/orders", query="%")


@pytest.mark.parametrize("page", ["0", "-3", "99999", "x", "1.5", "²"])
def test_any_page_number_shows_a_page(browser: Browser, page: str) -> None:
    assert "Orders" in browser.page("/admin/orders", page=page)


def test_the_second_page_goes_on_where_the_first_ends(browser: Browser, shell: Shell) -> None:
    oldest = shell.one("SELECT * FROM orders ORDER BY created_at, id")
    assert f"/admin/orders/{oldest['id']}" not in browser.page("/admin/orders")
    assert f"/admin/orders/{oldest['id']}" in browser.page("/admin/orders", page="2")


def test_an_order_shows_its_lines_its_buyer_and_its_timeline(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    page = browser.page(f"/admin/orders/{order['id']}")
    assert order["checkout_token"] in page
    assert "The order was placed" in page
    assert "was paid with" in page


def test_what_people_type_is_never_markup(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    attack = "<script>alert(1)</script>"
    shell.change("UPDATE order_line SET title = ? WHERE order_id = ?", attack, order["id"])
    shell.change("UPDATE customer SET first_name = ?, email = ? WHERE id = ?", attack, attack, order["customer_id"])
    shell.change("UPDATE product SET title = ?, description = ?", attack, attack)
    product = shell.one("SELECT id FROM product")["id"]
    for path in (f"/admin/orders/{order['id']}", "/admin/orders", "/admin/products", f"/admin/products/{product}"):
        assert attack not in browser.page(path), path
    assert attack not in browser.page(f"/admin/customers/{order['customer_id']}")
    assert attack not in browser.page("/admin/orders", query=attack)


def test_refunds_lines_and_says_so(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    line = first_line(shell, order["id"])
    shell.install()
    fields = {f"line-{line['id']}": "2", "restock": "on", "note": "Broken"}
    answer = browser.post(f"/admin/orders/{order['id']}/refund", **fields)
    assert answer.status_code == 303
    page = browser.page(answer.headers["Location"])
    assert "The refund was made." in page
    assert "2 units were refunded" in page
    assert "Broken" in page
    assert "Webhook refunds/create is on its way" in page
    after = shell.one("SELECT * FROM orders WHERE id = ?", order["id"])
    assert after["refunded"] > 0
    assert shell.told("refunds/create")[0]["order_id"] == order["id"]


@pytest.mark.parametrize(
    ("count", "words"),
    [
        ("0", "nothing to refund"),
        ("99999", "does not have 99999 left"),
        ("-1", "no number of units"),
        ("x", "no number"),
    ],
)
def test_refuses_refunds_that_make_no_sense(browser: Browser, shell: Shell, count: str, words: str) -> None:
    order = open_order(shell)
    line = first_line(shell, order["id"])
    answer = browser.post(f"/admin/orders/{order['id']}/refund", **{f"line-{line['id']}": count})
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert shell.one("SELECT refunded FROM orders WHERE id = ?", order["id"])["refunded"] == 0


@pytest.mark.parametrize("shipping", ["1000000", "5.001", "-1", "£"])
def test_refuses_amounts_that_are_none(browser: Browser, shell: Shell, shipping: str) -> None:
    order = open_order(shell)
    answer = browser.post(f"/admin/orders/{order['id']}/refund", shipping=shipping)
    assert answer.status_code == 422


def test_cancels_once(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    shell.install()
    path = f"/admin/orders/{order['id']}/cancel"
    assert browser.post(path, reason="whim").status_code == 422
    answer = browser.post(path, reason="CUSTOMER")
    assert "The order was cancelled." in browser.page(answer.headers["Location"])
    again = browser.post(path, reason="CUSTOMER")
    assert again.status_code == 422
    assert "cancelled already" in again.get_data(as_text=True)
    assert [body["id"] for body in shell.told("orders/cancelled")] == [order["id"]]


def test_marks_a_pending_order_as_paid_once(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    shell.change(
        "UPDATE orders SET financial_status = 'PENDING', outstanding = total, payment_gateway = 'manual' WHERE id = ?",
        order["id"],
    )
    shell.change("UPDATE payment SET status = 'pending', gateway = 'manual' WHERE order_id = ?", order["id"])
    shell.install()
    assert order["name"] in browser.page("/admin/orders", view="unpaid")
    path = f"/admin/orders/{order['id']}/mark-paid"
    assert browser.post(path).status_code == 303
    after = shell.one("SELECT * FROM orders WHERE id = ?", order["id"])
    assert (after["financial_status"], after["outstanding"]) == ("PAID", 0)
    payment = shell.one("SELECT count(*) AS n, sum(amount) AS paid FROM payment WHERE order_id = ?", order["id"])
    assert (payment["n"], payment["paid"]) == (1, order["total"])
    assert [body["financial_status"] for body in shell.told("orders/paid")] == ["paid"]
    assert browser.post(path).status_code == 422


def test_marks_what_an_offer_left_unpaid_with_a_payment_of_its_own(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    variant = shell.one(
        """SELECT v.id FROM variant v JOIN inventory_level l ON l.inventory_item_id = v.inventory_item_id
           WHERE l.available > 5"""
    )["id"]
    extra: Addition = Extra(variant)
    apply_edit(shell.world, shell.sender, order["id"], [extra], charged=False, app_client_id=shell.settings.client_id)
    page = browser.page(f"/admin/orders/{order['id']}")
    assert "An app added 1 \N{MULTIPLICATION SIGN}" in page
    assert "Added by Afters" in page
    assert "To be paid" in page
    assert browser.post(f"/admin/orders/{order['id']}/mark-paid").status_code == 303
    paid = shell.one("SELECT sum(amount) AS n FROM payment WHERE order_id = ? AND status = 'success'", order["id"])
    assert paid["n"] == order["total"] + 850
    assert "£8.50 could not be taken from" in page
    assert "£8.50 was paid with a manual payment" in browser.page(f"/admin/orders/{order['id']}")


@pytest.mark.parametrize("action", ["refund", "cancel", "mark-paid"])
def test_unknown_orders_are_404(browser: Browser, action: str) -> None:
    assert browser.get("/admin/orders/1").status_code == 404
    assert browser.post(f"/admin/orders/1/{action}", reason="CUSTOMER", shipping="1").status_code == 404


def test_failed_webhooks_stand_out_in_the_timeline(browser: Browser, shell: Shell) -> None:
    order = open_order(shell)
    shell.install()
    browser.post(f"/admin/orders/{order['id']}/cancel", reason="STAFF")
    shell.change(
        "UPDATE webhook_delivery SET attempts = 9, next_attempt_at = NULL, last_status = 503 WHERE topic = ?",
        "orders/cancelled",
    )
    page = browser.page(f"/admin/orders/{order['id']}")
    assert "Webhook orders/cancelled given up after 9 attempts" in page
    assert "last answer: 503" in page
