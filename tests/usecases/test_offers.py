from dataclasses import replace
from datetime import timedelta

import pytest

from server.domain.decision import Outcome
from server.domain.orders import PurchaseLine
from server.domain.reasons import Reason
from server.domain.recommendations import Neighbour
from server.storage.catalog import Catalog, Neighbours
from server.storage.contacts import Assignments, Contacts
from server.storage.decisions import DecisionRow, Decisions, StoredDecision
from server.storage.shops import Shops
from server.usecases.offers import ShopNotServed, answer_purchase
from server.usecases.recommendations import rebuild_neighbours
from server.usecases.tracing import is_made_again
from tests.factories import (
    NOW,
    OTHER_SHOP,
    REFERENCE,
    SHOP,
    customer,
    funnel_json,
    line,
    offer_json,
    order,
    purchase,
    rules_json,
    variant,
)
from tests.storage.test_decisions import save as save_decision
from tests.threads import at_once, overlapping
from tests.usecases.house import House


class TestAnswering:
    def test_an_offer_is_stored_with_what_it_was_decided_on(self, house: House) -> None:
        answer = house.ask()
        decision = answer.decision
        assert answer.is_shown
        assert answer.goods["2"] == variant("2", stock_levels=(50,))
        assert (decision.outcome, decision.reason, decision.rules_version) == (Outcome.OFFERED, Reason.OFFERED, 1)
        assert (decision.decided_at, decision.expires_at) == (NOW, NOW + timedelta(minutes=60))
        assert decision.unit_id == "customer:77"
        assert decision.facts == {
            "currency": "GBP",
            "presentment_currency": "GBP",
            "total": 1_000,
            "country_code": "GB",
            "customer_id": "77",
            "lines": [["1", "p1", 1, 1_000]],
        }

    def test_what_is_paid_in_another_currency_is_stored_beside(self, house: House) -> None:
        decision = house.ask(presentment_currency="JPY", presentment_total=1_900).decision
        assert (decision.facts["presentment_total"], decision.facts["total"]) == (1_900, 1_000)
        assert [line.detail for line in house.trace(decision)] == ["paid 1900 JPY, the shop sells in GBP"]
        with house.database.read() as session:
            assert is_made_again(session, house.shop_id, decision)

    def test_the_same_basket_gets_the_same_answer(self, house: House) -> None:
        first = house.ask()
        house.clock.move(minutes=10)
        house.stock(variant("2", available=0))
        assert house.ask().decision == first.decision

    @pytest.mark.parametrize(
        "change",
        [
            {"lines": (PurchaseLine("1", "p1", 2, 2_000),)},
            {"total": 1_001},
            {"country_code": "FR"},
            {"presentment_currency": "EUR"},
            {"customer_id": None},
        ],
    )
    def test_a_changed_basket_or_country_is_decided_anew_under_another_id(
        self, house: House, change: dict[str, object]
    ) -> None:
        first = house.ask()
        second = house.ask(**change)
        assert second.decision.id != first.decision.id
        with house.database.read() as session:
            assert len(Decisions(session, house.shop_id).of_reference(REFERENCE)) == 1
        if "presentment_currency" in change:
            assert (second.decision.reason, second.is_shown) == (Reason.CURRENCY_MISMATCH, False)

    def test_new_rules_decide_anew(self, house: House) -> None:
        house.ask()
        house.publish(rules_json(funnel_json("4")))
        answer = house.ask()
        assert answer.decision.rules_version == 2
        assert house.offered().item.variant_id == "4"

    def test_an_ended_offer_is_decided_anew(self, house: House) -> None:
        first = house.ask()
        house.clock.move(minutes=60)
        assert house.ask().decision.id != first.decision.id

    def test_what_was_shown_stays_the_answer_whatever_changes(self, house: House) -> None:
        first = house.ask()
        house.happen("shown")
        house.publish(rules_json(funnel_json("4")))
        house.clock.move(minutes=61)
        assert house.ask(total=5).decision == first.decision

    def test_nothing_eligible_is_stored_too(self, house: House) -> None:
        house.stock(variant("2", available=0), variant("3", is_sellable=False))
        answer = house.ask()
        assert (answer.decision.outcome, answer.is_shown, answer.goods) == (Outcome.NOTHING, False, {})
        assert [each.reason for each in house.trace(answer.decision)] == [
            Reason.STOCK_BELOW_MINIMUM,
            Reason.NOT_SELLABLE,
        ]

    def test_goods_that_went_since_are_not_shown(self, house: House) -> None:
        house.ask()
        with house.database.write() as session:
            Catalog(session, house.shop_id).remove_product("p2")
        answer = house.ask()
        assert (answer.decision.outcome, answer.is_shown) == (Outcome.OFFERED, False)

    def test_without_rules_there_is_a_reason_and_no_decision(self, bare: House) -> None:
        bare.shop_id = bare.open()
        found = answer_purchase(database=bare.database, shop_domain=SHOP, purchase=purchase(), now=NOW)
        assert found is Reason.NO_LIVE_FUNNEL

    def test_a_shop_without_the_app_is_not_served(self, house: House) -> None:
        house.deliver("app/uninstalled")
        for domain in (SHOP, OTHER_SHOP):
            with pytest.raises(ShopNotServed):
                answer_purchase(database=house.database, shop_domain=domain, purchase=purchase(), now=NOW)

    def test_a_guest_has_no_history_and_is_counted_by_the_purchase(self, house: House) -> None:
        first = {"key": "customer.history", "args": {"is": "first"}}
        house.publish(rules_json(funnel_json(audience=first)))
        answer = house.ask(customer_id=None)
        assert answer.decision.unit_id == f"reference:{REFERENCE}"
        assert [each.reason for each in house.trace(answer.decision)] == [Reason.AUDIENCE_UNKNOWN]

    def test_history_is_ours_or_the_platforms_whichever_is_longer(self, house: House) -> None:
        for_vips = {"key": "customer.tier", "args": {"tiers": ["vip"]}}
        three_orders = {"key": "customer.orders", "args": {"at_least": 3}}
        house.publish(rules_json(funnel_json(audience=for_vips), tiers=[{"name": "vip", "audience": three_orders}]))
        assert not house.ask(reference_id="a").is_shown
        with house.database.write() as session:
            Contacts(session, house.shop_id).save_customer(customer(orders_count=3))
        assert house.ask(reference_id="b").is_shown
        with house.database.write() as session:
            Contacts(session, house.shop_id).save_customer(customer(orders_count=0))
        for number in range(3):
            house.record(order(str(number), reference_id=str(number)))
        assert house.ask(reference_id="c").is_shown

    def test_showings_are_counted_up_to_the_cap(self, house: House) -> None:
        for number in range(3):
            assert house.ask(reference_id=str(number)).is_shown
            house.happen("shown", reference_id=str(number))
        answer = house.ask(reference_id="4")
        assert (answer.decision.reason, answer.is_shown) == (Reason.SHOWING_CAP, False)
        assert house.ask(reference_id="5", customer_id="78").is_shown, "another shopper's count is another"
        house.clock.move(days=14, seconds=1)
        assert house.ask(reference_id="6").is_shown


