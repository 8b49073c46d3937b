"""One caller's loop is its own trouble: it is counted by what it has proven, and nobody else by anything."""

from datetime import timedelta
from threading import Barrier, Thread

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from server.runtime import Runtime
from server.web.limits import Limit, TooManyRequests
from tests.conftest import StandingClock
from tests.shopify_client import make_session_token
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, install
from tests.web.purchases import bearer, claims, sign, token

MINUTE = timedelta(minutes=1)


def refusals(limit: Limit, caller: str, times: int) -> int:
    refused = 0
    for _ in range(times):
        try:
            limit.take(caller)
        except TooManyRequests:
            refused += 1
    return refused


class TestCounting:
    def test_each_caller_has_its_own_allowance(self, clock: StandingClock) -> None:
        limit = Limit(3, MINUTE, clock)
        assert refusals(limit, "a", 5) == 2
        assert refusals(limit, "b", 3) == 0

    def test_the_window_begins_with_the_first_request_and_ends(self, clock: StandingClock) -> None:
        limit = Limit(1, MINUTE, clock)
        assert refusals(limit, "a", 2) == 1
        clock.move(seconds=59)
        assert refusals(limit, "a", 1) == 1
        clock.move(seconds=1)
        assert refusals(limit, "a", 1) == 0

    def test_of_many_at_once_no_more_get_through(self, clock: StandingClock) -> None:
        limit, start = Limit(50, MINUTE, clock), Barrier(8)
        refused: list[int] = []

        def ask() -> None:
            start.wait()
            refused.append(refusals(limit, "a", 25))

        threads = [Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(refused) == 8 * 25 - 50

    def test_no_more_callers_than_a_bound_are_remembered(self, clock: StandingClock) -> None:
        limit = Limit(1, MINUTE, clock)
        for number in range(60_000):
            limit.take(str(number))
        assert refusals(limit, "59999", 1) == 1
        assert refusals(limit, "0", 1) == 0  # forgotten rather than held for ever


def ask_offer(client: FlaskClient, clock: StandingClock, reference_id: str) -> TestResponse:
    return client.post("/post-purchase/offers", headers=bearer(token(clock.now(), reference_id=reference_id)))


def test_a_purchase_that_asks_without_end_is_told_to_wait(
    client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    install(runtime)
    one, other = "0a" * 16, "0b" * 16
    assert {ask_offer(client, clock, one).status_code for _ in range(60)} == {200}
    asked: list[str] = []
    event.listen(runtime.database.engine, "before_cursor_execute", lambda *arguments: asked.append(arguments[2]))
    refused = ask_offer(client, clock, one)
    assert asked == [], "who is refused costs no query"
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert refused.get_json()["error"]["code"] == "too_many_requests"
    assert refused.headers["Access-Control-Allow-Origin"] == "*"  # or the page would see no answer at all
    assert ask_offer(client, clock, other).status_code == 200
    clock.move(minutes=1)
    assert ask_offer(client, clock, one).status_code == 200


def test_what_proves_nothing_uses_up_nobodys_allowance(
    client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    install(runtime)
    forged = bearer(sign(claims(clock.now()), secret="not the secret" * 3))
    assert {client.post("/post-purchase/offers", headers=forged).status_code for _ in range(70)} == {401}
    assert ask_offer(client, clock, "0a" * 16).status_code == 200


def test_a_member_of_staff_and_the_holder_of_a_link_are_counted_too(
    app: Flask, client: FlaskClient, runtime: Runtime, clock: StandingClock
) -> None:
    install(runtime)
    limits = app.extensions["afters_limits"]
    limits.staff, limits.links = Limit(2, MINUTE, clock), Limit(2, MINUTE, clock)
    session = make_session_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
    staff = {"Authorization": f"Bearer {session}", "Accept": "application/json"}
    assert [client.get("/orders", headers=staff).status_code for _ in range(3)] == [200, 200, 429]
    link = f"/c/{runtime.clicks.sign('nothing')}"
    assert [client.get(link).status_code for _ in range(3)] == [404, 404, 429]
    assert client.get(f"/c/{runtime.clicks.sign('another')}").status_code == 404


def test_deliveries_are_never_limited(client: FlaskClient) -> None:
    assert {client.post("/webhooks/shopify", data=b"{}").status_code for _ in range(700)} == {401}
