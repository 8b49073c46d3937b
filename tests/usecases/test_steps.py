"""Funnels of several steps, and arms, from the question to the ledger."""

from typing import Any

import pytest

from server.core.errors import AppError
from server.domain.document import CONTROL
from server.domain.experiments import unit_of
from server.domain.reasons import Reason
from server.storage.contacts import Assignments
from server.storage.decisions import Decisions
from server.usecases.changesets import AlreadySigned, OfferUnavailable, OfferUnknown
from server.usecases.follow_ups import page_state
from tests.factories import NOW, REFERENCE, funnel_json, line, offer_json, order, rules_json, variant
from tests.usecases.house import House
from tests.usecases.test_changesets import accept


def walk(**first: Any) -> dict[str, Any]:
    """Return rules that offer 2, after an acceptance 3, after a decline 4."""
    return rules_json(
        funnel_json(
            steps=[
                {"id": "first", "offer": offer_json("2"), "if_accepted": "more", "if_declined": "less", **first},
                {"id": "more", "offer": offer_json("3", id="more")},
                {"id": "less", "offer": offer_json("4", id="less", discount={"percent": 30, "title": "Less"})},
            ]
        )
    )


@pytest.fixture
def asked(house: House) -> House:
    house.publish(walk())
    house.ask()
    return house


class TestSigning:
    def test_each_step_is_signed_for_itself(self, asked: House) -> None:
        decision = asked.ask().decision
        assert accept(asked) == f"{REFERENCE}|{decision.id}:0|10:00:00|1x2-15%"
        asked.clock.move(seconds=20)
        assert accept(asked, option_id="0a") == f"{REFERENCE}|{decision.id}:0a|10:00:20|1x3-15%"
        with asked.database.read() as session:
            (signed,) = Decisions(session, asked.shop_id).signed_for(REFERENCE)
        assert (set(signed.signed), signed.signed_at) == ({"0", "0a"}, NOW)

    def test_what_follows_an_acceptance_is_not_to_be_had_without_it(self, asked: House) -> None:
        with pytest.raises(OfferUnknown):
            accept(asked, option_id="0a")
        assert accept(asked, option_id="0d").endswith("|1x4-30%")

    def test_what_follows_a_decline_is_not_to_be_had_after_an_acceptance(self, asked: House) -> None:
        accept(asked)
        with pytest.raises(OfferUnknown):
            accept(asked, option_id="0d")

    @pytest.mark.parametrize("option_id", ["", "0x", "0aa", "0.0", "0.-1", "0.", "0.1e3", "a", "0.\u0662"])
    def test_an_option_that_does_not_exist(self, asked: House, option_id: str) -> None:
        accept(asked)
        with pytest.raises(OfferUnknown):
            accept(asked, option_id=option_id)

    def test_the_ten_minutes_of_a_step_begin_with_its_own_signature(self, asked: House) -> None:
        accept(asked)
        asked.clock.move(minutes=9)
        first = accept(asked, option_id="0a")
        asked.clock.move(minutes=2)
        assert accept(asked, option_id="0a") == first
        with pytest.raises(AlreadySigned):
            accept(asked)


class TestChoices:
    def test_another_quantity_is_signed_at_its_own_price(self, house: House) -> None:
        breaks = [{"quantity": 3, "discount": {"percent": 25, "title": "Three"}}]
        house.publish(rules_json(funnel_json(offer=offer_json("2", breaks=breaks))))
        house.ask()
        assert accept(house, option_id="0.0").endswith("|3x2-25%")

    def test_another_variant_is_found_priced_and_signed(self, house: House) -> None:
        house.stock_product(variant("2"), variant("22", product_id="p2", price=1_500))
        house.publish(rules_json(funnel_json(offer=offer_json("2", has_variant_choice=True))))
        (choice,) = house.offered().choices
        assert (choice.variant_id, choice.unit_price, choice.discounted_unit_price) == ("22", 1_500, 1_275)
        assert accept(house, option_id="0.0").endswith("|1x22-15%")

    def test_all_of_a_bundle_must_be_there_at_the_click(self, house: House) -> None:
        house.publish(rules_json(funnel_json(offer=offer_json("2", "3", source="bundle"))))
        house.ask()
        house.stock(variant("3", available=0))
        with pytest.raises(OfferUnavailable):
            accept(house)
        house.stock(variant("3", available=1))
        assert accept(house).endswith("|1x2-15%,1x3-15%")

    def test_a_bundle_at_one_price_is_signed_and_each_bears_its_share(self, house: House) -> None:
        price = {"title": "Together", "amounts": {"GBP": 1_501}}
        house.publish(rules_json(funnel_json(offer=offer_json("2", "3", source="bundle", discount=None, price=price))))
        (first, second) = house.offered().items
        assert (first.total, second.total) == (750, 751)
        assert "1x2" in accept(house)


