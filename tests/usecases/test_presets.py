"""Every shipped preset does what it says, on a shop with real storage."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.reasons import Reason
from server.domain.rules import parse
from server.domain.told import InvalidFacts
from server.storage.touches import SequenceRow, Touches
from server.usecases.calls import list_calls
from server.usecases.presets import FIRST_DRAFT, PRESETS, with_preset
from server.usecases.told_facts import UnknownCustomer, tell_facts
from tests.factories import line, order, variant
from tests.usecases.house import House
from tests.usecases.test_journeys import place

NOBODY_HELD_OUT = {"holdout": {"percent": 0, "salt": "holdout"}}


def publish(house: House, name: str) -> None:
    """Publish the first draft with a preset, and with the shop's own goods as what else may be offered."""
    rules: dict[str, Any] = with_preset({**FIRST_DRAFT, **NOBODY_HELD_OUT}, PRESETS[name])
    for funnel in rules["funnels"]:
        for step in funnel["steps"]:
            if step["offer"]["source"] == "bought_together":
                step["offer"]["variants"] = ["2", "3"]
    house.publish(rules)


def sequence(house: House, order_id: str = "500") -> SequenceRow:
    with house.database.read() as session:
        found = Touches(session, house.shop_id).sequence_of(order_id)
    assert found is not None
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_joins_any_draft_and_joining_twice_is_joining_once(name: str) -> None:
    once = with_preset(FIRST_DRAFT, PRESETS[name])
    assert parse(once)
    assert with_preset(once, PRESETS[name]) == once
    assert once != FIRST_DRAFT or name in ("sms-holds-email", "one-follow-up-in-14-days")
    everything = FIRST_DRAFT
    for each in PRESETS.values():
        everything = with_preset(everything, each)
    assert parse(everything)


def test_stock_under_10_is_not_offered_and_comes_back_at_20(house: House) -> None:
    publish(house, "stock-under-10")
    house.stock(variant("2", available=9), variant("3", available=10))
    assert house.offered().item.variant_id == "3"
    house.clock.move(minutes=1)
    house.stock(variant("2", available=19))
    assert house.ask(reference_id="aa" * 16).decision.offered.item.variant_id == "3"  # type: ignore[union-attr]
    house.clock.move(minutes=1)
    house.stock(variant("2", available=20))
    assert house.ask(reference_id="bb" * 16).decision.offered.item.variant_id == "2"  # type: ignore[union-attr]


def test_a_vip_is_called_and_gets_no_messages(house: House) -> None:
    publish(house, "vip-call")
    earlier = house.clock.now() - timedelta(days=60)
    house.record(order("400", reference_id="r400", created_at=earlier, updated_at=earlier, current_total=50_000))
    place(house)
    assert [touch.channel for touch in house.touches()] == ["call"]
    assert house.send("call") == "sent"
    assert len(list_calls(database=house.database, shop_id=house.shop_id, limit=9)) == 1
    assert (house.vendors.texts.sent, house.vendors.mails.sent) == ([], [])


def test_a_text_holds_the_email_for_48_hours(house: House) -> None:
    publish(house, "sms-holds-email")
    place(house)
    assert house.send() == "sent"
    sent_at = house.clock.now()
    assert house.send("email") == "planned"
    assert house.touch("email").due_at == sent_at + timedelta(hours=48)


def test_a_second_order_within_14_days_opens_no_follow_up(house: House) -> None:
    publish(house, "one-follow-up-in-14-days")
    place(house)
    house.send()
    house.clock.move(days=13)
    place(house, "501")
    assert sequence(house, "501").refusal == "sequence_cap"
    house.clock.move(days=1)
    place(house, "502")
    assert sequence(house, "502").refusal is None


@pytest.mark.parametrize(("bought", "offered"), [("phone", "phone-case"), ("Shoes", "Socks")])
def test_a_case_goes_with_a_phone_and_socks_with_shoes(house: House, bought: str, offered: str) -> None:
    publish(house, "goes-with-by-tag")
    house.stock(variant("1", tags=frozenset({bought})), variant("4", tags=frozenset({offered})))
    found = house.offered()
    assert (found.item.variant_id, found.reason_line) == ("4", "Goes with your Product 1")


def test_the_larger_size_is_offered_then_something_else(house: House) -> None:
    publish(house, "larger-size")
    house.stock_product(variant("1", price=1_000), variant("11", product_id="p1", price=1_900))
    steps = house.ask().decision.steps
    assert {step.path: step.offered.item.variant_id for step in steps} == {"0": "11", "0d": "2"}
    assert steps[0].offered.reason_line == "A step up from Product 1"


