"""What is asked again at the last moment before a message leaves."""

from datetime import timedelta
from functools import partial

from sqlalchemy import update

from server.storage.touches import PLANNED, QUEUED, SENT, TouchRow
from server.usecases.messages import send_touch
from tests.factories import NOW, funnel_json, order, rules_json, variant
from tests.threads import at_once
from tests.usecases.house import House

HOUR = timedelta(hours=1)


def place(house: House) -> None:
    house.record(order(created_at=NOW, updated_at=NOW))


def queue_all(house: House) -> None:
    with house.database.write() as session:
        session.execute(update(TouchRow).values(state=QUEUED))


def send_now(house: House, channel: str = "sms") -> str:
    touch = house.touch(channel)
    return send_touch(house.post, shop_id=house.shop_id, touch_id=touch.id, attempt=touch.attempt)


class TestThePage:
    def test_that_came_up_late_holds_back_what_was_queued(self, house: House) -> None:
        house.ask()
        place(house)
        house.clock.moment = house.touch().due_at
        queue_all(house)
        shown_at = house.clock.now()
        assert house.happen("shown")
        assert send_now(house) == PLANNED
        touch = house.touch()
        assert (touch.reason, touch.due_at) == ("page_waiting", shown_at + HOUR)
        assert house.vendors.texts.sent == []
        assert house.send() == SENT, "an hour without an answer is enough"

    def test_lets_go_at_the_answer(self, house: House) -> None:
        house.ask()
        place(house)
        house.clock.moment = house.touch().due_at
        queue_all(house)
        house.happen("shown")
        assert send_now(house) == PLANNED
        answered_at = house.clock.move(minutes=5)
        assert house.happen("declined")
        touch = house.touch()
        assert (touch.reason, touch.due_at) == ("planned", answered_at + timedelta(minutes=2))
        assert touch.expires_at == answered_at + timedelta(hours=72)
        assert house.send() == SENT

    def test_that_was_answered_holds_nothing_back(self, house: House) -> None:
        house.ask()
        place(house)
        house.happen("shown")
        house.happen("declined")
        assert house.send() == SENT


class TestGoods:
    def test_beyond_one_question_are_asked_for_until_one_can_be_offered(self, house: House) -> None:
        sold_out = [variant(str(number), available=0) for number in range(1_000, 1_150)]
        house.stock(*sold_out, variant("2000"), *[variant(str(number)) for number in range(3_000, 3_100)])
        ids = [*(each.variant_id for each in sold_out), "2000", *(str(number) for number in range(3_000, 3_100))]
        house.publish(rules_json(funnel_json(*ids)))
        place(house)
        assert house.send() == SENT
        assert (house.touch().content or {})["variant_id"] == "2000"
        assert house.api.calls.count("variants") == 2, "the last fifty need not be asked for"

    def test_are_asked_for_by_the_funnels_priority(self, house: House) -> None:
        house.stock(*[variant(str(number)) for number in range(1_000, 1_150)], variant("2000"))
        low = funnel_json(*(str(number) for number in range(1_000, 1_150)), id="a", priority=1)
        house.publish(rules_json(low, funnel_json("2000", id="b", priority=5)))
        place(house)
        assert house.send() == SENT
        assert (house.touch().content or {})["variant_id"] == "2000"
        assert house.api.calls.count("variants") == 1

    def test_that_cannot_be_offered_are_refused_for_what_they_are(self, house: House) -> None:
        sold_out = [variant(str(number), available=0) for number in range(1_000, 1_150)]
        house.stock(*sold_out)
        house.publish(rules_json(funnel_json(*(each.variant_id for each in sold_out))))
        place(house)
        house.send()
        assert (house.touch().reason, house.touch().detail) == ("nothing_to_offer", "Product 1149: stock 0 < 10")


def test_of_two_orders_of_one_shopper_that_are_due_together_one_is_followed_up(house: House) -> None:
    for number in ("500", "501"):
        house.record(order(number, created_at=NOW, reference_id=number * 8, gateways=("paypal",)))
    house.clock.move(minutes=2)
    due = [house.touch("sms", number) for number in ("500", "501")]
    sends = [
        partial(send_touch, house.post, shop_id=house.shop_id, touch_id=each.id, attempt=each.attempt) for each in due
    ]
    assert sorted(map(str, at_once(*sends))) == ["refused", "sent"]
    assert len(house.vendors.texts.sent) == 1
