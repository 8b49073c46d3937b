"""A subscription offer, from the shop's plans to the order, in a sandbox of its own: its rules hold one offer."""

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.processes import ChildFailed
from tests.story.actors import order_of
from tests.story.stage import Stage

pytestmark = pytest.mark.e2e

_RULES = "subscription.json"


def publish(stage: Stage, **offer: Any) -> bool:
    """Publish one offer to everybody; False while the app does not know the plan that it names."""
    processes, shop = stage.sandbox.processes, stage.sandbox.settings.shop_domain
    written = {
        "schema": 1,
        "stock": {"minimum": 1},
        "holdout": {"percent": 0},  # one new shopper in twenty would be offered nothing
        "funnels": [
            {"id": "club", "name": "Club", "is_live": True, "steps": [{"id": "first", "offer": {"id": "box", **offer}}]}
        ],
    }
    rules = processes.logs / _RULES
    rules.write_text(json.dumps(written), encoding="utf-8")
    try:
        processes.run(subscription=["rules", "import", "--publish", "--shop", shop, str(rules)])
    except ChildFailed:
        return False
    return True


def sell_monthly(stage: Stage, variant_id: int) -> int:
    """Let a variant be sold monthly at ten percent off; return the plan."""
    plan = {"name": "Monthly box", "interval": "MONTH", "pricing": [{"type": "PERCENTAGE", "value": 10}]}
    made = stage.sandbox.post("/sandbox/api/selling-plans", name="Club", plans=[plan], variant_ids=[variant_id])
    return int(made["plan_ids"][0])


def world(stage: Stage, query: str, *values: object) -> list[Any]:
    with stage.sandbox.sandbox.world.read() as connection:
        return [tuple(row) for row in connection.execute(query, values)]


def agree(page: Page) -> None:
    page.get_by_role("checkbox").check()


def test_a_subscription_is_sold_once_the_shopper_has_agreed(stage: Stage) -> None:
    bought, other = stage.popular_variant(0), stage.popular_variant(4)
    plan = sell_monthly(stage, other)
    offer = {
        "source": "fixed",
        "variants": [str(other)],
        "subscription": {"plan": str(plan)},
        "shipping": {"title": "Post", "amounts": {"GBP": 250}},
    }
    stage.sandbox.wait_until(lambda: publish(stage, **offer), bool, timeout=60, what="the plan in the app")
    with stage.shopper() as shopper:
        token = shopper.fill_basket(bought)
        shopper.fill_in("new")
        shopper.pay()
        page = shopper.page
        expect(page.get_by_text("Every month")).to_be_visible()
        expect(page.get_by_text("Each payment", exact=True)).to_be_visible()
        pay = page.get_by_role("button", name="Pay now")
        expect(pay).to_be_enabled()
        pay.click()
        expect(page.get_by_text("Please agree to the subscription above", exact=False)).to_be_visible()
        lines_so_far = "SELECT count(*) FROM order_line l JOIN orders o ON o.id = l.order_id WHERE o.checkout_token = ?"
        assert world(stage, lines_so_far, token) == [(1,)]
        agree(page)
        expect(page.get_by_text("Please agree to the subscription above", exact=False)).to_have_count(0)
        pay.click()
        expect(page.get_by_text("Added after purchase")).to_be_visible()
    order = order_of(stage.sandbox, token)
    lines = world(
        stage,
        "SELECT l.variant_id, p.selling_plan_id, p.name, l.price FROM order_line l"
        " JOIN order_line_plan p ON p.line_id = l.id WHERE l.order_id = ?",
        order["id"],
    )
    (full,) = world(stage, "SELECT price FROM variant WHERE id = ?", other)
    each = (full[0] * 9 + 5) // 10  # pence, rounded half up
    assert lines == [(other, plan, "Monthly box", each)]
    told = stage.sandbox.wait_until(
        lambda: stage.explain(order["name"]), lambda found: found["revenue"], timeout=60, what="the revenue"
    )
    assert [row["amount"] for row in told["revenue"]] == [each]
    assert told["page"]["reason"] == "page_accepted"


def test_what_was_just_bought_is_offered_as_a_subscription_and_credited_alone(stage: Stage) -> None:
    bought = stage.popular_variant(1)
    plan = sell_monthly(stage, bought)
    named = {"source": "fixed", "variants": [str(bought)], "subscription": {"plan": str(plan)}}
    stage.sandbox.wait_until(lambda: publish(stage, **named), bool, timeout=60, what="the plan in the app")
    assert publish(stage, source="as_subscription", subscription={})
    with stage.shopper() as shopper:
        token = shopper.fill_basket(bought)
        shopper.fill_in("new")
        shopper.pay()
        expect(shopper.page.get_by_text("You have just bought", exact=False)).to_be_visible()
        agree(shopper.page)
        shopper.accept()
    order = order_of(stage.sandbox, token)
    lines = world(stage, "SELECT id, price FROM order_line WHERE order_id = ? ORDER BY id", order["id"])
    assert len(lines) == 2
    told = stage.sandbox.wait_until(
        lambda: stage.explain(order["name"]), lambda found: found["revenue"], timeout=60, what="the revenue"
    )
    assert [row["amount"] for row in told["revenue"]] == [lines[1][1]]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("subscription_vaulting_error", "could not be kept for the subscription"),
        ("subscription_contract_creation_error", "could not be set up"),
        ("buyer_consent_required", "did not arrive"),
    ],
)
def test_what_the_platform_refuses_is_said(stage: Stage, code: str, words: str) -> None:
    bought = stage.popular_variant(2)
    plan = sell_monthly(stage, bought)
    named = {"source": "as_subscription", "subscription": {"plan": str(plan)}}
    stage.sandbox.wait_until(lambda: publish(stage, **named), bool, timeout=60, what="the plan in the app")
    with stage.shopper() as shopper:
        shopper.fill_basket(bought)
        shopper.fill_in("new")
        shopper.pay()
        agree(shopper.page)
        stage.sandbox.post("/sandbox/api/next-changeset", on="apply", outcome=code)
        shopper.page.get_by_role("button", name="Pay now").click()
        expect(shopper.page.get_by_text(words, exact=False)).to_be_visible()
        shopper.page.get_by_role("button", name="Continue").click()
        shopper.page.wait_for_url("**/thank-you*")