def test_a_renewal_gets_an_add_on_whatever_came_before(house: House) -> None:
    publish(house, "renewal-add-on")
    place(house)
    house.send()
    house.clock.move(days=3)
    place(house, "501", source_name="subscription_contract")
    assert [touch.step_id for touch in house.touches("501")] == ["mail"]
    house.send("email", "501")
    house.clock.move(days=20)
    place(house, "502", source_name="subscription_contract")
    assert sequence(house, "502").refusal == "sequence_cap"


@pytest.mark.parametrize(
    ("country", "total", "is_offered"),
    [("GB", 4_999, False), ("GB", 5_000, True), ("US", 7_999, False), ("US", 8_000, True)],
)
def test_each_market_has_its_threshold(house: House, country: str, total: int, *, is_offered: bool) -> None:
    publish(house, "market-threshold")
    found = house.ask(country_code=country, total=total).decision.offered
    assert found is not None
    assert (found.funnel_id == "from-a-value-on") is is_offered


def test_a_high_value_order_goes_to_service_without_a_word_of_goods(house: House) -> None:
    publish(house, "high-value-to-service")
    place(house, current_total=25_000, lines=(line("1", total=25_000),))
    (call,) = house.touches()
    assert (call.channel, call.template, house.send("call")) == ("call", "service", "sent")
    assert house.renderer.written[-1].product_title == ""
    place(house, "501", customer_id="78", email="other@example.com", current_total=24_999)
    assert [touch.channel for touch in house.touches("501")] == ["sms", "email"]


class TestOpenTickets:
    def tell(self, house: House, **given: str) -> dict[str, Any]:
        return tell_facts(
            database=house.database, shop_id=house.shop_id, customer_id="77", given=given, now=house.clock.now()
        )

    def test_an_open_ticket_blocks_and_a_closed_one_does_not(self, house: House) -> None:
        publish(house, "open-ticket-blocks")
        rules = with_preset({**FIRST_DRAFT, **NOBODY_HELD_OUT}, PRESETS["open-ticket-blocks"])
        rules["funnels"] = [funnel for funnel in rules["funnels"] if funnel["id"] == "no-open-ticket"]
        rules["funnels"][0]["steps"][0]["offer"]["variants"] = ["2"]
        house.publish(rules)
        blocked = house.ask().decision
        assert blocked.reason is Reason.NOTHING_ELIGIBLE
        assert "open tickets unknown" in house.trace(blocked)[0].detail
        self.tell(house, open_tickets="1")
        open_one = house.ask(reference_id="aa" * 16).decision
        assert "open tickets 1" in house.trace(open_one)[0].detail
        place(house)
        assert sequence(house).refusal == "audience_miss"
        self.tell(house, open_tickets="0")
        assert house.ask(reference_id="bb" * 16).is_shown
        place(house, "501")
        assert sequence(house, "501").refusal is None

    def test_what_is_told_is_kept_and_may_be_unknown_again(self, house: House) -> None:
        told = {"loyalty_tier": "Gold", "segments": ["a", "b"], "is_business": False, "home_country": "GB"}
        given = {"loyalty_tier": "Gold", "segments": "a, b,", "is_business": "no", "home_country": "GB"}
        assert self.tell(house, **given) == told
        assert self.tell(house, segments="", open_tickets="2") == {
            **{name: value for name, value in told.items() if name != "segments"},
            "open_tickets": 2,
        }

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"open_tickets": "many"}, "open_tickets: takes a whole number, not 'many'."),
            ({"is_business": "perhaps"}, "is_business: takes yes or no"),
            ({"home_country": "Gb"}, "home_country: takes a country's two capital letters"),
            ({"last_ticket": "fine"}, "last_ticket: takes good, bad, unrated or none"),
            ({"spent": "9"}, "spent: is nothing to tell"),
        ],
    )
    def test_what_cannot_be_told_is_refused_and_nothing_is_kept(
        self, house: House, given: dict[str, str], told: str
    ) -> None:
        with pytest.raises(InvalidFacts, match=told):
            self.tell(house, loyalty_tier="gold", **given)
        assert self.tell(house, loyalty_points="5") == {"loyalty_points": 5}

    def test_nobody_is_told_of_who_is_not_known(self, house: House) -> None:
        with pytest.raises(UnknownCustomer):
            tell_facts(
                database=house.database,
                shop_id=house.shop_id,
                customer_id="9",
                given={"open_tickets": "1"},
                now=house.clock.now(),
            )
