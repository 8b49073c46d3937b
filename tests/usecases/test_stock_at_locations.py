"""Stock that counts at some locations: at the decision, at the click, and on the platform's word before a message."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from server.domain.locations import LocationStock
from server.domain.reasons import TraceLine
from server.domain.rules import InvalidRules
from server.ports import ItemStock, Location, PermanentFailure, StockLevel
from server.storage.catalog import Catalog
from server.storage.decisions import Decisions, StoredDecision
from server.storage.deliveries import HANDLED
from server.storage.levels import with_levels
from server.storage.rules import Rules
from server.storage.stock import StockByLocation
from server.usecases.authoring import publish_draft
from server.usecases.changesets import OfferUnavailable
from server.usecases.locations import list_locations, read_missing_levels, refresh_locations
from server.usecases.tracing import is_made_again
from tests.factories import NOW, REFERENCE, offer_json, order, rules_json, variant
from tests.usecases.house import House
from tests.usecases.test_changesets import accept

LONDON, YORK = "10", "20"


def rules(**stock: Any) -> dict[str, Any]:
    return rules_json(stock={"minimum": 10, "locations": [LONDON], **stock})


def lie(house: House, variant_id: str = "2", *, london: int, york: int) -> None:
    """Let the platform say how much of a variant lies where, and let it tell us."""
    levels = (LocationStock(LONDON, "London", london), LocationStock(YORK, "York", york))
    item = f"i{variant_id}"
    house.api.levels[item] = StockLevel(variant_id, london + york, ItemStock(item, levels))
    house.inbound.references[b"level"] = item
    assert house.deliver("inventory_levels/update", b"level") == HANDLED


@pytest.fixture
def shop(house: House) -> House:
    """A shop whose offers count what lies in London only: there is enough of variant 2, and less of variant 3."""
    house.publish(rules())
    lie(house, "2", london=12, york=40)
    lie(house, "3", london=11, york=0)
    return house


def lines(house: House, decision: StoredDecision) -> list[tuple[str, str, str]]:
    found: list[TraceLine] = [each for each in house.trace(decision) if each.subject.startswith("variant:")]
    return [(each.subject, each.reason.value, each.detail) for each in found]


class TestDecision:
    def test_only_what_lies_where_it_counts_is_offered(self, shop: House) -> None:
        assert shop.offered().item.variant_id == "2"

    def test_what_lies_elsewhere_does_not_help(self, shop: House) -> None:
        lie(shop, "2", london=8, york=400)
        decision = shop.ask().decision
        assert lines(shop, decision) == [
            ("variant:2", "stock_below_minimum", "Product 2: stock 8 < 10 at London"),
            ("variant:3", "chosen", "Funnel: Product 3"),
        ]

    def test_goods_whose_location_nobody_told_are_not_offered(self, house: House) -> None:
        house.publish(rules())
        lie(house, "3", london=11, york=0)
        assert lines(house, house.ask().decision) == [
            ("variant:2", "stock_unknown", "Product 2"),
            ("variant:3", "chosen", "Funnel: Product 3"),
        ]

    def test_it_comes_back_only_where_it_counts(self, shop: House) -> None:
        shop.publish(rules(resume_at=30))
        lie(shop, "2", london=4, york=40)
        lie(shop, "2", london=29, york=400)
        (said, *_) = lines(shop, shop.ask().decision)
        assert said[2] == "Product 2: stock 29 < 30 at London, where offers resume once it was below 10"

    def test_it_has_come_back_where_it_counts(self, shop: House) -> None:
        shop.publish(rules(resume_at=30))
        for london, york in ((4, 40), (30, 0), (12, 0)):
            lie(shop, "2", london=london, york=york)
        assert shop.offered().item.variant_id == "2"

    def test_a_market_counts_other_locations(self, shop: House) -> None:
        over = {"stock": {"locations": [YORK]}}
        shop.publish({**rules(), "markets": [{"id": "uk", "name": "UK", "countries": ["GB"], "overrides": over}]})
        lie(shop, "2", london=400, york=9)
        assert lines(shop, shop.ask(country_code="GB").decision)[0][2] == "Product 2: stock 9 < 10 at York"

    def test_it_is_made_again_from_what_was_kept(self, shop: House) -> None:
        lie(shop, "2", london=8, york=400)
        decision = shop.ask().decision
        lie(shop, "2", london=500, york=0)
        with shop.database.read() as session:
            assert is_made_again(session, shop.shop_id, decision) is True


class TestClick:
    def test_the_last_one_where_it_counts_may_be_had(self, shop: House) -> None:
        shop.ask()
        lie(shop, "2", london=1, york=0)
        assert accept(shop)

    def test_what_lies_elsewhere_is_not_promised(self, shop: House) -> None:
        shop.ask()
        lie(shop, "2", london=0, york=400)
        with pytest.raises(OfferUnavailable) as caught:
            accept(shop)
        assert caught.value.data["reason"] == "stock_below_minimum"
        assert shop.signer.signed == []

    def test_the_terms_are_those_of_the_offer_whatever_is_published_since(self, shop: House) -> None:
        shop.ask()
        shop.publish(rules(locations=[]))
        lie(shop, "2", london=0, york=400)
        with pytest.raises(OfferUnavailable):
            accept(shop)

    def test_one_location_must_have_all_that_is_taken(self, shop: House) -> None:
        shop.publish(
            {
                **rules(locations=[], at_one_location=True),
                "funnels": rules_json()["funnels"],
            }
        )
        lie(shop, "2", london=12, york=0)
        assert shop.offered().item.variant_id == "2"
        lie(shop, "2", london=0, york=0)
        with pytest.raises(OfferUnavailable):
            accept(shop)


class TestMessage:
    @pytest.fixture
    def due(self, shop: House) -> House:
        shop.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        return shop

    def test_the_platform_is_asked_where_the_goods_lie_now(self, due: House) -> None:
        # Nothing told us: our own mirror still has 12 in London.
        moved = (LocationStock(LONDON, "London", 3), LocationStock(YORK, "York", 49))
        due.api.levels["i2"] = StockLevel("2", 52, ItemStock("i2", moved))
        assert due.send() == "sent"
        with due.database.read() as session:
            (decision,) = Decisions(session, due.shop_id).of_reference(REFERENCE)
        assert lines(due, decision) == [
            ("variant:2", "stock_below_minimum", "Product 2: stock 3 < 10 at London"),
            ("variant:3", "chosen", "Funnel: Product 3"),
        ]

    def test_with_nothing_where_it_counts_nothing_is_sent(self, due: House) -> None:
        for each in ("2", "3"):
            item = due.api.levels[f"i{each}"].item
            assert item is not None
            none = tuple(replace(level, available=0) for level in item.levels)
            due.api.levels[f"i{each}"] = StockLevel(each, 0, ItemStock(f"i{each}", none))
        due.send()
        assert due.touch().reason == "nothing_to_offer"
        assert due.vendors.texts.sent == []

    def test_goods_that_ran_short_where_it_counts_wait_there_too(self, shop: House) -> None:
        shop.publish(rules(resume_at=30))
        lie(shop, "2", london=4, york=40)
        lie(shop, "2", london=20, york=40)
        shop.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
        assert shop.send() == "sent"
        with shop.database.read() as session:
            (decision,) = Decisions(session, shop.shop_id).of_reference(REFERENCE)
        said = "Product 2: stock 20 < 30 at London, where offers resume once it was below 10"
        assert lines(shop, decision)[0] == ("variant:2", "stock_below_minimum", said)


class TestLocations:
    def test_they_are_read_anew_and_what_is_gone_goes(self, shop: House) -> None:
        shop.api.places = [
            Location(LONDON, "London Bridge", is_active=True, is_online=False),
            Location("30", "Bath", is_active=False, is_online=True),
        ]
        assert refresh_locations(access=shop.access, shop_id=shop.shop_id, now=NOW) == 2
        assert [each.name for each in list_locations(database=shop.database, shop_id=shop.shop_id)] == [
            "Bath",
            "London Bridge",
        ]
        with shop.database.read() as session:
            assert [each.name for each in StockByLocation(session, shop.shop_id).of("i2")] == ["London Bridge"]

    def test_where_new_goods_lie_is_read_once(self, house: House) -> None:
        house.publish(rules())
        levels = (LocationStock(LONDON, "London", 30),)
        for each in ("2", "3"):
            house.api.levels[f"i{each}"] = StockLevel(each, 30, ItemStock(f"i{each}", levels))
        assert lines(house, house.ask().decision)[0][1] == "stock_unknown"
        read = partial(read_missing_levels, access=house.access, shop_id=house.shop_id, now=NOW)
        assert read() == 2, "1 and 4 lie nowhere, which is known from now on"
        asked = house.api.calls.count("variants")
        assert read() == 0
        assert house.api.calls.count("variants") == asked
        assert house.ask(reference_id="cc" * 16).decision.outcome.value == "offered"

    def test_goods_whose_stock_is_not_tracked_are_not_asked_for(self, house: House) -> None:
        house.stock(*(variant(each, available=None) for each in ("1", "2", "3", "4")))
        assert read_missing_levels(access=house.access, shop_id=house.shop_id, now=NOW) == 0
        assert "variants" not in house.api.calls

    def test_a_platform_that_refuses_leaves_what_is_known(self, shop: House) -> None:
        shop.api.fail("locations", PermanentFailure("no"))
        with pytest.raises(PermanentFailure):
            refresh_locations(access=shop.access, shop_id=shop.shop_id, now=NOW)
        assert len(list_locations(database=shop.database, shop_id=shop.shop_id)) == 2

    def test_a_deactivated_location_counts_nothing(self, shop: House) -> None:
        shop.api.places = [
            Location(LONDON, "London", is_active=False, is_online=True),
            Location(YORK, "York", is_active=True, is_online=True),
        ]
        refresh_locations(access=shop.access, shop_id=shop.shop_id, now=NOW)
        assert lines(shop, shop.ask().decision)[0][2] == "Product 2: stock 0 < 10 stocked at no location that counts"


def test_goods_of_an_item_that_lies_nowhere_are_told_from_those_never_asked_for(shop: House) -> None:
    with shop.database.write() as session:
        StockByLocation(session, shop.shop_id).save([ItemStock("i2", ())], read_at=shop.clock.now())
    with shop.database.read() as session:
        goods = with_levels(session, shop.shop_id, Catalog(session, shop.shop_id).variants(["2", "4"]))
    assert (goods["2"].levels, goods["4"].levels) == ((), None)
    assert goods["2"].stands[-1] == ()


def test_offers_as_before_ask_for_no_location(house: House) -> None:
    house.stock(variant("2"))
    house.publish(rules_json({**rules_json()["funnels"][0], "steps": [{"id": "s", "offer": offer_json("2")}]}))
    decision = house.ask().decision
    assert decision.offered is not None
    assert (decision.offered.locations, decision.offered.at_one_location) == ((), False)
    assert len(decision.read_facts["situation"]["goods"]["2"]) == 9, "nothing is kept of what was not looked at"


class TestPublishing:
    """What would stop every offer does not go live."""

    def publish(self, house: House, *chosen: str) -> str:
        with house.database.write() as session:
            store = Rules(session, house.shop_id)
            draft = store.draft()
            store.save_draft(rules(locations=list(chosen)), revision=draft.revision if draft else 0, now=NOW)
        try:
            publish_draft(database=house.database, shop_id=house.shop_id, by=None, now=NOW)
        except InvalidRules as fault:
            (problem,) = fault.problems
            return f"{problem.path}: {problem.message}"
        return "live"

    def test_a_location_that_is_gone(self, shop: House) -> None:
        assert self.publish(shop, LONDON) == "live"
        assert self.publish(shop, LONDON, "44").startswith("stock.locations: '44' is no location of the shop.")

    def test_none_but_deactivated_ones(self, shop: House) -> None:
        shop.api.places = [
            Location(LONDON, "London", is_active=False, is_online=True),
            Location(YORK, "York", is_active=True, is_online=True),
        ]
        refresh_locations(access=shop.access, shop_id=shop.shop_id, now=NOW)
        assert self.publish(shop, LONDON, YORK) == "live"
        assert self.publish(shop, LONDON).startswith("stock.locations: names deactivated locations only")

    def test_while_no_location_is_known_nothing_is_said(self, house: House) -> None:
        assert self.publish(house, "44") == "live"
