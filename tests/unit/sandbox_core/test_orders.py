import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Any

import pytest

from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import (
    CheckoutRefused,
    EditRefused,
    Placed,
    RefundRefused,
    apply_edit,
    cancel_order,
    place_order,
    refund_lines,
    release_hold,
)
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

Make = Callable[..., CheckoutState]


@dataclass(frozen=True)
class Added:
    variant_id: int
    quantity: int = 1
    price: int = 1000
    discount: int = 150
    discount_title: str | None = "15 % off"


def row(world: World, question: str, *values: object) -> Row:
    with world.read() as connection:
        found: Row = connection.execute(question, values).fetchone()
    return found


def order(world: World, placed: Placed) -> Row:
    return row(world, "SELECT * FROM orders WHERE id = ?", placed.order_id)


def stock(world: World, variant_id: int) -> tuple[int, int]:
    found = row(
        world,
        """SELECT available, committed FROM inventory_level JOIN variant USING (inventory_item_id)
           WHERE variant.id = ?""",
        variant_id,
    )
    return found["available"], found["committed"]


def line_ids(world: World, placed: Placed) -> list[int]:
    with world.read() as connection:
        found = connection.execute("SELECT id FROM order_line WHERE order_id = ? ORDER BY id", (placed.order_id,))
        return [line["id"] for line in found]


def bodies(sender: WebhookSender, topic: str) -> list[Any]:
    return [json.loads(delivery["body"]) for delivery in sender.deliveries(topic)]


def topics(deliveries: Iterable[Row]) -> list[str]:
    return [delivery["topic"] for delivery in deliveries]


