import base64
import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from server.app import create_app
from server.runtime import Runtime
from server.storage.deliveries import DeliveryRow
from server.storage.inbox import InboxFull, InboxUnavailable
from tests.web.installed import CLIENT_SECRET, SHOP

BODY = json.dumps({"id": 5, "email": "jo@example.com"}).encode()


def signature(raw: bytes, secret: str = CLIENT_SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()


def headers(raw: bytes, **changes: str | None) -> dict[str, str]:
    made: dict[str, str | None] = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Hmac-Sha256": signature(raw),
        "X-Shopify-Webhook-Id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
        "X-Shopify-Event-Id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
        "X-Shopify-Triggered-At": "2026-11-23T09:59:58.123456789Z",
        "X-Shopify-Api-Version": "2026-10",
    }
    made.update({f"X-Shopify-{name.replace('_', '-').title()}": value for name, value in changes.items()})
    return {name: value for name, value in made.items() if value is not None}


def stored(runtime: Runtime) -> list[DeliveryRow]:
    with runtime.inbox.database.read() as session:
        return list(session.scalars(select(DeliveryRow)))


def test_a_genuine_delivery_is_stored_whole_and_acknowledged(client: FlaskClient, runtime: Runtime) -> None:
    answer = client.post("/webhooks/shopify", data=BODY, headers=headers(BODY))
    assert answer.status_code == 200
    (row,) = stored(runtime)
    assert (row.body, row.topic, row.shop_domain, row.state) == (BODY, "orders/create", SHOP, "stored")


def test_a_repeat_is_acknowledged_and_stored_once(client: FlaskClient, runtime: Runtime) -> None:
    for _ in range(3):
        assert client.post("/webhooks/shopify", data=BODY, headers=headers(BODY)).status_code == 200
    assert len(stored(runtime)) == 1


def test_repeats_at_the_same_moment_are_stored_once(app: Flask, runtime: Runtime) -> None:
    def send(_: int) -> int:
        return app.test_client().post("/webhooks/shopify", data=BODY, headers=headers(BODY)).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(send, range(16))) == {200}
    assert len(stored(runtime)) == 1


def test_the_previous_secret_still_counts_while_rotating(client: FlaskClient, runtime: Runtime) -> None:
    old = runtime.settings.old_client_secret or ""
    answer = client.post("/webhooks/shopify", data=BODY, headers=headers(BODY, hmac_sha256=signature(BODY, old)))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "forge",
    [
        lambda raw: headers(raw, hmac_sha256=None),
        lambda raw: headers(raw, hmac_sha256=""),
        lambda raw: headers(raw, hmac_sha256="not base64!"),
        lambda raw: headers(raw, hmac_sha256=signature(raw, "shpss_" + "00" * 16)),
        lambda raw: headers(raw, hmac_sha256=signature(raw, "")),
        lambda raw: headers(raw, hmac_sha256=signature(raw + b" ")),
        lambda raw: headers(raw, hmac_sha256=signature(raw[:-1])),
        lambda raw: headers(raw, hmac_sha256=hmac.new(CLIENT_SECRET.encode(), raw, hashlib.sha256).hexdigest()),
    ],
    ids=["none", "empty", "garbage", "other-secret", "empty-secret", "longer-body", "truncated-body", "hex"],
)
def test_what_the_platform_did_not_sign_is_refused_and_leaves_nothing(
    client: FlaskClient, runtime: Runtime, forge: Callable[[bytes], dict[str, str]]
) -> None:
    answer = client.post("/webhooks/shopify", data=BODY, headers=forge(BODY))
    assert answer.status_code == 401
    assert "jo@example.com" not in answer.text
    assert stored(runtime) == []


@pytest.mark.parametrize("topic", ["customers/redact", "customers/data_request", "shop/redact", "something/new"])
def test_compliance_and_unknown_topics_answer_like_any(client: FlaskClient, topic: str) -> None:
    assert client.post("/webhooks/shopify", data=BODY, headers=headers(BODY, topic=topic)).status_code == 200
    assert client.post("/webhooks/shopify", data=BODY, headers=headers(b"other", topic=topic)).status_code == 401


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"\xff\xfe", b"[]", gzip.compress(b"{}", mtime=0), b'{"id":' + b"9" * 5000 + b"}"],
    ids=["empty", "truncated", "bytes", "list", "gzip", "long number"],
)
def test_a_signed_body_of_any_kind_is_kept_for_later(client: FlaskClient, runtime: Runtime, raw: bytes) -> None:
    assert client.post("/webhooks/shopify", data=raw, headers=headers(raw)).status_code == 200
    assert [row.body for row in stored(runtime)] == [raw]


