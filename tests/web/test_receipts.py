from collections.abc import Mapping
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types

from server.runtime import Runtime
from server.storage.deliveries import DeliveryRow
from server.storage.shops import Shops
from tests.web.installed import SHOP, TWILIO, install

PATH = f"/receipts/twilio?shop={SHOP}"
STATUS = {
    "MessageSid": "SM" + "3" * 32,
    "MessageStatus": "delivered",
    "To": "+447700900123",
    "AccountSid": TWILIO["account_sid"],
}


def signed(path: str, form: Mapping[str, str], *, token: str = TWILIO["auth_token"]) -> dict[str, str]:
    validator = RequestValidator(token)
    return {"X-Twilio-Signature": validator.compute_signature(f"https://afters.example{path}", form)}


def send(client: FlaskClient, path: str, form: Mapping[str, str], headers: dict[str, str]) -> int:
    kind = "application/x-www-form-urlencoded"
    return client.post(path, data=urlencode(form), headers=headers, content_type=kind).status_code


def stored(runtime: Runtime) -> list[DeliveryRow]:
    with runtime.inbox.database.read() as session:
        return list(session.scalars(select(DeliveryRow)))


def test_a_genuine_report_is_stored_once(client: FlaskClient, runtime: Runtime) -> None:
    install(runtime)
    for _ in range(2):
        assert send(client, PATH, STATUS, signed(PATH, STATUS)) == 200
    (row,) = stored(runtime)
    assert (row.source, row.shop_domain, row.state) == ("twilio", SHOP, "stored")


def test_the_answer_is_what_twilio_reads(client: FlaskClient, runtime: Runtime) -> None:
    install(runtime)
    reply = client.post(
        PATH,
        data=urlencode(STATUS),
        headers=signed(PATH, STATUS),
        content_type="application/x-www-form-urlencoded",
    )
    assert reply.content_type.startswith("text/xml")


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (PATH, {}),
        (PATH, signed(PATH, STATUS, token="0" * 32)),
        (PATH, signed(PATH, {**STATUS, "MessageStatus": "failed"})),
        (PATH, signed("/receipts/twilio?shop=other.myshopify.com", STATUS)),
        ("/receipts/twilio?shop=nobody.myshopify.com", signed(PATH, STATUS)),
        ("/receipts/twilio", signed("/receipts/twilio", STATUS)),
        (f"/receipts/smtp?shop={SHOP}", signed(f"/receipts/smtp?shop={SHOP}", STATUS)),
        (f"/receipts/nobody?shop={SHOP}", signed(f"/receipts/nobody?shop={SHOP}", STATUS)),
    ],
    ids=["unsigned", "other-token", "other-body", "other-url", "no-such-shop", "no-shop", "no-receipts", "no-vendor"],
)
def test_what_twilio_did_not_sign_is_refused(
    client: FlaskClient, runtime: Runtime, path: str, headers: dict[str, str]
) -> None:
    install(runtime)
    assert send(client, path, STATUS, headers) == 401
    assert stored(runtime) == []


def test_another_shops_signature_does_not_count(client: FlaskClient, runtime: Runtime) -> None:
    install(runtime)
    install(runtime, domain="other-shop.myshopify.com")
    with runtime.database.read() as session:
        assert Shops(session, runtime.box).by_domain("other-shop.myshopify.com") is not None
    other = "/receipts/twilio?shop=other-shop.myshopify.com"
    assert send(client, other, STATUS, signed(PATH, STATUS)) == 401