class TestRepeats:
    @pytest.mark.parametrize(("days", "offered"), [(29, "3"), (31, "2")])
    def test_what_was_bought_lately_is_not_offered(self, house: House, days: int, offered: str) -> None:
        house.record(order("400", lines=(line("2"),), created_at=NOW - timedelta(days=days)))
        assert house.offered().item.variant_id == offered

    def test_what_was_bought_and_given_back_may_be_offered(self, house: House) -> None:
        house.record(order("400", lines=(line("2", quantity=0),), created_at=NOW - timedelta(days=1)))
        assert house.offered().item.variant_id == "2"

    def test_what_was_declined_for_another_order_is_not_offered_for_a_while(self, house: House) -> None:
        house.happen("declined", reference_id="another")
        assert house.offered().item.variant_id == "3"
        house.clock.move(days=30, seconds=1)
        assert house.offered().item.variant_id == "2"

    def test_both_can_be_switched_off(self, house: House) -> None:
        house.publish(rules_json(repeats={"bought_days": 0, "declined_days": None}))
        house.record(order("400", lines=(line("2"),), created_at=NOW - timedelta(days=1)))
        house.happen("declined", reference_id="another")
        assert house.offered().item.variant_id == "2"

    def test_what_others_bought_and_declined_does_not_count(self, house: House) -> None:
        house.record(order("400", lines=(line("2"),), customer_id="78", created_at=NOW - timedelta(days=1)))
        house.happen("declined", reference_id="another", customer_id="78")
        assert house.offered().item.variant_id == "2"


class TestSchedule:
    @pytest.mark.parametrize(
        ("starts_at", "is_shown"), [("2026-11-01T00:00", True), (f"{NOW + timedelta(minutes=1):%Y-%m-%dT%H:%M}", False)]
    )
    def test_a_funnel_is_closed_outside_of_its_time(self, house: House, starts_at: str, is_shown: bool) -> None:  # noqa: FBT001 - a case of the table
        house.publish(rules_json(funnel_json(schedule={"starts_at": starts_at})))
        assert house.ask().is_shown is is_shown

    def test_time_is_the_shops_own(self, house: House) -> None:
        with house.database.write() as session:
            Shops(session, house.box).by_id(house.shop_id).time_zone = "Pacific/Auckland"
        local = NOW + timedelta(hours=13)
        house.publish(rules_json(funnel_json(schedule={"starts_at": f"{local:%Y-%m-%dT%H:%M}"})))
        assert house.ask().is_shown


