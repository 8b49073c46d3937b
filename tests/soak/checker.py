"""Judges a soak by what was sent in, what came out and what is stored; it shares no code with the app.

Each check returns the violations it found, in words.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.soak.evidence import Row
from tests.soak.outside import Taken
from tests.soak.post import Delivery
from tests.soak.town import BOUGHT, GOODS, Order, Shopper, Town

LEAST_STOCK = 10
CAP = timedelta(days=14)
HELD_OUT = 0.05
HOLDS = {("sms", "email"): timedelta(hours=48), ("email", "sms"): timedelta(hours=24)}
CHANNELS = {"twilio": "sms", "smtp": "email"}
# Claimed and told at nearly the same moment, by two processes.
_SLACK = timedelta(seconds=1)
_WITHDRAWALS = {
    "customers_marketing_consent/update": "sms",
    "customers_email_marketing_consent/update": "email",
}
_FATES = ("orders/cancelled", "refunds/create")


@dataclass
class Record:
    """All there is to judge. `in_flight` is how many sends one worker has under way at most."""

    town: Town
    acknowledged: list[Delivery]
    messages: list[Taken]
    deliveries: list[Row]
    touches: list[Row]
    sequences: list[Row]
    kills: int
    in_flight: int
    now: datetime
    by_touch: dict[str, Row] = field(init=False)
    said: dict[str, list[Taken]] = field(init=False)

    def __post_init__(self) -> None:
        self.by_touch = {row["id"]: row for row in self.touches}
        self.said = defaultdict(list)
        for message in self.messages:
            self.said[message.touch_id].append(message)
        self._stored = {(row["shop_domain"], row["topic"], row["delivery_id"]): row for row in self.deliveries}

    def order_of(self, touch: Row) -> Order:
        return self.town.by_order[touch["domain"], int(touch["order_id"])]

    def handled_at(self, delivery: Delivery) -> datetime | None:
        row = self._stored.get((delivery.shop, delivery.topic, delivery.id))
        at: datetime | None = row["handled_at"] if row else None
        return at


def judge(record: Record) -> dict[str, list[str]]:
    """Return the violations by check; no violation at all is an empty list everywhere."""
    return {check.__name__: check(record) for check in CHECKS}


def acknowledged_deliveries_are_handled_once(record: Record) -> list[str]:
    stored = Counter((row["shop_domain"], row["topic"], row["delivery_id"]) for row in record.deliveries)
    found = [f"{key}: stored {count} times" for key, count in stored.items() if count > 1]
    states = {(row["shop_domain"], row["topic"], row["delivery_id"]): row for row in record.deliveries}
    for each in record.acknowledged:
        row = states.get((each.shop, each.topic, each.id))
        if row is None:
            found.append(f"{each.topic} {each.id}: acknowledged and not stored")
        elif row["state"] not in ("handled", "superseded"):
            found.append(f"{each.topic} {each.id}: {row['state']} ({row['error']})")
    return found


def nothing_is_left_half_done(record: Record) -> list[str]:
    return [
        f"touch {row['id']}: {row['state']}, due {row['due_at']}"
        for row in record.touches
        if row["state"] in ("queued", "sending") or (row["state"] == "planned" and row["due_at"] <= record.now)
    ]


def every_paid_order_has_one_follow_up_or_a_reason(record: Record) -> list[str]:
    found = []
    held = Counter((row["domain"], int(row["order_id"])) for row in record.sequences)
    planned = {(row["domain"], int(row["order_id"])) for row in record.touches}
    refused = {(row["domain"], int(row["order_id"])) for row in record.sequences if row["refusal"]}
    for order in record.town.orders:
        key = (order.shop, order.id)
        if held[key] > 1:
            found.append(f"order {order.id}: {held[key]} sequences")
        if order.fate == "kept" and not held[key]:
            found.append(f"order {order.id}: no sequence and no reason")
        if held[key] and (key in planned) == (key in refused):
            found.append(f"order {order.id}: touches and a refusal, or neither")
    return found


def each_touch_speaks_once_and_says_so(record: Record) -> list[str]:
    found = []
    for touch_id, messages in record.said.items():
        touch = record.by_touch.get(touch_id)
        if touch is None:
            found.append(f"a message to {messages[0].recipient} belongs to no touch ({touch_id!r})")
        elif len(messages) > 1:
            found.append(f"touch {touch_id}: {len(messages)} messages")
        elif touch["state"] not in ("sent", "unknown"):
            found.append(f"touch {touch_id}: a message went out, and it says {touch['state']} ({touch['reason']})")
    found += [
        f"touch {row['id']}: sent, and nobody got anything"
        for row in record.touches
        if row["state"] == "sent" and not record.said.get(row["id"])
    ]
    return found


def messages_reach_whom_they_are_about(record: Record) -> list[str]:
    found = []
    for touch_id, messages in record.said.items():
        if touch_id not in record.by_touch:
            continue
        touch = record.by_touch[touch_id]
        order = record.order_of(touch)
        for message in messages:
            wanted = order.shopper.phone if message.vendor == "twilio" else order.shopper.email
            if message.recipient != wanted or CHANNELS[message.vendor] != touch["channel"]:
                found.append(f"touch {touch_id}: went to {message.recipient} by {message.vendor}")
            if order.name not in message.text and message.vendor == "twilio":
                found.append(f"touch {touch_id}: speaks of another order")
    return found


def unknown_fates_are_few_and_only_where_nobody_can_be_asked(record: Record) -> list[str]:
    unknown = [row for row in record.touches if row["state"] == "unknown"]
    found = [f"touch {row['id']}: unknown, though Twilio can be asked" for row in unknown if row["channel"] == "sms"]
    most = record.kills * record.in_flight
    return [*found, f"{len(unknown)} unknown, at most {most}"] if len(unknown) > most else found


def nobody_hears_from_us_against_their_will(record: Record) -> list[str]:
    found = []
    withdrawn = {
        (each.shop, each.subject, _WITHDRAWALS[each.topic]): record.handled_at(each)
        for each in record.acknowledged
        if each.topic in _WITHDRAWALS
    }
    for touch in _spoken(record):
        shopper = record.order_of(touch).shopper
        state = shopper.sms if touch["channel"] == "sms" else shopper.mail
        if state != "SUBSCRIBED":
            found.append(f"touch {touch['id']}: {touch['channel']} to a shopper who is {state}")
        told = withdrawn.get((shopper.shop, shopper.id, touch["channel"]))
        if told and touch["claimed_at"] > told + _SLACK:
            found.append(f"touch {touch['id']}: after consent was withdrawn")
    return found


def cancelled_and_refunded_orders_are_left_alone(record: Record) -> list[str]:
    told = {(each.shop, each.subject): record.handled_at(each) for each in record.acknowledged if each.topic in _FATES}
    return [
        f"touch {touch['id']}: after the order was cancelled or refunded"
        for touch in _spoken(record)
        if (at := told.get((touch["domain"], int(touch["order_id"])))) and touch["claimed_at"] > at + _SLACK
    ]


def caps_and_holds_are_kept(record: Record) -> list[str]:
    found = []
    by_shopper: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for touch in _spoken(record):
        by_shopper[touch["domain"], record.order_of(touch).shopper.id].append(touch)
    for touches in by_shopper.values():
        touches.sort(key=lambda row: row["claimed_at"])
        for index, later in enumerate(touches):
            for earlier in touches[:index]:
                gap = later["claimed_at"] - earlier["claimed_at"]
                if earlier["order_id"] != later["order_id"] and gap < CAP:
                    found.append(f"touch {later['id']}: another sequence {gap} before")
                hold = HOLDS.get((earlier["channel"], later["channel"]))
                if hold and gap < hold:
                    found.append(f"touch {later['id']}: {earlier['channel']} {gap} before")
    return found


def only_goods_in_stock_are_offered(record: Record) -> list[str]:
    never = [title for _, title, _, stock in GOODS if stock < LEAST_STOCK] + [BOUGHT[1]]
    return [
        f"a message to {message.recipient} offers {title}"
        for message in record.messages
        for title in never
        if title in message.text
    ]


def nobody_is_forgotten(record: Record) -> list[str]:
    """Shoppers with one order that they kept, and a consent that they kept, must have heard from us.

    Who withdraws later may have heard by e-mail alone: a kill can hold a text up until its e-mail is due, which then
    goes first and holds the text for a day, and by then the consent is gone.
    """
    found = []
    orders: dict[tuple[str, int], list[Order]] = defaultdict(list)
    for order in record.town.orders:
        orders[order.shop, order.shopper.id].append(order)
    touches: dict[tuple[str, int], set[str]] = defaultdict(set)
    for touch in _spoken(record):
        touches[touch["domain"], int(touch["order_id"])].add(touch["channel"])
    for order, *more in orders.values():
        if more or order.fate != "kept" or is_held_out(order.shopper):
            continue
        spoken = touches[order.shop, order.id]
        if order.shopper.withdraws and order.shopper.mail == "SUBSCRIBED" and "email" in spoken:
            continue
        missing = _channels_due(order.shopper) - spoken
        found += [f"order {order.id}: no {channel}; {_fates(record, order)}" for channel in sorted(missing)]
    return found


def is_held_out(shopper: Shopper) -> bool:
    """Tell whether a shopper is among the 5 percent that hear nothing: as documented, and worked out here anew."""
    digest = hashlib.sha256(f"holdout\x00customer:{shopper.id}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64 < HELD_OUT


def the_held_out_hear_nothing(record: Record) -> list[str]:
    """Nobody who is drawn into the holdout is written to, and of each it is told why."""
    refusals = {(row["domain"], int(row["order_id"])): row["refusal"] for row in record.sequences}
    found = [
        f"order {record.order_of(row).id}: {row['channel']} to somebody who is held out"
        for row in _spoken(record)
        if is_held_out(record.order_of(row).shopper)
    ]
    for order in record.town.orders:
        refusal = refusals.get((order.shop, order.id))
        if refusal == "held_out" and not is_held_out(order.shopper):
            found.append(f"order {order.id}: held out, and was not drawn")
    return found


def _fates(record: Record, order: Order) -> str:
    """Return what became of an order's messages, for the verdict."""
    own = (row for row in record.touches if record.order_of(row) is order)
    return "; ".join(f"{row['channel']} {row['state']} ({row['reason']}), due {row['due_at']}" for row in own) or "none"


