"""Twilio: SMS out, status reports and replies in (API 2010-04-01, form-encoded, HTTP Basic)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx

from server.outbound.http import raise_for_vendor, retry_after_seconds, vendor_failures
from server.outbound.replies import read_reply
from server.outbound.spec import IntegrationSpec, ReceiptReply, SettingField, SettingProblem, VendorTools
from server.ports import (
    Accepted,
    CredentialsRejected,
    Message,
    PermanentFailure,
    Receipt,
    RecipientRejected,
    TemporaryFailure,
    UnreadablePayload,
    VendorFailure,
)

API = "https://api.twilio.com"
# A marketing text must not come out of a carrier's queue after quiet hours begin: an hour, not the default ten.
VALIDITY_SECONDS = 3600
# Twilio's clock and ours may differ a little, and its dates have whole seconds.
CLOCK_SLACK = timedelta(seconds=60)

_PAGE_SIZE = 1000
_MOST_PAGES = 20
_MESSAGE_SID = re.compile(r"(SM|MM)[0-9a-fA-F]{32}")

Outcome = Literal["suppress", "unreachable", "opted_out", "temporary", "permanent", "credentials"]


@dataclass(frozen=True, slots=True)
class Code:
    """What an error code of Twilio means to us; the same code may answer a request or come in a report."""

    outcome: Outcome
    reason: str


# https://www.twilio.com/docs/api/errors. A code that is missing here is judged by its HTTP status.
CODES: Mapping[int, Code] = {
    20003: Code("credentials", "Twilio does not accept the Account SID and Auth Token"),
    20005: Code("credentials", "the Twilio account is not active"),
    20404: Code("permanent", "Twilio does not know this account or sender"),
    20429: Code("temporary", "Twilio receives too many requests at the moment"),
    21211: Code("suppress", "the number is not a valid telephone number"),
    21212: Code("credentials", "the From number is not valid: correct it in the Twilio settings"),
    21217: Code("suppress", "the number is not a valid telephone number"),
    21408: Code("permanent", "the Twilio account may not send to this country: allow it under Geo Permissions"),
    21606: Code("credentials", "the From number cannot send SMS or is not in this account"),
    21609: Code("permanent", "the address for status reports is not valid: check the app's public URL"),
    21610: Code("opted_out", "the recipient has answered STOP to this sender"),
    21611: Code("temporary", "the queue of the From number is full"),
    21612: Code("unreachable", "the From number cannot reach this number"),
    21614: Code("suppress", "the number is not a mobile number"),
    21617: Code("permanent", "the text is longer than 1600 characters"),
    21701: Code("credentials", "the Messaging Service does not exist in this account"),
    21703: Code("credentials", "the Messaging Service has no number to send from"),
    30001: Code("temporary", "Twilio's queue is full"),
    30002: Code("credentials", "the Twilio account is suspended"),
    30003: Code("unreachable", "the handset is switched off or out of reach"),
    30004: Code("unreachable", "the recipient or the carrier blocks messages from this sender"),
    30005: Code("suppress", "the number is unknown or no longer in use"),
    30006: Code("suppress", "the number is a landline or its carrier takes no SMS"),
    30007: Code("permanent", "the carrier filtered the message as unwanted"),
    30008: Code("unreachable", "the carrier gave no reason"),
    30034: Code("credentials", "the sender is not registered for this country (A2P 10DLC)"),
}

# How a status callback is called here. Twilio repeats and reorders callbacks; the caller never steps back.
_STATUSES = {
    "accepted": "accepted",
    "scheduled": "accepted",
    "queued": "accepted",
    "sending": "accepted",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "opened",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_MEANINGS = {"stop": "unsubscribed", "start": "resubscribed", "help": "replied", "other": "replied"}


class Twilio:
    """A MessageChannel for SMS and a ReceiptSource, for one Twilio account."""

    channel = "sms"

    def __init__(self, settings: Mapping[str, str], tools: VendorTools) -> None:
        self._sid = settings["account_sid"]
        self._token = settings["auth_token"]
        self._sender = (
            {"MessagingServiceSid": settings["messaging_service_sid"]}
            if settings["messaging_service_sid"]
            else {"From": settings["from_number"]}
        )
        self._tools = tools
        self._messages = f"{API}/2010-04-01/Accounts/{self._sid}/Messages.json"

    def send(self, message: Message) -> Accepted:
        """Hand one SMS to Twilio, which keeps no idempotency key: a lost answer leaves the fate unknown.

        Raises:
            TemporaryFailure, PermanentFailure, CredentialsRejected, RecipientRejected.
        """
        form = {
            "To": message.recipient,
            "Body": message.text,
            "ValidityPeriod": str(VALIDITY_SECONDS),
            **self._sender,
            **({"StatusCallback": message.callback_url} if message.callback_url else {}),
        }
        with vendor_failures("Twilio"):
            response = self._tools.client.post(self._messages, data=form, auth=(self._sid, self._token))
        answer = _json_object(response)
        self._raise_for(response, answer)
        if not _MESSAGE_SID.fullmatch(str(answer.get("sid"))):
            raise TemporaryFailure(
                "Twilio answered with success but named no message.", is_fate_unknown=True, vendor="Twilio"
            )
        if answer.get("status") == "failed" and (code := CODES.get(_number(answer.get("error_code")))):
            raise _raised(code, _number(answer.get("error_code")))
        return _accepted(answer)

    def find(self, message: Message, *, since: datetime) -> Accepted | None:
        """Look among all messages to this recipient for one with the same text, made after `since`.

        Twilio can filter by DateSent, but a message that still waits in its queue has none and would be missed;
        one recipient's list is short, so it is read whole and the dates are compared here.

        Raises:
            TemporaryFailure, CredentialsRejected, PermanentFailure.
        """
        url: str | None = self._messages
        query: dict[str, str] | None = {"To": message.recipient, "PageSize": str(_PAGE_SIZE)}
        for _ in range(_MOST_PAGES):
            page = self._read(str(url), query)
            for listed in page["messages"]:
                if _is_same(listed, message, since - CLOCK_SLACK):
                    return _accepted(listed)
            following = page.get("next_page_uri")
            if not following:
                return None
            url, query = urljoin(API, str(following)), None
            if urlsplit(url).netloc != urlsplit(API).netloc:
                raise PermanentFailure("Twilio named a next page on another server.", vendor="Twilio")
        raise PermanentFailure("Twilio lists more messages to this recipient than can be searched.", vendor="Twilio")

    def verify(self, *, url: str, headers: Mapping[str, str], raw: bytes) -> bool:
        """Tell whether X-Twilio-Signature fits: HMAC-SHA1, keyed by the auth token, of URL and sorted fields.

        The path and query are those of `url`; scheme and host come from the app's public address, since a
        proxy may change what the request says of them. Twilio signs with or without the default port.
        """
        sent = next((value for name, value in headers.items() if name.lower() == "x-twilio-signature"), "")
        if not (sent.isascii() and self._token):
            return False
        fields = "".join(name + value for name, values in sorted(_form(raw).items()) for value in sorted(set(values)))
        candidates = (
            hmac.digest(self._token.encode(), (address + fields).encode(), hashlib.sha1)
            for address in _spellings(self._tools.public_url, url)
        )
        return any(hmac.compare_digest(base64.b64encode(mac), sent.encode()) for mac in candidates)

    def parse(self, *, headers: Mapping[str, str], raw: bytes) -> tuple[Receipt, ...]:  # noqa: ARG002 - the port's
        """Read a status callback or an inbound message; neither carries a time.

        Raises:
            UnreadablePayload.
        """
        form = {name: values[0] for name, values in _form(raw).items()}
        if not _MESSAGE_SID.fullmatch(form.get("MessageSid", "")):
            raise UnreadablePayload("A report from Twilio names no message.")
        if "Body" in form:
            return (_inbound(form),)
        if "MessageStatus" in form:
            return (_status(form),)
        raise UnreadablePayload("A report from Twilio is neither a status nor a message.")

    def _read(self, url: str, query: Mapping[str, str] | None) -> dict[str, Any]:
        with vendor_failures("Twilio"):
            response = self._tools.client.get(url, params=query, auth=(self._sid, self._token))
        page = _json_object(response)
        self._raise_for(response, page)
        if not isinstance(page.get("messages"), list):
            raise TemporaryFailure("Twilio's list of messages cannot be read.", vendor="Twilio")
        return page

    def _raise_for(self, response: httpx.Response, answer: Mapping[str, Any]) -> None:
        now = self._tools.clock.now()
        number = _number(answer.get("code"))
        if not response.is_success and (code := CODES.get(number)):
            raise _raised(code, number, retry_after=retry_after_seconds(response, now=now))
        try:
            raise_for_vendor(response, vendor="Twilio", now=now)
        except TemporaryFailure as failure:
            # Odd: with no idempotency key, even a plain 500 may come after the message was stored.
            if response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and response.request.method == "POST":
                failure.is_fate_unknown = True
            raise


def _raised(code: Code, number: int, *, retry_after: float | None = None) -> VendorFailure:
    text = f"Not sent: {code.reason} (Twilio {number})."
    if code.outcome in {"suppress", "opted_out", "unreachable"}:
        return RecipientRejected(text, suppress=code.outcome != "unreachable", vendor="Twilio", code=number)
    if code.outcome == "temporary":
        return TemporaryFailure(text, retry_after=retry_after, vendor="Twilio", code=number)
    failure = CredentialsRejected if code.outcome == "credentials" else PermanentFailure
    return failure(text, vendor="Twilio", code=number)


def _accepted(answer: Mapping[str, Any]) -> Accepted:
    # "0" until a Messaging Service has picked the sender.
    return Accepted(vendor_id=str(answer["sid"]), segments=_number(answer.get("num_segments")) or None)


def _is_same(listed: object, message: Message, after: datetime) -> bool:
    if not isinstance(listed, dict) or not _MESSAGE_SID.fullmatch(str(listed.get("sid"))):
        return False
    try:
        created = parsedate_to_datetime(str(listed.get("date_created")))
    except ValueError:
        return False
    # A trial account's texts begin with a note of Twilio's.
    is_text = str(listed.get("body")).rstrip().endswith(message.text.rstrip())
    return (
        is_text and listed.get("direction") != "inbound" and listed.get("to") == message.recipient and created >= after
    )


def _inbound(form: Mapping[str, str]) -> Receipt:
    keyword = form.get("OptOutType", "").lower()
    meaning = keyword if keyword in _MEANINGS else read_reply(form["Body"])
    return Receipt(
        kind=_MEANINGS[meaning],
        vendor_id=form["MessageSid"],
        recipient=form.get("From"),
        text=form["Body"],
        asks_help=meaning == "help",
    )


def _status(form: Mapping[str, str]) -> Receipt:
    kind = _STATUSES.get(form["MessageStatus"], "unknown")
    code = CODES.get(_number(form.get("ErrorCode")))
    if kind == "failed" and code and code.outcome == "opted_out":
        kind = "unsubscribed"
    elif kind == "failed" and code and code.outcome == "suppress":
        kind = "bounced"
    return Receipt(
        kind=kind,
        vendor_id=form["MessageSid"],
        recipient=form.get("To"),
        code=form.get("ErrorCode") or None,
        text=code.reason if code else None,
    )


def _form(raw: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(raw.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError:
        return {}


def _spellings(public_url: str, url: str) -> tuple[str, ...]:
    base, asked = urlsplit(public_url), urlsplit(url)
    port = base.port or {"https": 443, "http": 80}[base.scheme]
    return tuple(
        asked._replace(scheme=base.scheme, netloc=netloc, fragment="").geturl()
        for netloc in dict.fromkeys((base.netloc, str(base.hostname), f"{base.hostname}:{port}"))
    )


def _json_object(response: httpx.Response) -> dict[str, Any]:
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _number(value: object) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() else 0


def _check(settings: Mapping[str, str]) -> tuple[SettingProblem, ...]:
    if settings["from_number"] or settings["messaging_service_sid"]:
        return ()
    return (
        SettingProblem(
            "from_number", "Fill in either a From number or a Messaging Service SID: Twilio needs one to send from."
        ),
    )


SPEC = IntegrationSpec(
    slug="twilio",
    title="Twilio",
    capabilities=("sms", "receipts"),
    fields=(
        SettingField(
            "account_sid",
            "Account SID",
            help="You find it on the first page of Twilio's console, under Account Info.",
            pattern=r"AC[0-9a-fA-F]{32}",
            expected="start with AC and have 34 characters",
        ),
        SettingField(
            "auth_token",
            "Auth Token",
            is_secret=True,
            kept_with=("account_sid",),
            help="You find it beside the Account SID in Twilio's console.",
            pattern=r"[0-9a-zA-Z]{32}",
            expected="be 32 letters and digits",
        ),
        SettingField(
            "messaging_service_sid",
            "Messaging Service SID",
            is_required=False,
            help="Leave it empty to send from one number.",
            pattern=r"MG[0-9a-fA-F]{32}",
            expected="start with MG and have 34 characters",
        ),
        SettingField(
            "from_number",
            "From number",
            is_required=False,
            help="Write it with its country code, such as +447700900123, or fill in a Messaging Service SID instead.",
            pattern=r"\+[1-9]\d{6,14}|\d{3,8}",
            expected="be a number such as +447700900123 or a short code",
        ),
    ),
    factory=Twilio,
    check=_check,
    receipt_reply=ReceiptReply("text/xml; charset=utf-8", "<Response/>"),  # Twilio answers STOP and HELP itself
)
