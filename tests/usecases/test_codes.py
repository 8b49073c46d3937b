"""Messages that take something off: the code is made before the message leaves, and the order that uses it counts."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.core.money import Money
from server.domain.codes import NewCode, code_text
from server.domain.offered import AppliedDiscount
from server.ports import PermanentFailure, TemporaryFailure
from server.storage.shops import CODE_SCOPE, Shops
from server.usecases.links import follow_click
from tests.factories import NOW, journey_json, line, offer_json, order, rules_json
from tests.usecases.house import House

THREE_OFF = {"title": "Thank you", "amounts": {"GBP": 300}}


def allow_codes(house: House) -> None:
    with house.database.write() as session:
        shop = Shops(session, house.box).by_id(house.shop_id)
        shop.scopes = [*shop.scopes, CODE_SCOPE]


def gift(**changes: Any) -> dict[str, Any]:
    """Return a follow-up of one text that brings 3.00 off the next order."""
    step = {"id": "gift", "channel": "sms", "delay_seconds": 120, "template": "thanks", "has_offer": False}
    return journey_json(steps=[{**step, "code": THREE_OFF}], **changes)


@pytest.fixture
def due(house: House) -> House:
    """A shop that lets us make codes, with an order whose follow-up waits."""
    allow_codes(house)
    house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
    return house


class TestGoods:
    def test_a_message_takes_off_what_its_offer_says_by_a_code_for_these_goods(self, due: House) -> None:
        assert due.send() == "sent"
        touch = due.touch()
        (code,) = due.api.made_codes.values()
        assert code == NewCode(
            text=code_text(touch.id, 1),
            discount=AppliedDiscount("One more", percent=Decimal(15)),
            last_day=(NOW + timedelta(days=7)).date(),
            variant_ids=("2",),
            customer_id="77",
        )
        (written,) = due.renderer.written
        assert (written.price, written.full_price, written.code) == (850, 1_000, code)
        assert touch.code == code.text

    def test_the_link_brings_the_code_along(self, due: House) -> None:
        due.send()
        touch = due.touch()
        target = follow_click(database=due.database, box=due.box, touch_id=touch.id, storefront=None, now=NOW)
        assert target.endswith(f"/cart/2:1?discount={touch.code}&attributes[_afters]={touch.id}")

    def test_a_shop_that_lets_us_make_none_pays_the_shops_price(self, house: House) -> None:
        house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert house.send() == "sent"
        assert house.api.made_codes == {}
        assert (house.renderer.written[0].price, house.touch().code) == (1_000, None)

    def test_an_offer_without_discount_needs_none(self, due: House) -> None:
        rules = rules_json()
        rules["funnels"][0]["steps"][0]["offer"] = offer_json(discount=None)
        due.publish(rules)
        assert (due.send(), due.api.made_codes) == ("sent", {})

    def test_a_code_that_cannot_be_made_puts_the_message_off(self, due: House) -> None:
        due.api.fail("make_code", TemporaryFailure("busy"), PermanentFailure("too many"))
        assert due.send() == "planned"
        assert due.touch().reason == "vendor_busy"
        assert due.send() == "planned"
        assert due.vendors.texts.sent == []
        assert due.send() == "sent"
        assert list(due.api.made_codes) == [due.touch().code]

    def test_what_is_asked_again_asks_for_the_same_code(self) -> None:
        assert code_text("touch", 1) == code_text("touch", 1) != code_text("touch", 2)
        assert len({code_text(str(number), 1) for number in range(2_000)}) == 2_000

    def test_other_rules_in_between_begin_anew(self, due: House) -> None:
        real = due.api.make_code

        def publish_meanwhile(code: NewCode) -> None:
            real(code)
            due.api.make_code = real  # type: ignore[method-assign]  # once
            due.publish(rules_json(caps={"showings": 9}))

        due.api.make_code = publish_meanwhile  # type: ignore[method-assign]  # the moment between two units of work
        assert due.send() == "planned"
        assert due.touch().detail == "other rules were published"
        assert due.send() == "sent"
        assert due.touch().code == code_text(due.touch().id, 2)


class TestGifts:
    def test_a_message_without_goods_brings_a_code_for_whatever_is_bought_next(self, house: House) -> None:
        allow_codes(house)
        house.publish(rules_json(journeys=[gift(code_days=30)]))
        house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert house.send() == "sent"
        (code,), touch = house.api.made_codes.values(), house.touch()
        assert (code.discount.amount, code.variant_ids) == (Money(300, "GBP"), ())
        assert code.last_day == (NOW + timedelta(days=30)).date()
        assert "variants" not in house.api.calls, "there are no goods to ask about"
        target = follow_click(database=house.database, box=house.box, touch_id=touch.id, storefront=None, now=NOW)
        assert target.endswith(f"/discount/{touch.code}")

    def test_without_leave_to_make_codes_it_is_not_sent_and_says_so(self, house: House) -> None:
        house.publish(rules_json(journeys=[gift()]))
        house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert (house.send(), house.touch().reason) == ("refused", "no_codes")

    def test_without_an_amount_in_the_currency_it_is_not_sent(self, house: House) -> None:
        allow_codes(house)
        journey = gift()
        journey["steps"][0]["code"] = {"title": "Thank you", "amounts": {"EUR": 300}}
        house.publish(rules_json(journeys=[journey]))
        house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert (house.send(), house.touch().reason) == ("refused", "no_amount_in_currency")
        assert house.touch().detail == "no amount off in GBP"


class TestRevenue:
    def test_an_order_that_uses_the_code_is_the_messages(self, due: House) -> None:
        due.send()
        code = due.touch().code or ""
        later = NOW + timedelta(days=20)
        used = order("501", created_at=later, updated_at=later, discount_codes=(code.lower(),), lines=(line("2"),))
        due.record(used)
        assert due.revenue() == used.lines[0].total

    def test_another_code_earns_nothing(self, due: House) -> None:
        due.send()
        later = NOW + timedelta(days=1)
        due.record(order("501", created_at=later, updated_at=later, discount_codes=("WELCOME10",)))
        assert due.revenue() == 0


def test_the_last_day_is_whole_wherever_the_shopper_is() -> None:
    code = NewCode("A", AppliedDiscount("T", percent=Decimal(10)), date(2026, 12, 24))
    assert f"{code.ends_at:%Y-%m-%d %H:%M %Z}" == "2026-12-25 12:00 UTC"
