"""Messages travel, the app is told with Twilio's signature, phones answer and opt-outs hold."""

from dataclasses import dataclass

import httpx
import pytest
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types

from tests.sandbox.app import Sandbox
from tests.sandbox.host import HttpHost
from tests.sandbox.vendors import twilio
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn, opt_out_type
from tests.unit.sandbox_vendors.conftest import (
    ACCOUNT_SID,
    AUTH_TOKEN,
    NUMBER,
    PHONE,
    SERVICE_SID,
    Heard,
    ListeningApp,
    TwilioClient,
)


@dataclass(frozen=True)
class Rig:
    """The client, the app that listens and the network between them."""

    api: TwilioClient
    app: ListeningApp
    network: TwilioStandIn
    faults: Faults


@pytest.fixture
def rig(api: TwilioClient, app: ListeningApp, network: TwilioStandIn, faults: Faults) -> Rig:
    return Rig(api, app, network, faults)


def is_signed(heard: Heard) -> bool:
    return bool(RequestValidator(AUTH_TOKEN).validate(heard.url, heard.form, heard.headers["X-Twilio-Signature"]))


def statuses(app: ListeningApp) -> list[str]:
    return [heard.form["MessageStatus"] for heard in app.at("/receipts/twilio")]


def send(api: TwilioClient, app: ListeningApp, **form: str) -> str:
    answer = api.send(StatusCallback=f"{app.origin}/receipts/twilio?touch=7", **form)
    assert answer.status_code == 201, answer.json
    return str(answer.json["sid"])


def test_status_callbacks_are_signed_and_in_order(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, inbox: Inbox
) -> None:
    sid = send(api, app)
    network.settle()
    assert statuses(app) == ["queued", "sent", "delivered"]
    assert all(is_signed(heard) for heard in app.heard)
    assert {heard.form["MessageSid"] for heard in app.heard} == {sid}
    assert {heard.form["AccountSid"] for heard in app.heard} == {ACCOUNT_SID}
    assert len({heard.headers["I-Twilio-Idempotency-Token"] for heard in app.heard}) == 3
    assert [call["answer"] for call in inbox.calls()[sid]] == [200, 200, 200]


@pytest.mark.parametrize(
    ("to", "code", "path"),
    [
        ("+15005530003", 30003, ["queued", "sent", "undelivered"]),
        ("+15005530006", 30006, ["queued", "sent", "undelivered"]),
        ("+15005530034", 30034, ["queued", "failed"]),
    ],
)
def test_a_magic_number_fails_later(to: str, code: int, path: list[str], rig: Rig) -> None:
    sid = send(rig.api, rig.app, To=to)
    rig.network.settle()
    assert statuses(rig.app) == path
    assert rig.app.heard[-1].form["ErrorCode"] == str(code)
    shown = rig.api.open("GET", rig.api.messages.replace(".json", f"/{sid}.json")).json
    assert shown["error_code"] == code
    assert shown["error_message"]


def test_a_fault_can_fail_any_message_later(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, faults: Faults
) -> None:
    faults.add("twilio", "error", recipient=PHONE, times=1, code=30005)
    send(api, app)
    network.settle()
    assert statuses(app)[-1] == "undelivered"


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("none", []),
        ("repeated", ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        ("reversed", ["delivered", "sent", "queued"]),
    ],
)
def test_callbacks_go_wrong_on_demand(mode: str, expected: list[str], rig: Rig) -> None:
    rig.faults.add("twilio", "callbacks", mode=mode, times=1)
    send(rig.api, rig.app)
    rig.network.settle()
    assert statuses(rig.app) == expected
    assert all(is_signed(heard) for heard in rig.app.heard)


def test_a_forged_callback_does_not_carry_the_right_signature(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, faults: Faults
) -> None:
    faults.add("twilio", "callbacks", mode="forged", times=1)
    send(api, app)
    network.settle()
    assert [is_signed(heard) for heard in app.heard] == [True, True, True, False]
    assert app.heard[-1].form["MessageStatus"] == "failed"


def test_nobody_outside_is_called(api: TwilioClient, network: TwilioStandIn, inbox: Inbox) -> None:
    sid = api.send(StatusCallback="https://shop.example.com/receipts").json["sid"]
    network.settle()
    assert {call["problem"] for call in inbox.calls()[sid]} == {"not called: outside the sandbox"}
    assert inbox.sms(sid).status == "delivered"


