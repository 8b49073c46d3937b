"""What the blocks ask and tell over HTTP, and where their buttons lead; tokens are really signed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.ports import TemporaryFailure
from server.runtime import Runtime
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.shops import CODE_SCOPE, Shops
from server.usecases.imports import order_unit
from tests.conftest import StandingClock
from tests.factories import OTHER_SHOP, order
from tests.fakes import FakeApis
from tests.shopify_client import make_block_token, make_session_token
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, fixed_rules, install, product, variant
from tests.web.purchases import REFERENCE, bearer, token

ROUTES = ("/blocks/offers", "/blocks/events")
LINE = {"variant_id": "gid://shopify/ProductVariant/1", "product_id": 1001, "quantity": 1, "total": "25.00"}
PURCHASE = {"currency": "GBP", "total": "25.00", "country_code": "GB", "lines": [LINE]}
QUESTION = {"surface": "thank_you", "checkout_token": REFERENCE, "order_id": None, "locale": "en-GB"}


def signed(clock: StandingClock, **changed: Any) -> dict[str, str]:
    given = {"shop": SHOP, "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "now": clock.now()}
    return bearer(make_block_token(**{**given, **changed}))


def ask(client: FlaskClient, clock: StandingClock, **changed: Any) -> dict[str, Any]:
    answer = client.post("/blocks/offers", headers=signed(clock), json={**QUESTION, **changed})
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert isinstance(found, dict)
    return found


@pytest.fixture
def apis(runtime: Runtime) -> FakeApis:
    """The platform behind links, with the goods of the shop."""
    found = FakeApis()
    object.__setattr__(runtime, "apis", found)
    for number in range(1, 6):
        snapshot = product(variant(number))
        found.by_domain[SHOP].held_products[snapshot.product_id] = snapshot
    return found


@pytest.fixture
def shop_id(runtime: Runtime, apis: FakeApis) -> int:
    """A shop with an order that could not see the one-click page, which lets us make codes."""
    made = install(runtime)
    now = runtime.clock.now()
    with runtime.database.write() as session:
        shop = Shops(session, runtime.box).by_id(made)
        shop.scopes, shop.currency = [*shop.scopes, CODE_SCOPE], "GBP"
        placed = order(reference_id=REFERENCE, created_at=now, updated_at=now, gateways=("paypal",))
        Orders(session, made).save(placed, unit_id=order_unit(placed))
    return made


class TestAsking:
    def test_the_answer_holds_what_the_block_shows(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        found = ask(client, clock)
        offer = found["offer"]
        assert (offer["variant_id"], offer["unit_price"], offer["discounted_unit_price"]) == (
            2,
            {"amount": "10.00", "currency": "GBP"},
            {"amount": "8.50", "currency": "GBP"},
        )
        assert offer["discount"] == {"value": 15, "value_type": "percentage", "title": "One more"}
        assert (offer["accept_by"], offer["code_days"], offer["choices"], found["steps"]) == ("code", 2, [], {})
        assert offer["url"].startswith("https://afters.example/o/")
        assert ask(client, clock, surface="order_status") == found

    def test_the_merchants_words_come_in_the_shoppers_language(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, runtime: Runtime
    ) -> None:
        rules = fixed_rules("2")
        rules["funnels"][0]["steps"][0]["offer"]["texts"] = {"heading": "One more"}
        rules["funnels"][0]["steps"][0]["offer"]["translations"] = [{"language": "de", "heading": "Noch etwas?"}]
        with runtime.database.write() as session:
            store = Rules(session, shop_id)
            store.save_draft(rules, revision=1, now=clock.now())
            store.publish(by=None, now=clock.now())
        heard = [ask(client, clock, locale=each)["offer"]["texts"]["heading"] for each in ("de-AT", "fr", "")]
        assert heard == ["Noch etwas?", "One more", "One more"]

    def test_the_shop_may_come_without_its_scheme_or_with_it(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        for dest in (SHOP, f"https://{SHOP}"):
            answer = client.post("/blocks/offers", headers=signed(clock, dest=dest), json=QUESTION)
            assert answer.status_code == 200, answer.text

    def test_an_order_that_nobody_knows_yet_is_shown_an_offer_by_what_the_browser_tells(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        unknown = {"checkout_token": "0f" * 16, "order_id": "gid://shopify/OrderIdentity/9"}
        assert ask(client, clock, **unknown) == {"decision_id": None, "offer": None, "reason": "order_not_known"}
        offer = ask(client, clock, **unknown, purchase=PURCHASE)["offer"]
        answer = client.get(offer["url"].removeprefix("https://afters.example"))
        assert (answer.status_code, answer.headers["Refresh"]) == (409, "4")

    def test_a_held_out_shopper_is_told_what_anybody_without_an_offer_is(
        self, client: FlaskClient, clock: StandingClock, runtime: Runtime, apis: FakeApis
    ) -> None:
        install(runtime, rules=fixed_rules("2", holdout={"percent": 100, "salt": "x"}))
        found = ask(client, clock, purchase=PURCHASE)
        assert (found["offer"], found["reason"]) == (None, "nothing_eligible")

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"{",
            b"[]",
            b'{"surface": "checkout"}',
            b'{"surface": "thank_you", "checkout_token": 7}',
            b'{"surface": "thank_you", "order_id": "gid://x"}',
            b'{"surface": "thank_you", "purchase": {"currency": "pounds", "total": "1"}}',
            b'{"surface": "thank_you", "purchase": {"currency": "GBP", "total": "-1"}}',
            b'{"surface": "thank_you", "purchase": {"currency": "GBP", "total": "1e99"}}',
            b'{"surface": "thank_you", "purchase": {"currency": "GBP", "total": "1", "lines": [{}]}}',
        ],
    )
    def test_what_cannot_be_read_is_refused_with_words(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, body: bytes
    ) -> None:
        answer = client.post("/blocks/offers", headers=signed(clock), data=body)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "unreadable_body")


class TestTokens:
    @pytest.mark.parametrize("route", ROUTES)
    @pytest.mark.parametrize(
        "forge",
        [
            lambda clock: {},
            lambda clock: {"Authorization": "Basic eDp5"},
            lambda clock: bearer("a.b.c"),
            lambda clock: signed(clock, secret="shpss_" + "00" * 16),
            lambda clock: signed(clock, aud="f" * 32),
            lambda clock: signed(clock, aud=None),
            lambda clock: signed(clock, dest="evil.example"),
            lambda clock: signed(clock, dest=None),
            lambda clock: signed(clock, exp=None),
            lambda clock: signed(clock, now=clock.now() - timedelta(minutes=6)),
            lambda clock: signed(clock, now=clock.now() + timedelta(minutes=6)),
            lambda clock: bearer(token(clock.now())),
            lambda clock: bearer(
                make_session_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
            ),
        ],
        ids=[
            "none", "basic", "garbage", "secret", "audience", "no audience", "shop", "no shop", "no end", "old",
            "early", "of the one-click page", "of staff",
        ],
    )  # fmt: skip
    def test_others_are_refused_and_the_extension_can_read_that(
        self,
        client: FlaskClient,
        clock: StandingClock,
        shop_id: int,
        route: str,
        forge: Callable[[StandingClock], dict[str, str]],
    ) -> None:
        answer = client.post(route, headers=forge(clock), json=QUESTION)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, "*")

    def test_a_blocks_token_opens_neither_the_one_click_page_nor_the_admin(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        assert client.post("/post-purchase/offers", headers=signed(clock), json={}).status_code == 401
        assert client.post("/offers/publish", headers=signed(clock), data={"revision": "1"}).status_code == 401

    @pytest.mark.parametrize("route", ROUTES)
    def test_the_preflight_is_answered(self, client: FlaskClient, route: str) -> None:
        answer = client.options(route)
        assert (answer.status_code, answer.headers["Access-Control-Allow-Headers"]) == (
            204,
            "Authorization, Content-Type",
        )

    def test_one_page_asks_so_often_and_no_oftener(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        one = signed(clock)
        codes = [client.post("/blocks/offers", headers=one, json=QUESTION).status_code for _ in range(61)]
        assert codes == [200] * 60 + [429]
        assert client.post("/blocks/offers", headers=signed(clock), json=QUESTION).status_code == 200

    def test_a_shop_without_the_app_is_told_so(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        answer = client.post("/blocks/offers", headers=signed(clock, shop=OTHER_SHOP), json=QUESTION)
        assert answer.status_code == 404


class TestEvents:
    def test_it_is_kept_with_its_latency_only_where_measuring_is_allowed(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, runtime: Runtime
    ) -> None:
        decision_id = ask(client, clock)["decision_id"]
        told = {"decision_id": decision_id, "step": "0", "latency_ms": 120}
        for kind, may_measure in (("shown", True), ("declined", False)):
            body = {**told, "kind": kind, "may_measure": may_measure}
            assert client.post("/blocks/events", headers=signed(clock), json=body).status_code == 204
        with runtime.database.read() as session:
            kept = session.connection().exec_driver_sql("SELECT kind, data FROM events ORDER BY id").fetchall()
        assert [(kind, "latency_ms" in str(data)) for kind, data in kept] == [("shown", True), ("declined", False)]

    @pytest.mark.parametrize(
        "changed", [{"kind": "accepted"}, {"kind": "taken"}, {"step": "0a"}, {"latency_ms": -1}, {"decision_id": ""}]
    )
    def test_what_a_block_cannot_tell_is_refused(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, changed: dict[str, Any]
    ) -> None:
        body = {"decision_id": "x", "step": "0", "kind": "shown", **changed}
        assert client.post("/blocks/events", headers=signed(clock), json=body).status_code == 400

    def test_an_offer_of_nobody_is_not_found(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        body = {"decision_id": "nobody", "step": "0", "kind": "shown"}
        assert client.post("/blocks/events", headers=signed(clock), json=body).status_code == 404


class TestTheLink:
    def url(self, client: FlaskClient, clock: StandingClock) -> str:
        return str(ask(client, clock)["offer"]["url"]).removeprefix("https://afters.example")

    def test_it_leads_to_the_cart_with_the_code(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, apis: FakeApis
    ) -> None:
        answer = client.get(self.url(client, clock))
        (code,) = apis.by_domain[SHOP].made_codes
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith(
            f"https://{SHOP}/cart/2:1?discount={code}&attributes%5B_afters%5D="
        )

    def test_looking_at_it_makes_no_code(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, apis: FakeApis
    ) -> None:
        assert client.head(self.url(client, clock)).status_code == 204
        assert apis.by_domain[SHOP].made_codes == {}

    @pytest.mark.parametrize(
        ("language", "heading"),
        [("de-AT,de;q=0.9", "Dieses Angebot ist vergriffen"), ("ja", "This offer is gone"), ("", "This offer is gone")],
    )
    @pytest.mark.usefixtures("shop_id")
    def test_sold_out_is_said_in_the_shoppers_language_with_a_way_back(
        self, client: FlaskClient, clock: StandingClock, apis: FakeApis, language: str, heading: str
    ) -> None:
        url = self.url(client, clock)
        gone = product(variant(2, available=0))
        apis.by_domain[SHOP].held_products[gone.product_id] = gone
        answer = client.get(url, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert f"<h1>{heading}</h1>" in answer.text
        assert f'href="https://{SHOP}"' in answer.text

    def test_an_offer_that_ended_says_so(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        url = self.url(client, clock)
        clock.move(days=15)
        answer = client.get(url)
        assert (answer.status_code, "This offer has ended" in answer.text) == (410, True)

    def test_a_platform_that_is_busy_is_no_crash(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, apis: FakeApis
    ) -> None:
        url = self.url(client, clock)
        apis.by_domain[SHOP].fail("make_code", TemporaryFailure("busy"))
        answer = client.get(url)
        assert (answer.status_code, "That did not work" in answer.text) == (503, True)
        assert client.get(url).status_code == 303

    @pytest.mark.parametrize(
        "change", [lambda url: url[:-1], lambda url: url.replace("%3A0.", ":1."), lambda _: "/o/x"]
    )
    def test_one_that_is_not_ours_leads_nowhere(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, change: Callable[[str], str]
    ) -> None:
        url = self.url(client, clock)
        if change(url) != url:
            assert client.get(change(url)).status_code == 404

    def test_links_of_messages_are_none_of_these(self, app: Flask, client: FlaskClient, runtime: Runtime) -> None:
        assert client.get(f"/o/{runtime.clicks.sign('x:0')}").status_code == 404