def test_placing_takes_stock_and_money_and_says_so(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    before = stock(world, sellable[0])
    placed = place_order(world, sender, checkout())
    found = order(world, placed)
    assert stock(world, sellable[0]) == (before[0] - 3, before[1] + 3)
    assert found["financial_status"] == "PAID"
    assert found["total"] == found["current_total"] == found["subtotal"] + found["shipping"]
    assert (found["outstanding"], found["refunded"], found["original_total"]) == (0, 0, None)
    payment = row(world, "SELECT * FROM payment WHERE order_id = ?", placed.order_id)
    assert (payment["kind"], payment["status"], payment["amount"]) == ("sale", "success", found["total"])
    assert topics(sender.deliveries()) == [
        "orders/create",
        "orders/paid",
        "inventory_levels/update",
        "inventory_levels/update",
    ]
    assert len({delivery["event_id"] for delivery in sender.deliveries()}) == 1
    assert [body["available"] for body in bodies(sender, "inventory_levels/update")] == [
        before[0] - 3,
        stock(world, sellable[1])[0],
    ]


def test_order_names_and_ids_go_up(world: World, sender: WebhookSender, checkout: Make) -> None:
    first, second = (place_order(world, sender, checkout(email=f"{name}@example.com")) for name in "ab")
    assert int(second.order_name[1:]) == int(first.order_name[1:]) + 1
    assert second.order_id > first.order_id
    assert first.order_name == "#30999"


def test_a_new_buyer_becomes_a_customer(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout())
    customer = row(world, "SELECT * FROM customer WHERE id = ?", placed.customer_id)
    assert (customer["email"], customer["phone"]) == ("new.buyer@example.com", "+447700900950")
    assert (customer["email_state"], customer["sms_state"]) == ("NOT_SUBSCRIBED", "NOT_SUBSCRIBED")
    assert (customer["number_of_orders"], customer["time_zone"]) == (1, "Europe/London")
    assert customer["amount_spent"] == order(world, placed)["total"]


def test_a_known_buyer_is_found_by_email_in_any_case(world: World, sender: WebhookSender, checkout: Make) -> None:
    known = row(
        world, "SELECT * FROM customer WHERE email IS NOT NULL AND phone IS NULL AND number_of_orders > 0 LIMIT 1"
    )
    placed = place_order(world, sender, checkout(email=known["email"].upper()))
    customer = row(world, "SELECT * FROM customer WHERE id = ?", placed.customer_id)
    assert placed.customer_id == known["id"]
    assert customer["number_of_orders"] == known["number_of_orders"] + 1
    assert customer["phone"] == "+447700900950"  # what was missing is filled in
    assert customer["email"] == known["email"]


def test_a_buyer_without_email_is_found_by_phone(world: World, sender: WebhookSender, checkout: Make) -> None:
    first = place_order(world, sender, checkout())
    second = place_order(world, sender, checkout(email=None))
    assert second.customer_id == first.customer_id


def test_a_phone_number_stays_with_its_first_customer(world: World, sender: WebhookSender, checkout: Make) -> None:
    place_order(world, sender, checkout())
    other = place_order(world, sender, checkout(email="other@example.com", accepts_sms=True))
    customer = row(world, "SELECT * FROM customer WHERE id = ?", other.customer_id)
    assert (customer["phone"], customer["sms_state"]) == (None, "NOT_SUBSCRIBED")
    assert order(world, other)["phone"] == "+447700900950"


def test_a_buyer_with_nothing_stays_a_guest(world: World, sender: WebhookSender, checkout: Make) -> None:
    state = checkout(email=None, phone=None, first_name=None, last_name=None, accepts_email=True, accepts_sms=True)
    placed = place_order(world, sender, state)
    assert placed.customer_id is None
    (body,) = bodies(sender, "orders/create")
    assert body["customer"] is body["email"] is body["phone"] is body["shipping_address"]["first_name"] is None
    assert "customers_marketing_consent/update" not in topics(sender.deliveries())


def test_a_signed_in_buyer_is_taken_by_id_and_must_exist(world: World, sender: WebhookSender, checkout: Make) -> None:
    known = row(world, "SELECT id FROM customer WHERE email IS NOT NULL LIMIT 1")["id"]
    assert place_order(world, sender, checkout(customer_id=known)).customer_id == known
    with pytest.raises(CheckoutRefused) as refused:
        place_order(world, sender, checkout(customer_id=1))
    assert refused.value.code == "unknown_customer"


def test_ticked_boxes_subscribe_and_say_so_once(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout(accepts_email=True, accepts_sms=True))
    (email,) = bodies(sender, "customers_email_marketing_consent/update")
    (sms,) = bodies(sender, "customers_marketing_consent/update")
    assert (email["customer_id"], email["email_address"]) == (placed.customer_id, "new.buyer@example.com")
    assert email["email_marketing_consent"]["state"] == "subscribed"
    assert email["email_marketing_consent"]["opt_in_level"] == "single_opt_in"
    assert (sms["id"], sms["phone"]) == (placed.customer_id, "+447700900950")
    assert sms["sms_marketing_consent"]["state"] == "subscribed"
    (created,) = bodies(sender, "orders/create")
    assert created["customer"]["sms_marketing_consent"] == sms["sms_marketing_consent"]
    place_order(world, sender, checkout(accepts_email=True, accepts_sms=True))
    assert len(sender.deliveries("customers_marketing_consent/update")) == 1


def test_an_unticked_box_takes_no_consent_away(world: World, sender: WebhookSender, checkout: Make) -> None:
    known = row(world, "SELECT * FROM customer WHERE email_state = 'SUBSCRIBED' LIMIT 1")
    place_order(world, sender, checkout(email=known["email"]))
    assert row(world, "SELECT * FROM customer WHERE id = ?", known["id"])["email_state"] == "SUBSCRIBED"


def test_manual_payment_is_pending_and_not_paid(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout(payment_gateway="manual"))
    found = order(world, placed)
    assert (found["financial_status"], found["outstanding"]) == ("PENDING", found["total"])
    assert "orders/paid" not in topics(sender.deliveries())


def test_the_hold_lasts_an_hour_or_until_released(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout(post_purchase=True))
    found = order(world, placed)
    held, created = (datetime.fromisoformat(found[name]) for name in ("held_until", "created_at"))
    assert held - created == timedelta(hours=1)
    release_hold(world, placed.order_id)
    assert order(world, placed)["held_until"] is None
    assert order(world, place_order(world, sender, checkout(email="b@example.com")))["held_until"] is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"presentment_currency": "XTS"}, "unknown_currency"),
        ({"lines": [{"variant_id": 5, "quantity": 1}]}, "not_on_sale"),
        ({"customer_id": 5}, "unknown_customer"),
    ],
)
def test_a_refused_checkout_leaves_no_trace(
    world: World, sender: WebhookSender, checkout: Make, changes: dict[str, object], code: str
) -> None:
    def traces() -> list[int]:
        tables = ("orders", "order_line", "customer", "payment", "webhook_delivery")
        return [row(world, f"SELECT count(*) FROM {table}")[0] for table in tables]

    before = traces()
    with pytest.raises(CheckoutRefused) as refused:
        place_order(world, sender, checkout(**changes))
    assert refused.value.code == code
    assert traces() == before