def test_an_app_that_fails_is_recorded(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, inbox: Inbox
) -> None:
    app.answer = (503, "")
    sid = send(api, app)
    network.settle()
    assert [call["problem"] for call in inbox.calls()[sid]] == ["11200: HTTP 503"] * 3


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("STOP", "STOP"),
        (" stop ", "STOP"),
        ("Revoke", "STOP"),
        ("OPTOUT", "STOP"),
        ("unstop", "START"),
        ("HELP", "HELP"),
        ("please stop", None),
        ("stop it", None),
        ("When does it arrive?", None),
    ],
)
def test_only_the_bare_word_counts(body: str, kind: str | None) -> None:
    assert opt_out_type(body) == kind


def test_stop_reaches_the_app_and_holds(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, inbox: Inbox
) -> None:
    api.send()
    network.settle()
    network.receive(PHONE, "STOP")
    network.settle()
    heard = app.at("/receipts/twilio")[-1]
    assert is_signed(heard)
    assert heard.form["OptOutType"] == "STOP"
    assert (heard.form["From"], heard.form["To"], heard.form["Body"]) == (PHONE, NUMBER, "STOP")
    assert inbox.all_sms()[-1].direction == "outbound-reply"
    refused = api.send()
    assert (refused.status_code, refused.json["code"]) == (400, 21610)
    assert api.send(From="GiftShop").status_code == 201  # filed per sender
    network.receive(PHONE, "START")
    network.settle()
    assert app.heard[-1].form["OptOutType"] == "START"
    assert api.send().status_code == 201


def test_stop_is_filed_with_the_service_that_wrote(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn
) -> None:
    api.send(From=None, MessagingServiceSid=SERVICE_SID)
    network.settle()
    network.receive(PHONE, "stop")
    network.settle()
    assert app.heard[-1].form["MessagingServiceSid"] == SERVICE_SID
    assert api.send(From=None, MessagingServiceSid=SERVICE_SID).json["code"] == 21610
    assert api.send().status_code == 201


def test_free_words_reach_the_app_without_an_opt_out_type(app: ListeningApp, network: TwilioStandIn) -> None:
    app.answer = (200, "<Response><Message>We will look.</Message></Response>")
    network.receive(PHONE, "Where is my order?")
    network.settle()
    assert "OptOutType" not in app.heard[-1].form
    last = network.inbox.all_sms()[-1]
    assert (last.direction, last.body, last.recipient) == ("outbound-reply", "We will look.", PHONE)


def test_an_answer_that_is_no_twiml_is_recorded(app: ListeningApp, network: TwilioStandIn, inbox: Inbox) -> None:
    app.answer = (200, "ok")
    sms = network.receive(PHONE, "Hello")
    network.settle()
    assert [call["what"] for call in inbox.calls()[sms.sid]] == ["inbound", "twiml"]


def test_a_restarted_sandbox_finishes_what_was_under_way(
    api: TwilioClient, app: ListeningApp, network: TwilioStandIn, inbox: Inbox
) -> None:
    sid = send(api, app)
    network.settle()
    inbox.change_sms(sid, status="sent")
    app.heard.clear()
    network.resume()
    network.settle()
    assert statuses(app) == ["delivered"]


def test_a_cut_connection_leaves_the_sender_guessing(
    sandbox: Sandbox, api: TwilioClient, faults: Faults, network: TwilioStandIn
) -> None:
    host = HttpHost(twilio.create_host(sandbox), host="127.0.0.1", port=0)
    host.start()
    faults.add("twilio", "cut", times=1)
    try:
        with pytest.raises(httpx.TransportError):
            httpx.post(
                f"http://127.0.0.1:{host.port}{api.messages}",
                headers={"Host": "api.twilio.com"},
                auth=(ACCOUNT_SID, AUTH_TOKEN),
                data={"To": PHONE, "From": NUMBER, "Body": "Hello"},
                trust_env=False,
            )
    finally:
        host.stop()
    network.settle()
    assert [each["body"] for each in api.list(To=PHONE)] == ["Hello"]
