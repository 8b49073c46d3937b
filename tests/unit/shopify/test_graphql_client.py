"""Throttling, failures and partial answers of the Admin API."""

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from server.ports import CredentialsRejected, PermanentFailure, TemporaryFailure
from server.shopify.documents import document
from server.shopify.graphql_client import (
    AccessDenied,
    GraphqlClient,
    QueryTooCostly,
    ShopUnavailable,
    UserErrors,
)
from server.shopify.shop_domain import InvalidShopDomain
from tests.unit.shopify.forging import SHOP, StoppedClock

TOKEN = "shpat_" + "d" * 32
GOOD = {"data": {"shop": {"name": "Gift Shop"}}}


class Shop:
    """Answers one after the other, the last one for ever; remembers requests and waits."""

    def __init__(self, *answers: httpx.Response | httpx.HTTPError) -> None:
        self.answers: Sequence[httpx.Response | httpx.HTTPError] = answers
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        self.requests.append(request)
        if isinstance(answer, httpx.HTTPError):
            raise answer
        return answer

    def client(self, shop_domain: str = SHOP) -> GraphqlClient:
        return GraphqlClient(
            client=httpx.Client(transport=httpx.MockTransport(self.handle)),
            shop_domain=shop_domain,
            access_token=TOKEN,
            version="2026-10",
            clock=StoppedClock(),
            sleep=self.waits.append,
        )

    def run(self) -> dict[str, Any]:
        return self.client().run("shop", {"a": 1})


def ok(body: object, **headers: str) -> httpx.Response:
    return httpx.Response(200, json=body, headers=headers)


def error(
    code: str | None, data: object = None, path: Sequence[object] | None = None, message: str = "No."
) -> httpx.Response:
    extensions = {"extensions": {"code": code}} if code else {}
    return ok({"data": data, "errors": [{"message": message, "path": path, **extensions}]})


def throttled(requested: float, available: float, rate: float = 100, most: float = 2000) -> httpx.Response:
    status = {"maximumAvailable": most, "currentlyAvailable": available, "restoreRate": rate}
    return ok(
        {
            "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
            "extensions": {
                "cost": {"requestedQueryCost": requested, "actualQueryCost": None, "throttleStatus": status}
            },
        }
    )


def test_a_document_is_posted_with_token_and_variables() -> None:
    shop = Shop(ok(GOOD))
    assert shop.run() == GOOD["data"]
    (request,) = shop.requests
    assert str(request.url) == f"https://{SHOP}/admin/api/2026-10/graphql.json"
    assert request.headers["X-Shopify-Access-Token"] == TOKEN
    assert request.headers["Content-Type"] == "application/json"
    assert httpx.Response(200, content=request.content).json() == {"query": document("shop"), "variables": {"a": 1}}


def test_throttling_is_waited_out_for_as_long_as_the_missing_points_take() -> None:
    shop = Shop(throttled(310, 110), throttled(310, 210, rate=50), ok(GOOD))
    assert shop.run() == GOOD["data"]
    assert shop.waits == [2.0, 2.0]


def test_throttling_without_figures_waits_a_second() -> None:
    shop = Shop(error("THROTTLED"), ok(GOOD))
    assert shop.run() == GOOD["data"]
    assert shop.waits == [1.0]


def test_even_points_that_are_there_already_are_not_asked_for_at_once() -> None:
    shop = Shop(throttled(10, 900), ok(GOOD))
    shop.run()
    assert shop.waits == [0.1]


def test_too_many_requests_are_waited_out_as_told() -> None:
    shop = Shop(httpx.Response(429, headers={"Retry-After": "2.0"}), httpx.Response(429), ok(GOOD))
    assert shop.run() == GOOD["data"]
    assert shop.waits == [2.0, 1.0]


@pytest.mark.parametrize("answer", [throttled(300, 200), httpx.Response(429, headers={"Retry-After": "1"})])
def test_patience_has_an_end(answer: httpx.Response) -> None:
    shop = Shop(answer)
    with pytest.raises(TemporaryFailure) as caught:
        shop.run()
    assert len(shop.requests) == 5
    assert shop.waits == [1.0] * 4
    assert caught.value.retry_after == 1.0
    assert not caught.value.is_fate_unknown


@pytest.mark.parametrize("answer", [throttled(1000, 0, rate=10), httpx.Response(429, headers={"Retry-After": "100"})])
def test_a_long_wait_is_left_to_a_later_job(answer: httpx.Response) -> None:
    shop = Shop(answer)
    with pytest.raises(TemporaryFailure) as caught:
        shop.run()
    assert (shop.waits, caught.value.retry_after) == ([], 100.0)


