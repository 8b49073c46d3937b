"""What is refused, and how it is said: addresses, tokens in addresses, bodies, failures of the platform."""

from dataclasses import replace
from datetime import datetime
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from server.app import create_app
from server.bootstrap import make_runtime
from server.core.signing import LinkSigner
from server.ports import AccessGrant, SessionTokenRejected, TemporaryFailure, VendorFailure
from server.runtime import Runtime
from server.storage.db import Database
from tests.conftest import StandingClock
from tests.web.installed import CLIENT_ID, SHOP, install, settings_for
from tests.web.purchases import bearer, session_claims, sign, token


class FailingAuth:
    """A platform that answers no exchange."""

    def __init__(self, failure: Exception) -> None:
        self._failure = failure

    def exchange(self, *, shop_domain: str, session_token: str) -> AccessGrant:
        raise self._failure

    def redeem(self, *, shop_domain: str, code: str) -> AccessGrant:
        raise self._failure

    def refresh(self, *, shop_domain: str, refresh_token: str) -> AccessGrant:
        raise self._failure


def session_token(now: datetime) -> str:
    return sign(session_claims(now, CLIENT_ID))


def with_failing_exchange(runtime: Runtime, failure: Exception) -> FlaskClient:
    return create_app(replace(runtime, auth=FailingAuth(failure))).test_client()


@pytest.mark.parametrize("path", ["/offers/publish", "/set-up/check"])
def test_a_token_in_the_address_changes_nothing(
    client: FlaskClient, runtime: Runtime, clock: StandingClock, path: str
) -> None:
    install(runtime)
    answer = client.post(f"{path}?embedded=1&shop={SHOP}&id_token={session_token(clock.now())}")
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "failure",
    [TemporaryFailure("Shopify is busy.", status=429, retry_after=2), VendorFailure("odd", status=500, code="x")],
)
def test_a_platform_that_fails_is_named_as_such(runtime: Runtime, clock: StandingClock, failure: VendorFailure) -> None:
    client = with_failing_exchange(runtime, failure)
    answer = client.get("/", headers=bearer(session_token(clock.now())))
    expected = 503 if isinstance(failure, TemporaryFailure) else 500
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (expected, failure.code)


def test_a_token_that_the_platform_refuses_bounces_a_page_and_retries_a_fetch(
    runtime: Runtime, clock: StandingClock
) -> None:
    client = with_failing_exchange(runtime, SessionTokenRejected("stale"))
    page = client.get(f"/?embedded=1&shop={SHOP}&id_token={session_token(clock.now())}")
    assert (page.status_code, page.location.partition("?")[0]) == (302, "/auth/session-token")
    fetched = client.get("/", headers=bearer(session_token(clock.now())))
    assert fetched.status_code == 401
    assert fetched.headers["X-Shopify-Retry-Invalid-Session-Request"] == "1"


@pytest.mark.parametrize("path", ["/orders/%00", "/c/%00.x", f"/receipts/twilio?shop={SHOP}%00", "/?shop=%00"])
def test_a_nul_in_an_address_is_refused(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code in {400, 401}
    assert client.post(path).status_code in {400, 401, 405}


def test_a_body_nested_without_end_is_refused(client: FlaskClient, runtime: Runtime, clock: StandingClock) -> None:
    install(runtime)
    body = b"[" * 100_000
    answer = client.post("/post-purchase/changesets", headers=bearer(token(clock.now())), data=body)
    assert answer.status_code == 400


def test_links_outlive_a_change_of_the_secret(database_url: str) -> None:
    settings = replace(settings_for(database_url), secret_key="8d" * 32, old_secret_key="7c" * 32)
    runtime = make_runtime(settings)
    old = LinkSigner("7c" * 32, "unsubscribe links").sign("touch")
    assert runtime.unsubscribes.read(old) == "touch"
    assert runtime.unsubscribes.sign("touch") != old
    runtime.close()


def test_a_database_error_names_no_person(database: Database) -> None:
    person = {"name": "Josephine", "phone": "07700 900123"}
    with pytest.raises(SQLAlchemyError) as caught, database.write() as session:
        session.execute(text("INSERT INTO nowhere VALUES (:name, :phone)"), person)
    assert "Josephine" not in str(caught.value)
    assert "900123" not in str(caught.value)


@pytest.mark.parametrize("path", ["/post-purchase/offers", "/offers/publish", "/receipts/twilio", "/nowhere"])
def test_a_body_is_read_though_it_is_refused(client: FlaskClient, path: str) -> None:
    """What is left of it would be taken for the connection's next request."""
    body = BytesIO(b"a" * 10_000)
    answer = client.post(path, input_stream=body, headers={"Content-Length": "10000"})
    assert answer.status_code in {401, 404}
    assert body.read() == b""
