"""Whom a follow-up is for, who is held back, and who counts as new."""

from datetime import datetime, timedelta

import pytest

from server.domain.decision import Outcome
from server.storage.contacts import Contacts, CustomerRow
from server.storage.orders import Orders
from server.storage.rules import RuleVersionRow
from server.storage.shops import Shops
from server.usecases.imports import order_unit
from tests.factories import NOW, customer, funnel_json, order, rules_json
from tests.usecases.house import House

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NEW_SHOPPERS = {"key": "customer.history", "args": {"is": "first"}}


def began(house: House, *, installed_at: datetime, published_at: datetime) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).installed_at = installed_at
        row = session.get(RuleVersionRow, (house.shop_id, 1))
        assert row is not None
        row.published_at = published_at


class TestOrdersFromBefore:
    @pytest.mark.parametrize(("installed", "published"), [(0, 0), (-2 * DAY, 0), (0, -2 * DAY)])
    def test_are_not_followed_up(self, house: House, installed: timedelta, published: timedelta) -> None:
        began(house, installed_at=NOW + (installed or -MINUTE / 2), published_at=NOW + (published or -MINUTE / 2))
        house.record(order(created_at=NOW - MINUTE))
        assert house.touches() == ()

    def test_are_not_followed_up_for_a_refund(self, house: House) -> None:
        began(house, installed_at=NOW - MINUTE / 2, published_at=NOW - MINUTE / 2)
        house.inbound.references[b"r"] = "500"
        house.api.held_orders["500"] = order(
            created_at=NOW - DAY, updated_at=NOW, financial_status="partially_refunded", refunded=100
        )
        assert house.deliver("refunds/create", b"r") == "handled"
        assert house.touches() == ()

    def test_end_with_the_second_of_the_first_publication(self, house: House) -> None:
        moment = NOW - MINUTE + timedelta(milliseconds=700)
        began(house, installed_at=NOW - DAY, published_at=moment)
        house.record(order(created_at=NOW - MINUTE))
        assert len(house.touches()) == 2

    def test_a_later_version_makes_no_order_old(self, house: House) -> None:
        began(house, installed_at=NOW - DAY, published_at=NOW - DAY)
        house.publish(rules_json())
        house.record(order(created_at=NOW - MINUTE))
        assert len(house.touches()) == 2


class TestTheHoldout:
    def test_releases_everybody_when_it_is_switched_off(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100}))
        assert house.ask().decision.outcome is Outcome.HELD_OUT
        house.publish(rules_json(holdout={"percent": 0}))
        assert house.ask(reference_id="b").is_shown

    def test_is_drawn_anew_under_another_salt(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100, "salt": "spring"}))
        assert house.ask().decision.outcome is Outcome.HELD_OUT
        house.publish(rules_json(holdout={"percent": 0.0001, "salt": "spring"}))
        assert house.ask(reference_id="b").decision.outcome is Outcome.HELD_OUT, "the same experiment goes on"
        house.publish(rules_json(holdout={"percent": 0.0001, "salt": "summer"}))
        assert house.ask(reference_id="c").is_shown


class TestShoppers:
    @pytest.fixture
    def house(self, house: House) -> House:
        house.publish(rules_json(funnel_json(audience=NEW_SHOPPERS)))
        return house

    def forget(self, house: House) -> None:
        with house.database.write() as session:
            row = session.get(CustomerRow, (house.shop_id, "77"))
            assert row is not None
            session.delete(row)

    def test_of_whom_nothing_is_known_are_not_taken_for_new(self, house: House) -> None:
        self.forget(house)
        answer = house.ask()
        assert not answer.is_shown
        assert house.trace(answer.decision)[0].reason == "audience_unknown"

    def test_are_new_by_the_platforms_word(self, house: House) -> None:
        with house.database.write() as session:
            Contacts(session, house.shop_id).save_customer(customer(orders_count=0, spent=0))
        assert house.ask().is_shown

    def test_whose_orders_are_here_are_known_without_the_platforms_word(self, house: House) -> None:
        self.forget(house)
        earlier = order("1", created_at=NOW - DAY)
        with house.database.write() as session:
            Orders(session, house.shop_id).save(earlier, unit_id=order_unit(earlier))
        assert house.trace(house.ask().decision)[0].reason == "audience_miss"
