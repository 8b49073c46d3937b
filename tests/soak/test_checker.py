"""The checker finds each kind of fault that is planted in a good record: a check that cannot fail proves nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.soak.checker import CHECKS, Record, is_held_out, judge
from tests.soak.outside import Taken
from tests.soak.post import Delivery
from tests.soak.town import Order, Shopper, Town

SHOP = "soak-00.myshopify.com"
AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


def shopper(number: int, **changes: Any) -> Shopper:
    made = Shopper(SHOP, number, f"s{number}@x.example", f"+44770090000{number}", "SUBSCRIBED", "SUBSCRIBED", False)
    return replace(made, **changes)


def delivery(topic: str, subject: int) -> Delivery:
    return Delivery(SHOP, topic, f"{topic}-{subject}", {}, AT, subject)


def row(of: Delivery, **changes: Any) -> dict[str, Any]:
    stored = {"shop_domain": of.shop, "topic": of.topic, "delivery_id": of.id, "state": "handled", "error": None}
    return {**stored, "handled_at": AT, **changes}


def touch(touch_id: str, order_id: int, channel: str, **changes: Any) -> dict[str, Any]:
    made = {"id": touch_id, "order_id": str(order_id), "domain": SHOP, "channel": channel, "state": "sent"}
    return {
        **made,
        "reason": "sent",
        "due_at": AT,
        "claimed_at": AT + timedelta(minutes=2),
        "recipient": "x",
        **changes,
    }


def text(touch_id: str, order_id: int, to: str) -> Taken:
    return Taken("twilio", to, f"Sugar bowl goes with #{order_id} http://x/c/{touch_id}.sig", AT)


def good(**buyer_is: Any) -> Record:
    """Two orders: one was answered by a text and an e-mail, one was cancelled before anything was due."""
    buyer, quitter = shopper(1, **buyer_is), shopper(2)
    town = Town(
        (SHOP,), [buyer, quitter], [Order(SHOP, 10, buyer, 0, "kept"), Order(SHOP, 20, quitter, 0, "cancelled")]
    )
    told = [delivery("orders/paid", 10), delivery("orders/paid", 20), delivery("orders/cancelled", 20)]
    later = AT + timedelta(hours=49)
    return Record(
        town=town,
        acknowledged=told,
        messages=[
            text("t1", 10, buyer.phone),
            Taken("smtp", buyer.email, "Sugar bowl http://x/c/t2.sig", later),
        ],
        deliveries=[row(each) for each in told],
        touches=[
            touch("t1", 10, "sms"),
            touch("t2", 10, "email", claimed_at=later),
            touch("t3", 20, "sms", state="refused", reason="order_cancelled", claimed_at=None),
        ],
        sequences=[
            {"order_id": "10", "refusal": None, "domain": SHOP},
            {"order_id": "20", "refusal": None, "domain": SHOP},
        ],
        kills=1,
        in_flight=2,
        now=later,
    )


def test_a_good_record_has_no_violation() -> None:
    assert judge(good()) == {check.__name__: [] for check in CHECKS}


Fault = Callable[[Record], None]


def lost(record: Record) -> None:
    record.deliveries.pop()


def doubled(record: Record) -> None:
    record.deliveries.append(dict(record.deliveries[0]))


def given_up(record: Record) -> None:
    record.deliveries[0]["state"] = "failed"


def stuck(record: Record) -> None:
    record.touches[2]["state"] = "queued"


def overlooked(record: Record) -> None:
    record.touches[2]["state"] = "planned"


def without_follow_up(record: Record) -> None:
    record.sequences.pop(0)


def followed_up_twice(record: Record) -> None:
    record.sequences.append(dict(record.sequences[0]))


def said_twice(record: Record) -> None:
    record.messages.append(record.messages[0])


def said_though_refused(record: Record) -> None:
    record.messages.append(text("t3", 20, "+447700900002"))


def said_by_nobody(record: Record) -> None:
    record.messages.append(text("t9", 10, "+447700900001"))


def sent_into_the_void(record: Record) -> None:
    record.messages.pop(0)


def to_somebody_else(record: Record) -> None:
    record.messages[0] = text("t1", 10, "+447700900002")


def unknown_though_it_can_be_asked(record: Record) -> None:
    record.touches[0]["state"] = "unknown"


def too_many_unknown(record: Record) -> None:
    record.touches += [touch(f"u{number}", 10, "email", state="unknown") for number in range(3)]


def without_consent(record: Record) -> None:
    record.town.shoppers[0].sms = "NOT_SUBSCRIBED"


def after_withdrawal(record: Record) -> None:
    said = delivery("customers_email_marketing_consent/update", 1)
    record.acknowledged.append(said)
    record.deliveries.append(row(said))


def after_cancelling(record: Record) -> None:
    record.touches[2] |= {"state": "unknown", "claimed_at": AT + timedelta(minutes=2)}


def over_the_cap(record: Record) -> None:
    record.town.orders[1].shopper = record.town.shoppers[0]
    record.touches[2] |= {"state": "sent", "claimed_at": AT + timedelta(days=13)}


def inside_the_hold(record: Record) -> None:
    record.touches[1]["claimed_at"] = AT + timedelta(hours=48)


def out_of_stock(record: Record) -> None:
    record.messages[1] = replace(record.messages[1], text="Scarce saucer http://x/c/t2.sig")


def though_held_out(record: Record) -> None:
    record.town.orders[0].shopper.id = next(
        number for number in range(1_000) if is_held_out(replace(record.town.shoppers[0], id=number))
    )


def held_out_undrawn(record: Record) -> None:
    record.sequences[1]["refusal"] = "held_out"


def forgotten(record: Record) -> None:
    record.touches[1] |= {"state": "refused", "reason": "expired"}
    record.messages.pop()


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (lost, "acknowledged_deliveries_are_handled_once"),
        (doubled, "acknowledged_deliveries_are_handled_once"),
        (given_up, "acknowledged_deliveries_are_handled_once"),
        (stuck, "nothing_is_left_half_done"),
        (overlooked, "nothing_is_left_half_done"),
        (without_follow_up, "every_paid_order_has_one_follow_up_or_a_reason"),
        (followed_up_twice, "every_paid_order_has_one_follow_up_or_a_reason"),
        (said_twice, "each_touch_speaks_once_and_says_so"),
        (said_though_refused, "each_touch_speaks_once_and_says_so"),
        (said_by_nobody, "each_touch_speaks_once_and_says_so"),
        (sent_into_the_void, "each_touch_speaks_once_and_says_so"),
        (to_somebody_else, "messages_reach_whom_they_are_about"),
        (unknown_though_it_can_be_asked, "unknown_fates_are_few_and_only_where_nobody_can_be_asked"),
        (too_many_unknown, "unknown_fates_are_few_and_only_where_nobody_can_be_asked"),
        (without_consent, "nobody_hears_from_us_against_their_will"),
        (after_withdrawal, "nobody_hears_from_us_against_their_will"),
        (after_cancelling, "cancelled_and_refunded_orders_are_left_alone"),
        (over_the_cap, "caps_and_holds_are_kept"),
        (inside_the_hold, "caps_and_holds_are_kept"),
        (out_of_stock, "only_goods_in_stock_are_offered"),
        (forgotten, "nobody_is_forgotten"),
        (though_held_out, "the_held_out_hear_nothing"),
        (held_out_undrawn, "the_held_out_hear_nothing"),
    ],
)
def test_each_planted_fault_is_found(fault: Fault, check: str) -> None:
    record = good()
    fault(record)
    record.__post_init__()  # what the checks look things up in
    assert judge(record)[check]


def test_who_withdraws_may_have_heard_by_the_email_alone() -> None:
    record = good(withdraws=True)
    record.messages.pop(0)
    record.touches[0] |= {"state": "refused", "reason": "no_consent", "claimed_at": None}
    record.__post_init__()
    assert judge(record)["nobody_is_forgotten"] == []
    record.messages.pop()
    record.touches[1] |= {"state": "refused", "reason": "no_consent", "claimed_at": None}
    record.__post_init__()
    (told,) = judge(record)["nobody_is_forgotten"]
    assert told.startswith("order 10: no sms; sms refused (no_consent), due 2026-11-24")
