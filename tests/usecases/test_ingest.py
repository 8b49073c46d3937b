from datetime import timedelta
from typing import Any

import pytest

from server.ports import (
    CredentialsRejected,
    CustomerRequest,
    ItemStock,
    LocationStock,
    ReopenNeeded,
    StockLevel,
    TemporaryFailure,
)
from server.storage.catalog import Catalog
from server.storage.contacts import Contacts
from server.storage.deliveries import FAILED, HANDLED, IGNORED, STORED, SUPERSEDED, UNREADABLE, Deliveries, DeliveryRow
from server.storage.orders import Orders
from server.storage.shops import Shops
from server.storage.stock import StockByLocation
from server.storage.touches import Touches
from server.usecases.ingest import ATTEMPTS, HANDLERS, handle_delivery, postpone_delivery
from tests.factories import (
    EMAIL,
    NOW,
    OTHER_SHOP,
    PHONE,
    SHOP,
    consent,
    customer,
    funnel_json,
    line,
    order,
    product,
    rules_json,
    variant,
)
from tests.usecases.house import AGE, House

LATER = NOW + timedelta(minutes=5)


def stored_order(house: House, order_id: str = "500") -> Any:
    with house.database.read() as session:
        return Orders(session, house.shop_id).get(order_id)


def handle(house: House, delivery_id: int) -> str:
    return handle_delivery(
        access=house.access, inbox=house.inbox.database, inbound=house.inbound, delivery_id=delivery_id, now=NOW
    )


def delivery(house: House, delivery_id: int) -> DeliveryRow:
    with house.inbox.database.read() as session:
        found = Deliveries(session).get(delivery_id)
    assert found is not None
    return found


