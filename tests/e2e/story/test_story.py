"""The main stories, in real Chromium on the sandbox, with the real bundle, the real app and the real worker."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.story.actors import order_of
from tests.story.stage import Stage
from tests.story.tale import HOLD_HOURS, TWO_MINUTES, play

pytestmark = pytest.mark.e2e


def test_the_whole_story_ends_in_two_messages_and_two_credits(stage: Stage) -> None:
    told = play(stage)
    happened = [moment["what"] for moment in told["timeline"]]
    for what in (
        "decision",
        "page shown",
        "page accepted",
        "changeset",
        "edit",
        "sms arrived",
        "email arrived",
        "click",
    ):
        assert what in happened, what
    first, second = told["first_order"], told["second_order"]
    assert first["page"]["reason"] == "page_accepted"
    assert first["touches"][0]["receipt"] == "delivered"
    offered = first["page"]["decision"]["offered"][0]["items"][0]
    assert [(row["amount"], row["source"].partition(":")[0]) for row in first["revenue"]] == [
        (offered["discounted_unit_price"], "decision")
    ]
    email = first["touches"][1]
    assert {row["source"] for row in second["revenue"]} == {f"touch:{email['id']}"}
    named = email["decision"]["offered"][0]["items"][0]["discounted_unit_price"]
    assert sum(row["amount"] for row in second["revenue"]) == named, "the link brought the code along"
    # What was accepted on the page is not offered again in the messages.
    variants = {touch["decision"]["offered"][0]["items"][0]["variant_id"] for touch in first["touches"]}
    assert offered["variant_id"] not in variants
    page = stage.merchant.read_order(first["order"]["id"])
    assert "The order was changed and the card charged" in page
    assert "SMS sent" in page
    assert "E-mail sent" in page


def test_a_wallet_sees_no_page_and_is_followed_up(stage: Stage) -> None:
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant(1))
        shopper.fill_in("new")
        shopper.pay(by="PayPal")
        expect(shopper.page.get_by_text("only cards and Shop Pay do", exact=False)).to_be_visible()
    order = order_of(stage.sandbox, token)
    planned = stage.wait_for_touches(order["name"], "planned", "planned")
    assert planned["follow_up"]["because"] == "page_not_eligible"
    stage.sandbox.move_clock(TWO_MINUTES)
    told = stage.wait_for_touches(order["name"], "sent", "planned")
    assert told["page"]["events"] == []
    assert "without a card to charge" in stage.merchant.read_order(str(order["id"]))


def test_who_opted_out_gets_nothing_and_the_page_says_why(stage: Stage) -> None:
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant(2))
        shopper.fill_in("opted-out")
        shopper.pay()
        shopper.decline()
    order = order_of(stage.sandbox, token)
    stage.wait_for_touches(order["name"], "planned", "planned")
    stage.sandbox.move_clock(HOLD_HOURS * 3600)
    told = stage.wait_for_touches(order["name"], "refused", "refused")
    assert {touch["reason"] for touch in told["touches"]} <= {"no_consent", "suppressed"}
    email = order["email"]
    assert stage.sandbox.messages(email) == {**stage.sandbox.messages(email), "sms": [], "email": []}
    assert "has not agreed to marketing" in stage.merchant.read_order(str(order["id"]))


def test_the_logs_of_a_day_name_nobody_and_hold_no_secret(stage: Stage) -> None:
    """A buyer with an account buys, declines and is written to; then everything that was logged is searched."""
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant(5))
        shopper.fill_in("new")
        shopper.pay()
        shopper.decline()
    order = order_of(stage.sandbox, token)
    stage.wait_for_touches(order["name"], "planned", "planned")
    stage.sandbox.move_clock(TWO_MINUTES)
    stage.wait_for_touches(order["name"], "sent", "planned")
    stage.merchant.read_order(str(order["id"]))
    logged = "".join((stage.sandbox.processes.logs / f"{name}.log").read_text() for name in ("web", "worker"))
    assert logged.count("\n") > 10, "nothing was logged: this searches nothing"
    address = json.loads(order["shipping_address"])
    settings = stage.sandbox.settings
    with stage.sandbox.sandbox.world.read() as world:
        secret = [
            row[0] for table in ("access_token", "refresh_token") for row in world.execute(f"SELECT token FROM {table}")
        ]
        people = world.execute("SELECT email, phone FROM customer").fetchall()
    credentials = stage.sandbox.credentials
    secret += [settings.client_secret, credentials.app_secret_key, credentials.twilio_auth_token]
    personal = [
        order["email"],
        order["phone"],
        address["address1"],
        address["zip"],
        address["last_name"],
        *sum(map(tuple, people), ()),
    ]
    for word in filter(None, [*secret, *personal]):
        assert str(word) not in logged
    assert not re.search(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", logged), "something that looks like an e-mail address"
    assert not re.search(r"id_token=|Bearer |/c/\w|/unsubscribe/\w", logged), "a token or a signed link"