class TestHoldout:
    def test_the_draw_is_stored_before_anything_is_shown_and_stays(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100}))
        answer = house.ask()
        assert (answer.decision.outcome, answer.is_shown) == (Outcome.HELD_OUT, False)
        assert answer.decision.offered is not None, "what would have been offered is kept"
        house.publish(rules_json(holdout={"percent": 0.0001}))
        assert house.ask(reference_id="b").decision.outcome is Outcome.HELD_OUT
        with house.database.read() as session:
            assert Assignments(session, house.shop_id).arm("holdout:holdout", "customer:77") == "held_out"

    def test_both_sides_are_drawn(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 50}))
        outcomes = [house.ask(reference_id=str(each), customer_id=str(each)).decision.outcome for each in range(12)]
        assert set(outcomes) == {Outcome.OFFERED, Outcome.HELD_OUT}


class TestTwins:
    def test_many_questions_at_once_get_one_answer(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 50}))
        answers = at_once(*[house.ask] * 6)
        assert len({each.decision.id for each in answers if not isinstance(each, Exception)}) == 1
        assert not [each for each in answers if isinstance(each, Exception)]
        with house.database.read() as session:
            assert session.query(DecisionRow).count() == 1

    def test_a_question_that_comes_while_another_is_answered_gets_its_answer(self, house: House) -> None:
        found = overlapping(
            house.database,
            lambda session: save_decision(session, house.shop_id),
            lambda: house.ask(total=7).decision.reference_id,
        )
        assert found == REFERENCE


class TestBoughtTogether:
    def test_what_is_counted_from_orders_is_offered(self, house: House) -> None:
        for number in range(3):
            house.record(order(str(number), reference_id=str(number), customer_id="78", lines=(line("1"), line("4"))))
        assert rebuild_neighbours(database=house.database, shop_id=house.shop_id) == 2
        house.publish(rules_json(funnel_json(offer=offer_json(source="bought_together", variants=[]))))
        offered = house.offered()
        assert (offered.item.variant_id, offered.reason_line) == ("4", "Often bought together with Product 1")

    def test_goods_that_the_catalogue_does_not_know_are_left_out(self, house: House) -> None:
        with house.database.write() as session:
            Neighbours(session, house.shop_id).replace({"1": (Neighbour("99", 0.9, 9), Neighbour("3", 0.1, 2))})
        house.publish(rules_json(funnel_json(offer=offer_json(source="bought_together", variants=[]))))
        answer = house.ask()
        assert [(each.subject, each.reason) for each in house.trace(answer.decision)] == [
            ("variant:99", Reason.UNKNOWN_PRODUCT),
            ("variant:3", Reason.CHOSEN),
        ]


class TestMadeAgain:
    """A decision comes out the same from what is kept of it, whatever has changed since."""

    RULES = rules_json(
        funnel_json("2", id="dear", priority=9, audience={"key": "order.value", "args": {"at_least": 9_999}}),
        funnel_json("2", "3", id="walk", priority=5, audience={"key": "customer.orders", "args": {"at_least": 0}}),
        funnel_json(id="found", offer={"id": "o", "source": "bought_together", "variants": ["4"]}),
        markets=[{"id": "uk", "name": "UK", "countries": ["GB"], "overrides": {"stock": {"minimum": 12}}}],
    )

    def again(self, house: House, decision: StoredDecision) -> bool | None:
        with house.database.read() as session:
            return is_made_again(session, house.shop_id, decision)

    @pytest.mark.parametrize("stock", [50, 11, 0])
    def test_on_the_page(self, house: House, stock: int) -> None:
        house.publish(self.RULES)
        house.stock(variant("2", available=stock))
        decision = house.ask().decision
        house.stock(variant("2", price=5, available=3), variant("3", is_sellable=False))
        house.publish(rules_json(funnel_json("4")))
        assert self.again(house, decision) is True

    def test_in_a_message(self, house: House) -> None:
        house.publish(self.RULES)
        house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert house.send() == "sent"
        with house.database.read() as session:
            (decision,) = Decisions(session, house.shop_id).of_reference(REFERENCE)
        assert self.again(house, decision) is True

    def test_a_decision_of_before_is_not_said_to_be(self, house: House) -> None:
        decision = house.ask().decision
        assert self.again(house, replace(decision, read_facts={})) is None
        assert self.again(house, replace(decision, rules_version=99)) is None

    def test_what_was_tampered_with_does_not_come_out_the_same(self, house: House) -> None:
        decision = house.ask().decision
        kept = decision.read_facts["situation"]
        goods = {"2": [*kept["goods"]["2"][:3], 1, *kept["goods"]["2"][4:]]}
        other = {**decision.read_facts, "situation": {**kept, "goods": goods}}
        assert self.again(house, replace(decision, read_facts=other)) is False