def test_a_query_that_no_allowance_could_hold_is_not_waited_for() -> None:
    shop = Shop(throttled(2001, 2000))
    with pytest.raises(QueryTooCostly):
        shop.run()
    assert shop.waits == []


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.Response(401), CredentialsRejected),
        (httpx.Response(403), CredentialsRejected),
        (httpx.Response(402), ShopUnavailable),
        (httpx.Response(423), ShopUnavailable),
        (httpx.Response(404), PermanentFailure),
        (httpx.Response(301, headers={"Location": "https://evil.com"}), PermanentFailure),
        (httpx.Response(430), TemporaryFailure),
        (httpx.Response(500, text="<html>ann@example.com</html>"), TemporaryFailure),
        (httpx.Response(503, headers={"Retry-After": "9"}), TemporaryFailure),
        (httpx.ConnectError("refused"), TemporaryFailure),
        (httpx.ReadTimeout("slow"), TemporaryFailure),
        (httpx.Response(200, text="<html>"), TemporaryFailure),
        (httpx.Response(200, content=b"\xff"), TemporaryFailure),
        (httpx.Response(200, content=b"[" * 50_000), TemporaryFailure),
        (ok([]), TemporaryFailure),
        (ok({}), TemporaryFailure),
        (ok({"data": None}), TemporaryFailure),
        (ok({"errors": "[API] Invalid API key"}), TemporaryFailure),
        (ok({"data": [1]}), TemporaryFailure),
        (error("SHOP_INACTIVE"), ShopUnavailable),
        (error("MAX_COST_EXCEEDED"), QueryTooCostly),
        (error("ACCESS_DENIED"), AccessDenied),
        (error("ACCESS_DENIED", data={"shop": None}, path=["shop"]), AccessDenied),
        (
            error("ACCESS_DENIED", data={"shop": {"currencyCode": "GBP"}, "products": None}, path=["products"]),
            AccessDenied,
        ),
        (error("INTERNAL_SERVER_ERROR"), TemporaryFailure),
        (error("INTERNAL_SERVER_ERROR", data={"shop": {"email": None}}, path=["shop", "email"]), TemporaryFailure),
        (error("undefinedField", message="Field 'x' doesn't exist"), PermanentFailure),
        (error(None), PermanentFailure),
    ],
)
def test_every_other_answer_is_one_of_our_failures(
    answer: httpx.Response | httpx.HTTPError, failure: type[Exception]
) -> None:
    shop = Shop(answer)
    with pytest.raises(failure) as caught:
        shop.run()
    assert type(caught.value) is failure
    assert (len(shop.requests), shop.waits) == (1, []), "repeating is for the job that asked"
    told = str(caught.value) + repr(getattr(caught.value, "data"))  # noqa: B009 - AppError has it
    assert TOKEN not in told
    assert "ann@" not in told


def test_a_refused_query_says_why_but_no_address() -> None:
    with pytest.raises(PermanentFailure, match=r"Invalid id \[removed\]") as caught:
        Shop(error("argumentLiteralsIncompatible", message="Invalid id ann@example.com")).run()
    assert caught.value.data["codes"] == ["argumentLiteralsIncompatible"]


def test_a_failure_names_the_request_for_shopifys_support() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        Shop(httpx.Response(500, headers={"X-Request-Id": "9b0b7ed3"})).run()
    assert caught.value.data["request_id"] == "9b0b7ed3"


def test_garbage_with_status_200_leaves_the_fate_open() -> None:
    with pytest.raises(TemporaryFailure) as caught:
        Shop(httpx.Response(200, text="<html>")).run()
    assert caught.value.is_fate_unknown


def test_what_the_app_may_not_see_is_left_out_and_said() -> None:
    data = {"shop": {"name": "Gift Shop", "email": None}}
    with capture_logs() as logs:
        client = Shop(error("ACCESS_DENIED", data=data, path=["shop", 0, "email"]), ok({"data": data})).client()
        assert client.run("shop", {}) == data
    assert client.withheld == {"shop.email"}
    client.run("shop", {})
    assert client.withheld == set()
    assert logs == [
        {"event": "api_fields.withheld", "log_level": "warning", "operation": "shop", "fields": ["shop.email"]}
    ]


def test_declined_mutations_are_errors() -> None:
    declined = {
        "tagsAdd": {"node": None, "userErrors": [{"field": ["id"], "message": "Not ann@example.com", "code": "X"}]}
    }
    with pytest.raises(UserErrors, match=r"Not \[removed\]") as caught:
        Shop(ok({"data": declined})).run()
    assert (caught.value.data["field"], caught.value.data["reason"]) == ("id", "X")
    fine = {"tagsAdd": {"node": {"id": "1"}, "userErrors": []}}
    assert Shop(ok({"data": fine})).run() == fine


@pytest.mark.parametrize("found", [[7], "text", [{}], [{"field": None}], [{"field": 5}], {"0": {}}])
def test_odd_user_errors_are_errors_all_the_same(found: object) -> None:
    with pytest.raises(UserErrors):
        Shop(ok({"data": {"tagsAdd": {"userErrors": found}}})).run()


def test_another_version_than_asked_is_said_once() -> None:
    shop = Shop(ok(GOOD, **{"X-Shopify-API-Version": "2027-01"}))
    client = shop.client()
    with capture_logs() as logs:
        client.run("shop")
        client.run("shop")
    assert [(entry["event"], entry["asked"], entry["answered"]) for entry in logs] == [
        ("api_version.replaced", "2026-10", "2027-01")
    ]
    with capture_logs() as logs:
        Shop(ok(GOOD, **{"X-Shopify-API-Version": "2026-10"})).run()
    assert logs == []


def test_the_token_is_never_sent_anywhere_but_to_a_shop() -> None:
    with pytest.raises(InvalidShopDomain):
        Shop(ok(GOOD)).client("evil.com")