def test_one_checkout_becomes_one_order(world: World, sender: WebhookSender, checkout: Make) -> None:
    state = checkout()
    place_order(world, sender, state)
    with pytest.raises(CheckoutRefused) as refused:
        place_order(world, sender, state)
    assert refused.value.code == "already_completed"


def test_a_charged_edit_adds_a_line_to_the_same_order(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    before, units = order(world, placed), stock(world, sellable[2])
    edit = apply_edit(
        world, sender, placed.order_id, [Added(sellable[2], quantity=2)], charged=True, app_client_id="c1" * 16
    )
    after = order(world, placed)
    assert edit.amount == 2 * 1000 - 150
    assert after["total"] == after["current_total"] == before["total"] + edit.amount
    assert (after["original_total"], after["outstanding"], after["edited"]) == (before["total"], 0, 1)
    assert after["financial_status"] == "PAID"
    assert stock(world, sellable[2]) == (units[0] - 2, units[1] + 2)
    added = row(world, "SELECT * FROM order_line WHERE id = ?", edit.line_ids[0])
    assert (added["added_by_edit"], added["discount"], added["discount_title"]) == (edit.edit_id, 150, "15 % off")
    (body,) = bodies(sender, "orders/edited")
    assert set(body) == {"order_edit"}
    assert body["order_edit"]["order_id"] == placed.order_id
    assert body["order_edit"]["line_items"] == {"additions": [{"id": edit.line_ids[0], "delta": 2}], "removals": []}
    (updated,) = bodies(sender, "orders/updated")
    assert len(updated["line_items"]) == 3
    assert updated["updated_at"] >= updated["created_at"]


def test_an_uncharged_edit_is_owed(world: World, sender: WebhookSender, checkout: Make, sellable: list[int]) -> None:
    placed = place_order(world, sender, checkout())
    edit = apply_edit(world, sender, placed.order_id, [Added(sellable[2])], charged=False)
    after = order(world, placed)
    assert (after["outstanding"], after["financial_status"]) == (edit.amount, "PARTIALLY_PAID")
    payments = row(world, "SELECT group_concat(status) FROM payment WHERE order_id = ?", placed.order_id)[0]
    assert payments == "success,failure"
    assert bodies(sender, "orders/updated")[0]["total_outstanding"] == "8.50"
    customer = row(world, "SELECT amount_spent FROM customer WHERE id = ?", placed.customer_id)
    assert customer["amount_spent"] == after["total"] - edit.amount


def test_a_second_edit_keeps_the_first_original_total(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    original = order(world, placed)["total"]
    apply_edit(world, sender, placed.order_id, [Added(sellable[2])], charged=True)
    apply_edit(world, sender, placed.order_id, [Added(sellable[3])], charged=True, shipping=295)
    after = order(world, placed)
    assert after["original_total"] == original
    assert after["total"] == original + 850 + 850 + 295


@pytest.mark.parametrize(
    ("addition", "code"),
    [
        (Added(5), "invalid_request"),
        (Added(0, quantity=0), "invalid_request"),
        (Added(0, discount=1001), "invalid_request"),
        (Added(0, quantity=1_000_000), "insufficient_inventory"),
    ],
)
def test_edits_that_make_no_sense_change_nothing(
    world: World, sender: WebhookSender, checkout: Make, addition: Added, code: str
) -> None:
    state = checkout()
    ordered = state["lines"][1]["variant_id"]
    placed = place_order(world, sender, state)
    before = tuple(order(world, placed))
    wanted = Added(addition.variant_id or ordered, addition.quantity, addition.price, addition.discount)
    with pytest.raises(EditRefused) as refused:
        apply_edit(world, sender, placed.order_id, [Added(ordered), wanted], charged=True)
    assert refused.value.code == code
    assert tuple(order(world, placed)) == before
    assert sender.deliveries("orders/edited") == []


def test_an_empty_edit_and_a_cancelled_order_are_refused(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    with pytest.raises(EditRefused, match="nothing to add"):
        apply_edit(world, sender, placed.order_id, [], charged=True)
    cancel_order(world, sender, placed.order_id)
    with pytest.raises(EditRefused, match="cancelled"):
        apply_edit(world, sender, placed.order_id, [Added(sellable[2])], charged=True)
    with pytest.raises(LookupError):
        apply_edit(world, sender, 1, [Added(sellable[2])], charged=True)


def test_a_refund_brings_goods_and_money_back(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    before, units = order(world, placed), stock(world, sellable[0])
    line = line_ids(world, placed)[0]
    refund_id = refund_lines(world, sender, placed.order_id, {line: 2}, note="Broken")
    after = order(world, placed)
    price = row(world, "SELECT price FROM order_line WHERE id = ?", line)["price"]
    assert after["refunded"] == before["current_total"] - after["current_total"] == 2 * price
    assert after["financial_status"] == "PARTIALLY_REFUNDED"
    assert after["total"] == before["total"]
    assert stock(world, sellable[0]) == (units[0] + 2, units[1] - 2)
    (body,) = bodies(sender, "refunds/create")
    (item,) = body["refund_line_items"]
    assert (body["id"], body["order_id"], body["note"], body["restock"]) == (
        refund_id,
        placed.order_id,
        "Broken",
        True,
    )
    assert (item["line_item_id"], item["quantity"], item["restock_type"]) == (line, 2, "return")
    assert item["line_item"]["current_quantity"] == 1
    assert body["transactions"][0]["kind"] == "refund"
    said = topics(sender.deliveries())
    assert (said.count("refunds/create"), said.count("orders/updated")) == (1, 1)


def test_a_refund_without_restocking_leaves_stock(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    units = stock(world, sellable[0])
    refund_lines(world, sender, placed.order_id, {line_ids(world, placed)[0]: 1}, restock=False)
    assert stock(world, sellable[0]) == (units[0], units[1] - 1)
    (body,) = bodies(sender, "refunds/create")
    assert (body["restock"], body["refund_line_items"][0]["location_id"]) == (False, None)


@pytest.mark.parametrize("pieces", [[[3], [1]], [[1, 1, 1], [1]], [[2, 1], [1]]])
def test_refunds_in_pieces_add_up_to_the_whole(
    world: World, sender: WebhookSender, checkout: Make, pieces: list[list[int]]
) -> None:
    codes = [{"code": "SEVEN", "type": "percentage", "value": 7}]
    placed = place_order(world, sender, checkout(discount_codes=codes))
    whole = order(world, placed)
    for line, counts in zip(line_ids(world, placed), pieces, strict=True):
        for count in counts:
            refund_lines(world, sender, placed.order_id, {line: count})
    after = order(world, placed)
    assert after["refunded"] == whole["subtotal"]
    refund_lines(world, sender, placed.order_id, {}, shipping=whole["shipping"])
    after = order(world, placed)
    assert (after["current_total"], after["refunded"]) == (0, whole["total"])
    assert after["financial_status"] == "REFUNDED"
    last = bodies(sender, "refunds/create")[-1]
    assert last["order_adjustments"][0]["amount"] == "-4.95"


@pytest.mark.parametrize(("units", "shipping"), [(4, 0), (0, 0), (-1, 0), (1, 496), (1, -1)])
def test_more_than_there_is_cannot_be_refunded(
    world: World, sender: WebhookSender, checkout: Make, units: int, shipping: int
) -> None:
    placed = place_order(world, sender, checkout())
    with pytest.raises(RefundRefused):
        refund_lines(world, sender, placed.order_id, {line_ids(world, placed)[0]: units}, shipping=shipping)
    with pytest.raises(RefundRefused):
        refund_lines(world, sender, placed.order_id, {1: 1})
    with pytest.raises(RefundRefused, match="nothing"):
        refund_lines(world, sender, placed.order_id, {})


def test_what_was_never_paid_is_not_paid_back(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    placed = place_order(world, sender, checkout())
    edit = apply_edit(world, sender, placed.order_id, [Added(sellable[2])], charged=False)
    refund_lines(world, sender, placed.order_id, {edit.line_ids[0]: 1})
    after = order(world, placed)
    assert (after["refunded"], after["outstanding"], after["financial_status"]) == (0, 0, "PAID")
    assert bodies(sender, "refunds/create")[0]["transactions"] == []


def test_cancelling_gives_everything_back(
    world: World, sender: WebhookSender, checkout: Make, sellable: list[int]
) -> None:
    units = stock(world, sellable[0])
    placed = place_order(world, sender, checkout(post_purchase=True))
    cancel_order(world, sender, placed.order_id, reason="FRAUD")
    after = order(world, placed)
    assert (after["current_total"], after["refunded"], after["financial_status"]) == (0, after["total"], "REFUNDED")
    assert (after["cancel_reason"], after["held_until"]) == ("FRAUD", None)
    assert stock(world, sellable[0]) == units
    (body,) = bodies(sender, "orders/cancelled")
    assert (body["cancel_reason"], body["cancelled_at"] is not None) == ("fraud", True)
    assert {"refunds/create", "orders/updated"} <= set(topics(sender.deliveries()))
    customer = row(world, "SELECT amount_spent FROM customer WHERE id = ?", placed.customer_id)
    assert customer["amount_spent"] == 0


def test_cancelling_an_unpaid_order_voids_it(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout(payment_gateway="manual"))
    cancel_order(world, sender, placed.order_id)
    after = order(world, placed)
    assert (after["financial_status"], after["refunded"], after["outstanding"]) == ("VOIDED", 0, 0)
    assert sender.deliveries("refunds/create") == []


def test_cancelling_after_refunds_gives_back_the_rest(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout())
    refund_lines(world, sender, placed.order_id, {line_ids(world, placed)[0]: 2}, shipping=100)
    cancel_order(world, sender, placed.order_id)
    after = order(world, placed)
    assert (after["current_total"], after["refunded"]) == (0, after["total"])


def test_cancelling_twice_or_for_no_reason_is_refused(world: World, sender: WebhookSender, checkout: Make) -> None:
    placed = place_order(world, sender, checkout())
    with pytest.raises(ValueError, match="no reason"):
        cancel_order(world, sender, placed.order_id, reason="BORED")
    cancel_order(world, sender, placed.order_id)
    with pytest.raises(RefundRefused, match="already"):
        cancel_order(world, sender, placed.order_id)


def test_orders_of_the_history_can_be_refunded_and_cancelled(world: World, sender: WebhookSender) -> None:
    with world.read() as connection:
        old = connection.execute(
            "SELECT id FROM orders WHERE refunded = 0 AND cancelled_at IS NULL ORDER BY id LIMIT 8"
        ).fetchall()
    for found in old:
        cancel_order(world, sender, found["id"])
        after = row(world, "SELECT * FROM orders WHERE id = ?", found["id"])
        assert after["current_total"] == after["outstanding"] == 0
