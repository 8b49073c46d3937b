"""Several follow-ups: who gets which, calls for staff, holds, renewals, markets, templates by tag."""

from datetime import timedelta
from typing import Any

import pytest

from server.storage.contacts import Contacts
from server.storage.touches import Touches
from server.usecases.calls import UnknownCall, list_calls, settle_call
from server.usecases.told_facts import tell_facts
from tests.factories import NOW, PHONE, consent, funnel_json, journey_json, line, offer_json, order, rules_json, variant
from tests.usecases.house import House

VIP = {"name": "vip", "audience": {"key": "customer.spent", "args": {"at_least": 1}}}
ONLY_VIP = {"key": "customer.tier", "args": {"tiers": ["vip"]}}
CALL = {"id": "call", "channel": "call", "delay_seconds": 0, "template": "offer"}


def place(house: House, order_id: str = "500", **changes: Any) -> None:
    """Let an order come in that cannot see the page."""
    now = {"created_at": house.clock.now(), "updated_at": house.clock.now()}
    house.record(order(order_id, **{**now, "reference_id": f"r{order_id}", "gateways": ("paypal",), **changes}))


def with_calls(house: House) -> House:
    house.publish(
        rules_json(
            tiers=[VIP],
            journeys=[journey_json(id="vip", name="VIP", priority=1, audience=ONLY_VIP, steps=[CALL]), journey_json()],
        )
    )
    return house


def a_vip(house: House) -> None:
    earlier = NOW - timedelta(days=90)
    house.record(order("400", reference_id="r400", created_at=earlier, updated_at=earlier))


class TestCalls:
    def test_a_vip_is_called_and_others_are_written_to(self, house: House) -> None:
        with_calls(house)
        place(house)
        assert [touch.channel for touch in house.touches("500")] == ["sms", "email"]
        a_vip(house)
        house.clock.move(days=15)
        place(house, "501")
        assert [touch.channel for touch in house.touches("501")] == ["call"]

    def test_the_call_waits_for_staff_with_its_script(self, house: House) -> None:
        a_vip(with_calls(house))
        place(house)
        assert house.send("call") == "sent"
        (task,) = list_calls(database=house.database, shop_id=house.shop_id, limit=9)
        assert (task.order_id, task.number, task.since) == ("500", PHONE, house.clock.now())
        assert task.script
        assert house.vendors.texts.sent == []
        self._settle(house, task.id, "reached")
        assert list_calls(database=house.database, shop_id=house.shop_id, limit=9) == ()
        with pytest.raises(UnknownCall):
            self._settle(house, task.id, "reached")

    def test_who_wants_no_calls_gets_neither_calls_nor_texts(self, house: House) -> None:
        a_vip(with_calls(house))
        place(house)
        house.send("call")
        (task,) = list_calls(database=house.database, shop_id=house.shop_id, limit=9)
        with pytest.raises(UnknownCall):
            self._settle(house, task.id, "bought_a_yacht")
        self._settle(house, task.id, "unwanted")
        with house.database.read() as session:
            contact = Contacts(session, house.shop_id).get("sms", PHONE)
        assert contact is not None
        assert contact.suppressed_for == "asked_not_to_be_called"

    def test_a_call_counts_for_the_cap(self, house: House) -> None:
        a_vip(with_calls(house))
        place(house)
        house.send("call")
        house.clock.move(days=13)
        place(house, "501")
        with house.database.read() as session:
            found = Touches(session, house.shop_id).sequence_of("501")
        assert found is not None
        assert found.refusal == "sequence_cap"

    def _settle(self, house: House, touch_id: str, outcome: str) -> None:
        settle_call(
            database=house.database, shop_id=house.shop_id, touch_id=touch_id, outcome=outcome, now=house.clock.now()
        )


class TestHolds:
    @pytest.mark.parametrize(
        ("in_hold", "state", "channel", "due"),
        [
            ("wait", "planned", "email", timedelta(hours=48)),
            ("other_channel", "planned", "sms", timedelta(hours=48)),
            ("expire", "refused", "email", timedelta(minutes=2)),
        ],
    )
    def test_what_a_reminder_does_while_it_is_held_back(
        self, house: House, in_hold: str, state: str, channel: str, due: timedelta
    ) -> None:
        steps = [
            {"id": "text", "channel": "sms", "delay_seconds": 120, "template": "offer"},
            {"id": "mail", "channel": "email", "delay_seconds": 240, "template": "offer", "in_hold": in_hold},
        ]
        house.publish(rules_json(journeys=[journey_json(steps=steps)]))
        place(house)
        house.clock.move(minutes=2)
        sent_at = house.clock.now()
        assert house.send() == "sent"
        house.clock.move(minutes=2)
        assert house.send("email") == state
        (mail,) = [touch for touch in house.touches() if touch.step_id == "mail"]
        assert (mail.channel, mail.reason) == (channel, "channel_hold")
        assert mail.due_at == sent_at + due