class TestOrders:
    @pytest.mark.parametrize("topic", ["orders/create", "orders/paid"])
    def test_an_order_in_the_body_is_taken_in_with_its_customer(self, house: House, topic: str) -> None:
        house.inbound.orders[b"o"] = order()
        assert house.deliver(topic, b"o") == HANDLED
        assert stored_order(house) == order()
        assert house.api.calls == ["customer"]
        with house.database.read() as session:
            contact = Contacts(session, house.shop_id).get("sms", PHONE)
            assert contact is not None
            assert contact.consent == "subscribed"
            assert Touches(session, house.shop_id).sequence_of("500") is not None
            assert Shops(session, house.box).by_id(house.shop_id).last_delivery_at == NOW

    def test_where_rules_ask_for_selling_plans_the_order_is_asked_for(self, house: House) -> None:
        asked = {"key": "order.subscription", "args": {"kinds": ["first"]}}
        house.publish(rules_json(funnel_json(audience=asked)))
        house.inbound.orders[b"o"] = order()
        house.api.held_orders["500"] = order(starts_subscription=True)
        assert house.deliver("orders/create", b"o") == HANDLED
        assert house.api.calls == ["order", "customer"]
        assert stored_order(house).starts_subscription is True
        renewal = order("501", source_name="subscription_contract", reference_id="5" * 32)
        house.inbound.orders[b"r"] = renewal
        assert house.deliver("orders/create", b"r") == HANDLED
        assert house.api.calls[2:] == ["customer"], "its channel tells all there is to know"

    def test_an_order_that_shopify_does_not_show_yet_is_taken_from_the_body(self, house: House) -> None:
        asked = {"key": "order.subscription", "args": {"kinds": ["first"]}}
        uk = {
            "id": "uk",
            "name": "UK",
            "countries": ["GB"],
            "overrides": {"journeys": [{"id": "journey", "audience": asked}]},
        }
        house.publish(rules_json(markets=[uk]))
        house.inbound.orders[b"o"] = order()
        assert house.deliver("orders/create", b"o") == HANDLED
        assert house.api.calls == ["order", "customer"]
        assert stored_order(house).starts_subscription is None

    @pytest.mark.parametrize("topic", ["orders/edited", "orders/cancelled", "refunds/create"])
    def test_an_order_that_the_body_only_names_is_fetched(self, house: House, topic: str) -> None:
        house.inbound.references[b"r"] = "500"
        house.api.held_orders["500"] = order(updated_at=LATER, name="#fetched")
        assert house.deliver(topic, b"r") == HANDLED
        assert stored_order(house).name == "#fetched"
        assert house.api.calls == ["order", "customer"]

    @pytest.mark.parametrize("topic", ["orders/edited", "orders/cancelled", "refunds/create"])
    def test_an_order_that_is_gone_is_old_news(self, house: House, topic: str) -> None:
        house.inbound.references[b"r"] = "500"
        assert house.deliver(topic, b"r") == SUPERSEDED
        assert stored_order(house) is None

    def test_older_news_of_an_order_are_superseded(self, house: House) -> None:
        house.inbound.orders |= {b"new": order(updated_at=LATER, name="#new"), b"old": order(name="#old")}
        assert house.deliver("orders/paid", b"new") == HANDLED
        assert house.deliver("orders/create", b"old") == SUPERSEDED
        assert stored_order(house).name == "#new"

    def test_of_two_bodies_of_one_second_the_platform_says_which_is_true(self, house: House) -> None:
        changed = order(lines=(line("2"), line("1")), current_total=2_000)
        house.inbound.orders[b"as it was placed"] = order()
        house.inbound.references[b"edited"] = "500"
        house.api.held_orders["500"] = changed
        assert house.deliver("orders/edited", b"edited") == HANDLED
        house.api.calls.clear()
        assert house.deliver("orders/create", b"as it was placed") == HANDLED
        assert house.api.calls == ["customer", "order", "customer"]
        assert stored_order(house).current_total == 2_000

    def test_two_bodies_of_one_second_that_agree_ask_nothing(self, house: House) -> None:
        house.inbound.orders[b"o"] = order(lines=(line("2"), line("1")))
        assert house.deliver("orders/create", b"o") == HANDLED
        house.api.calls.clear()
        assert house.deliver("orders/paid", b"o") == HANDLED
        assert house.api.calls == ["customer"]

    def test_a_contested_order_that_is_gone_is_old_news(self, house: House) -> None:
        house.inbound.orders |= {b"one": order(), b"other": order(name="#other")}
        assert house.deliver("orders/create", b"one") == HANDLED
        assert house.deliver("orders/paid", b"other") == SUPERSEDED
        assert stored_order(house) == order()

    def test_a_guest_with_neither_e_mail_nor_phone_nor_name_is_taken_in(self, house: House) -> None:
        nobody = order(customer_id=None, email=None, phone=None, first_name=None, reference_id=None, country_code=None)
        house.inbound.orders[b"o"] = nobody
        assert house.deliver("orders/create", b"o") == HANDLED
        assert stored_order(house) == nobody
        assert house.api.calls == [], "there is nobody to ask about"
        assert [each.state for each in house.touches()] == ["planned", "planned"]
        assert (house.send("sms"), house.touch("sms").reason) == ("refused", "no_address")
        assert (house.send("email"), house.touch("email").reason) == ("refused", "no_address")

    def test_a_customer_who_is_gone_does_not_stop_the_order(self, house: House) -> None:
        del house.api.held_customers["77"]
        house.inbound.orders[b"o"] = order()
        assert house.deliver("orders/create", b"o") == HANDLED

    def test_the_same_delivery_twice_is_stored_once_and_the_same_news_twice_change_nothing(self, house: House) -> None:
        house.inbound.orders[b"o"] = order()
        first = house.store("orders/create", b"o", delivery_id="same")
        assert house.store("orders/create", b"o", delivery_id="same") == first
        house.deliver("orders/create", b"o", delivery_id="same")
        before = [each.id for each in house.touches()]
        assert house.deliver("orders/create", b"o") == HANDLED
        assert [each.id for each in house.touches()] == before

    def test_a_handled_delivery_is_not_handled_again(self, house: House) -> None:
        house.inbound.orders[b"o"] = order()
        delivery_id = house.store("orders/create", b"o")
        ends = [handle(house, each) for each in (delivery_id, delivery_id, 10**6)]
        assert ends == [HANDLED, IGNORED, IGNORED]


