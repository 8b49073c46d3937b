"""Offers on the thank-you and the order-status page: one answer, a code for a real order, the order that it earns."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.core.money import Money
from server.domain.block_question import BlockQuestion
from server.domain.codes import NewCode, code_text
from server.domain.decision import Outcome
from server.domain.offered import AppliedDiscount
from server.domain.orders import Purchase
from server.domain.presentment import shown_prices
from server.domain.reasons import Reason
from server.domain.situation import Surface
from server.ports import PermanentFailure, TemporaryFailure
from server.storage.db import Database
from server.storage.decisions import Decisions, StoredDecision
from server.storage.ledger import LedgerRow
from server.storage.shops import Shops
from server.usecases.block_links import OfferEnded, OfferGone, OrderNotThere, take_offer
from server.usecases.block_offers import BlockAnswer, UnknownOffer, answer_block, price_tags, record_block_event
from server.usecases.inquiries import Answer
from server.usecases.links import LinkUnknown
from server.usecases.tracing import is_made_again
from tests.factories import NOW, OTHER_SHOP, REFERENCE, SHOP, line, offer_json, order, purchase, rules_json, variant
from tests.usecases.house import House
from tests.usecases.test_codes import allow_codes

WALLET: dict[str, Any] = {"created_at": NOW, "updated_at": NOW, "gateways": ("paypal",)}


def question(surface: str = "thank_you", **changes: Any) -> BlockQuestion:
    made = BlockQuestion(Surface(surface), REFERENCE, "500", "77", None)
    return replace(made, **changes)


def ask(house: House, surface: str = "thank_you", **changes: Any) -> BlockAnswer | Reason:
    asked = question(surface, **changes)
    return answer_block(database=house.database, shop_domain=SHOP, question=asked, now=house.clock.now())


def answered(house: House, surface: str = "thank_you", **changes: Any) -> Answer:
    found = ask(house, surface, **changes)
    assert isinstance(found, BlockAnswer), found
    return found.answer


def offered(house: House, surface: str = "thank_you", **changes: Any) -> str | None:
    """Return the variant that is shown; None where nothing is."""
    found = answered(house, surface, **changes)
    return found.decision.offered.item.variant_id if found.is_shown and found.decision.offered else None


def happen(house: House, kind: str, decision: StoredDecision, *, path: str = "0", domain: str = SHOP) -> bool:
    return record_block_event(
        database=house.database,
        shop_domain=domain,
        decision_id=decision.id,
        path=path,
        kind=kind,
        option_id=None,
        latency_ms=40,
        now=house.clock.now(),
    )


def take(house: House, decision: StoredDecision, option_id: str = "0") -> str:
    return take_offer(
        access=house.access, decision_id=decision.id, option_id=option_id, storefront=None, now=house.clock.now()
    )


def sells_in_pounds(house: House) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).currency = "GBP"


@pytest.fixture
def bought(house: House) -> House:
    """A shop that lets us make codes, with an order that could not see the one-click page."""
    allow_codes(house)
    house.record(order(**WALLET))
    return house


class TestOneAnswer:
    def test_an_order_without_page_gets_what_the_rules_say_with_their_discount(self, bought: House) -> None:
        found = answered(bought)
        item = found.decision.offered.item if found.decision.offered else None
        assert item is not None
        assert (item.variant_id, item.unit_price, item.discounted_unit_price) == ("2", 1_000, 850)
        assert found.decision.expires_at == NOW + timedelta(days=14)

    def test_the_order_status_page_shows_the_offer_of_the_thank_you_page(self, bought: House) -> None:
        first = answered(bought)
        bought.clock.move(hours=5)
        assert answered(bought, "order_status").decision.id == first.decision.id
        assert first.decision.surface == "thank_you"

    def test_the_order_status_page_may_be_the_first(self, bought: House) -> None:
        first = answered(bought, "order_status", checkout_token=None)
        assert (first.decision.surface, answered(bought).decision.id) == ("order_status", first.decision.id)

    def test_asking_many_times_at_once_gives_one_answer(self, bought: House) -> None:
        with ThreadPoolExecutor(6) as pool:
            assert len({each.decision.id for each in pool.map(lambda _: answered(bought), range(12))}) == 1

    def test_it_is_made_again_from_what_is_kept_of_it(self, bought: House) -> None:
        decision = answered(bought).decision
        with bought.database.read() as session:
            assert is_made_again(session, bought.shop_id, decision) is True

    def test_a_shop_that_lets_us_make_no_codes_shows_its_own_price(self, house: House) -> None:
        house.record(order(**WALLET))
        found = answered(house).decision.offered
        assert found is not None
        assert (found.item.discounted_unit_price, found.item.discount) == (1_000, None)

    def test_a_decline_leads_to_the_downsell_and_an_acceptance_to_the_cart_alone(self, bought: House) -> None:
        steps = [
            {"id": "first", "offer": offer_json("2"), "if_declined": "less", "if_accepted": "more"},
            {"id": "less", "offer": offer_json("3", id="less")},
            {"id": "more", "offer": offer_json("4", id="more")},
        ]
        rules = rules_json()
        rules["funnels"][0]["steps"] = steps
        bought.publish(rules)
        assert [each.path for each in answered(bought).decision.steps] == ["0", "0d"]

    def test_bundles_are_left_to_the_page(self, bought: House) -> None:
        rules = rules_json()
        rules["funnels"][0]["steps"][0]["offer"] = offer_json("2", "3", source="bundle")
        bought.publish(rules)
        assert answered(bought).decision.reason is Reason.NOTHING_ELIGIBLE

    def test_a_condition_on_the_surface_tells_them_apart(self, bought: House) -> None:
        rules = rules_json()
        rules["funnels"][0]["audience"] = {"key": "context.surface", "args": {"surfaces": ["order_status"]}}
        bought.publish(rules)
        assert offered(bought) is None
        bought.record(order("501", **{**WALLET, "reference_id": "0b" * 16}))
        assert offered(bought, "order_status", checkout_token="0b" * 16) == "2"

    def test_a_held_out_shopper_is_shown_nothing_and_it_is_kept_what_would_have_been(self, bought: House) -> None:
        bought.publish(rules_json(holdout={"percent": 100, "salt": "all"}))
        found = answered(bought)
        assert (found.is_shown, found.decision.outcome) == (False, Outcome.HELD_OUT)
        assert found.decision.offered is not None
        with pytest.raises(LinkUnknown):
            take(bought, found.decision)


class TestWhoIsAsked:
    def test_nothing_is_decided_before_the_order_is_known_in_any_way(self, house: House) -> None:
        assert ask(house) is Reason.ORDER_NOT_KNOWN
        assert ask(house, checkout_token=None, order_id=None) is Reason.ORDER_NOT_KNOWN

    def test_the_browsers_word_is_enough_to_show_an_offer_and_not_to_get_a_code(self, house: House) -> None:
        allow_codes(house)
        sells_in_pounds(house)
        claimed = purchase(customer_id=None)
        found = answered(house, claimed=claimed, customer_id=None)
        assert found.is_shown
        with pytest.raises(OrderNotThere):
            take(house, found.decision)
        assert house.api.made_codes == {}
        house.record(order(**WALLET))
        assert take(house, found.decision)

    def test_a_purchase_claimed_in_another_currency_waits_for_the_order(self, house: House) -> None:
        sells_in_pounds(house)
        claimed = purchase(currency="EUR", presentment_currency="EUR")
        assert ask(house, claimed=claimed) is Reason.ORDER_NOT_KNOWN
        house.record(order(**WALLET, presentment_currency="EUR", presentment_total=1_200))
        assert offered(house, claimed=claimed) == "2"

    def test_what_the_page_was_asked_about_goes_before_what_is_claimed(self, house: House) -> None:
        house.ask()
        lied = replace(purchase(), lines=())
        assert answered(house, claimed=lied).decision.facts["lines"] == [["1", "p1", 1, 1_000]]

    def test_a_shop_without_rules_has_none(self, database: Database, house: House) -> None:
        house.open(OTHER_SHOP)
        found = answer_block(database=database, shop_domain=OTHER_SHOP, question=question(), now=NOW)
        assert found is Reason.NO_LIVE_FUNNEL

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"cancelled_at": NOW}, Reason.ORDER_CANCELLED),
            ({"refunded": 1_000}, Reason.ORDER_REFUNDED),
            ({"created_at": NOW - timedelta(days=14)}, Reason.EXPIRED),
        ],
    )
    def test_orders_that_are_over_get_none(self, house: House, changes: dict[str, Any], reason: Reason) -> None:
        house.record(order(**{**WALLET, **changes}))
        assert ask(house) is reason

    def test_the_blocks_can_be_switched_off(self, bought: House) -> None:
        bought.publish(rules_json(blocks={"days": 0}))
        assert ask(bought) is Reason.EXPIRED


class TestElsewhere:
    def test_an_order_whose_page_was_shown_gets_none(self, house: House) -> None:
        house.ask()
        house.happen("shown")
        house.record(order())
        assert ask(house) is Reason.PAGE_SHOWN

    def test_an_order_whose_page_was_ready_and_not_shown_gets_its_offer(self, house: House) -> None:
        assert house.offered().item.variant_id == "2"
        house.record(order())
        assert offered(house) == "2"

    def test_after_the_page_other_goods_are_shown_where_the_merchant_wants_it(self, house: House) -> None:
        house.publish(rules_json(blocks={"after_page": True}))
        house.ask()
        house.happen("shown")
        house.record(order())
        assert offered(house) == "3"

    def test_what_a_message_named_is_not_shown_as_well(self, bought: House) -> None:
        assert bought.send() == "sent"
        assert offered(bought, "order_status") == "3"

    def test_what_a_block_showed_is_named_by_no_message(self, bought: House) -> None:
        found = answered(bought)
        happen(bought, "shown", found.decision)
        assert bought.send() == "sent"
        assert (bought.touch().content or {})["variant_id"] == "3"

    def test_showings_of_page_and_blocks_are_capped_together(self, bought: House) -> None:
        bought.publish(rules_json(caps={"showings": 1, "showing_days": 14}))
        assert happen(bought, "shown", answered(bought).decision)
        bought.record(order("501", **{**WALLET, "reference_id": "0b" * 16}))
        assert answered(bought, checkout_token="0b" * 16).decision.reason is Reason.SHOWING_CAP


class TestPrices:
    """An order of a shop in pounds that was paid in euros, from Germany."""

    def tags(self, house: House) -> Mapping[str, Money]:
        found = ask(house)
        assert isinstance(found, BlockAnswer)
        return price_tags(house.access, SHOP, found, now=house.clock.now())

    @pytest.fixture
    def abroad(self, house: House) -> House:
        allow_codes(house)
        house.api.local_prices = {("DE", each): Money(1_195, "EUR") for each in ("2", "3")}
        house.record(order(**WALLET, presentment_currency="EUR", presentment_total=1_200, country_code="DE"))
        return house

    def test_goods_are_priced_as_the_shopper_pays(self, abroad: House) -> None:
        item = answered(abroad).decision.offered
        assert item is not None
        shown = shown_prices(item.item, "GBP", self.tags(abroad))
        assert shown == (Money(1_195, "EUR"), Money(1_016, "EUR"))

    def test_so_they_are_in_a_message(self, abroad: House) -> None:
        assert abroad.send() == "sent"
        (written,) = abroad.renderer.written
        assert (written.full_price, written.price, written.currency) == (1_195, 1_016, "EUR")

    def test_an_amount_off_stays_in_the_shops_currency(self, abroad: House) -> None:
        rules = rules_json()
        off = {"title": "Off", "amounts": {"GBP": 300}}
        rules["funnels"][0]["steps"][0]["offer"] = offer_json(discount=off)
        abroad.publish(rules)
        item = answered(abroad).decision.offered
        assert item is not None
        assert shown_prices(item.item, "GBP", self.tags(abroad)) == (Money(1_000, "GBP"), Money(700, "GBP"))

    @pytest.mark.parametrize("fault", [TemporaryFailure("busy"), PermanentFailure("no such country")])
    def test_without_an_answer_the_shops_prices_stand(self, abroad: House, fault: Exception) -> None:
        abroad.api.fail("prices_in", fault)
        assert self.tags(abroad) == {}

    def test_prices_in_a_third_currency_are_not_taken(self, abroad: House) -> None:
        abroad.api.local_prices = {("DE", "2"): Money(1_300, "CHF")}
        assert self.tags(abroad) == {}

    def test_who_pays_in_the_shops_currency_asks_nobody(self, bought: House) -> None:
        assert self.tags(bought) == {}
        assert "prices_in" not in bought.api.calls


class TestEvents:
    def test_each_is_kept_once(self, bought: House) -> None:
        decision = answered(bought).decision
        assert [happen(bought, kind, decision) for kind in ("shown", "shown", "declined")] == [True, False, True]

    def test_those_of_no_block_are_refused(self, bought: House) -> None:
        page = bought.ask(reference_id="0c" * 16).decision
        with pytest.raises(UnknownOffer):
            happen(bought, "shown", page)
        with pytest.raises(UnknownOffer):
            happen(bought, "shown", answered(bought).decision, path="0d")
        bought.open(OTHER_SHOP)
        with pytest.raises(UnknownOffer):
            happen(bought, "shown", answered(bought).decision, domain=OTHER_SHOP)

    def test_goods_on_a_block_are_not_set_aside(self, bought: House) -> None:
        """A block stands for weeks, and nobody may be looking at it."""
        happen(bought, "shown", answered(bought).decision)
        with bought.database.read() as session:
            assert Decisions(session, bought.shop_id).on_show(["2"], now=NOW) == {}


class TestTaking:
    def test_the_press_makes_a_code_for_these_goods_and_leads_to_the_cart(self, bought: House) -> None:
        decision = answered(bought).decision
        target = take(bought, decision)
        text = code_text(f"{decision.id}:0", 1)
        assert target == f"https://{SHOP}/cart/2:1?discount={text}&attributes[_afters]={decision.id}"
        assert bought.api.made_codes[text] == NewCode(
            text=text,
            discount=AppliedDiscount("One more", percent=Decimal(15)),
            last_day=(NOW + timedelta(days=2)).date(),
            variant_ids=("2",),
            customer_id="77",
        )

    def test_pressing_again_gives_the_same_code_with_the_same_end(self, bought: House) -> None:
        decision = answered(bought).decision
        first = take(bought, decision)
        (made,) = bought.api.made_codes.values()
        bought.clock.move(days=1)
        assert take(bought, decision) == first
        assert list(bought.api.made_codes.values()) == [made]
        bought.clock.move(days=3)
        with pytest.raises(OfferEnded):
            take(bought, decision)

    def test_pressing_twice_at_once_gives_one_code(self, bought: House) -> None:
        decision = answered(bought).decision
        with ThreadPoolExecutor(4) as pool:
            assert len(set(pool.map(lambda _: take(bought, decision), range(8)))) == 1
        assert len(bought.api.made_codes) == 1

    def test_an_offer_without_discount_needs_no_code(self, bought: House) -> None:
        rules = rules_json()
        rules["funnels"][0]["steps"][0]["offer"] = offer_json(discount=None)
        bought.publish(rules)
        decision = answered(bought).decision
        assert take(bought, decision) == f"https://{SHOP}/cart/2:1?attributes[_afters]={decision.id}"
        assert bought.api.made_codes == {}

    @pytest.mark.parametrize("changes", [{"available": 0}, {"price": 1_100}, {"is_sellable": False}])
    def test_goods_are_asked_about_at_the_platform(self, bought: House, changes: dict[str, Any]) -> None:
        decision = answered(bought).decision
        bought.stock(variant("2", **changes))
        with pytest.raises(OfferGone):
            take(bought, decision)
        assert bought.api.made_codes == {}

    def test_the_last_one_may_be_taken(self, bought: House) -> None:
        decision = answered(bought).decision
        bought.stock(variant("2", available=1))
        assert take(bought, decision)

    def test_a_code_that_cannot_be_made_leaves_no_trace_of_a_press(self, bought: House) -> None:
        decision = answered(bought).decision
        bought.api.fail("make_code", TemporaryFailure("busy"))
        with pytest.raises(TemporaryFailure):
            take(bought, decision)
        assert take(bought, decision)

    def test_links_to_what_was_not_offered_lead_nowhere(self, bought: House) -> None:
        decision = answered(bought).decision
        page = bought.ask(reference_id="0c" * 16).decision
        for named, option in ((decision, "0d"), (decision, "0.0"), (decision, "x"), (page, "0")):
            with pytest.raises(LinkUnknown):
                take(bought, named, option)
        with pytest.raises(LinkUnknown):
            take(bought, replace(decision, id="nobody"))

    def test_it_ends_with_the_offer_and_with_the_order(self, bought: House) -> None:
        decision = answered(bought).decision
        bought.record(order(**{**WALLET, "cancelled_at": NOW, "updated_at": NOW + timedelta(minutes=1)}))
        with pytest.raises(OfferEnded):
            take(bought, decision)
        bought.clock.move(days=15)
        with pytest.raises(OfferEnded):
            take(bought, decision)


class TestEarnings:
    def second_order(self, house: House, **changes: Any) -> None:
        at = house.clock.now() + timedelta(minutes=10)
        placed = {"reference_id": "0d" * 16, "created_at": at, "updated_at": at, "lines": (line("2", total=850),)}
        house.record(order("600", **{**placed, "current_total": 850, "total": 850, **changes}))

    def sources(self, house: House) -> set[str]:
        with house.database.read() as session:
            return {row.source for row in session.query(LedgerRow).all()}

    def test_the_order_that_uses_the_code_is_the_blocks(self, bought: House) -> None:
        decision = answered(bought).decision
        take(bought, decision)
        self.second_order(bought, discount_codes=(code_text(f"{decision.id}:0", 1).lower(),))
        assert (bought.revenue(), self.sources(bought)) == (850, {f"decision:{decision.id}"})

    def test_so_is_one_whose_cart_came_from_it(self, bought: House) -> None:
        decision = answered(bought).decision
        take(bought, decision)
        self.second_order(bought, attributes=(("_afters", decision.id),))
        assert (bought.revenue(), self.sources(bought)) == (850, {f"decision:{decision.id}"})

    def test_without_a_press_a_cart_that_names_it_earns_nothing(self, bought: House) -> None:
        decision = answered(bought).decision
        self.second_order(bought, attributes=(("_afters", decision.id),))
        assert bought.revenue() == 0


def test_a_purchase_that_is_claimed_is_nobodys_history(house: House) -> None:
    """The customer is the token's, never the body's."""
    sells_in_pounds(house)
    claimed: Purchase = purchase(customer_id=None)
    decision = answered(house, claimed=claimed, customer_id=None).decision
    assert decision.unit_id.startswith("reference:")
