"""Twilio as its specification describes it, played inside the HTTP client."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlencode

import httpx
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # no stubs; used in tests only

from server.outbound.http import make_client
from server.outbound.registry import load_registry
from server.outbound.spec import VendorTools
from server.ports import (
    CredentialsRejected,
    Message,
    MessageChannel,
    Receipt,
    ReceiptSource,
    RecipientRejected,
    TemporaryFailure,
)
from tests.contract.description import Description, Expected, Receipts, SampleReceipt
from tests.contract.openapi import checker

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SETTINGS = {
    "account_sid": "AC" + "a" * 32,
    "auth_token": "0123456789abcdef" * 2,
    "messaging_service_sid": "",
    "from_number": "+447700900999",
}
MESSAGE = Message(
    idempotency_key="touch:7:1",
    channel="sms",
    recipient="+447700900456",
    text="Gift Shop: cake stand £10.83 https://afters.example/c/x Reply STOP to opt out",
    callback_url="https://afters.example/receipts/twilio?touch=7",
)
RECORDED = {
    "accepted": "accepted",
    "refused": "refused-invalid-number",
    "unauthorised": "unauthorised",
    "throttled": "throttled-with-retry-after",
    "broken": "broken-internal-error",
    "garbage": "garbage-html-page",
}


def recorded(name: str) -> Any:
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


class StoppedClock:
    def now(self) -> datetime:
        return NOW


class TwilioStand:
    def __init__(self) -> None:
        self.settings: Mapping[str, str] = SETTINGS
        self.messages: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self._situation = "accepted"
        client = make_client(user_agent="Afters tests", transport=httpx.MockTransport(self._answer))
        self.tools = VendorTools(client=client, clock=StoppedClock(), public_url="https://afters.example")

    def play(self, situation: str) -> None:
        self._situation = situation

    @property
    def taken(self) -> tuple[str, ...]:
        return tuple(message["sid"] for message in self.messages)

    def list_message(self, **changes: Any) -> dict[str, Any]:
        """Put a message on Twilio's list, newest first as there."""
        listed = {
            **recorded("accepted")["body"],
            "sid": f"SM{len(self.messages):032x}",
            "to": MESSAGE.recipient,
            "body": MESSAGE.text,
            "date_created": format_datetime(NOW),
            "date_sent": None,
            **changes,
        }
        self.messages.insert(0, listed)
        return listed

    def _answer(self, request: httpx.Request) -> httpx.Response:
        checker("twilio-api-v2010.slim.json").check(request)
        self.requests.append(request)
        assert (
            request.headers["Authorization"]
            == "Basic " + base64.b64encode(f"{SETTINGS['account_sid']}:{SETTINGS['auth_token']}".encode()).decode()
        )
        answer = self._page(request) if request.method == "GET" else self._taken_or_not(request)
        if answer.status_code < 300 and answer.headers.get("Content-Type") == "application/json":
            checker("twilio-api-v2010.slim.json").check_answer(request, answer)
        return answer

    def _taken_or_not(self, request: httpx.Request) -> httpx.Response:
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        if self._situation == "silent":
            raise httpx.ReadTimeout("no answer", request=request)
        if self._situation in {"accepted", "lost"}:
            message = self.list_message(body=form["Body"], to=form["To"])
            if self._situation == "lost":
                raise httpx.ReadError("cut off", request=request)
            return httpx.Response(201, json=message)
        reply = recorded(RECORDED[self._situation])
        if isinstance(reply["body"], str):
            return httpx.Response(reply["status"], headers=reply["headers"], text=reply["body"])
        return httpx.Response(reply["status"], headers=reply["headers"], json=reply["body"])

    def _page(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
        fitting = [message for message in self.messages if message["to"] == query.get("To", message["to"])]
        more = (page + 1) * size < len(fitting)
        following = f"{request.url.path}?{query.set('Page', page + 1).set('PageToken', 'PA1')}"
        return httpx.Response(
            200,
            json={
                "messages": fitting[page * size : (page + 1) * size],
                "page": page,
                "page_size": size,
                "next_page_uri": following if more else None,
            },
        )


class Twilio(MessageChannel, ReceiptSource, Protocol):
    """What the adapter is, for tests: vendors are loaded by name, never imported."""


def make(settings: Mapping[str, str], tools: VendorTools) -> Twilio:
    """Make the adapter from settings as they are, also ones that the form would refuse."""
    return cast("Twilio", load_registry().get("twilio").factory(settings, tools))


@contextmanager
def stand() -> Iterator[TwilioStand]:
    made = TwilioStand()
    with made.tools.client:
        yield made


def form_of(name: str) -> bytes:
    return urlencode(recorded(name)["form"]).encode()


def sign(url: str, raw: bytes, settings: Mapping[str, str]) -> Mapping[str, str]:
    fields = {name: values[0] for name, values in parse_qs(raw.decode(), keep_blank_values=True).items()}
    return {"x-twilio-signature": RequestValidator(settings["auth_token"]).compute_signature(url, fields)}


VENDOR = Description(
    slug="twilio",
    message=MESSAGE,
    stand=stand,
    situations={
        "refused": Expected(failure=RecipientRejected, suppress=True),
        "unauthorised": Expected(failure=CredentialsRejected),
        "throttled": Expected(failure=TemporaryFailure, retry_after=7.0),
        "broken": Expected(failure=TemporaryFailure, is_fate_unknown=True),
        "silent": Expected(failure=TemporaryFailure, is_fate_unknown=True),
        "garbage": Expected(failure=TemporaryFailure, is_fate_unknown=True),
    },
    can_be_asked=True,
    bad_settings=(
        ({"account_sid": "SK" + "a" * 32}, "account_sid"),
        ({"auth_token": "short"}, "auth_token"),
        ({"messaging_service_sid": "AC" + "a" * 32}, "messaging_service_sid"),
        ({"from_number": "07700 900999"}, "from_number"),
        ({"from_number": ""}, "from_number"),
    ),
    receipts=Receipts(
        url="https://afters.example/receipts/twilio?touch=7",
        samples=(
            SampleReceipt(
                name="delivered",
                raw=form_of("receipt-delivered"),
                receipt=Receipt(kind="delivered", vendor_id="SM" + "b" * 32, recipient="+447700900123"),
            ),
            SampleReceipt(
                name="undelivered",
                raw=form_of("receipt-undelivered-unknown-number"),
                receipt=Receipt(
                    kind="bounced",
                    vendor_id="SM" + "b" * 32,
                    recipient="+447700900123",
                    code="30005",
                    text="the number is unknown or no longer in use",
                ),
            ),
            SampleReceipt(
                name="stop",
                raw=form_of("inbound-stop"),
                receipt=Receipt(kind="unsubscribed", vendor_id="SM" + "c" * 32, recipient="+447700900123", text="Stop"),
            ),
            SampleReceipt(
                name="beyond ascii",
                raw=form_of("inbound-beyond-ascii"),
                receipt=Receipt(
                    kind="replied",
                    vendor_id="SM" + "e" * 32,
                    recipient="+447700900123",
                    text="Schön! Gibt’s das auch in Grün? 🎁 a=b&c",  # noqa: RUF001 - as phones write it
                ),
            ),
        ),
        unreadable=(b"", b"\xff\xfe", b"{}", b"MessageSid=SM1&Body=hi", b"MessageSid=SM" + b"b" * 32, b"Body=hi"),
        sign=sign,
        other_settings={**SETTINGS, "auth_token": "f" * 32},
    ),
)