class TestGoods:
    def test_a_product_that_changed_is_fetched(self, house: House) -> None:
        house.inbound.references[b"p"] = "p2"
        house.api.held_products["p2"] = product(variant("2", price=1, available=3), updated_at=LATER)
        assert house.deliver("products/update", b"p") == HANDLED
        with house.database.read() as session:
            found = Catalog(session, house.shop_id).variants(["2"])["2"]
        assert (found.price, found.available) == (1, 3)

    def test_a_product_that_is_gone_or_older_is_superseded(self, house: House) -> None:
        house.inbound.references[b"p"] = "p9"
        assert house.deliver("products/update", b"p") == SUPERSEDED
        house.inbound.references[b"p"] = "p2"
        house.api.held_products["p2"] = product(variant("2", price=1), updated_at=NOW - timedelta(days=9))
        assert house.deliver("products/update", b"p") == SUPERSEDED

    def test_a_deleted_product_goes(self, house: House) -> None:
        house.inbound.references[b"p"] = "p2"
        assert house.deliver("products/delete", b"p") == HANDLED
        assert house.deliver("products/delete", b"p") == HANDLED, "again, and nothing happens"
        with house.database.read() as session:
            assert Catalog(session, house.shop_id).variants(["2", "3"]).keys() == {"3"}

    def test_stock_is_asked_for_over_all_places(self, house: House) -> None:
        house.inbound.references[b"i"] = "i2"
        lying = ItemStock("i2", (LocationStock("l1", "Leeds", 4), LocationStock("l2", "York", 3)))
        house.api.levels["i2"] = StockLevel("2", 7, lying)
        assert house.deliver("inventory_levels/update", b"i") == HANDLED
        with house.database.read() as session:
            assert Catalog(session, house.shop_id).variants(["2"])["2"].available == 7
            assert StockByLocation(session, house.shop_id).of("i2") == lying.levels
        house.inbound.references[b"i"] = "i99"
        assert house.deliver("inventory_levels/update", b"i") == SUPERSEDED


class TestPeople:
    @pytest.mark.parametrize(
        ("topic", "channel", "address"),
        [
            ("customers_marketing_consent/update", "sms", PHONE),
            ("customers_email_marketing_consent/update", "email", EMAIL),
        ],
    )
    def test_consent_is_mirrored_and_older_news_superseded(
        self, house: House, topic: str, channel: str, address: str
    ) -> None:
        house.inbound.consents = {
            b"out": consent(channel, "unsubscribed", occurred_at=LATER),
            b"in": consent(channel, "subscribed", occurred_at=NOW),
            b"nobody": consent(channel, address=None),
        }
        assert house.deliver(topic, b"out") == HANDLED
        assert house.deliver(topic, b"in") == SUPERSEDED
        assert house.deliver(topic, b"nobody") == SUPERSEDED
        with house.database.read() as session:
            found = Contacts(session, house.shop_id).get(channel, address)
            assert found is not None
            assert found.consent == "unsubscribed"

    def test_a_person_is_erased_on_request(self, house: House) -> None:
        house.record(order())
        house.inbound.requests[b"c"] = CustomerRequest(customer_id="77", email=EMAIL, phone=PHONE)
        assert house.deliver("customers/redact", b"c") == HANDLED
        assert (stored_order(house).email, stored_order(house).first_name) == (None, None)
        with house.database.read() as session:
            assert Contacts(session, house.shop_id).customer("77") is None


class TestTheShop:
    def test_an_uninstalled_shop_is_closed_and_served_no_more(self, house: House) -> None:
        assert house.deliver("app/uninstalled") == HANDLED
        assert house.deliver("app/uninstalled") == SUPERSEDED
        house.inbound.orders[b"o"] = order()
        assert house.deliver("orders/create", b"o") == IGNORED
        assert stored_order(house) is None

    def test_news_of_an_uninstallation_before_the_present_installation_come_too_late(self, house: House) -> None:
        said_at = NOW - AGE - timedelta(seconds=1)
        assert house.deliver("app/uninstalled", triggered_at=said_at) == SUPERSEDED
        assert house.deliver("app/uninstalled", triggered_at=NOW - AGE) == HANDLED

    def test_what_the_platform_must_be_obeyed_in_is_obeyed_after_uninstalling_too(self, house: House) -> None:
        house.record(order())
        house.deliver("app/uninstalled")
        house.inbound.requests[b"c"] = CustomerRequest(customer_id="77", email=None, phone=None)
        assert house.deliver("customers/redact", b"c") == HANDLED
        assert stored_order(house).email is None
        assert house.deliver("shop/redact") == HANDLED
        with house.database.read() as session:
            assert Shops(session, house.box).by_domain(SHOP) is None

    def test_a_shop_that_came_back_is_not_erased(self, house: House) -> None:
        assert house.deliver("shop/redact") == SUPERSEDED
        with house.database.read() as session:
            assert Shops(session, house.box).by_domain(SHOP) is not None

    def test_changed_scopes_are_looked_up(self, house: House) -> None:
        assert house.deliver("app/scopes_update") == HANDLED
        assert house.api.calls == ["app_state"]

    @pytest.mark.parametrize("topic", ["events/Product/update", "fulfillments/create", "x"])
    def test_other_topics_are_kept_and_ignored(self, house: House, topic: str) -> None:
        delivery_id = house.store(topic)
        handle(house, delivery_id)
        row = delivery(house, delivery_id)
        assert (row.state, row.error, row.body) == (IGNORED, "unknown topic", b"body")

    def test_unknown_shops_are_ignored(self, house: House) -> None:
        delivery_id = house.store("orders/create", domain=OTHER_SHOP)
        handle(house, delivery_id)
        assert (delivery(house, delivery_id).state, delivery(house, delivery_id).error) == (
            IGNORED,
            "the shop does not have the app",
        )