def test_a_huge_body_is_refused_before_it_is_read(client: FlaskClient, runtime: Runtime) -> None:
    raw = b"x" * (10 * 1024 * 1024)
    answer = client.post("/webhooks/shopify", data=raw, headers=headers(raw))
    assert answer.status_code == 413
    assert stored(runtime) == []


@pytest.mark.parametrize("shop", ["evil.example", "a.myshopify.com.evil.example", "", "../x.myshopify.com", None])
def test_a_delivery_that_names_no_shop_is_refused(client: FlaskClient, runtime: Runtime, shop: str | None) -> None:
    assert client.post("/webhooks/shopify", data=BODY, headers=headers(BODY, shop_domain=shop)).status_code == 400
    assert stored(runtime) == []


def test_an_unknown_shop_is_acknowledged(client: FlaskClient) -> None:
    unknown = headers(BODY, shop_domain="nobody-here.myshopify.com")
    assert client.post("/webhooks/shopify", data=BODY, headers=unknown).status_code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"])
def test_only_posting_is_offered(client: FlaskClient, method: str) -> None:
    answer = client.open("/webhooks/shopify", method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


@pytest.mark.parametrize(
    ("length", "status"),
    [(None, 401), ("", 401), ("many", 400), ("-5", 400), ("1e3", 400), (str(len(BODY) + 1), 400), (str(10**30), 413)],
)
def test_a_request_that_lies_about_its_length_is_refused(
    app: Flask, runtime: Runtime, length: str | None, status: int
) -> None:
    builder = EnvironBuilder(
        "/webhooks/shopify", method="POST", headers=Headers(headers(BODY)), input_stream=BytesIO(BODY)
    )
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    if length is not None:
        environ["CONTENT_LENGTH"] = length
    answer = Response.from_app(app.wsgi_app, environ)
    assert answer.status_code == status
    assert set(answer.get_json()["error"]) == {"code", "message"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert stored(runtime) == []


def test_a_body_in_pieces_is_refused(client: FlaskClient, runtime: Runtime) -> None:
    answer = client.post("/webhooks/shopify", data=BODY, headers={**headers(BODY), "Transfer-Encoding": "chunked"})
    assert answer.status_code == 411
    assert stored(runtime) == []


def test_an_event_of_the_newer_kind_is_stored_under_a_topic_of_its_own(client: FlaskClient, runtime: Runtime) -> None:
    said = {
        "shopify-hmac-sha256": signature(BODY),
        "shopify-topic": "orders/create",
        "shopify-action": "update",
        "shopify-shop-domain": SHOP,
        "shopify-webhook-id": "1",
        "shopify-handle": "price-watch",
        "shopify-api-version": "2026-10",
    }
    assert client.post("/webhooks/shopify", data=BODY, headers=said).status_code == 200
    (row,) = stored(runtime)
    assert (row.topic, row.headers["shopify-handle"]) == ("events/orders/create/update", "price-watch")
    for wrong in ({"shopify-hmac-sha256": signature(b"other")}, {"shopify-shop-domain": "evil.example"}):
        answer = client.post("/webhooks/shopify", data=BODY, headers={**said, "shopify-webhook-id": "2", **wrong})
        assert answer.status_code in {400, 401}


@pytest.mark.parametrize(
    ("failure", "status"),
    [(InboxFull("full"), 503), (InboxUnavailable("away"), 503), (ZeroDivisionError("jo@example.com"), 500)],
)
def test_what_cannot_be_stored_is_not_acknowledged(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch, failure: Exception, status: int
) -> None:
    def fail(_new: object, *, now: object) -> None:
        assert now
        raise failure

    monkeypatch.setattr(runtime.inbox, "store", fail)
    answer = create_app(runtime).test_client().post("/webhooks/shopify", data=BODY, headers=headers(BODY))
    assert answer.status_code == status
    assert "jo@example.com" not in answer.text
