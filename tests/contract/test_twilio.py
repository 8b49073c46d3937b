"""What is Twilio's own when we ask: its fields, its codes, its list."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from server.outbound.http import make_client
from server.outbound.spec import VendorTools
from server.ports import (
    CredentialsRejected,
    PermanentFailure,
    RecipientRejected,
    TemporaryFailure,
    VendorFailure,
)
from tests.contract.openapi import BrokenRequest, checker
from tests.contract.vendors.twilio.vendor import MESSAGE, NOW, SETTINGS, StoppedClock, Twilio, TwilioStand, make
from tests.contract.vendors.twilio.vendor import stand as open_stand

CODES = import_module("server.integrations.twilio").CODES
SINCE = NOW - timedelta(minutes=1)
SID = "SM" + "9" * 32


@pytest.fixture
def stand() -> Iterator[TwilioStand]:
    with open_stand() as opened:
        yield opened


@pytest.fixture
def channel(stand: TwilioStand) -> Twilio:
    return make(SETTINGS, stand.tools)


def answering(*answers: httpx.Response | Exception) -> Twilio:
    """Make an adapter whose requests get these answers, in turn, the last one for ever."""
    left = list(answers)

    def answer(_request: httpx.Request) -> httpx.Response:
        given = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(given, Exception):
            raise given
        return given

    client = make_client(user_agent="Afters tests", transport=httpx.MockTransport(answer))
    return make(SETTINGS, VendorTools(client=client, clock=StoppedClock(), public_url="https://afters.example"))


def sent_form(stand: TwilioStand) -> dict[str, list[str]]:
    return parse_qs(stand.requests[-1].content.decode(), keep_blank_values=True)


def test_a_message_carries_these_fields_and_no_others(stand: TwilioStand, channel: Twilio) -> None:
    channel.send(MESSAGE)
    assert sent_form(stand) == {
        "To": ["+447700900456"],
        "From": ["+447700900999"],
        "Body": [MESSAGE.text],
        "ValidityPeriod": ["3600"],
        "StatusCallback": ["https://afters.example/receipts/twilio?touch=7"],
    }


def test_a_messaging_service_takes_the_place_of_the_number(stand: TwilioStand) -> None:
    service = "MG" + "d" * 32
    make({**SETTINGS, "messaging_service_sid": service}, stand.tools).send(replace(MESSAGE, callback_url=None))
    form = sent_form(stand)
    assert form["MessagingServiceSid"] == [service]
    assert not {"From", "StatusCallback"} & set(form)


@pytest.mark.parametrize(
    ("form", "path"),
    [
        ({"To": "+447700900456", "Text": "hello"}, None),
        ({"Body": "no recipient"}, None),
        ({"To": "+447700900456", "ValidityPeriod": "soon"}, None),
        ({"To": "+447700900456"}, "/2010-04-01/Accounts/nobody/Messages.json"),
        ({"To": "+447700900456"}, "/2010-04-01/Messages.json"),
    ],
)
def test_the_stand_in_refuses_what_the_specification_refuses(form: dict[str, str], path: str | None) -> None:
    url = "https://api.twilio.com" + (path or f"/2010-04-01/Accounts/{SETTINGS['account_sid']}/Messages.json")
    headers = {"Authorization": "Basic QUM6dG9rZW4="}
    with pytest.raises(BrokenRequest):
        checker("twilio-api-v2010.slim.json").check(httpx.Request("POST", url, data=form, headers=headers))


def test_the_stand_in_accepts_what_the_specification_accepts_and_wants_a_name_and_password() -> None:
    url = f"https://api.twilio.com/2010-04-01/Accounts/{SETTINGS['account_sid']}/Messages.json"
    form, headers = {"To": "+447700900456", "Body": "hello"}, {"Authorization": "Basic QUM6dG9rZW4="}
    checker("twilio-api-v2010.slim.json").check(httpx.Request("POST", url, data=form, headers=headers))
    with pytest.raises(BrokenRequest, match="Security"):
        checker("twilio-api-v2010.slim.json").check(httpx.Request("POST", url, data=form))
    with pytest.raises(BrokenRequest):
        checker("twilio-api-v2010.slim.json").check(httpx.Request("POST", url, json=form, headers=headers))
    with pytest.raises(BrokenRequest, match="Since"):
        checker("twilio-api-v2010.slim.json").check(
            httpx.Request("GET", url, params={"Since": "today"}, headers=headers)
        )


def test_the_number_of_segments_is_unknown_until_twilio_knows_it(stand: TwilioStand, channel: Twilio) -> None:
    assert channel.send(MESSAGE).segments == 1
    body = {**stand.messages[0], "num_segments": "0"}
    assert answering(httpx.Response(201, json=body)).send(MESSAGE).segments is None


@pytest.mark.parametrize(
    ("code", "failure", "suppress"),
    [
        (20003, CredentialsRejected, None),
        (20429, TemporaryFailure, None),
        (21211, RecipientRejected, True),
        (21408, PermanentFailure, None),
        (21606, CredentialsRejected, None),
        (21610, RecipientRejected, True),
        (21611, TemporaryFailure, None),
        (21614, RecipientRejected, True),
        (21617, PermanentFailure, None),
        (30003, RecipientRejected, False),
        (30004, RecipientRejected, False),
        (30005, RecipientRejected, True),
        (30006, RecipientRejected, True),
        (30007, PermanentFailure, None),
        (30034, CredentialsRejected, None),
        (99999, PermanentFailure, None),
        ("not a number", PermanentFailure, None),
        (None, PermanentFailure, None),
    ],
)
def test_codes(code: object, failure: type[VendorFailure], suppress: bool | None) -> None:  # noqa: FBT001 - a column
    with pytest.raises(VendorFailure) as caught:
        answering(httpx.Response(400, json={"code": code, "message": "secret words", "status": 400})).send(MESSAGE)
    assert type(caught.value) is failure
    assert getattr(caught.value, "suppress", None) == suppress
    assert "secret words" not in str(caught.value)


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_reason_that_reads_well(code: int) -> None:
    with pytest.raises(VendorFailure) as caught:
        answering(httpx.Response(400, json={"code": code})).send(MESSAGE)
    assert caught.value.message == f"Not sent: {CODES[code].reason} (Twilio {code})."
    assert caught.value.data["code"] == code


@pytest.mark.parametrize(
    ("answer", "failure", "is_fate_unknown"),
    [
        (httpx.Response(401, text="<html>"), CredentialsRejected, None),
        (httpx.Response(403, json=[]), CredentialsRejected, None),
        (httpx.Response(404), PermanentFailure, None),
        (httpx.Response(302, headers={"Location": "https://evil.example"}), PermanentFailure, None),
        (httpx.Response(429, text="slow down"), TemporaryFailure, False),
        (httpx.Response(500, text=""), TemporaryFailure, True),
        (httpx.Response(502), TemporaryFailure, True),
        (httpx.Response(503), TemporaryFailure, False),
        (httpx.Response(201, json={"sid": "not a sid"}), TemporaryFailure, True),
        (httpx.Response(200, json="text"), TemporaryFailure, True),
        (httpx.ConnectError("refused"), TemporaryFailure, False),
        (httpx.ReadTimeout("late"), TemporaryFailure, True),
        (httpx.RemoteProtocolError("cut"), TemporaryFailure, True),
    ],
)
def test_answers_without_a_known_code(
    answer: httpx.Response | Exception,
    failure: type[VendorFailure],
    is_fate_unknown: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    with pytest.raises(VendorFailure) as caught:
        answering(answer).send(MESSAGE)
    assert type(caught.value) is failure
    assert getattr(caught.value, "is_fate_unknown", None) == is_fate_unknown


def test_a_message_that_failed_at_once_is_no_success() -> None:
    body = {"sid": SID, "status": "failed", "error_code": 30007}
    with pytest.raises(PermanentFailure, match="30007"):
        answering(httpx.Response(201, json=body)).send(MESSAGE)
    assert answering(httpx.Response(201, json={**body, "error_code": None})).send(MESSAGE).vendor_id == SID


@pytest.mark.parametrize(
    ("changes", "is_found"),
    [
        ({}, True),
        ({"date_sent": format_datetime(NOW), "status": "sent"}, True),
        ({"body": "Sent from your Twilio trial account - " + MESSAGE.text}, True),
        ({"body": MESSAGE.text + "\n"}, True),
        ({"date_created": format_datetime(SINCE - timedelta(seconds=30))}, True),  # the clocks may differ
        ({"date_created": format_datetime(SINCE - timedelta(minutes=5))}, False),
        ({"direction": "inbound"}, False),
        ({"to": "+447700900000"}, False),
        ({"body": "Something else"}, False),
        ({"body": None}, False),
        ({"date_created": "yesterday"}, False),
        ({"date_created": None}, False),
        ({"sid": "SM1"}, False),
    ],
)
def test_finding_by_recipient_text_and_time(changes: dict[str, Any], is_found: bool) -> None:  # noqa: FBT001 - a column
    listed = {
        "sid": SID,
        "to": MESSAGE.recipient,
        "body": MESSAGE.text,
        "date_created": format_datetime(NOW),
        "date_sent": None,
        "direction": "outbound-api",
        "num_segments": "1",
        **changes,
    }
    page = {"messages": ["nonsense", listed], "next_page_uri": None}
    found = answering(httpx.Response(200, json=page)).find(MESSAGE, since=SINCE)
    assert (found is not None and found.vendor_id == SID) == is_found


def test_finding_turns_pages(stand: TwilioStand, channel: Twilio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.integrations.twilio._PAGE_SIZE", 2)
    oldest = stand.list_message()
    for number in range(4):
        stand.list_message(body=f"another {number}")
    found = channel.find(MESSAGE, since=SINCE)
    assert found is not None
    assert found.vendor_id == oldest["sid"]
    assert [request.method for request in stand.requests] == ["GET"] * 3
    assert channel.find(replace(MESSAGE, text="never sent"), since=SINCE) is None


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (httpx.Response(200, json={"messages": [], "next_page_uri": "https://evil.example/x"}), PermanentFailure),
        (httpx.Response(200, json={"messages": [], "next_page_uri": "/2010-04-01/again"}), PermanentFailure),
        (httpx.Response(200, json={"messages": None}), TemporaryFailure),
        (httpx.Response(200, text="It works!"), TemporaryFailure),
        (httpx.Response(401, json={"code": 20003}), CredentialsRejected),
        (httpx.Response(500), TemporaryFailure),
        (httpx.ConnectError("refused"), TemporaryFailure),
    ],
)
def test_a_list_that_cannot_be_read_is_no_answer(
    answer: httpx.Response | Exception, failure: type[VendorFailure]
) -> None:
    with pytest.raises(failure):
        answering(answer).find(MESSAGE, since=SINCE)


def test_retry_after_may_be_a_date() -> None:
    late = datetime(2026, 11, 22, 10, 0, 30, tzinfo=UTC)
    answer = httpx.Response(
        429, headers={"Retry-After": format_datetime(late, usegmt=True)}, json={"code": 20429, "status": 429}
    )
    with pytest.raises(TemporaryFailure) as caught:
        answering(answer).send(MESSAGE)
    assert caught.value.retry_after == 30