def _channels_due(shopper: Shopper) -> set[str]:
    due = {"sms"} if shopper.sms == "SUBSCRIBED" else set()
    # An e-mail comes at once where no text went out, else when the hold ends, unless consent was withdrawn by then.
    if shopper.mail == "SUBSCRIBED" and not (due and shopper.withdraws):
        due.add("email")
    return due


def _spoken(record: Record) -> list[Row]:
    """Return the touches by which something was said, or may have been."""
    return [
        # A fault may leave a message whose touch was never claimed: then it counts from when it was taken.
        {**row, "claimed_at": row["claimed_at"] or record.said[row["id"]][0].at}
        for row in record.touches
        if row["state"] in ("sent", "unknown") or record.said.get(row["id"])
    ]


CHECKS: tuple[Callable[[Record], list[str]], ...] = (
    acknowledged_deliveries_are_handled_once,
    nothing_is_left_half_done,
    every_paid_order_has_one_follow_up_or_a_reason,
    each_touch_speaks_once_and_says_so,
    messages_reach_whom_they_are_about,
    unknown_fates_are_few_and_only_where_nobody_can_be_asked,
    nobody_hears_from_us_against_their_will,
    cancelled_and_refunded_orders_are_left_alone,
    caps_and_holds_are_kept,
    only_goods_in_stock_are_offered,
    nobody_is_forgotten,
    the_held_out_hear_nothing,
)
