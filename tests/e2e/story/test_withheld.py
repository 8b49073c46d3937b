"""Without approval for protected customer data: the one-click page sells, nobody is written to, and that is said."""

import pytest
from playwright.sync_api import expect

from tests.story.actors import order_of
from tests.story.stage import Stage
from tests.story.tale import HOLD_HOURS

pytestmark = pytest.mark.e2e


def test_offers_go_on_by_ids_and_follow_ups_are_refused(stage: Stage) -> None:
    stage.sandbox.post("/sandbox/api/protected-data", level=1)
    stage.merchant.open()
    stage.merchant.app.get_by_role("button", name="Check again").first.click()
    expect(stage.merchant.app.get_by_text("Offers on the one-click page go on.")).to_be_visible()
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant(4))
        shopper.fill_in("new")
        shopper.pay()
        shopper.accept()
    order = order_of(stage.sandbox, token)
    stage.sandbox.wait_until(
        lambda: stage.explain(order["name"]),
        lambda said: bool(said["follow_up"]) and bool(said["revenue"]),
        timeout=30.0,
        what="the order's follow-up and revenue",
    )
    stage.sandbox.move_clock(HOLD_HOURS * 3600)
    told = stage.explain(order["name"])
    assert told["page"]["reason"] == "page_accepted"
    assert told["follow_up"]["refused"] == "data_withheld"
    assert [row["source"].partition(":")[0] for row in told["revenue"]] == ["decision"]
    sent = stage.sandbox.messages(order["email"])
    assert (sent["sms"], sent["email"]) == ([], [])
    page = stage.merchant.read_order(str(order["id"]))
    assert "Shopify keeps shoppers' e-mail addresses and phone numbers from Afters" in page
