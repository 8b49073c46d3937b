"""Token exchange and refresh against every answer of the token endpoint."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from server.ports import (
    CredentialsRejected,
    PermanentFailure,
    PlatformAuth,
    ReopenNeeded,
    SessionTokenRejected,
    TemporaryFailure,
)
from server.shopify.oauth import ShopifyAuth
from server.shopify.shop_domain import InvalidShopDomain
from tests.unit.shopify.forging import CLIENT_ID, NOW, SECRET, SHOP, StoppedClock

GRANT = {
    "access_token": "shpat_" + "a" * 32,
    "scope": "read_products,read_orders",
    "expires_in": 3600,
    "refresh_token": "shprt_" + "b" * 32,
    "refresh_token_expires_in": 7_776_000,
}
Call = Callable[[PlatformAuth], object]


def exchange(auth: PlatformAuth) -> object:
    return auth.exchange(shop_domain=SHOP, session_token="eyJ.session.token")


def refresh(auth: PlatformAuth) -> object:
    return auth.refresh(shop_domain=SHOP, refresh_token="shprt_old")


def redeem(auth: PlatformAuth) -> object:
    return auth.redeem(shop_domain=SHOP, code="c0de")


def auth_answering(answer: httpx.Response | httpx.HTTPError, seen: list[httpx.Request] | None = None) -> PlatformAuth:
    def handler(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    client = httpx.Client(transport=httpx.MockTransport(handler))
    return ShopifyAuth(client=client, client_id=CLIENT_ID, client_secret=SECRET, clock=StoppedClock())


def body(request: httpx.Request) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(request.content)
    return read


def test_the_exchange_asks_for_an_expiring_offline_token() -> None:
    seen: list[httpx.Request] = []
    grant = auth_answering(httpx.Response(200, json=GRANT), seen).exchange(
        shop_domain=SHOP, session_token="eyJ.session.token"
    )

    (request,) = seen
    assert str(request.url) == f"https://{SHOP}/admin/oauth/access_token"
    assert body(request) == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
        "subject_token": "eyJ.session.token",
        "subject_token_type": "urn:ietf:params:oauth:token-type:id_token",
        "requested_token_type": "urn:shopify:params:oauth:token-type:offline-access-token",
        "expiring": 1,
    }
    assert grant.access_token == GRANT["access_token"]
    assert grant.refresh_token == GRANT["refresh_token"]
    assert grant.scopes == ("read_products", "read_orders")


def test_a_code_is_redeemed_for_an_expiring_offline_token() -> None:
    seen: list[httpx.Request] = []
    grant = auth_answering(httpx.Response(200, json=GRANT), seen).redeem(shop_domain=SHOP, code="c0de")
    (request,) = seen
    assert str(request.url) == f"https://{SHOP}/admin/oauth/access_token"
    assert body(request) == {"client_id": CLIENT_ID, "client_secret": SECRET, "code": "c0de", "expiring": 1}
    assert grant.refresh_token == GRANT["refresh_token"]


@pytest.mark.parametrize("error", ["invalid_request", "invalid_grant"])
def test_a_code_that_was_used_sends_the_merchant_back_to_the_start(error: str) -> None:
    with pytest.raises(SessionTokenRejected, match="Begin anew"):
        redeem(auth_answering(httpx.Response(400, json={"error": error})))


def test_lifetimes_are_counted_from_our_clock() -> None:
    for call in (exchange, refresh, redeem):
        grant = call(auth_answering(httpx.Response(200, json=GRANT)))
        assert getattr(grant, "expires_at") == NOW + timedelta(hours=1)  # noqa: B009 - both calls answer a grant
        assert getattr(grant, "refresh_expires_at") == NOW + timedelta(days=90)  # noqa: B009 - as above


def test_the_refresh_sends_the_refresh_token_and_asks_no_system_clock() -> None:
    seen: list[httpx.Request] = []
    auth_answering(httpx.Response(200, json=GRANT), seen).refresh(shop_domain=SHOP, refresh_token="shprt_old")

    (request,) = seen
    assert str(request.url) == f"https://{SHOP}/admin/oauth/access_token"
    assert body(request) == {
        "client_id": CLIENT_ID,
        "client_secret": SECRET,
        "grant_type": "refresh_token",
        "refresh_token": "shprt_old",
    }


@pytest.mark.parametrize("call", [exchange, refresh, redeem])
@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.Response(429, headers={"Retry-After": "7"}), TemporaryFailure),
        (httpx.Response(500), TemporaryFailure),
        (httpx.Response(503, headers={"Retry-After": "7"}, text="busy"), TemporaryFailure),
        (httpx.ConnectError("refused"), TemporaryFailure),
        (httpx.ReadTimeout("slow"), TemporaryFailure),
        (httpx.Response(200, text="<html>"), TemporaryFailure),
        (httpx.Response(200, json=[1]), TemporaryFailure),
        (httpx.Response(200, json={}), TemporaryFailure),
        (httpx.Response(200, json={**GRANT, "access_token": ""}), TemporaryFailure),
        (httpx.Response(200, json={**GRANT, "expires_in": "soon"}), TemporaryFailure),
        (httpx.Response(200, json={**GRANT, "expires_in": 10**40}), TemporaryFailure),
        (httpx.Response(200, json={"access_token": "shpat_for_ever", "scope": ""}), TemporaryFailure),
        (httpx.Response(401), CredentialsRejected),
        (httpx.Response(403), CredentialsRejected),
        (httpx.Response(400, json={"error": "invalid_client"}), CredentialsRejected),
        (httpx.Response(400, json={"error": "application_cannot_be_found"}), CredentialsRejected),
        (httpx.Response(400, json={"error": ["odd"]}), PermanentFailure),
        (httpx.Response(400, json=[1]), PermanentFailure),
        (httpx.Response(400, text="<html>"), PermanentFailure),
        (httpx.Response(404), PermanentFailure),
        (httpx.Response(302, headers={"Location": "https://evil.com"}), PermanentFailure),
    ],
)
def test_every_other_answer_is_one_of_our_failures(
    call: Call, answer: httpx.Response | httpx.HTTPError, failure: type[Exception]
) -> None:
    seen: list[httpx.Request] = []
    with pytest.raises(failure) as caught:
        call(auth_answering(answer, seen))
    assert type(caught.value) is failure
    assert len(seen) == 1, "repeating is for the job that asked"
    told = str(caught.value) + repr(getattr(caught.value, "data"))  # noqa: B009 - AppError has it
    assert not any(secret in told for secret in (SECRET, "shprt_", "shpat_", "eyJ."))


@pytest.mark.parametrize("call", [exchange, refresh])
def test_a_request_that_shopify_does_not_understand_is_not_repeated(call: Call) -> None:
    with pytest.raises(PermanentFailure):
        call(auth_answering(httpx.Response(400, json={"error": "invalid_request"})))


def test_retry_after_reaches_the_caller() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        exchange(auth_answering(httpx.Response(429, headers={"Retry-After": "7"})))
    assert caught.value.retry_after == 7


def test_a_lost_answer_leaves_the_fate_open() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        refresh(auth_answering(httpx.ReadTimeout("slow")))
    assert caught.value.is_fate_unknown


def test_a_dead_session_token_asks_for_a_fresh_one() -> None:
    with pytest.raises(SessionTokenRejected):
        exchange(auth_answering(httpx.Response(400, json={"error": "invalid_subject_token"})))


@pytest.mark.parametrize("call", [exchange, refresh])
def test_a_dead_refresh_token_needs_the_merchant(call: Call) -> None:
    with pytest.raises(ReopenNeeded):
        call(auth_answering(httpx.Response(400, json={"error": "invalid_grant"})))


@pytest.mark.parametrize("shop_domain", ["evil.com", "gift-shop", "gift-shop.myshopify.com/x", ""])
def test_secrets_are_never_sent_anywhere_but_to_a_shop(shop_domain: str) -> None:
    seen: list[httpx.Request] = []
    auth = auth_answering(httpx.Response(200, json=GRANT), seen)
    with pytest.raises(InvalidShopDomain):
        auth.exchange(shop_domain=shop_domain, session_token="eyJ.a.b")
    with pytest.raises(InvalidShopDomain):
        auth.refresh(shop_domain=shop_domain, refresh_token="shprt_old")
    assert not seen
