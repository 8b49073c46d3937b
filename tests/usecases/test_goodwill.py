"""Thanks after a support ticket that ended well: who gets them, how often, and what keeps them back."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.told import Told
from server.storage.touches import SequenceRow, Touches
from server.usecases.messages import send_touch
from server.usecases.told_facts import take_told, tell_facts
from tests.factories import NOW, journey_json, order, rules_json
from tests.usecases.house import House
from tests.usecases.test_codes import allow_codes

NO_TICKET = {"not": {"key": "customer.open_tickets", "args": {"at_least": 1}}}


def thanks(**changes: Any) -> dict[str, Any]:
    """Return a follow-up of one e-mail that brings ten percent off."""
    step = {
        "id": "thanks",
        "channel": "email",
        "delay_seconds": 3_600,
        "template": "thanks",
        "has_offer": False,
        "code": {"title": "Thank you", "percent": 10},
    }
    made = {"id": "goodwill", "trigger": "ticket_resolved", "steps": [step], "expires_hours": 24}
    return journey_json(**{**made, "audience": NO_TICKET, **changes})


def publish(house: House, **changes: Any) -> None:
    house.publish(rules_json(journeys=[journey_json(), thanks()], **changes))


@pytest.fixture
def shop(house: House) -> House:
    """A shop that thanks for tickets, and a customer with an order of a week ago."""
    allow_codes(house)
    publish(house)
    house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
    house.clock.move(days=7)
    return house


def close_ticket(house: House, **given: str) -> SequenceRow | None:
    told = {"open_tickets": "0", "last_ticket": "good", **given}
    tell_facts(database=house.database, shop_id=house.shop_id, customer_id="77", given=told, now=house.clock.now())
    return goodwill(house)


def goodwill(house: House, order_id: str = "500") -> SequenceRow | None:
    with house.database.read() as session:
        return Touches(session, house.shop_id).goodwill_of(order_id)


def test_a_ticket_that_ended_well_earns_a_code_within_the_day(shop: House) -> None:
    opened = close_ticket(shop)
    assert opened is not None
    assert (opened.refusal, opened.release_reason, opened.kind) == (None, "ticket_resolved", "goodwill")
    touch = next(each for each in shop.touches() if each.sequence_id == opened.id)
    assert touch.due_at == opened.starts_at + timedelta(hours=1)
    assert touch.expires_at == opened.starts_at + timedelta(hours=24)
    shop.clock.move(hours=1)
    assert send(shop) == "sent"
    (code,) = shop.api.made_codes.values()
    assert (str(code.discount.percent), code.customer_id) == ("10", "77")


def send(house: House) -> str:
    opened = goodwill(house)
    assert opened is not None
    touch = next(each for each in house.touches() if each.sequence_id == opened.id)
    return send_touch(house.post, shop_id=house.shop_id, touch_id=touch.id, attempt=touch.attempt)


def test_the_orders_own_follow_up_is_left_alone(shop: House) -> None:
    with shop.database.read() as session:
        own = Touches(session, shop.shop_id).sequence_of("500")
    opened = close_ticket(shop)
    assert own is not None
    assert opened is not None
    assert own.id != opened.id
    with shop.database.read() as session:
        assert getattr(Touches(session, shop.shop_id).sequence_of("500"), "id", None) == own.id


@pytest.mark.parametrize("ending", ["bad", "unrated", "none"])
def test_a_ticket_that_ended_otherwise_earns_nothing(shop: House, ending: str) -> None:
    assert close_ticket(shop, last_ticket=ending) is None


def test_what_is_told_over_http_thanks_too(shop: House) -> None:
    told = Told("77", {"open_tickets": 0, "last_ticket": "good"})
    for expected in (1, 0):
        taken = take_told(database=shop.database, shop_id=shop.shop_id, told=[told], now=shop.clock.now())
        assert (taken.changed, getattr(goodwill(shop), "refusal", "")) == (expected, None)


def test_told_twice_is_thanked_once(shop: House) -> None:
    first = close_ticket(shop)
    shop.clock.move(hours=2)
    again = close_ticket(shop)
    assert first is not None
    assert again is not None
    assert (again.id, again.created_at) == (first.id, first.created_at)


def test_a_ticket_that_is_open_again_when_it_is_due_stops_it(shop: House) -> None:
    close_ticket(shop)
    close_ticket(shop, open_tickets="1")
    shop.clock.move(hours=1)
    assert send(shop) == "refused"
    opened = goodwill(shop)
    assert opened is not None
    touch = next(each for each in shop.touches() if each.sequence_id == opened.id)
    assert touch.reason == "audience_miss"
    assert "open tickets 1" in touch.detail


def test_one_customer_is_thanked_once_in_the_days_of_the_cap(shop: House) -> None:
    close_ticket(shop)
    shop.clock.move(hours=1)
    send(shop)
    shop.clock.move(days=60)
    later = shop.clock.now()
    shop.record(order("501", created_at=later, updated_at=later, gateways=("paypal",)))
    close_ticket(shop, open_tickets="1")
    close_ticket(shop)
    kept_back = goodwill(shop, "501")
    assert kept_back is not None
    assert kept_back.refusal == "sequence_cap"
    assert kept_back.refusal_detail == "last follow-up 60 days ago, at least 90 between two"


def test_the_same_told_again_for_a_later_order_is_no_new_ticket(shop: House) -> None:
    close_ticket(shop)
    shop.clock.move(days=200)
    later = shop.clock.now()
    shop.record(order("501", created_at=later, updated_at=later, gateways=("paypal",)))
    close_ticket(shop)
    assert goodwill(shop, "501") is None


def test_what_kept_the_thanks_back_may_be_over_with_the_next_ticket(shop: House) -> None:
    kept_back = close_ticket(shop, open_tickets="1")
    assert kept_back is not None
    assert kept_back.refusal == "audience_miss"
    opened = close_ticket(shop, open_tickets="0")
    assert opened is not None
    assert opened.refusal is None


def test_the_months_budget_is_the_shops(shop: House) -> None:
    publish(shop, caps={"goodwill_per_month": 1})
    close_ticket(shop)
    publish(shop, caps={"goodwill_per_month": 1, "goodwill_days": 0})
    shop.clock.move(days=3)
    shop.record(order("501", created_at=shop.clock.now(), updated_at=shop.clock.now(), gateways=("paypal",)))
    close_ticket(shop, open_tickets="1")
    close_ticket(shop)
    refused = goodwill(shop, "501")
    assert refused is not None
    assert (refused.refusal, refused.refusal_detail) == ("goodwill_budget", "1 in 30 days, at most 1")


def test_a_sales_follow_up_does_not_keep_it_back_nor_the_other_way_round(shop: House) -> None:
    shop.clock.moment = NOW
    assert shop.send("sms") == "sent"
    shop.clock.move(days=3)
    opened = close_ticket(shop)
    assert opened is not None
    assert opened.refusal is None


def test_who_has_no_order_and_a_shop_that_thanks_nobody_open_nothing(house: House) -> None:
    publish(house)
    assert close_ticket(house) is None, "no order"
    house.publish(rules_json())
    house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
    assert close_ticket(house) is None, "no follow-up after tickets"
