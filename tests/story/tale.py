"""The whole story, played once: bought, offered, accepted, followed up, clicked, bought again; with its timeline."""

from dataclasses import asdict, dataclass
from typing import Any

from tests.story.actors import order_of
from tests.story.stage import Stage

TWO_MINUTES, HOLD_HOURS = 150.0, 48.0


@dataclass(frozen=True)
class Moment:
    """One thing that happened. `at` is by the sandbox's clock, ISO 8601 in UTC."""

    at: str
    what: str
    who: str
    details: dict[str, Any]


def play(stage: Stage) -> dict[str, Any]:
    """Play the story and return its timeline, with the app's own explanation of both orders."""
    sandbox = stage.sandbox
    with stage.shopper() as shopper:
        token = shopper.fill_basket(stage.popular_variant())
        shopper.fill_in("new")
        shopper.pay()
        shopper.accept()
        first = order_of(sandbox, token)
        stage.wait_for_touches(first["name"], "planned", "planned")
        sandbox.move_clock(TWO_MINUTES)
        stage.wait_for_touches(first["name"], "sent", "planned")
        sandbox.move_clock(HOLD_HOURS * 3600 + TWO_MINUTES)
        stage.wait_for_touches(first["name"], "sent", "sent")
        recipient = _recipient(stage, token)
        (mail,) = sandbox.messages(recipient)["email"]
        second_token = shopper.follow(_click_link(mail["text"]))
        shopper.fill_in("new")
        shopper.write_email(recipient)
        shopper.pay(by="PayPal")
    second = order_of(sandbox, second_token)
    explained = sandbox.wait_until(
        lambda: stage.explain(second["name"]), lambda found: found["revenue"], what="the second order's revenue"
    )
    told = stage.explain(first["name"])
    moments = [*_moments(told), *_shop_moments(stage, first), *_moments(explained)]
    return {
        "timeline": [asdict(each) for each in sorted(moments, key=lambda each: each.at)],
        "first_order": told,
        "second_order": explained,
    }


def _recipient(stage: Stage, token: str) -> str:
    with stage.sandbox.sandbox.world.read() as world:
        row = world.execute("SELECT email FROM orders WHERE checkout_token = ?", (token,)).fetchone()
    return str(row["email"])


def _click_link(text: str) -> str:
    return next(word for word in text.split() if "/c/" in word)


def _moments(told: dict[str, Any]) -> list[Moment]:
    """Return what the app says happened to an order."""
    name = told["order"]["name"]
    found = [Moment(told["order"]["placed_at"], "order", "shopper", {"order": name, "lines": told["order"]["lines"]})]
    decision = told["page"]["decision"]
    if decision:
        details = {"order": name, "outcome": decision["outcome"], "offered": decision["offered"]}
        found.append(Moment(decision["at"], "decision", "app", details))
    found += [
        Moment(event["at"], f"page {event['kind']}", "shopper", {"order": name, **event})
        for event in told["page"]["events"]
    ]
    for touch in told["touches"]:
        at = touch["sent_at"] or touch["due_at"]
        details = {"order": name, "state": touch["state"], "reason": touch["reason"], "receipt": touch["receipt"]}
        found.append(Moment(at, f"{touch['channel']} touch", "app", details))
    found += [
        Moment(click["at"], "click", "shopper", {"order": name, "touch": click["touch"]}) for click in told["clicks"]
    ]
    for booking in told["revenue"]:
        details = {"order": name, "source": booking["source"], "amount": booking["amount"]}
        found.append(Moment(booking["booked_at"], "attribution", "app", details))
    return found


def _shop_moments(stage: Stage, order: dict[str, Any]) -> list[Moment]:
    """Return what the shop itself knows: the changeset it applied, the edit, and the messages that arrived."""
    world, token = stage.sandbox.sandbox.world, order["checkout_token"]
    with world.read() as rows:
        changesets = rows.execute("SELECT * FROM changeset WHERE reference_id = ?", (token,)).fetchall()
        edits = rows.execute("SELECT * FROM order_edit WHERE order_id = ?", (order["id"],)).fetchall()
    found = [
        Moment(row["applied_at"], "changeset", "shop", {"order": order["name"], "status": row["status"]})
        for row in changesets
    ]
    found += [Moment(row["committed_at"], "edit", "shop", {"order": order["name"]}) for row in edits]
    arrived = stage.sandbox.messages()
    found += [Moment(each["created_at"], "sms arrived", "phone", {"text": each["body"]}) for each in arrived["sms"]]
    found += [
        Moment(each["received_at"], "email arrived", "inbox", {"subject": each["subject"]}) for each in arrived["email"]
    ]
    return found
