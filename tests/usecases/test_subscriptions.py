"""Subscription offers from the platform's plans to the ledger."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from server.core.errors import AppError
from server.domain.orders import PurchaseLine
from server.domain.plans import Interval, PlanGroup, PlanPrice, PlanTerms, SellingPlan
from server.domain.reasons import Reason
from server.storage.decisions import Decisions
from server.storage.plans import SellingPlans
from server.usecases.changesets import OfferUnavailable, OfferUnknown
from server.usecases.plans import import_plans
from server.usecases.tracing import is_made_again
from tests.factories import REFERENCE, funnel_json, line, offer_json, order, product, rules_json, variant
from tests.usecases.house import House
from tests.usecases.test_changesets import accept

MONTH = Interval("month", 1)
MONTHLY = SellingPlan("31", "Monthly", MONTH, MONTH, (PlanPrice(0, "percent", Decimal(10)),))
CLUB = PlanGroup("9", "Club", (MONTHLY,), products=frozenset({"p1", "p2"}))


def subscription(*variants: str, source: str = "fixed", **changes: Any) -> dict[str, Any]:
    return rules_json(
        funnel_json(offer=offer_json(*variants, source=source, discount=None, subscription={}, **changes))
    )


def fetch(house: House, *groups: PlanGroup) -> int:
    """Let the shop's plans be those on the platform."""
    house.api.held_plan_groups = {each.group_id: each for each in groups}
    return import_plans(database=house.database, api=house.api, shop_id=house.shop_id, now=house.clock.now())


def plans(house: House) -> list[str]:
    with house.database.read() as session:
        return [each.plan_id for each in SellingPlans(session, house.shop_id).everything()]


@pytest.fixture
def club(house: House) -> House:
    """A shop that sells variants 1 and 2 monthly and offers 2 so."""
    fetch(house, CLUB)
    house.publish(subscription("2"))
    return house


class TestFetching:
    def test_all_pages_are_fetched_and_what_is_gone_goes(self, house: House) -> None:
        groups = [replace(CLUB, group_id=str(number)) for number in range(5)]
        assert fetch(house, *groups) == 5
        house.clock.move(seconds=1)
        assert fetch(house) == 0
        assert plans(house) == []

    def test_a_group_that_changed_is_read_as_it_stands(self, house: House) -> None:
        house.inbound.references[b"group"] = "9"
        house.api.held_plan_groups["9"] = CLUB
        assert house.deliver("selling_plan_groups/update", b"group") == "handled"
        assert plans(house) == ["31"]
        del house.api.held_plan_groups["9"]
        assert house.deliver("selling_plan_groups/delete", b"group") == "handled"
        assert plans(house) == []

    def test_a_product_that_joined_a_group_brings_it(self, house: House) -> None:
        house.inbound.references[b"product"] = "p2"
        house.api.held_plan_groups["9"] = CLUB
        joined = product(variant("2"), updated_at=house.clock.now())
        house.api.held_products["p2"] = replace(joined, plan_group_ids=frozenset({"9"}))
        house.deliver("products/update", b"product")
        assert plans(house) == ["31"]
        house.deliver("products/update", b"product")
        assert house.api.calls.count("plan_group") == 1

    def test_a_product_that_left_a_group_has_it_read_again(self, club: House) -> None:
        club.inbound.references[b"product"] = "p2"
        club.api.held_plan_groups["9"] = replace(CLUB, products=frozenset({"p1"}))
        left = product(variant("2"), updated_at=club.clock.now())
        club.api.held_products["p2"] = replace(left, plan_group_ids=frozenset())
        club.deliver("products/update", b"product")
        assert club.trace(club.ask().decision)[0].reason is Reason.NO_SELLING_PLAN