class TestRenewals:
    RULES = rules_json(
        journeys=[
            journey_json(),
            journey_json(id="again", name="Again", trigger="subscription_renewed", steps=[
                {"id": "addon", "channel": "email", "delay_seconds": 0, "template": "offer"},
            ]),
        ]
    )  # fmt: skip

    def test_a_renewal_opens_its_own_follow_up_beside_that_of_an_order(self, house: House) -> None:
        house.publish(self.RULES)
        place(house)
        house.clock.move(minutes=2)
        house.send()
        house.clock.move(days=3)
        place(house, "501", source_name="subscription_contract")
        assert [touch.step_id for touch in house.touches("501")] == ["addon"]
        house.clock.move(days=3)
        place(house, "502", source_name="subscription_contract")
        assert house.send("email", order_id="501") == "refused"  # the shopper has ordered again since


class TestMarkets:
    def test_the_rules_of_a_market_decide_its_orders(self, house: House) -> None:
        eu = {
            "id": "eu",
            "name": "Europe",
            "countries": ["FR"],
            "overrides": {
                "funnels": [{"id": "funnel", "steps": [{"id": "first", "offer": offer_json("4")}]}],
                "journeys": [{"id": "journey", "steps": [{"id": "text", "delay_seconds": 600}]}],
            },
        }
        house.publish(rules_json(markets=[eu]))
        assert house.offered().item.variant_id == "2"
        french = house.ask(reference_id="ff" * 16, country_code="FR").decision
        assert french.offered is not None
        assert french.offered.item.variant_id == "4"
        assert house.trace(french)[-1].subject == "variant:4"
        place(house, "501", country_code="FR")
        text = min(house.touches("501"), key=lambda touch: touch.channel == "email")
        assert text.due_at == house.clock.now() + timedelta(seconds=600)

    def test_conditions_may_ask_for_the_market(self, house: House) -> None:
        audience = {"key": "customer.market", "args": {"markets": ["eu"]}}
        markets = [{"id": "eu", "name": "Europe", "countries": ["FR"]}]
        house.publish(rules_json(funnel_json(audience=audience), markets=markets))
        assert not house.ask().is_shown
        assert house.ask(reference_id="ff" * 16, country_code="FR").is_shown


class TestLastMoment:
    @pytest.fixture
    def tickets(self, house: House) -> House:
        no_ticket = {"not": {"key": "customer.open_tickets", "args": {"at_least": 1}}}
        morning = {"key": "context.hour", "args": {"from_hour": 9, "to_hour": 12}}
        house.publish(rules_json(journeys=[journey_json(audience={"all": [no_ticket, morning]})]))
        self.tell(house, "0")
        place(house)
        return house

    def tell(self, house: House, count: str) -> None:
        given = {"open_tickets": count}
        tell_facts(database=house.database, shop_id=house.shop_id, customer_id="77", given=given, now=house.clock.now())

    def test_a_ticket_that_opens_after_planning_stops_the_message(self, tickets: House) -> None:
        self.tell(tickets, "1")
        tickets.clock.move(minutes=2)
        assert tickets.send() == "refused"
        assert tickets.touch().reason == "audience_miss"
        assert tickets.touch().detail.startswith("Journey: open tickets 1, at least 1")

    def test_the_hour_is_that_of_when_it_was_planned(self, tickets: House) -> None:
        tickets.clock.move(hours=3)
        assert tickets.send() == "sent"


def test_a_tag_chooses_the_template(house: House) -> None:
    house.stock(variant("2", tags=frozenset({"Gift"})))
    house.publish(rules_json(templates=[{"tag": "gift", "template": "present"}]))
    place(house)
    house.clock.move(minutes=2)
    house.send()
    assert house.renderer.written[-1].template == "present"


def test_a_follow_up_is_of_the_version_that_opened_it_and_stops_with_its_journey(house: House) -> None:
    place(house)
    house.publish(rules_json(journeys=[journey_json(id="another")]))
    house.clock.move(minutes=2)
    assert house.send() == "refused"


def test_consent_is_asked_for_texts_but_not_for_calls(house: House) -> None:
    a_vip(with_calls(house))
    with house.database.write() as session:
        Contacts(session, house.shop_id).save_consent(
            consent("sms", "unsubscribed", occurred_at=None), source="platform", now=house.clock.now()
        )
    place(house, lines=(line("1"),))
    assert house.send("call") == "sent"
