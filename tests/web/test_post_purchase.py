import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey
from sqlalchemy import func, select, update

from server.app import create_app
from server.domain.plans import Interval, PlanGroup, PlanPrice, SellingPlan
from server.runtime import Runtime
from server.storage.catalog import Catalog, VariantRow
from server.storage.decisions import DecisionRow
from server.storage.plans import SellingPlans
from server.storage.rules import Rules
from server.storage.shops import Shops
from tests.conftest import StandingClock
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, fixed_rules, install
from tests.web.purchases import REFERENCE, bearer, claims, session_claims, sign, token

ROUTES = ("/post-purchase/offers", "/post-purchase/changesets", "/post-purchase/events")


def ask(client: FlaskClient, now: datetime, **data: Any) -> dict[str, Any]:
    answer = client.post("/post-purchase/offers", headers=bearer(token(now, **data)), json={})
    assert answer.status_code == 200, answer.text
    found = answer.get_json()
    assert isinstance(found, dict)
    return found


def accept(client: FlaskClient, now: datetime, offer: dict[str, Any], **more: Any) -> Any:
    body = {"decision_id": offer["decision_id"], "option_id": offer["offer"]["option_id"], **more}
    return client.post("/post-purchase/changesets", headers=bearer(token(now)), json=body)


def read_changeset(text: str) -> dict[str, Any]:
    return dict(jwt.decode(text, OctKey.import_key(CLIENT_SECRET), algorithms=["HS256"]).claims)


@pytest.fixture
def shop_id(runtime: Runtime) -> int:
    return install(runtime)


class SlowClock(StandingClock):
    """Lets time pass between the questions that are asked of it."""

    def __init__(self, moment: datetime, *, step: timedelta) -> None:
        super().__init__(moment)
        self.step = step

    def now(self) -> datetime:
        self.moment += self.step
        return self.moment


def test_an_answer_that_comes_too_late_is_noted_with_how_long_it_took(runtime: Runtime, clock: StandingClock) -> None:
    install(runtime)
    for step, noted in ((timedelta(seconds=1), None), (timedelta(seconds=2), 2_000), (timedelta(0), None)):
        slow = replace(runtime, clock=SlowClock(clock.now(), step=step))
        found = ask(create_app(slow).test_client(), clock.now())
        assert found["offer"] is not None
        with runtime.database.read() as session:
            assert session.get_one(DecisionRow, found["decision_id"]).answer_ms == noted


