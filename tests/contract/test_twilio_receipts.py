"""What is Twilio's own when it reports: its signature, its statuses, its inbound messages."""

from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # no stubs; used in tests only

from server.outbound.registry import load_registry
from server.outbound.spec import VendorTools
from server.ports import UnreadablePayload
from tests.contract.vendors.twilio.vendor import SETTINGS, StoppedClock, Twilio, make

URL = "https://afters.example/receipts/twilio?shop=gift-shop.myshopify.com"
SID = "SM" + "9" * 32
NO_CLIENT = httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(500)))


def source(public_url: str = "https://afters.example", **changes: str) -> Twilio:
    tools = VendorTools(client=NO_CLIENT, clock=StoppedClock(), public_url=public_url)
    return make({**SETTINGS, **changes}, tools)


def signed(url: str, form: dict[str, str], token: str = SETTINGS["auth_token"]) -> dict[str, str]:
    return {"X-Twilio-Signature": RequestValidator(token).compute_signature(url, form)}


def test_the_documented_signature_is_accepted() -> None:
    form = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675310",
        "Digits": "1234",
        "From": "+14158675310",
        "To": "+18005551212",
    }
    assert source("https://mycompany.com", auth_token="12345").verify(
        url="https://mycompany.com/myapp.php?foo=1&bar=2",
        headers={"X-Twilio-Signature": "GvWf1cFY/Q7PnoempGyD5oXAezc="},
        raw=urlencode(form).encode(),
    )


@pytest.mark.parametrize(
    ("public_url", "signed_url", "seen_url"),
    [
        ("https://afters.example", URL, URL),
        ("https://afters.example", URL.replace(".example", ".example:443"), URL),
        ("https://afters.example:443", URL, URL),
        ("https://afters.example:8443", URL.replace(".example", ".example:8443"), URL),
        ("https://afters.example:8443", URL, URL),  # Twilio leaves ports out at times
        ("http://127.0.0.1:4601", URL.replace("https://afters.example", "http://127.0.0.1:4601"), URL),
        ("https://afters.example", URL, URL.replace("https://afters.example", "http://10.0.0.7:8000")),  # a proxy
        ("https://afters.example/", URL, URL),
    ],
)
def test_the_public_address_counts_whatever_a_proxy_says(public_url: str, signed_url: str, seen_url: str) -> None:
    form = {"MessageSid": SID, "Body": "hi"}
    assert source(public_url).verify(url=seen_url, headers=signed(signed_url, form), raw=urlencode(form).encode())


@pytest.mark.parametrize(
    "signed_url",
    [
        URL.replace("gift-shop", "other-shop"),
        URL.replace("twilio", "smtp"),
        URL.replace("afters.example", "other.example"),
        URL.replace("https", "http"),
        URL.replace(".example", ".example:8443"),
    ],
)
def test_a_signature_for_another_address_is_refused(signed_url: str) -> None:
    form = {"MessageSid": SID, "Body": "hi"}
    assert not source().verify(url=URL, headers=signed(signed_url, form), raw=urlencode(form).encode())


def test_a_shared_key_we_do_not_have_is_refused() -> None:
    form = {"MessageSid": SID, "Body": "hi"}
    mac = RequestValidator(SETTINGS["auth_token"]).compute_signature(URL, form, algorithm="HMAC_SHA256")
    headers = {"X-Twilio-Signature": mac, "X-Twilio-Webhooks-Signature-Settings": "key=k,algorithm=HMAC_SHA256"}
    assert not source().verify(url=URL, headers=headers, raw=urlencode(form).encode())


def test_an_empty_token_believes_nobody() -> None:
    form = {"MessageSid": SID, "Body": "hi"}
    headers = signed(URL, form, token="")
    assert not source(auth_token="").verify(url=URL, headers=headers, raw=urlencode(form).encode())


class Fields(dict[str, list[str]]):
    """A form with repeated names, as the oracle wants it."""

    def getall(self, name: str) -> list[str]:
        return self[name]


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@given(st.dictionaries(_TEXT.filter(bool), st.lists(_TEXT, min_size=1, max_size=3), max_size=5))
def test_twilios_own_library_signs_what_we_accept(form: dict[str, list[str]]) -> None:
    raw = urlencode(form, doseq=True).encode()
    signature = RequestValidator(SETTINGS["auth_token"]).compute_signature(URL, Fields(form))
    assert source().verify(url=URL, headers={"x-twilio-signature": signature}, raw=raw)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        ("accepted", "", "accepted"),
        ("scheduled", "", "accepted"),
        ("queued", "", "accepted"),
        ("sending", "", "accepted"),
        ("sent", "", "sent"),
        ("delivered", "", "delivered"),
        ("read", "", "opened"),
        ("undelivered", "30003", "failed"),
        ("undelivered", "30004", "failed"),
        ("undelivered", "30005", "bounced"),
        ("undelivered", "30006", "bounced"),
        ("failed", "30007", "failed"),
        ("failed", "30034", "failed"),
        ("failed", "21610", "unsubscribed"),
        ("failed", "99999", "failed"),
        ("failed", "", "failed"),
        ("canceled", "", "failed"),
        ("delivered", "30005", "delivered"),
        ("something new", "", "unknown"),
    ],
)
def test_statuses(status: str, code: str, kind: str) -> None:
    form = {"MessageSid": SID, "MessageStatus": status, "To": "+447700900456", **({"ErrorCode": code} if code else {})}
    (receipt,) = source().parse(headers={}, raw=urlencode(form).encode())
    assert (receipt.kind, receipt.vendor_id, receipt.recipient) == (kind, SID, "+447700900456")
    assert receipt.code == (code or None)
    assert receipt.occurred_at is None


@pytest.mark.parametrize(
    ("body", "opt_out", "kind", "asks_help"),
    [
        ("STOP", "STOP", "unsubscribed", False),
        ("Stop", "", "unsubscribed", False),
        ("please stop texting me", "", "unsubscribed", False),
        ("Halt", "STOP", "unsubscribed", False),  # a word that the merchant added at Twilio
        ("STOP", "START", "resubscribed", False),
        ("START", "START", "resubscribed", False),
        ("unstop", "", "resubscribed", False),
        ("HELP", "HELP", "replied", True),
        ("info", "", "replied", True),
        ("Don't stop!", "", "replied", False),
        ("Is it dishwasher safe?", "", "replied", False),
        ("", "", "replied", False),  # a picture
        ("hello", "SOMETHING NEW", "replied", False),
        ("stop", "SOMETHING NEW", "unsubscribed", False),
        ("other", "OTHER", "replied", False),
    ],
)
def test_inbound(body: str, opt_out: str, kind: str, asks_help: bool) -> None:  # noqa: FBT001 - a column of the table
    form = {"MessageSid": SID, "From": "+447700900456", "Body": body, **({"OptOutType": opt_out} if opt_out else {})}
    (receipt,) = source().parse(headers={}, raw=urlencode(form).encode())
    assert (receipt.kind, receipt.asks_help) == (kind, asks_help)
    assert (receipt.recipient, receipt.text) == ("+447700900456", body)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_unreadable(raw: bytes) -> None:
    assert not source().verify(url=URL, headers={"X-Twilio-Signature": "x"}, raw=raw)
    with pytest.raises(UnreadablePayload):
        source().parse(headers={}, raw=raw)


def test_the_answer_to_twilio_is_twiml_that_says_nothing() -> None:
    reply = load_registry().get("twilio").receipt_reply
    assert reply.content_type.startswith("text/xml")
    assert reply.body == "<Response/>"
