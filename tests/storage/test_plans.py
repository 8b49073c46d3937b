from datetime import timedelta
from decimal import Decimal

from server.domain.plans import Interval, PlanGroup, PlanPrice, SellingPlan
from server.storage.plans import SellingPlans
from server.storage.shops import ShopRow
from tests.factories import NOW, variant
from tests.storage.conftest import Stores

MONTH, WEEK = Interval("month", 1), Interval("week", 2)
MONTHLY = SellingPlan("31", "Monthly", MONTH, MONTH, (PlanPrice(0, "percent", Decimal("12.5")),))
PREPAID = SellingPlan(
    "32", "Prepaid", MONTH, WEEK, (PlanPrice(0, "price", Decimal(900)), PlanPrice(3, "amount", Decimal(50)))
)
CLUB = PlanGroup("9", "Club", (MONTHLY, PREPAID), products=frozenset({"p2"}), variants=frozenset({"3"}))
GOODS = {each.variant_id: each for each in (variant("2"), variant("21", product_id="p2"), variant("3"), variant("4"))}


def save(stores: Stores, *groups: PlanGroup, seconds: int = 0, theirs: bool = False) -> list[bool]:
    with stores.database.write() as session:
        plans = SellingPlans(session, stores.theirs if theirs else stores.ours)
        return [plans.save(each, read_at=NOW + timedelta(seconds=seconds)) for each in groups]


def plans_of(stores: Stores) -> dict[str, list[str]]:
    with stores.database.read() as session:
        found = SellingPlans(session, stores.ours).added_to(GOODS)
    return {variant_id: [plan.plan_id for plan in each.plans] for variant_id, each in found.items()}


def test_goods_know_the_plans_of_their_product_and_their_own(stores: Stores) -> None:
    assert save(stores, CLUB) == [True]
    with stores.database.read() as session:
        found = SellingPlans(session, stores.ours).added_to(GOODS)
        assert found["2"].plans == found["21"].plans == found["3"].plans == (MONTHLY, PREPAID)
        assert found["4"] == GOODS["4"]
        assert SellingPlans(session, stores.ours).everything() == (MONTHLY, PREPAID)
        assert SellingPlans(session, stores.theirs).added_to(GOODS) == GOODS
        assert SellingPlans(session, stores.theirs).everything() == ()
        assert SellingPlans(session, stores.ours).added_to({}) == {}


def test_the_number_of_a_product_is_not_that_of_a_variant(stores: Stores) -> None:
    save(stores, PlanGroup("9", "Club", (MONTHLY,), products=frozenset({"2"}), variants=frozenset({"p2"})))
    assert plans_of(stores) == {"2": [], "21": [], "3": [], "4": []}


def test_a_group_is_replaced_as_a_whole(stores: Stores) -> None:
    save(stores, CLUB)
    save(stores, PlanGroup("9", "Club", (PREPAID,), variants=frozenset({"4"})), seconds=1)
    assert plans_of(stores) == {"2": [], "21": [], "3": [], "4": ["32"]}


def test_what_was_asked_for_earlier_changes_nothing(stores: Stores) -> None:
    save(stores, CLUB, seconds=5)
    assert save(stores, PlanGroup("9", "Club", ()), seconds=4) == [False]
    assert plans_of(stores)["3"] == ["31", "32"]
    assert save(stores, PlanGroup("9", "Club", ()), seconds=5) == [True]
    assert plans_of(stores)["3"] == []


def test_a_plan_in_two_groups_is_there_once(stores: Stores) -> None:
    save(stores, CLUB, PlanGroup("10", "Other", (MONTHLY,), products=frozenset({"p2"})))
    assert plans_of(stores)["2"] == ["31", "32"]


def test_what_is_gone_is_forgotten_and_what_came_since_stays(stores: Stores) -> None:
    save(stores, CLUB, PlanGroup("10", "Gone", (MONTHLY,)))
    save(stores, PlanGroup("11", "New", (PREPAID,)), seconds=9)
    save(stores, CLUB, theirs=True)
    with stores.database.write() as session:
        SellingPlans(session, stores.ours).keep_only(["9"], read_at=NOW + timedelta(seconds=5))
    with stores.database.read() as session:
        assert {each.plan_id for each in SellingPlans(session, stores.ours).everything()} == {"31", "32"}
        assert SellingPlans(session, stores.ours).groups_of("p2", ["3"]) == {"9"}
    with stores.database.write() as session:
        SellingPlans(session, stores.ours).keep_only([], read_at=NOW + timedelta(seconds=20))
    with stores.database.read() as session:
        assert SellingPlans(session, stores.ours).everything() == ()
        assert SellingPlans(session, stores.theirs).everything() == (MONTHLY, PREPAID)


def test_a_group_goes_with_its_plans_and_all_go_with_the_shop(stores: Stores) -> None:
    save(stores, CLUB)
    save(stores, CLUB, theirs=True)
    with stores.database.write() as session:
        SellingPlans(session, stores.ours).remove("9")
        SellingPlans(session, stores.ours).remove("99")
        session.delete(session.get_one(ShopRow, stores.theirs))
    with stores.database.read() as session:
        assert SellingPlans(session, stores.ours).everything() == ()
        assert SellingPlans(session, stores.theirs).everything() == ()


def test_many_goods_are_asked_about_in_parts(stores: Stores) -> None:
    many = {str(number): variant(str(number)) for number in range(100, 1_700)}
    save(stores, PlanGroup("9", "Club", (MONTHLY,), variants=frozenset(many)))
    with stores.database.read() as session:
        found = SellingPlans(session, stores.ours).added_to(many)
    assert all(each.plans == (MONTHLY,) for each in found.values())
