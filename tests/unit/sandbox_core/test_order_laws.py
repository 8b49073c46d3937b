import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import (
    EditRefused,
    RefundRefused,
    apply_edit,
    cancel_order,
    place_order,
    refund_lines,
)
from tests.sandbox.shopify.payload_orders import current_goods
from tests.sandbox.shopify.subscriptions import Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World
from tests.unit.sandbox_core.test_orders import Added

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("edit"), st.integers(0, 5), st.integers(1, 3), st.integers(0, 2000), st.booleans()),
        st.tuples(st.just("refund"), st.integers(0, 6), st.integers(1, 4), st.integers(0, 500), st.booleans()),
        st.tuples(st.just("cancel"), st.just(0), st.just(0), st.just(0), st.just(value=True)),
    ),
    max_size=8,
)


@given(
    STEPS,
    st.sampled_from(["shopify_payments", "manual"]),
    st.sampled_from(["percentage", "fixed_amount"]),
    st.integers(0, 100),
)
@settings(max_examples=25, deadline=None)
def test_whatever_happens_to_an_order_its_money_and_stock_add_up(
    steps: list[Any], gateway: str, kind: str, value: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        world = World.small(path / "world.sqlite3", SandboxClock(path / "clock"), orders=60)
        sender = WebhookSender(
            world, SandboxSettings(var_dir=path, app_root=path), subscriptions=Subscriptions("2026-10", ())
        )
        variants = _variants(world)
        units = _units(world)
        state: CheckoutState = {
            "checkout_token": "ab" * 16,
            "lines": [{"variant_id": variants[0], "quantity": 3}, {"variant_id": variants[1], "quantity": 1}],
            "email": "a@example.com",
            "phone": None,
            "first_name": None,
            "last_name": None,
            "shipping_address": {
                "address1": "1",
                "city": "Leeds",
                "province_code": None,
                "zip": "LS1 1AA",
                "country_code": "GB",
            },
            "accepts_email": False,
            "accepts_sms": False,
            "payment_gateway": gateway,  # type: ignore[typeddict-item]  # sampled from its values
            "presentment_currency": "GBP",
            "discount_codes": [{"code": "C", "type": kind, "value": value}] if value else [],  # type: ignore[typeddict-item]  # as above
            "note_attributes": [],
            "landing_site": None,
            "locale": "en-GB",
        }
        order_id = place_order(world, sender, state).order_id
        _check(world, order_id, units)
        for step in steps:
            with suppress(EditRefused, RefundRefused):
                _do(world, sender, order_id, step, variants)
            _check(world, order_id, units)


def _do(world: World, sender: WebhookSender, order_id: int, step: Any, variants: list[int]) -> None:
    verb, which, count, amount, flag = step
    actions: dict[str, Callable[[], object]] = {
        "edit": lambda: apply_edit(
            world,
            sender,
            order_id,
            [Added(variants[which % len(variants)], count, 1999, min(amount, count * 1999))],
            charged=flag,
            shipping=amount // 10,
        ),
        "refund": lambda: refund_lines(
            world, sender, order_id, {_line(world, order_id, which): count}, shipping=amount, restock=flag
        ),
        "cancel": lambda: cancel_order(world, sender, order_id),
    }
    actions[verb]()


def _line(world: World, order_id: int, which: int) -> int:
    with world.read() as connection:
        found = connection.execute("SELECT id FROM order_line WHERE order_id = ?", (order_id,)).fetchall()
    return int(found[which % len(found)]["id"])


def _variants(world: World) -> list[int]:
    with world.read() as connection:
        rows = connection.execute(
            """SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
               JOIN inventory_level l USING (inventory_item_id) WHERE p.status = 'ACTIVE'
               AND l.available > 60 AND v.tracked AND v.price > 100 ORDER BY v.id LIMIT 4"""
        )
        return [row["id"] for row in rows]


def _units(world: World) -> int:
    with world.read() as connection:
        return int(connection.execute("SELECT sum(available + committed) FROM inventory_level").fetchone()[0])


def _check(world: World, order_id: int, units: int) -> None:
    with world.read() as connection:
        order = connection.execute("SELECT * FROM orders WHERE id = ?", (order_id,)).fetchone()
        lines = connection.execute("SELECT * FROM order_line WHERE order_id = ?", (order_id,)).fetchall()
        refunds = connection.execute("SELECT * FROM refund WHERE order_id = ?", (order_id,)).fetchall()
        paid = dict(
            connection.execute(
                "SELECT kind, sum(amount) FROM payment WHERE order_id = ? AND status = 'success' GROUP BY kind",
                (order_id,),
            ).fetchall()
        )
        spent = connection.execute(
            "SELECT amount_spent FROM customer WHERE id = ?", (order["customer_id"],)
        ).fetchone()[0]
    assert order["total"] == order["subtotal"] + order["shipping"]
    assert order["subtotal"] == sum(line["price"] * line["quantity"] - line["discount"] for line in lines)
    shipping_left = order["shipping"] - sum(refund["shipping"] for refund in refunds)
    assert order["current_total"] == current_goods(lines) + shipping_left
    assert order["refunded"] == sum(refund["amount"] for refund in refunds) == paid.get("refund", 0)
    assert min(order["current_total"], order["outstanding"], order["refunded"], shipping_left) >= 0
    if order["payment_gateway"] != "manual":
        assert paid.get("sale", 0) - order["refunded"] == order["current_total"] - order["outstanding"] == spent
    assert all(0 <= line["current_quantity"] <= line["quantity"] for line in lines)
    # Goods that came back broken are the only ones that leave the shop's books.
    gone = sum(
        item["quantity"]
        for refund in refunds
        for item in json.loads(refund["lines"])
        if item["restock_type"] == "no_restock"
    )
    assert _units(world) == units - gone
