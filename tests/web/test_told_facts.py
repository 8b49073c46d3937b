"""Facts told over HTTP: who may, what is kept, and that a request is taken as a whole or not at all."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from server.runtime import Runtime
from server.storage.api_keys import ApiKeys
from server.storage.contacts import Contacts
from server.storage.shops import Shops
from server.usecases.api_keys import create_key, list_keys, revoke_key
from tests.conftest import StandingClock
from tests.factories import OTHER_SHOP, customer
from tests.threads import at_once
from tests.web.installed import SHOP, install

_GOOD = {"open_tickets": 1, "loyalty_tier": "gold", "segments": ["vip"], "is_business": False}


@pytest.fixture
def shop_id(runtime: Runtime) -> int:
    made = install(runtime)
    with runtime.database.write() as session:
        for number in ("77", "78"):
            Contacts(session, made).save_customer(replace(customer(), customer_id=number))
    return made


@pytest.fixture
def key(runtime: Runtime, shop_id: int) -> str:
    return make(runtime, shop_id)


def make(runtime: Runtime, shop_id: int, name: str = "Helpdesk") -> str:
    return create_key(database=runtime.database, shop_id=shop_id, name=name, created_by="7", now=runtime.clock.now())


def body(*customers: tuple[object, object]) -> dict[str, Any]:
    return {"customers": [{"customer": number, "facts": facts} for number, facts in customers]}


def tell(client: FlaskClient, key: str, sent: object, **query: str) -> TestResponse:
    raw = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    return client.post("/api/facts", data=raw, headers=headers, query_string=query)


def told(runtime: Runtime, shop_id: int, number: str = "77") -> dict[str, Any]:
    with runtime.database.read() as session:
        row = Contacts(session, shop_id).customer(number)
        assert row is not None
        return row.told


def error(answer: TestResponse) -> dict[str, Any]:
    assert answer.json is not None
    found: dict[str, Any] = answer.json["error"]
    return found


class TestTelling:
    def test_what_is_told_is_kept(self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str) -> None:
        answer = tell(client, key, body(("77", _GOOD), (78, {"open_tickets": 0})))
        assert (answer.status_code, answer.json) == (200, {"ok": True, "customers": 2, "changed": 2})
        assert told(runtime, shop_id) == _GOOD
        assert told(runtime, shop_id, "78") == {"open_tickets": 0}

    def test_the_same_again_changes_nothing(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        for changed in (1, 0, 0):
            assert tell(client, key, body(("77", _GOOD))).json == {"ok": True, "customers": 1, "changed": changed}
        assert told(runtime, shop_id) == _GOOD

    def test_what_is_not_named_stays_and_what_is_null_is_forgotten(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        tell(client, key, body(("77", _GOOD)))
        tell(client, key, body(("77", {"open_tickets": None, "loyalty_points": 5})))
        assert told(runtime, shop_id) == {
            "loyalty_tier": "gold", "segments": ["vip"], "is_business": False, "loyalty_points": 5,
        }  # fmt: skip
        tell(client, key, body(("77", None)))
        assert told(runtime, shop_id) == {}

    def test_all_that_was_told_of_one_can_be_deleted(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        tell(client, key, body(("77", _GOOD), ("78", _GOOD)))
        headers = {"Authorization": f"Bearer {key}"}
        for changed in (1, 0):
            assert client.delete("/api/facts/77", headers=headers).json == {"ok": True, "changed": changed}
        assert (told(runtime, shop_id), told(runtime, shop_id, "78")) == ({}, _GOOD)
        assert client.delete("/api/facts/79", headers=headers).status_code == 404
        assert client.delete("/api/facts/77").status_code == 401

    def test_one_fault_among_many_and_nothing_is_kept(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        answer = tell(client, key, body(("77", _GOOD), ("78", {"open_tickets": "many", "shoe_size": 9})))
        assert answer.status_code == 422
        assert error(answer)["code"] == "invalid_facts"
        assert sorted(each["path"] for each in error(answer)["problems"]) == [
            "customers[1].facts.open_tickets", "customers[1].facts.shoe_size",
        ]  # fmt: skip
        assert told(runtime, shop_id) == {}

    def test_strangers_are_named_and_nothing_is_kept(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        answer = tell(client, key, body(("77", _GOOD), ("79", _GOOD), ("80", {})))
        assert answer.status_code == 422
        assert [each["path"] for each in error(answer)["problems"]] == [
            "customers[1].customer",
            "customers[2].customer",
        ]
        assert told(runtime, shop_id) == {}

    @pytest.mark.parametrize(
        ("raw", "words"),
        [
            (b"", "is no JSON"),
            (b'{"customers": [', "is no JSON"),
            (b'{"customers": [{"customer": "77", "facts": {"loyalty_tier": "\xff"}}]}', "is no UTF-8 from byte 61"),
            (b'{"customers": [{"customer": "77", "facts": {"open_tickets": NaN}}]}', "NaN is no number"),
            (b'{"customers": [{"customer": "77", "customer": "78", "facts": {}}]}', "'customer' stands twice"),
            (b"[" * 50_000, "nested too deeply"),
        ],
    )
    def test_what_is_no_json_is_refused(self, client: FlaskClient, key: str, raw: bytes, words: str) -> None:
        answer = tell(client, key, raw)
        assert (answer.status_code, error(answer)["code"]) == (400, "unreadable_body")
        assert words in error(answer)["message"]

    def test_a_huge_body_is_refused_unread(self, client: FlaskClient, key: str) -> None:
        answer = tell(client, key, b" " * (2 * 1024 * 1024 + 1))
        assert (answer.status_code, error(answer)["code"]) == (413, "body_too_large")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
    @given(raw=st.binary(max_size=80))
    def test_whatever_comes_is_answered(self, client: FlaskClient, clock: StandingClock, key: str, raw: bytes) -> None:
        clock.move(minutes=1)
        assert tell(client, key, raw).status_code in {400, 422}

    def test_two_that_tell_at_once_lose_nothing(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        assert client
        app = client.application
        facts: list[dict[str, object]] = [
            {"open_tickets": 3},
            {"loyalty_tier": "gold"},
            {"segments": ["vip"]},
            {"is_business": True},
        ]
        sent = [
            body(*((number, each) for number in order))
            for each, order in zip(facts, [["77", "78"], ["78", "77"]] * 2, strict=True)
        ]
        answers = at_once(*[lambda each=each: tell(app.test_client(), key, each).status_code for each in sent])
        assert answers == [200] * 4
        assert (
            told(runtime, shop_id)
            == told(runtime, shop_id, "78")
            == {name: value for each in facts for name, value in each.items()}
        )


class TestKeys:
    @pytest.mark.parametrize(
        "header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer afk_x", "Bearer afk_0123456789_" + "A" * 43]
    )
    def test_without_a_key_nothing_is_read(self, client: FlaskClient, shop_id: int, header: str) -> None:
        assert shop_id
        answer = client.post("/api/facts", data=b"{", headers={"Authorization": header} if header else {})
        assert (answer.status_code, error(answer)["code"]) == (401, "not_authenticated")

    def test_a_key_whose_end_is_another_is_none(self, client: FlaskClient, key: str) -> None:
        other = key[:-1] + ("A" if key[-1] != "A" else "B")
        assert tell(client, other, body(("77", {}))).status_code == 401

    def test_a_revoked_key_ends_at_once(self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str) -> None:
        assert tell(client, key, body(("77", {}))).status_code == 200
        (row,) = list_keys(database=runtime.database, shop_id=shop_id)
        revoke_key(database=runtime.database, shop_id=shop_id, key_id=row.id, now=runtime.clock.now())
        assert tell(client, key, body(("77", _GOOD))).status_code == 401
        assert told(runtime, shop_id) == {}

    def test_a_shop_that_left_is_told_of_no_more(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        with runtime.database.write() as session:
            Shops(session, runtime.box).by_id(shop_id).uninstalled_at = runtime.clock.now()
        assert tell(client, key, body(("77", {}))).status_code == 401

    def test_a_key_reaches_the_customers_of_its_own_shop_only(
        self, client: FlaskClient, runtime: Runtime, shop_id: int, key: str
    ) -> None:
        other_id = install(runtime, domain=OTHER_SHOP)
        with runtime.database.write() as session:
            for number in ("77", "99"):
                Contacts(session, other_id).save_customer(replace(customer(), customer_id=number))
        assert tell(client, key, body(("99", _GOOD))).status_code == 422
        assert tell(client, key, body(("77", _GOOD))).status_code == 200
        assert (told(runtime, shop_id), told(runtime, other_id)) == (_GOOD, {})

    def test_a_shop_that_is_named_beside_must_be_the_keys(self, client: FlaskClient, key: str, shop_id: int) -> None:
        assert shop_id
        assert tell(client, key, body(("77", {})), shop=SHOP).status_code == 200
        answer = tell(client, key, body(("77", _GOOD)), shop=OTHER_SHOP)
        assert (answer.status_code, error(answer)["message"]) == (401, "The key is another shop's.")

    def test_a_session_token_or_an_address_is_no_key(self, client: FlaskClient, key: str) -> None:
        assert client.post("/api/facts", query_string={"key": key, "id_token": key}, data=b"{}").status_code == 401

    def test_nothing_of_a_key_but_its_digest_is_stored(self, runtime: Runtime, shop_id: int, key: str) -> None:
        (row,) = list_keys(database=runtime.database, shop_id=shop_id)
        stored = " ".join(str(getattr(row, column.name)) for column in row.__table__.columns)
        assert key not in stored
        assert key.rpartition("_")[2] not in stored
        assert row.handle in key

    def test_the_last_use_is_noted_to_the_minute(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, shop_id: int, key: str
    ) -> None:
        def used() -> timedelta | None:
            with runtime.database.read() as session:
                (row,) = ApiKeys(session, shop_id).all()
                return row.last_used_at - begun if row.last_used_at else None

        begun = clock.now()
        assert used() is None
        for seconds, noted in ((0, 0), (59, 0), (1, 60)):
            clock.move(seconds=seconds)
            assert tell(client, key, body(("77", {}))).status_code == 200
            assert used() == timedelta(seconds=noted)

    def test_one_system_s_loop_is_held_back_and_no_other(
        self, client: FlaskClient, runtime: Runtime, clock: StandingClock, shop_id: int, key: str
    ) -> None:
        statuses = [tell(client, key, body(("77", {}))).status_code for _ in range(121)]
        assert statuses == [200] * 120 + [429]
        answer = tell(client, key, body(("77", {})))
        assert answer.headers["Retry-After"] == "60"
        assert tell(client, make(runtime, shop_id, "Other"), body(("77", {}))).status_code == 200
        clock.move(minutes=1)
        assert tell(client, key, body(("77", {}))).status_code == 200

    def test_browsers_of_other_pages_may_not_ask(self, client: FlaskClient, key: str) -> None:
        assert "Access-Control-Allow-Origin" not in tell(client, key, body(("77", {}))).headers


def test_the_schema_is_there_for_everybody(client: FlaskClient) -> None:
    answer = client.get("/facts.schema.json")
    assert answer.content_type == "application/schema+json"
    assert answer.json is not None
    assert "open_tickets" in json.dumps(answer.json)
