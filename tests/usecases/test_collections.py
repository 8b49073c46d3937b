"""Collections from the import to the decision: what is known of them, how fresh it is, and what is told when not."""

from datetime import timedelta
from typing import Any

import pytest

from server.domain.rules import InvalidRules, parse
from server.ports import CollectionSnapshot, TemporaryFailure
from server.storage.collections import Collections
from server.storage.deliveries import HANDLED, SUPERSEDED
from server.storage.shops import DONE, QUEUED, WANTED, Imports
from server.usecases.collections import FRESH_FOR, refresh_collections
from server.usecases.imports import import_collections
from server.usecases.references import check_references
from tests.factories import NOW, funnel_json, product, rules_json, variant
from tests.usecases.house import House

ASKED = {"key": "order.contains", "args": {"collections": ["31"]}}
SECOND = timedelta(seconds=1)


def on_the_platform(house: House, collection_id: str, *products: str, title: str = "Gifts") -> None:
    house.api.held_collections[collection_id] = CollectionSnapshot(collection_id, title, products)


def asking(audience: dict[str, Any] = ASKED) -> dict[str, Any]:
    return rules_json(funnel_json(audience=audience))


def import_all(house: House) -> None:
    with house.database.write() as session:
        Imports(session, house.shop_id).want("collections", now=house.clock.now())
    import_collections(access=house.access, shop_id=house.shop_id, clock_now=house.clock.now)


def within(house: House, product_id: str) -> set[str] | None:
    """Return the collections that a product is in; None where they are not known."""
    with house.database.read() as session:
        found = Collections(session, house.shop_id).memberships([product_id])
    return set(found.of_products.get(product_id, ())) if found.is_known else None


def refresh(house: House) -> int:
    return refresh_collections(access=house.access, shop_id=house.shop_id, now=house.clock.now())


def outcome(house: House, reference_id: str) -> str:
    return house.ask(reference_id=reference_id).decision.outcome