class TestAsking:
    def test_a_purchase_is_offered_what_the_rules_say(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        found = ask(client, clock.now())
        offer = found["offer"]
        assert (offer["variant_id"], offer["unit_price"]["amount"], offer["discounted_unit_price"]["amount"]) == (
            2,
            "10.00",
            "8.50",
        )
        assert offer["changes"] == [
            {
                "type": "add_variant",
                "variantId": 2,
                "quantity": 1,
                "discount": {"value": 15, "valueType": "percentage", "title": "One more"},
            }
        ]

    def test_asking_again_gives_the_same_answer(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        first = ask(client, clock.now())
        clock.move(seconds=30)
        assert ask(client, clock.now()) == first

    def test_asking_many_times_at_once_gives_one_answer(
        self, app: Flask, runtime: Runtime, clock: StandingClock, shop_id: int
    ) -> None:
        def once(_: int) -> str:
            return str(ask(app.test_client(), clock.now())["decision_id"])

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(once, range(16)))) == 1
        with runtime.database.read() as session:
            assert session.scalar(select(func.count()).select_from(DecisionRow)) == 1

    def test_a_changed_basket_is_decided_anew(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        assert ask(client, clock.now(), variant_id=1)["offer"]["variant_id"] == 2
        assert ask(client, clock.now(), variant_id=2)["offer"]["variant_id"] == 3

    def test_another_currency_gets_no_offer(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        found = ask(client, clock.now(), presentment="EUR")
        assert (found["offer"], found["reason"]) == (None, "nothing_eligible")

    def test_a_guest_is_served_too(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        assert ask(client, clock.now(), customer_id=None)["offer"] is not None

    def test_a_held_out_shopper_cannot_tell(self, client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
        install(runtime, rules=fixed_rules("2", holdout={"percent": 100}))
        assert ask(client, clock.now()) == {
            "decision_id": ask(client, clock.now())["decision_id"],
            "offer": None,
            "reason": "nothing_eligible",
        }

    def test_without_published_rules_there_is_no_offer(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock
    ) -> None:
        with runtime.database.write() as session:
            from tests.web.installed import grant_until  # noqa: PLC0415 - only here

            Shops(session, runtime.box).install(SHOP, grant=grant_until(clock.now()), now=clock.now())
        assert ask(client, clock.now())["offer"] is None

    def test_a_shop_without_the_app_is_told_so(self, client: FlaskClient, clock: StandingClock) -> None:
        answer = client.post("/post-purchase/offers", headers=bearer(token(clock.now())), json={})
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "shop_not_served")

    def test_an_uninstalled_shop_is_not_served(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, shop_id: int
    ) -> None:
        with runtime.database.write() as session:
            shops = Shops(session, runtime.box)
            shops.uninstall(shops.by_id(shop_id), now=clock.now())
        assert client.post("/post-purchase/offers", headers=bearer(token(clock.now()))).status_code == 404


class TestSigning:
    def test_the_stored_offer_is_signed(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        answer = accept(client, clock.now(), ask(client, clock.now()))
        signed = read_changeset(answer.get_json()["token"])
        assert (signed["iss"], signed["sub"], signed["iat"]) == (CLIENT_ID, REFERENCE, int(clock.now().timestamp()))
        assert [(change["variantId"], change["discount"]["value"]) for change in signed["changes"]] == [(2, 15)]

    def test_wishes_in_the_body_change_nothing(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        wishes = {
            "variant_id": 3,
            "quantity": 99,
            "discount": {"value": 100},
            "price": "0.01",
            "changes": [{"type": "add_variant", "variantId": 3, "quantity": 9}],
        }
        plain = read_changeset(accept(client, clock.now(), ask(client, clock.now()), **wishes).get_json()["token"])
        assert plain["changes"] == [
            {
                "type": "add_variant",
                "variantId": 2,
                "quantity": 1,
                "discount": {"value": 15, "valueType": "percentage", "title": "One more"},
            }
        ]

    def test_accepting_twice_at_once_gives_one_changeset(self, app: Flask, clock: StandingClock, shop_id: int) -> None:
        offer = ask(app.test_client(), clock.now())

        def once(_: int) -> tuple[int, str | None]:
            answer = accept(app.test_client(), clock.now(), offer)
            found = answer.get_json().get("token")
            return answer.status_code, read_changeset(found)["jti"] if found else None

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(once, range(8)))
        assert {status for status, _ in answers} <= {200, 409}
        assert len({jti for _, jti in answers if jti}) == 1

    def test_an_ended_offer_is_not_signed(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        offer = ask(client, clock.now())
        clock.move(minutes=61)
        answer = accept(client, clock.now(), offer)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (410, "offer_expired")

    @pytest.mark.parametrize(
        "happens",
        [
            lambda session, shop_id: session.execute(update(VariantRow).values(available=0)),
            lambda session, shop_id: session.execute(update(VariantRow).values(is_sellable=False)),
            lambda session, shop_id: session.execute(update(VariantRow).values(price=2_000)),
            lambda session, shop_id: Catalog(session, shop_id).remove_product("1002"),
        ],
        ids=["sold out", "withdrawn", "dearer", "deleted"],
    )
    def test_goods_that_changed_since_are_not_signed(
        self,
        client: FlaskClient,
        runtime: Runtime,
        clock: StandingClock,
        shop_id: int,
        happens: Callable[[Any, int], object],
    ) -> None:
        offer = ask(client, clock.now())
        with runtime.database.write() as session:
            happens(session, shop_id)
        answer = accept(client, clock.now(), offer)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (422, "offer_unavailable")

    def test_another_purchase_cannot_take_the_offer(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        offer = ask(client, clock.now())
        body = {"decision_id": offer["decision_id"], "option_id": offer["offer"]["option_id"]}
        other = bearer(token(clock.now(), reference_id="ff" * 16))
        assert client.post("/post-purchase/changesets", headers=other, json=body).status_code == 404

    def test_another_shop_cannot_take_the_offer(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, shop_id: int
    ) -> None:
        install(runtime, domain="other-shop.myshopify.com")
        offer = ask(client, clock.now())
        body = {"decision_id": offer["decision_id"], "option_id": offer["offer"]["option_id"]}
        other = bearer(token(clock.now(), shop="other-shop.myshopify.com"))
        assert client.post("/post-purchase/changesets", headers=other, json=body).status_code == 404

    @pytest.mark.parametrize(
        "body",
        [None, b"", b"{", b"[]", b"null", b'{"decision_id": 5, "option_id": "x"}', b'{"decision_id": "x"}', b"\xff"],
    )
    def test_an_unreadable_body_is_refused(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, body: bytes | None
    ) -> None:
        for route in ROUTES[1:]:
            answer = client.post(route, headers=bearer(token(clock.now())), data=body)
            assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "unreadable_body")


class TestEvents:
    def test_events_are_kept_once(self, client: FlaskClient, clock: StandingClock, shop_id: int) -> None:
        offer = ask(client, clock.now())
        for _ in range(2):
            body = {"decision_id": offer["decision_id"], "kind": "shown", "latency_ms": 180}
            answer = client.post("/post-purchase/events", headers=bearer(token(clock.now())), json=body)
            assert answer.status_code == 204

    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "bought"},
            {"kind": "outcome", "status": "free"},
            {"kind": "shown", "latency_ms": -1},
            {"kind": "outcome", "status": "unprocessed", "error_codes": ["x" * 500]},
        ],
    )
    def test_odd_events_are_refused(
        self, client: FlaskClient, clock: StandingClock, shop_id: int, body: dict[str, Any]
    ) -> None:
        offer = ask(client, clock.now())
        answer = client.post(
            "/post-purchase/events",
            headers=bearer(token(clock.now())),
            json={"decision_id": offer["decision_id"], **body},
        )
        assert answer.status_code == 400

    def test_an_event_of_another_purchase_is_refused(
        self, client: FlaskClient, clock: StandingClock, shop_id: int
    ) -> None:
        offer = ask(client, clock.now())
        answer = client.post(
            "/post-purchase/events",
            headers=bearer(token(clock.now(), reference_id="ee" * 16)),
            json={"decision_id": offer["decision_id"], "kind": "shown"},
        )
        assert answer.status_code == 404


def _forgeries(now: datetime) -> dict[str, str]:
    good = claims(now)
    return {
        "no algorithm": sign(good, algorithm="none"),
        "RS256": sign(good, algorithm="RS256"),
        "HS512": sign(good, algorithm="HS512"),
        "another secret": sign(good, secret="shpss_" + "99" * 16),
        "an empty secret": sign(good, secret=""),
        "a session token": sign(session_claims(now, CLIENT_ID)),
        "a changeset": sign({**good, "changes": []}),
        "an audience": sign({**good, "aud": CLIENT_ID}),
        "another issuer": sign({**good, "iss": CLIENT_ID}),
        "another subject": sign({**good, "sub": "ab" * 16}),
        "no age": sign({name: value for name, value in good.items() if name != "iat"}),
        "too old": sign(claims(now - timedelta(hours=3))),
        "of tomorrow": sign(claims(now + timedelta(days=1))),
        "expired": sign({**good, "exp": int(now.timestamp()) - 60}),
        "no shop of Shopify's": sign(claims(now, shop="gift-shop.example")),
        "no purchase": sign({**good, "input_data": {}}),
        "truncated": sign(good)[:-4],
        "garbage": "eyJhbGciOiJIUzI1NiJ9.e30",
        "huge": "a" * 200_000,
    }


@pytest.mark.parametrize("route", ROUTES)
def test_forged_tokens_are_refused_everywhere(
    client: FlaskClient, clock: StandingClock, runtime: Runtime, route: str
) -> None:
    install(runtime)
    for name, text in _forgeries(clock.now()).items():
        answer = client.post(route, headers=bearer(text), json={})
        assert answer.status_code == 401, name
        assert answer.headers["Access-Control-Allow-Origin"] == "*", name
    for headers in ({}, {"Authorization": ""}, {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer "}):
        assert client.post(route, headers=headers, json={}).status_code == 401


@pytest.mark.parametrize("route", ROUTES)
def test_preflights_are_answered(client: FlaskClient, route: str) -> None:
    answer = client.options(route)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]


def test_a_new_version_of_the_rules_is_used_at_once(
    client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    shop_id = install(runtime)
    assert ask(client, clock.now())["offer"]["variant_id"] == 2
    with runtime.database.write() as session:
        rules = Rules(session, shop_id)
        rules.save_draft(fixed_rules("3"), revision=1, now=clock.now())
        rules.publish(by="42", now=clock.now())
    assert ask(client, clock.now())["offer"]["variant_id"] == 3


def test_a_subscription_is_shown_with_all_that_it_binds_to_and_signed_by_its_plan(
    client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    shop_id = install(runtime)
    plan = SellingPlan(
        "688",
        "Monthly box",
        Interval("month", 3),
        Interval("month", 1),
        (PlanPrice(0, "percent", Decimal(20)), PlanPrice(2, "price", Decimal(950))),
    )
    document = fixed_rules("2")
    document["funnels"][0]["steps"][0]["offer"] |= {
        "subscription": {"shipping": {"GBP": 100}},
        "shipping": {"title": "Post", "amounts": {"GBP": 250}},
    }
    with runtime.database.write() as session:
        group = PlanGroup("9", "Club", (plan,), variants=frozenset({"2"}))
        SellingPlans(session, shop_id).save(group, read_at=clock.now())
        rules = Rules(session, shop_id)
        rules.save_draft(document, revision=1, now=clock.now())
        rules.publish(by="42", now=clock.now())
    found = ask(client, clock.now())
    offer = found["offer"]
    assert (offer["unit_price"]["amount"], offer["discounted_unit_price"]["amount"]) == ("10.00", "6.80")
    assert offer["subscription"] == {
        "plan": "Monthly box",
        "billing": {"unit": "month", "count": 3},
        "delivery": {"unit": "month", "count": 1},
        "unit_price": {"amount": "8.00", "currency": "GBP"},
        "shipping": {"amount": "1.00", "currency": "GBP"},
        "later": {"after": 2, "unit_price": {"amount": "9.50", "currency": "GBP"}},
    }
    wishes = {"sellingPlanId": 1, "recurringShippingPrice": 0, "changes": []}
    signed = read_changeset(accept(client, clock.now(), found, **wishes).get_json()["token"])
    assert signed["changes"] == offer["changes"]
    (change,) = signed["changes"]
    assert (change["type"], change["sellingPlanId"]) == ("add_subscription", 688)
    assert (change["initialShippingPrice"], change["recurringShippingPrice"]) == (2.5, 1)
    assert change["discount"]["value"] == 15


def test_answers_hold_no_secret(client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
    install(runtime)
    text = json.dumps(ask(client, clock.now()))
    assert "shpss_" not in text
    assert "shpat_" not in text
