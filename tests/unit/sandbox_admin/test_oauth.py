"""The token endpoint: exchange, refresh, and everything it refuses."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import oauth
from tests.sandbox.shopify.admin.state import ApiState
from tests.sandbox.shopify.signing import TokenRefused, make_jwt, make_post_purchase_token
from tests.sandbox.shopify.subject_token import read_subject
from tests.unit.sandbox_admin.conftest import Api, Side

URL = "/admin/oauth/access_token"
Exchange = Callable[..., TestResponse]


@pytest.fixture
def post(client: FlaskClient, side: Side) -> Callable[..., TestResponse]:
    """Post a grant with our credentials; keywords add and replace, None leaves out."""

    def call(*, form: bool = False, **body: Any) -> TestResponse:
        sent = {"client_id": side.settings.client_id, "client_secret": side.settings.client_secret} | body
        sent = {name: value for name, value in sent.items() if value is not None}
        return client.post(URL, data=sent) if form else client.post(URL, json=sent)

    return call


@pytest.fixture
def exchange(post: Callable[..., TestResponse], id_token: Callable[..., str]) -> Exchange:
    def call(**changes: Any) -> TestResponse:
        body: dict[str, Any] = {
            "grant_type": oauth.EXCHANGE,
            "subject_token": id_token(),
            "subject_token_type": oauth.ID_TOKEN,
            "requested_token_type": oauth.OFFLINE,
            "expiring": 1,
        }
        return post(**(body | changes))

    return call


@pytest.fixture
def refresh(post: Callable[..., TestResponse]) -> Callable[[str], TestResponse]:
    return lambda token: post(grant_type="refresh_token", refresh_token=token)


def error(response: TestResponse) -> tuple[int, str]:
    body = response.get_json()
    assert body["error_description"]
    return response.status_code, body["error"]


def test_an_id_token_becomes_an_expiring_offline_token(exchange: Exchange, client: FlaskClient, side: Side) -> None:
    side.change("UPDATE installation SET scopes = 'read_products,read_orders'")
    response = exchange()
    assert response.status_code == 200
    body = response.get_json()
    assert set(body) == {"access_token", "scope", "expires_in", "refresh_token", "refresh_token_expires_in"}
    assert body["scope"] == "read_products,read_orders"
    assert (body["expires_in"], body["refresh_token_expires_in"]) == (3600, 90 * 86400)
    assert Api(client, body["access_token"]).ask("{ shop { name } }") == {"shop": {"name": "Gift Shop"}}


@pytest.mark.parametrize("expiring", ["1", "true", True])
def test_a_form_is_as_good_as_json(exchange: Exchange, expiring: Any) -> None:
    assert exchange(form=True, expiring=expiring).status_code == 200


def test_an_online_token_names_the_user(exchange: Exchange, client: FlaskClient) -> None:
    body = exchange(requested_token_type=oauth.ONLINE, expiring=None).get_json()
    assert body["associated_user"]["id"] == 71
    assert {"first_name", "email", "account_owner", "locale", "collaborator"} <= set(body["associated_user"])
    assert body["expires_in"] == 86399
    assert "refresh_token" not in body
    assert Api(client, body["access_token"]).ask("{ shop { name } }")


@pytest.mark.parametrize("expiring", [None, 0, "0", False, ""])
def test_a_token_that_never_ends_is_not_given(exchange: Exchange, side: Side, expiring: Any) -> None:
    response = exchange(expiring=expiring)
    assert error(response) == (400, "invalid_request")
    assert "expiring=1" in response.get_json()["error_description"]
    assert side.rows("SELECT * FROM access_token") == []


@pytest.mark.parametrize(
    "changes",
    [
        {"client_secret": "shpss_wrong"},
        {"client_secret": None},
        {"client_id": "0" * 32},
        {"client_id": 5},
        {"client_secret": "ß"},
    ],
)
def test_wrong_credentials_are_refused(exchange: Exchange, changes: dict[str, Any]) -> None:
    assert error(exchange(**changes)) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
        ({"subject_token_type": oauth.OFFLINE}, "invalid_request"),
        ({"requested_token_type": "urn:x"}, "invalid_request"),
        ({"subject_token": None}, "invalid_subject_token"),
        ({"subject_token": 7}, "invalid_subject_token"),
        ({"subject_token": "a.b.c"}, "invalid_subject_token"),
        ({"subject_token": ""}, "invalid_subject_token"),
    ],
)
def test_a_wrong_request_is_refused(exchange: Exchange, changes: dict[str, Any], code: str) -> None:
    assert error(exchange(**changes)) == (400, code)


def test_bodies_that_are_no_object_are_refused(client: FlaskClient) -> None:
    for raw in (b"", b"[]", b"{"):
        response = client.post(URL, data=raw, content_type="application/json")
        assert error(response) == (400, "invalid_request")


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "shpss_" + "0" * 32},
        {"client_id": "f" * 32},
        {"shop_domain": "other.myshopify.com"},
        {"lifetime_seconds": -11},
    ],
)
def test_foreign_and_late_tokens_are_refused(
    exchange: Exchange, id_token: Callable[..., str], changes: dict[str, Any]
) -> None:
    assert error(exchange(subject_token=id_token(**changes))) == (400, "invalid_subject_token")


def test_a_token_lives_a_minute_with_some_leeway(exchange: Exchange, id_token: Callable[..., str], side: Side) -> None:
    early = id_token(now=side.clock.now() + timedelta(seconds=30))
    assert error(exchange(subject_token=early)) == (400, "invalid_subject_token")
    token = id_token()
    side.clock.move(65)
    assert exchange(subject_token=token).status_code == 200
    side.clock.move(10)
    assert error(exchange(subject_token=token)) == (400, "invalid_subject_token")


def claims_of(side: Side, **changes: Any) -> dict[str, Any]:
    now = int(side.clock.now().timestamp())
    shop = f"https://{side.settings.shop_domain}"
    claims = {
        "iss": f"{shop}/admin", "dest": shop, "aud": side.settings.client_id, "sub": "71", "exp": now + 60,
        "nbf": now, "iat": now, "jti": "j", "sid": "s",
    }  # fmt: skip
    return {name: value for name, value in (claims | changes).items() if value is not None}


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": None}, {"exp": "soon"}, {"exp": True}, {"nbf": None}, {"sub": None}, {"sub": "gid"}, {"jti": None},
        {"sid": ""}, {"aud": None}, {"aud": ["x"]}, {"dest": None}, {"dest": "http://gift-shop.myshopify.com"},
        {"dest": "https://gift-shop.myshopify.com.evil.example"}, {"dest": "https://gift-shop.myshopify.com@evil.example"},
        {"iss": "shopify"}, {"iss": "https://other.myshopify.com/admin"}, {"iss": "https://gift-shop.myshopify.com/evil"},
    ],
)  # fmt: skip
def test_every_claim_counts(exchange: Exchange, side: Side, changes: dict[str, Any]) -> None:
    assert exchange(subject_token=make_jwt(side.settings.client_secret, claims_of(side))).status_code == 200
    token = make_jwt(side.settings.client_secret, claims_of(side, **changes))
    assert error(exchange(subject_token=token)) == (400, "invalid_subject_token")


def test_other_kinds_of_token_are_refused(exchange: Exchange, side: Side) -> None:
    """The same secret signs them all."""
    purchase = make_post_purchase_token(
        secret=side.settings.client_secret,
        input_data={"initialPurchase": {"referenceId": "a" * 32}, "shop": {"domain": side.settings.shop_domain}},
        now=side.clock.now(),
    )
    assert error(exchange(subject_token=purchase)) == (400, "invalid_subject_token")
    header, _, rest = make_jwt(side.settings.client_secret, claims_of(side)).partition(".")
    unsigned = "eyJhbGciOiJub25lIn0." + rest.partition(".")[0] + "."
    assert error(exchange(subject_token=unsigned)) == (400, "invalid_subject_token")
    assert header


@given(st.text(max_size=60) | st.none() | st.integers())
def test_no_other_text_is_a_session_token(text: Any) -> None:
    settings = SandboxSettings(var_dir=Path("/nowhere"), app_root=Path("/nowhere"))
    with pytest.raises(TokenRefused):
        read_subject(settings, text, datetime(2026, 11, 22, tzinfo=UTC))


def test_only_an_installed_app_gets_a_token(exchange: Exchange, side: Side) -> None:
    oauth.uninstall(side.world, side.sender, side.settings.client_id)
    assert error(exchange()) == (400, "invalid_subject_token")
    oauth.install(side.world, side.settings.client_id, ["read_products"], "http://127.0.0.1:1")
    assert exchange().get_json()["scope"] == "read_products"


def test_a_refresh_gives_a_new_pair(exchange: Exchange, refresh: Any, side: Side, client: FlaskClient) -> None:
    first = exchange().get_json()
    side.clock.move(3700)
    assert Api(client, first["access_token"]).post("{ shop { name } }").status_code == 401
    second = refresh(first["refresh_token"]).get_json()
    assert set(second) == set(first)
    assert second["refresh_token"] != first["refresh_token"]
    assert second["refresh_token_expires_in"] in range(90 * 86400 - 2, 90 * 86400 + 1)
    assert Api(client, second["access_token"]).ask("{ shop { name } }")


def test_a_refresh_token_works_until_its_replacement_is_used(exchange: Exchange, refresh: Any, side: Side) -> None:
    """The answer to the first refresh got lost; the retry gets the same replacement."""
    first = exchange().get_json()["refresh_token"]
    lost = refresh(first).get_json()
    side.clock.move(29 * 86400)
    again = refresh(first)
    assert again.status_code == 200
    assert again.get_json()["refresh_token"] == lost["refresh_token"]
    assert again.get_json()["access_token"] != lost["access_token"]
    assert refresh(lost["refresh_token"]).status_code == 200
    assert error(refresh(first)) == (400, "invalid_grant")


def test_the_way_back_ends_after_thirty_days(exchange: Exchange, refresh: Any, side: Side) -> None:
    first = exchange().get_json()["refresh_token"]
    replacement = refresh(first).get_json()["refresh_token"]
    side.clock.move(30 * 86400 + 1)
    assert error(refresh(first)) == (400, "invalid_grant")
    assert refresh(replacement).status_code == 200


def test_workers_that_refresh_at_once_all_go_on(exchange: Exchange, refresh: Any, client: FlaskClient) -> None:
    first = exchange().get_json()["refresh_token"]
    start = Barrier(4)

    def work(_number: int) -> dict[str, Any]:
        start.wait()
        answer: dict[str, Any] = refresh(first).get_json()
        return answer

    with ThreadPoolExecutor(4) as workers:
        answers = list(workers.map(work, range(4)))
    (replacement,) = {answer["refresh_token"] for answer in answers}
    assert len({answer["access_token"] for answer in answers}) == 4
    for answer in answers:
        assert Api(client, answer["access_token"]).ask("{ shop { name } }")
    assert refresh(replacement).status_code == 200


def test_a_refresh_token_ends_after_ninety_days(exchange: Exchange, refresh: Any, side: Side) -> None:
    token = exchange().get_json()["refresh_token"]
    side.clock.move(90 * 86400 + 1)
    assert error(refresh(token)) == (400, "invalid_grant")


def test_dead_and_unknown_refresh_tokens_are_refused(exchange: Exchange, refresh: Any, side: Side) -> None:
    token = exchange().get_json()["refresh_token"]
    for wrong in ("shprt_unknown", "", exchange().get_json()["access_token"]):
        assert error(refresh(wrong)) == (400, "invalid_grant")
    oauth.uninstall(side.world, side.sender, side.settings.client_id)
    assert error(refresh(token)) == (400, "invalid_grant")
    oauth.install(side.world, side.settings.client_id, ["read_products"], "http://127.0.0.1:1")
    assert error(refresh(token)) == (400, "invalid_grant")


def test_a_lost_answer_of_the_endpoint_is_survivable(exchange: Exchange, refresh: Any, state: ApiState) -> None:
    first = exchange().get_json()["refresh_token"]
    state.faults.add("truncated", endpoint="oauth")
    assert refresh(first).get_data().count(b"}") == 0
    assert refresh(first).status_code == 200


def test_scopes_come_from_the_apps_configuration(tmp_path: Path) -> None:
    (tmp_path / "shopify.app.toml").write_text(
        '[access_scopes]\nscopes = "read_products, read_orders"\nrequired_scopes = ["read_orders", "write_orders"]\n'
    )
    assert oauth.declared_scopes(tmp_path) == ("read_products", "read_orders", "write_orders")


def test_a_second_grant_replaces_the_first(side: Side) -> None:
    before = side.one("SELECT * FROM installation")
    side.clock.move(60)
    oauth.install(side.world, side.settings.client_id, ["read_orders", "read_products"], "http://127.0.0.1:2")
    after = side.one("SELECT * FROM installation")
    assert (after["scopes"], after["application_url"]) == ("read_orders,read_products", "http://127.0.0.1:2")
    assert after["installed_at"] == before["installed_at"]