class TestImport:
    def test_all_collections_are_read_page_by_page(self, house: House) -> None:
        for number in range(5):
            on_the_platform(house, f"3{number}", "p1")
        import_all(house)
        assert within(house, "p1") == {"30", "31", "32", "33", "34"}
        with house.database.read() as session:
            row = Imports(session, house.shop_id).get("collections")
        assert row is not None
        assert (row.state, row.done, row.total) == (DONE, 5, 5)

    def test_nothing_is_known_while_it_is_under_way(self, house: House) -> None:
        for number in range(5):
            on_the_platform(house, f"3{number}", "p1")
        house.api.fail("collections", None, TemporaryFailure("throttled"))
        with pytest.raises(TemporaryFailure):
            import_all(house)
        assert within(house, "p1") is None
        import_collections(access=house.access, shop_id=house.shop_id, clock_now=house.clock.now)
        assert within(house, "p1") == {"30", "31", "32", "33", "34"}

    def test_a_large_shop_has_them_gathered(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        house.api.claimed = 9_000
        import_all(house)
        assert within(house, "p1") == {"31"}
        assert "gather" in house.api.calls
        assert "collections" not in house.api.calls

    def test_an_import_once_more_drops_what_is_gone(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        import_all(house)
        house.clock.move(seconds=1)
        del house.api.held_collections["31"]
        import_all(house)
        assert within(house, "p1") == set()

    def test_a_shop_that_comes_back_has_them_read_anew_before_they_count(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        import_all(house)
        house.deliver("app/uninstalled")
        house.open()
        assert within(house, "p1") is None
        import_all(house)
        assert within(house, "p1") == {"31"}


class TestWebhooks:
    @pytest.mark.parametrize("topic", ["collections/create", "collections/update"])
    def test_a_collection_that_changed_is_read_whole(self, house: House, topic: str) -> None:
        import_all(house)
        on_the_platform(house, "31", "p1", "p2")
        house.inbound.references[b"c"] = "31"
        assert house.deliver(topic, b"c") == HANDLED
        assert within(house, "p1") == {"31"}

    def test_a_collection_that_is_gone_goes(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        import_all(house)
        house.inbound.references[b"c"] = "31"
        del house.api.held_collections["31"]
        assert house.deliver("collections/update", b"c") == SUPERSEDED
        assert within(house, "p1") == set()
        assert house.deliver("collections/delete", b"c") == HANDLED

    def test_a_product_that_was_put_into_a_collection_on_its_own_page(self, house: House) -> None:
        on_the_platform(house, "31")
        on_the_platform(house, "32", "p2")
        import_all(house)
        on_the_platform(house, "31", "p2")
        on_the_platform(house, "32")
        on_the_platform(house, "33", "p1", "p2", title="Never heard of")
        house.inbound.references[b"p"] = "p2"
        house.clock.move(seconds=1)
        assert house.deliver("products/update", b"p") == HANDLED
        assert within(house, "p2") == {"31", "33"}
        assert within(house, "p1") == {"33"}, "a collection that nobody told of is read whole"

    def test_before_the_first_import_a_product_starts_no_reading_of_its_own(self, house: House) -> None:
        on_the_platform(house, "31", "p2")
        house.inbound.references[b"p"] = "p2"
        assert house.deliver("products/update", b"p") == HANDLED
        assert "collection" not in house.api.calls
        assert within(house, "p2") is None

    def test_a_product_that_was_deleted_is_in_nothing(self, house: House) -> None:
        on_the_platform(house, "31", "p2")
        import_all(house)
        house.inbound.references[b"p"] = "p2"
        assert house.deliver("products/delete", b"p") == HANDLED
        assert within(house, "p2") == set()

    def test_a_product_whose_own_news_is_old_tells_its_collections_all_the_same(self, house: House) -> None:
        on_the_platform(house, "31")
        import_all(house)
        on_the_platform(house, "31", "p2")
        house.api.held_products["p2"] = product(variant("2"), updated_at=NOW - timedelta(days=90))
        house.inbound.references[b"p"] = "p2"
        assert house.deliver("products/update", b"p") == SUPERSEDED
        assert within(house, "p2") == {"31"}


class TestFreshness:
    def test_what_live_rules_ask_is_read_again_after_an_hour(self, house: House) -> None:
        on_the_platform(house, "31")
        on_the_platform(house, "32")
        import_all(house)
        house.publish(asking())
        on_the_platform(house, "31", "p1")  # it fills itself, and nothing says so
        on_the_platform(house, "32", "p1")
        house.clock.move(seconds=int(FRESH_FOR.total_seconds()) - 1)
        assert refresh(house) == 0
        house.clock.move(seconds=1)
        assert refresh(house) == 1
        assert within(house, "p1") == {"31"}, "nobody asks about the other"
        assert refresh(house) == 0

    @pytest.mark.parametrize("place", ["journeys", "tiers"])
    def test_follow_ups_and_tiers_ask_too(self, house: House, place: str) -> None:
        on_the_platform(house, "31")
        import_all(house)
        rules = rules_json()
        if place == "journeys":
            rules["journeys"][0]["audience"] = ASKED
        else:
            rules["tiers"] = [{"name": "collector", "audience": ASKED}]
        house.publish(rules)
        house.clock.move(hours=1)
        assert refresh(house) == 1

    def test_one_that_is_gone_is_forgotten(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        import_all(house)
        house.publish(asking())
        del house.api.held_collections["31"]
        house.clock.move(hours=1)
        assert refresh(house) == 1
        assert (within(house, "p1"), refresh(house)) == (set(), 0)

    def test_a_shop_from_before_there_were_collections_has_them_imported(self, house: House) -> None:
        with house.database.write() as session:
            row = Imports(session, house.shop_id).get("collections")
            session.delete(row)
        assert refresh(house) == 0
        with house.database.write() as session:
            row = Imports(session, house.shop_id).get("collections")
            assert row is not None
            assert row.state == WANTED
            row.state = QUEUED
        assert refresh(house) == 0
        with house.database.read() as session:
            again = Imports(session, house.shop_id).get("collections")
        assert again is not None
        assert again.state == QUEUED, "it is asked for once"


class TestPublishing:
    def problems(self, house: House, rules: dict[str, Any]) -> list[tuple[str, str]]:
        with house.database.read() as session:
            try:
                check_references(session, house.shop_id, parse(rules))
            except InvalidRules as fault:
                return [(each.path, each.message) for each in fault.problems]
        return []

    def test_a_collection_that_is_not_the_shops_is_told(self, house: House) -> None:
        on_the_platform(house, "30", "p1")
        import_all(house)
        ((path, message),) = self.problems(house, asking())
        assert path == "funnels[0].audience (order.contains)"
        assert message.startswith("'31' is no collection of the shop: it was deleted, or is another shop's.")
        assert self.problems(house, asking({"key": "customer.bought", "args": {"except_collections": ["31", "30"]}}))
        assert not self.problems(house, asking({"key": "customer.bought", "args": {"collections": ["30"]}}))

    def test_before_collections_were_read_nobody_can_say(self, house: House) -> None:
        assert not self.problems(house, asking())


class TestDecisions:
    def test_an_order_of_goods_in_the_collection_is_offered(self, house: House) -> None:
        on_the_platform(house, "31", "p1")
        house.publish(asking())
        assert outcome(house, "a" * 32) == "nothing", "not known yet"
        import_all(house)
        assert outcome(house, "b" * 32) == "offered"
        on_the_platform(house, "31", "p2")
        house.inbound.references[b"c"] = "31"
        house.clock.move(seconds=1)
        assert house.deliver("collections/update", b"c") == HANDLED
        assert outcome(house, "c" * 32) == "nothing"

    def test_what_is_unknown_is_no_match_the_other_way_round_either(self, house: House) -> None:
        on_the_platform(house, "31")
        house.publish(asking({"not": ASKED}))
        assert outcome(house, "a" * 32) == "nothing"
        import_all(house)
        assert outcome(house, "b" * 32) == "offered"

    def test_the_trace_tells_it_as_it_was(self, house: House) -> None:
        house.publish(asking())
        unknown = house.ask(reference_id="a" * 32).decision
        on_the_platform(house, "30", "p1")
        import_all(house)
        missed = house.ask(reference_id="b" * 32).decision
        assert [line.reason.value for line in house.trace(unknown)] == ["audience_unknown"]
        assert [line.reason.value for line in house.trace(missed)] == ["audience_miss"]