class TestTrouble:
    @pytest.mark.parametrize("topic", sorted(set(HANDLERS) - {"app/uninstalled", "app/scopes_update", "shop/redact"}))
    def test_what_cannot_be_read_is_set_aside_with_the_reason(self, house: House, topic: str) -> None:
        delivery_id = house.store(topic, b"\xff{")
        assert handle(house, delivery_id) == UNREADABLE
        row = delivery(house, delivery_id)
        assert (row.state, row.error, row.body) == (UNREADABLE, "The body cannot be read.", b"\xff{")

    @pytest.mark.parametrize(
        "failure", [TemporaryFailure("busy"), CredentialsRejected("no"), RuntimeError("a fault of ours")]
    )
    def test_a_failure_leaves_the_delivery_open_and_nothing_half_done(self, house: House, failure: Exception) -> None:
        house.inbound.orders[b"o"] = order()
        house.api.fail("customer", failure)
        delivery_id = house.store("orders/create", b"o")
        with pytest.raises(type(failure)):
            handle(house, delivery_id)
        assert delivery(house, delivery_id).handled_at is None
        assert stored_order(house) is None
        assert handle(house, delivery_id) == HANDLED

    def test_a_dead_refresh_token_leaves_the_delivery_open(self, house: House) -> None:
        house.clock.move(hours=2)
        house.auth.fail("refresh", ReopenNeeded("dead"))
        house.inbound.orders[b"o"] = order()
        with pytest.raises(ReopenNeeded):
            house.deliver("orders/create", b"o")

    def test_postponing_waits_longer_each_time_and_ends_in_failed(self, house: House) -> None:
        delivery_id = house.store("orders/create")
        pauses = []
        for _ in range(ATTEMPTS - 1):
            now = house.clock.now()
            assert self.postpone(house, delivery_id) == STORED
            retry_at = delivery(house, delivery_id).retry_at
            assert retry_at is not None
            pauses.append((retry_at - now).total_seconds())
            house.clock.moment = retry_at
        assert pauses[:3] == [5, 10, 20]
        assert pauses == sorted(pauses)
        assert 4 * 3600 < sum(pauses) < 24 * 3600
        assert self.postpone(house, delivery_id) == FAILED
        row = delivery(house, delivery_id)
        assert (row.state, row.error, row.attempt) == (FAILED, "busy", ATTEMPTS)
        assert self.postpone(house, delivery_id) == IGNORED

    def test_the_platforms_word_on_when_to_come_back_is_kept(self, house: House) -> None:
        delivery_id = house.store("orders/create")
        self.postpone(house, delivery_id, retry_after=3)
        assert delivery(house, delivery_id).retry_at == NOW + timedelta(seconds=3)
        assert self.postpone(house, 10**6) == IGNORED

    @staticmethod
    def postpone(house: House, delivery_id: int, retry_after: float | None = None) -> str:
        return postpone_delivery(
            inbox=house.inbox.database,
            delivery_id=delivery_id,
            error="busy",
            retry_after=retry_after,
            now=house.clock.now(),
        )


def test_a_customer_in_two_shops_is_two_customers(house: House) -> None:
    ours, house.shop_id = house.shop_id, house.open(OTHER_SHOP)
    house.apis.by_domain[OTHER_SHOP].held_customers["77"] = customer(first_name="Another")
    house.inbound.orders[b"o"] = order()
    assert house.deliver("orders/create", b"o", domain=OTHER_SHOP) == HANDLED
    with house.database.read() as session:
        assert Orders(session, ours).get("500") is None
        first = Contacts(session, ours).customer("77")
        second = Contacts(session, house.shop_id).customer("77")
        assert first is not None
        assert second is not None
        assert (first.first_name, second.first_name) == ("Jo", "Another")