class TestSelling:
    def test_it_is_offered_stored_and_signed_by_its_plan(self, club: House) -> None:
        offered = club.offered()
        assert offered.item.plan == PlanTerms("31", "Monthly", MONTH, MONTH, unit_price=900)
        assert (offered.item.unit_price, offered.item.discounted_unit_price) == (1_000, 900)
        with club.database.read() as session:
            held = Decisions(session, club.shop_id).find(REFERENCE, "one_click")
        assert held is not None
        assert held.offered == offered
        assert accept(club).endswith("|plan 31: 1x2-0%")

    def test_what_was_just_bought_is_signed_once_more_and_credited_alone(self, club: House) -> None:
        club.publish(subscription(source="as_subscription", variants=[]))
        assert club.offered().item.variant_id == "1"
        assert accept(club).endswith("|plan 31: 1x1-0%")
        bought = line("1", line_id="11", total=1_000)
        club.record(order(lines=(bought,)))
        assert club.revenue() == 0
        added = line("1", line_id="12", total=900)
        club.record(order(lines=(added, bought), updated_at=club.clock.now(), total=1_900))
        assert club.revenue() == 900

    @pytest.mark.parametrize(
        "now",
        [
            replace(CLUB, plans=()),
            replace(CLUB, products=frozenset()),
            replace(CLUB, plans=(replace(MONTHLY, prices=()),)),
            replace(CLUB, plans=(replace(MONTHLY, billing=Interval("week", 1)),)),
            replace(CLUB, plans=(replace(MONTHLY, prices=(*MONTHLY.prices, PlanPrice(2, "percent", Decimal(1)))),)),
            replace(CLUB, plans=(replace(MONTHLY, plan_id="32"),)),
        ],
        ids=["no plan", "not of these goods", "price", "interval", "later price", "another plan"],
    )
    def test_a_plan_that_changed_since_is_not_signed(self, club: House, now: PlanGroup) -> None:
        club.ask()
        club.clock.move(seconds=1)
        fetch(club, now)
        assert _refusal(club, OfferUnavailable).data["reason"] == "plan_changed"

    def test_goods_that_are_gone_are_not_signed(self, club: House) -> None:
        club.ask()
        club.clock.move(seconds=1)
        club.stock(variant("2", available=0))
        assert _refusal(club, OfferUnavailable).data["reason"] == "stock_below_minimum"

    def test_an_order_that_got_a_subscription_since_takes_no_second(self, club: House) -> None:
        club.ask()
        subscribed = (PurchaseLine("1", "p1", 1, 1_000, "31"),)
        assert _refusal(club, OfferUnavailable, lines=subscribed).data["reason"] == "already_subscribed"

    def test_nothing_but_what_was_decided_is_signed(self, club: House) -> None:
        club.ask()
        for option in ("0.0", "0a", "31", "0:31"):
            _refusal(club, OfferUnknown, option_id=option)

    @pytest.mark.parametrize("offer", [{"variants": ["2"]}, {"source": "as_subscription", "variants": []}])
    def test_the_decision_can_be_made_again_as_it_was(self, club: House, offer: dict[str, Any]) -> None:
        club.publish(subscription(**offer))
        decision = club.ask().decision
        assert decision.offered is not None
        club.clock.move(seconds=1)
        fetch(club)
        with club.database.read() as session:
            assert is_made_again(session, club.shop_id, decision)

    def test_an_order_with_a_subscription_is_told_why_it_gets_none_and_asking_again_changes_nothing(
        self, club: House
    ) -> None:
        bought = (PurchaseLine("1", "p1", 1, 1_000, "31"),)
        decision = club.ask(lines=bought).decision
        assert club.trace(decision)[0].reason is Reason.ALREADY_SUBSCRIBED
        assert club.ask(lines=bought).decision.id == decision.id
        with club.database.read() as session:
            assert is_made_again(session, club.shop_id, decision)

    def test_other_offers_do_not_look_for_plans(self, house: House) -> None:
        fetch(house, CLUB)
        assert house.offered().item.plan is None


def _refusal(house: House, error: type[AppError], **changes: Any) -> AppError:
    with pytest.raises(error) as caught:
        accept(house, **changes)
    assert house.signer.signed == []
    return caught.value