class TestRevenue:
    def test_every_step_that_was_accepted_earns(self, asked: House) -> None:
        for option_id in ("0", "0a"):
            accept(asked, option_id=option_id)
        lines = (line("1", line_id="a"), line("2", line_id="b", total=850), line("3", line_id="c", total=850))
        asked.record(order(lines=lines))
        assert asked.revenue() == 1_700

    def test_both_goods_of_a_bundle_earn(self, house: House) -> None:
        house.publish(rules_json(funnel_json(offer=offer_json("2", "3", source="bundle"))))
        house.ask()
        accept(house)
        lines = (line("1", line_id="a"), line("2", line_id="b", total=850), line("3", line_id="c", total=850))
        house.record(order(lines=lines))
        assert house.revenue() == 1_700


class TestThePage:
    def test_the_follow_up_waits_until_the_last_step_is_answered(self, asked: House) -> None:
        for kind in ("shown", "declined"):
            asked.happen(kind)
        with asked.database.write() as session:
            state = page_state(session, asked.shop_id, REFERENCE)
        assert state is not None
        assert (state.answered_at, state.reason) == (None, Reason.PAGE_DECLINED)
        asked.happen("declined", path="0d")
        with asked.database.write() as session:
            state = page_state(session, asked.shop_id, REFERENCE)
        assert state is not None
        assert state.answered_at == NOW

    def test_a_step_that_was_not_decided_has_no_events(self, asked: House) -> None:
        with pytest.raises(AppError, match="no such step"):
            asked.happen("shown", path="0aa")

    def test_what_is_on_screen_is_set_aside_for_it(self, asked: House) -> None:
        asked.stock(variant("2", available=10))
        asked.happen("shown")
        decision = asked.ask(reference_id="ee" * 16, customer_id="78").decision
        (blocked,) = [each for each in asked.trace(decision) if "stock" in each.detail]
        assert blocked.detail == "Product 2: stock 9 (10 less 1 on offer) < 10"
        asked.happen("declined")
        offered = asked.ask(reference_id="dd" * 16, customer_id="78").decision.offered
        assert offered is not None
        assert offered.item.variant_id == "2"


class TestArms:
    RULES = walk(experiment={"arms": [{"id": "b", "offer": offer_json("4", id="b")}]})

    def test_an_arm_is_kept_when_shares_and_offers_change(self, house: House) -> None:
        house.publish(self.RULES)
        drawn = {
            house.ask(reference_id=f"{number:032x}", customer_id=str(number)).decision.offered for number in range(20)
        }
        assert {offered.arm for offered in drawn if offered} == {CONTROL, "b"}
        before = self._arms(house)
        heavy = walk(experiment={"arms": [{"id": "b", "weight": 99, "offer": offer_json("4", id="b")}]})
        house.publish(heavy)
        for number in range(20):
            again = house.ask(reference_id=f"{number + 100:032x}", customer_id=str(number)).decision.offered
            assert again is not None
            assert again.arm == before[_unit(number)]

    def test_who_is_held_out_is_drawn_and_counted_too(self, house: House) -> None:
        house.publish({**self.RULES, "holdout": {"percent": 100, "salt": "s"}})
        assert house.ask().decision.offered is not None
        assert len(self._arms(house)) == 1

    def _arms(self, house: House) -> dict[str, str]:
        with house.database.read() as session:
            units = [
                unit_of(customer_id=str(each), email=None, phone=None, reference_id="") for each in [*range(20), 77]
            ]
            arms = {unit: Assignments(session, house.shop_id).arm("arms:funnel/first:1", unit) for unit in units}
            return {unit: arm for unit, arm in arms.items() if arm is not None}


def _unit(number: int) -> str:
    return unit_of(customer_id=str(number), email=None, phone=None, reference_id="")


def test_a_pairing_finds_goods_by_tags_what_is_bought_together_first(house: House) -> None:
    house.stock(
        variant("1", tags=frozenset({"Shoes"})),
        variant("2", price=900, tags=frozenset({"socks"})),
        variant("3", price=300, tags=frozenset({"Socks"})),
        variant("4", price=100),
    )
    rules = rules_json(funnel_json(offer={"id": "o", "source": "paired", "pairing": "shoes"}))
    rules["pairings"] = [{"id": "shoes", "name": "Shoes", "pairs": [{"bought": "SHOES", "offered": "SOCKS"}]}]
    house.publish(rules)
    offered = house.offered()
    assert (offered.item.variant_id, offered.reason_line) == ("3", "Goes with your Product 1")


def test_something_dearer_of_the_same_kind_is_found(house: House) -> None:
    house.stock(
        variant("1", price=1_000, product_type="Candle"),
        variant("2", price=1_050, product_type="Candle"),
        variant("3", price=1_300, product_type="Candle"),
        variant("4", price=1_200, product_type="Lamp"),
    )
    house.publish(rules_json(funnel_json(offer={"id": "o", "source": "dearer"})))
    offered = house.offered()
    assert (offered.item.variant_id, offered.reason_line) == ("3", "A step up from Product 1")


def test_a_larger_size_of_the_same_product_is_found(house: House) -> None:
    house.stock_product(variant("1", price=1_000), variant("12", product_id="p1", price=1_500))
    band = {"family": "product", "at_least": 20, "at_most": 100}
    house.publish(rules_json(funnel_json(offer={"id": "o", "source": "dearer", "band": band})))
    assert house.offered().item.variant_id == "12"
    assert accept(house).endswith("|1x12-0%")
