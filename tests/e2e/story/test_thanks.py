"""Codes in messages: the price that an offer names, and thanks after a support ticket. A sandbox of its own."""

from typing import Any

import pytest

from tests.story.actors import order_of
from tests.story.stage import Stage
from tests.story.tale import HOLD_HOURS, TWO_MINUTES

pytestmark = pytest.mark.e2e


def run(stage: Stage, *arguments: str) -> None:
    """Run one of the app's commands for the shop."""
    stage.sandbox.processes.run(told=[*arguments, "--shop", stage.sandbox.settings.shop_domain])


def link_in(text: str) -> str:
    return next(word for word in text.split() if "/c/" in word)


def place(stage: Stage, *, link: str | None = None, variant: int | None = None, email: str | None = None) -> Any:
    """Buy by wallet, by way of a message's link, with a thing put into the basket, or both."""
    with stage.shopper() as shopper:
        token = shopper.follow(link) if link is not None else ""
        if variant is not None:
            shopper.page.request.post(f"{stage.sandbox.origin}/store/cart/add", form={"variant_id": str(variant)})
            shopper.page.goto(f"{stage.sandbox.origin}/store/cart")
            shopper.page.get_by_role("button", name="Check out").click()
            token = shopper.page.url.rpartition("/")[2]
        shopper.fill_in("new")
        if email is not None:
            shopper.write_email(email)
        shopper.pay(by="PayPal")
    return order_of(stage.sandbox, token)


def earned(stage: Stage, order: Any) -> tuple[set[str], int]:
    """Return what an order's revenue is credited to, and how much it is."""
    told = stage.sandbox.wait_until(
        lambda: stage.explain(order["name"]), lambda found: found["revenue"], what="the order's revenue"
    )
    return {row["source"] for row in told["revenue"]}, sum(row["amount"] for row in told["revenue"])


def test_what_a_message_takes_off_is_taken_off_at_the_checkout(stage: Stage) -> None:
    first = place(stage, variant=stage.popular_variant(1))
    stage.wait_for_touches(first["name"], "planned", "planned")
    stage.sandbox.move_clock(TWO_MINUTES)
    touch = stage.wait_for_touches(first["name"], "sent", "planned")["touches"][0]
    item = touch["decision"]["offered"][0]["items"][0]
    assert item["discounted_unit_price"] < item["unit_price"]
    (text,) = stage.sandbox.messages(first["phone"])["sms"]
    second = place(stage, link=link_in(text["body"]), email=first["email"])
    assert earned(stage, second) == ({f"touch:{touch['id']}"}, item["discounted_unit_price"])

    # Later a ticket of the same shopper ends well.
    stage.sandbox.move_clock(HOLD_HOURS * 3_600)
    run(stage, "rules", "add", "thanks-after-ticket")
    draft = stage.sandbox.processes.logs / "draft.yaml"
    run(stage, "rules", "export", "--version", "draft", "--output", str(draft))
    run(stage, "rules", "import", "--publish", str(draft))
    told = ["open_tickets=0", "is_refund_pending=no", "last_ticket=good"]
    run(stage, "facts", "tell", "--customer", str(second["customer_id"]), *told)
    stage.sandbox.move_clock(3_600 + TWO_MINUTES)
    stage.wait_for_touches(second["name"], "sent")
    mails = stage.sandbox.messages(first["email"])["email"]
    assert mails[-1]["subject"].startswith("10% off your next order at")
    variant = stage.popular_variant(2)
    third = place(stage, link=link_in(mails[-1]["text"]), variant=variant, email=first["email"])
    with stage.sandbox.sandbox.world.read() as world:
        price = world.execute("SELECT price FROM variant WHERE id = ?", (variant,)).fetchone()["price"]
        (code,) = world.execute("SELECT code FROM discount WHERE variant_ids = '[]'").fetchone()
    assert code in mails[-1]["text"]
    (thanks,) = stage.explain(second["name"])["touches"]
    assert earned(stage, third) == ({f"touch:{thanks['id']}"}, price - (price * 10 + 50) // 100)
    page = stage.merchant.read_order(str(second["id"]))
    assert "The follow-up after a support ticket was planned" in page
    assert "A support ticket of theirs ended well." in page
