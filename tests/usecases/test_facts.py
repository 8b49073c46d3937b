"""What conditions are told of an order and its shopper, from what is really stored."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs

from server.domain.conditions import CONDITIONS
from server.domain.document import RuleDocument
from server.domain.facts import Facts, Need
from server.domain.orders import Order
from server.domain.purchases import purchase_of
from server.domain.situation import Surface
from server.storage.contacts import Contacts
from server.storage.orders import Orders
from server.storage.shops import Shops
from server.usecases.facts import Question, load_facts
from server.usecases.imports import order_unit
from tests.factories import EMAIL, NOW, consent, customer, document, funnel_json, line, order, purchase, rules_json
from tests.usecases.house import House

DAY = timedelta(days=1)
ALL = frozenset(Need)


def ask(
    house: House,
    placed: Order | None = None,
    *,
    needed: frozenset[Need] = ALL,
    rules: RuleDocument | None = None,
    **changes: Any,
) -> Facts:
    asked = purchase_of(placed) if placed is not None else purchase(**changes)
    unit_id = order_unit(placed) if placed is not None else "customer:77"
    surface = Surface.ONE_CLICK if placed is None else Surface.MESSAGE
    with house.database.read() as session:
        question = Question(asked, unit_id, surface, NOW, placed)
        found = (rules or document()).of_purchase(country_code=asked.country_code, currency=asked.presentment_currency)
        return load_facts(session, house.shop_id, found, question, needed=needed)


def keep(house: House, *orders: Order) -> None:
    with house.database.write() as session:
        for each in orders:
            Orders(session, house.shop_id).save(each, unit_id=order_unit(each))


def know(house: House, **changes: Any) -> None:
    with house.database.write() as session:
        Contacts(session, house.shop_id).save_customer(customer(**changes))


def test_earlier_orders_and_the_days_since_the_last_of_them(house: House) -> None:
    keep(house, order("1", created_at=NOW - 40 * DAY), order("2", created_at=NOW - 3.5 * DAY))
    know(house, orders_count=2, spent=2_000)
    facts = ask(house)
    assert (facts.earlier_orders, facts.spent, facts.days_since_order, facts.is_first_order) == (2, 2_000, 3, False)


def test_the_order_at_hand_is_no_earlier_one(house: House) -> None:
    placed = order("2")
    keep(house, order("1", created_at=NOW - 5 * DAY), placed)
    know(house, orders_count=2, spent=2_000)
    facts = ask(house, placed)
    assert (facts.earlier_orders, facts.spent, facts.days_since_order) == (1, 1_000, 5)


def test_goods_bought_before_come_with_what_the_catalogue_knows_of_them(house: House) -> None:
    keep(house, order("1", created_at=NOW - 5 * DAY, lines=(line(variant_id="2", product_id="p2"),)))
    know(house, orders_count=1)
    bought = ask(house).bought_goods
    assert bought is not None
    assert {"variant:2", "product:p2"} <= bought.marks
    assert (bought.is_whole, bought.lines[0].is_known) == (True, True)


def test_goods_may_have_been_bought_before_the_history_starts(house: House) -> None:
    keep(house, order("1", created_at=NOW - 5 * DAY))
    know(house, orders_count=9)
    bought = ask(house).bought_goods
    assert bought is not None
    assert not bought.is_whole


def test_of_a_guest_on_the_page_nothing_is_known(house: House) -> None:
    facts = ask(house, customer_id=None)
    assert (facts.earlier_orders, facts.bought_goods, facts.agreed_channels, facts.language) == (None, None, None, None)


def test_agreed_is_who_subscribed_and_did_not_opt_out(house: House) -> None:
    know(house, consents=(consent("sms"), consent("email")))
    assert ask(house).agreed_channels == frozenset({"sms", "email"})
    with house.database.write() as session:
        Contacts(session, house.shop_id).suppress("email", EMAIL, reason="complaint", now=NOW)
    assert ask(house).agreed_channels == frozenset({"sms"})
    know(house, consents=(consent("sms", state="unsubscribed", occurred_at=NOW),))
    assert ask(house).agreed_channels == frozenset()


def test_a_guests_order_is_asked_for_by_its_address(house: House) -> None:
    placed = order(customer_id=None)
    with house.database.write() as session:
        assert placed.email is not None
        Contacts(session, house.shop_id).save_consent(
            replace(consent("email"), customer_id=None, address=placed.email), source="platform", now=NOW
        )
    assert ask(house, placed).agreed_channels == frozenset({"email"})
    assert ask(house, replace(placed, email=None)).agreed_channels is None


def test_the_clock_is_the_shops(house: House) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).time_zone = "Pacific/Kiritimati"  # fourteen hours ahead
    facts = ask(house)
    local = NOW + timedelta(hours=14)
    assert (facts.hour, facts.weekday) == (local.hour, f"{local:%a}".lower())


def test_a_placed_order_tells_more_than_the_page(house: House) -> None:
    placed = order(gateways=("paypal",), source_name="pos", attributes=(("UTM_Source", "News"), ("gift", "yes")))
    told, asked = ask(house, placed), ask(house)
    assert (told.payment_methods, told.sales_channel, told.is_page_eligible) == (frozenset({"paypal"}), "pos", False)
    assert (told.campaign, told.surface, told.language) == ({"utm_source": "news"}, "message", "en")
    assert (asked.payment_methods, asked.sales_channel, asked.is_page_eligible) == (None, None, True)
    assert (asked.campaign, asked.surface) == (None, "one_click")


def test_every_fact_that_is_told_is_known_of_a_rich_order_and_no_other(house: House) -> None:
    placed = order(
        "2",
        discount_codes=("WELCOME10",),
        shipping_method="Express",
        attributes=(("utm_source", "news"),),
        source_name="subscription_contract",
    )
    keep(house, order("1", created_at=NOW - 5 * DAY), placed)
    know(house, orders_count=2, spent=2_000, tags=("loyal",))
    facts = ask(house, placed, rules=document(markets=[{"id": "uk", "name": "UK", "countries": ["GB"]}]))
    known = {each.fact for each in CONDITIONS.values() if getattr(facts, each.fact.name) is not None}
    assert known == {each.fact for each in CONDITIONS.values() if each.fact.is_told}


def test_a_rule_that_fails_to_run_gives_way_to_the_next_and_is_logged(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = {"key": "order.country", "args": {"countries": ["GB"]}}
    house.publish(rules_json(funnel_json("2", id="broken", priority=9, audience=asked), funnel_json("3", id="sound")))
    monkeypatch.setattr(Facts, "country", property(lambda _: 1 / 0))
    with capture_logs() as logs:
        answer = house.ask()
    assert answer.decision.offered is not None
    assert answer.decision.offered.funnel_id == "sound"
    first, *_ = house.trace(answer.decision)
    assert (first.subject, first.reason.value) == ("funnel:broken", "rule_broken")
    assert [(each["event"], each["funnel"]) for each in logs if each["event"] == "rule.failed"] == [
        ("rule.failed", "broken")
    ]


def test_what_nobody_asks_for_is_not_loaded(house: House) -> None:
    know(house, orders_count=2)
    facts = ask(house, needed=frozenset())
    assert (facts.earlier_orders, facts.tier, facts.hour, facts.agreed_channels) == (None, None, None, None)
