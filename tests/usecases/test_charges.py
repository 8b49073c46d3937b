"""Accepted offers whose charge failed: followed until they are paid, taken off the order, or given up."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from server.domain.charges import WRITTEN_OFF_AFTER, ChargeState
from server.domain.orders import Order
from server.domain.reasons import Reason
from server.storage.charges import Charges
from server.usecases.changesets import sign_changeset
from server.usecases.charges import write_off_charges
from server.usecases.reports import home, order_story
from tests.factories import NOW, SHOP, line, order, purchase
from tests.usecases.house import House


@pytest.fixture
def accepted(house: House) -> House:
    """A shop whose offer of variant 2 for 8.50 was accepted, and whose page was told that the card was not charged."""
    house.happen("shown")
    sign_changeset(
        database=house.database,
        signer=house.signer,
        shop_domain=SHOP,
        purchase=purchase(),
        decision_id=house.ask().decision.id,
        option_id="0",
        now=house.clock.now(),
    )
    house.happen("accepted")
    return house


def edited(seconds: int, **changes: Any) -> Order:
    """Return the order with the accepted goods in it, unpaid unless said otherwise, as it stands some seconds later."""
    told: dict[str, Any] = {"outstanding": 850, "financial_status": "partially_paid", **changes}
    return order(lines=(line("1"), line("2", total=850)), updated_at=NOW + timedelta(seconds=seconds), **told)


def paid(seconds: int) -> Order:
    return edited(seconds, outstanding=0, financial_status="paid")


def without(seconds: int) -> Order:
    """Return the order after staff took the unpaid goods off it: the line stays, and holds nothing."""
    gone = replace(paid(seconds), lines=(line("1"), line("2", quantity=0, total=0)))
    return replace(gone, financial_status="paid")


def charges(house: House) -> list[tuple[str, int]]:
    with house.database.read() as session:
        return [(each.state.value, each.amount) for each in Charges(session, house.shop_id).of_order("500")]


def page(house: House) -> Reason:
    told = order_story(database=house.database, shop_id=house.shop_id, order_id="500", now=house.clock.now())
    return told.one_click.reason


def unpaid(house: House) -> list[tuple[str, str, int]]:
    found = home(
        database=house.database, box=house.box, vendors=house.vendors, shop_id=house.shop_id, now=house.clock.now()
    )
    return [(each.order_id, each.name, each.amount) for each in found.unpaid]


def test_a_charge_that_failed_is_no_revenue_until_it_is_paid(accepted: House) -> None:
    accepted.happen("outcome", status="partially_processed")
    accepted.record(edited(5))
    assert (charges(accepted), accepted.revenue(), page(accepted)) == (
        [("unpaid", 850)], 0, Reason.PAGE_ACCEPTED_UNPAID,
    )  # fmt: skip
    assert unpaid(accepted) == [("500", "#500", 850)]
    accepted.record(paid(60))
    assert (charges(accepted), accepted.revenue(), page(accepted)) == ([("paid", 850)], 850, Reason.PAGE_PAID_LATER)
    assert unpaid(accepted) == []


def test_goods_that_staff_takes_off_are_no_longer_waited_for(accepted: House) -> None:
    accepted.happen("outcome", status="partially_processed")
    accepted.record(edited(5))
    accepted.record(without(60))
    assert (charges(accepted), accepted.revenue(), page(accepted)) == (
        [("removed", 850)], 0, Reason.PAGE_UNPAID_REMOVED,
    )  # fmt: skip
    assert unpaid(accepted) == []


def test_a_cancelled_order_owes_nothing(accepted: House) -> None:
    accepted.happen("outcome", status="partially_processed")
    accepted.record(edited(5))
    accepted.record(edited(60, cancelled_at=NOW))
    assert charges(accepted) == [("removed", 850)]


def test_what_stays_unpaid_is_written_off_and_may_still_be_paid(accepted: House) -> None:
    accepted.happen("outcome", status="partially_processed")
    accepted.record(edited(5))
    accepted.clock.moment = NOW + WRITTEN_OFF_AFTER
    assert write_off_charges(database=accepted.database, shop_id=accepted.shop_id, now=accepted.clock.now()) == 0
    accepted.clock.move(days=1)
    assert write_off_charges(database=accepted.database, shop_id=accepted.shop_id, now=accepted.clock.now()) == 1
    assert (charges(accepted), unpaid(accepted), page(accepted)) == (
        [("written_off", 850)], [], Reason.PAGE_WRITTEN_OFF,
    )  # fmt: skip
    assert write_off_charges(database=accepted.database, shop_id=accepted.shop_id, now=accepted.clock.now()) == 0
    accepted.record(replace(edited(60), name="#later"))
    assert charges(accepted) == [("written_off", 850)], "other news of the order do not open it again"
    accepted.record(paid(90))
    assert (charges(accepted), accepted.revenue()) == ([("paid", 850)], 850)


def test_a_part_that_was_paid_is_not_waited_for(accepted: House) -> None:
    accepted.record(edited(5))
    accepted.record(edited(60, outstanding=300))
    assert (charges(accepted), accepted.revenue()) == ([("unpaid", 300)], 550)


def test_an_order_that_waits_for_its_first_payment_has_no_failed_charge(accepted: House) -> None:
    accepted.record(edited(5, outstanding=1_850, financial_status="pending"))
    assert (charges(accepted), accepted.revenue()) == ([], 0)


def test_the_page_may_tell_after_the_order_did(accepted: House) -> None:
    accepted.record(edited(5, financial_status="authorized"))
    assert charges(accepted) == []
    accepted.happen("outcome", status="partially_processed")
    assert charges(accepted) == [("unpaid", 850)]


def test_a_charge_that_went_well_is_not_followed(accepted: House) -> None:
    accepted.happen("outcome", status="processed")
    accepted.record(paid(5))
    assert (charges(accepted), page(accepted)) == ([], Reason.PAGE_ACCEPTED)


@pytest.mark.parametrize("order_of_news", list(permutations(range(3))))
def test_news_in_any_order_and_twice_come_to_the_same(accepted: House, order_of_news: tuple[int, ...]) -> None:
    accepted.happen("outcome", status="partially_processed")
    news = [edited(5), edited(30, outstanding=400), paid(60)]
    for number in (*order_of_news, *order_of_news):
        accepted.record(news[number])
    assert accepted.revenue() == 850
    never_seen_unpaid = order_of_news[0] == 2
    assert [state for state, _ in charges(accepted)] == ([] if never_seen_unpaid else [ChargeState.PAID.value])
    assert unpaid(accepted) == []


class TestOtherHands:
    """Edits and refunds by others touch exactly what they are about."""

    def test_a_line_that_staff_removes_takes_its_revenue_back(self, accepted: House) -> None:
        accepted.record(paid(5))
        accepted.record(without(60))
        assert accepted.revenue() == 0

    def test_a_line_that_is_gone_altogether_takes_its_revenue_back(self, accepted: House) -> None:
        accepted.record(paid(5))
        accepted.record(replace(paid(60), lines=(line("1"),)))
        assert accepted.revenue() == 0

    def test_the_upsell_refunded_alone_takes_back_its_own_share(self, accepted: House) -> None:
        accepted.record(paid(5))
        refunded = replace(
            paid(60),
            lines=(line("1"), line("2", quantity=0, total=0)),
            refunded=850,
            financial_status="partially_refunded",
        )
        accepted.record(refunded)
        assert accepted.revenue() == 0

    def test_a_refund_of_the_shoppers_own_goods_takes_nothing_back(self, accepted: House) -> None:
        accepted.record(paid(5))
        refunded = replace(
            paid(60),
            lines=(line("1", quantity=0, total=0), line("2", total=850)),
            refunded=1_000,
            financial_status="partially_refunded",
        )
        accepted.record(refunded)
        assert accepted.revenue() == 850

    def test_goods_that_staff_adds_earn_an_offer_nothing(self, accepted: House) -> None:
        accepted.record(paid(5))
        accepted.record(replace(paid(60), lines=(*paid(60).lines, line("3", total=5_000))))
        assert accepted.revenue() == 850
