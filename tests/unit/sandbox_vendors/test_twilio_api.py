"""What api.twilio.com answers: the specification's shapes for good requests, Twilio's codes for bad ones."""

from typing import Any

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from tests.sandbox.app import Sandbox
from tests.sandbox.vendors import twilio
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn
from tests.unit.sandbox_vendors.conftest import ACCOUNT_SID, NUMBER, PHONE, SERVICE_SID, TwilioClient


def test_a_message_is_taken(api: TwilioClient, inbox: Inbox) -> None:
    answer = api.send(Body="Hello there")
    assert answer.status_code == 201
    assert answer.json["status"] == "queued"
    assert answer.json["num_segments"] == "1"
    assert answer.json["date_sent"] is None
    kept = inbox.sms(answer.json["sid"])
    assert (kept.body, kept.recipient, kept.sender) == ("Hello there", PHONE, NUMBER)


def test_a_service_names_the_sender_later(api: TwilioClient, network: TwilioStandIn) -> None:
    answer = api.send(From=None, MessagingServiceSid=SERVICE_SID, Body="x" * 200)
    assert (answer.json["status"], answer.json["from"], answer.json["num_segments"]) == ("accepted", None, "0")
    network.settle()
    later = api.open("GET", answer.json["uri"]).json
    assert (later["status"], later["from"], later["num_segments"]) == ("delivered", NUMBER, "2")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": None}, 21604),
        ({"To": ""}, 21604),
        ({"To": "07700900901"}, 21211),
        ({"To": "+44770090090123456"}, 21211),
        ({"To": "+999123"}, 21211),
        ({"To": "+442079460123"}, 21614),
        ({"To": "+441134960123"}, 21614),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550003"}, 21408),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"To": "+15005520429"}, 20429),
        ({"To": "+15005520003"}, 20003),
        ({"From": None}, 21603),
        ({"From": "+447700900998"}, 21606),
        ({"From": "Gift Shop Ltd!"}, 21212),
        ({"From": "GiftShop", "To": "+12025550123"}, 21612),
        ({"From": "+15005550008"}, 21611),
        ({"MessagingServiceSid": SERVICE_SID}, 20001),
        ({"From": None, "MessagingServiceSid": "MG" + "0" * 32}, 21701),
        ({"From": None, "MessagingServiceSid": "MG12"}, 20001),
        ({"Body": None}, 21602),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": None, "ContentSid": "HX" + "0" * 32}, 21655),
        ({"Bdoy": "typo"}, 20001),
        ({"To": [PHONE, PHONE]}, 20001),
        ({"ValidityPeriod": "0"}, 20001),
        ({"ValidityPeriod": "soon"}, 20001),
        ({"ScheduleType": "whenever"}, 20001),
        ({"SendAt": "2026-11-22T10:00:00Z", "ScheduleType": "fixed"}, 20001),
        ({"StatusCallback": "not a url"}, 21609),
        ({"StatusCallback": "http://localhost/receipts"}, 21609),
        ({"StatusCallback": "http://127.0.0.1:1/receipts"}, 21609),
        ({"StatusCallback": "http://10.0.0.1/receipts"}, 21609),
        ({"StatusCallback": "https://my_shop.example.com/receipts"}, 21609),
        ({"StatusCallback": "ftp://shop.example.com/receipts"}, 21609),
        ({"StatusCallback": "https://shop.example.com/" + "x" * 4000}, 21609),
    ],
)
def test_refusals(form: dict[str, Any], code: int, api: TwilioClient, inbox: Inbox) -> None:
    answer = api.send(**form)
    assert answer.json["code"] == code
    assert answer.status_code == answer.json["status"] >= 400
    assert set(answer.json) == {"code", "message", "more_info", "status"}
    assert inbox.all_sms() == []
    assert [row["code"] for row in inbox.refusals()] == [code]


def test_json_bodies_are_refused(api: TwilioClient) -> None:
    assert api.open("POST", api.messages, json={"To": PHONE, "Body": "x"}).json["code"] == 20001


@pytest.mark.parametrize("sender", ["GiftShop", "GIFT 2 YOU"])
def test_sender_ids_work_outside_north_america(sender: str, api: TwilioClient) -> None:
    assert api.send(From=sender).status_code == 201


def test_media_stands_for_a_body(api: TwilioClient) -> None:
    media = ["https://cdn.example.com/a.png", "https://cdn.example.com/b.png"]
    answer = api.send(Body=None, MediaUrl=media)
    assert answer.json["num_media"] == "2"
    assert answer.json["sid"].startswith("MM")


def test_smart_encoding_changes_the_body(api: TwilioClient) -> None:
    assert api.send(Body="It\u2019s here", SmartEncoded="true").json["body"] == "It's here"
    assert api.send(Body="It\u2019s here").json["body"] == "It\u2019s here"


def test_credentials(api: TwilioClient) -> None:
    wrong = api.open("GET", api.messages, token="f" * 32)
    assert (wrong.status_code, wrong.json["code"]) == (401, 20003)
    stranger = api.open("GET", f"/2010-04-01/Accounts/AC{'0' * 32}/Messages.json")
    assert (stranger.status_code, stranger.json["code"]) == (404, 20404)


def test_no_credentials(sandbox: Sandbox) -> None:
    client = twilio.create_host(sandbox).test_client()
    answer = client.get(f"/2010-04-01/Accounts/{ACCOUNT_SID}.json")
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_the_account_check(api: TwilioClient) -> None:
    assert api.open("GET", f"/2010-04-01/Accounts/{ACCOUNT_SID}.json").json["status"] == "active"


def test_what_the_host_does_not_have(api: TwilioClient) -> None:
    assert api.open("GET", "/2010-04-01/Nothing.json").json["code"] == 20404
    assert api.open("PUT", api.messages).json["code"] == 20004
    assert api.open("GET", api.messages.replace(".json", f"/SM{'0' * 32}.json")).json["code"] == 20404


def test_a_fault_on_demand_is_used_up(api: TwilioClient, faults: Faults) -> None:
    faults.add("twilio", "error", recipient=PHONE, times=1, code=20429, retry_after=7)
    limited = api.send()
    assert (limited.status_code, limited.headers["Retry-After"]) == (429, "7")
    assert api.send().status_code == 201


def test_a_broken_answer_keeps_nothing(api: TwilioClient, faults: Faults, inbox: Inbox) -> None:
    faults.add("twilio", "answer", times=1, status=502, body="<h1>Bad gateway</h1>")
    broken = api.send()
    assert (broken.status_code, broken.mimetype) == (502, "text/html")
    assert inbox.all_sms() == []
    faults.add("twilio", "answer", times=1, status=503, on="read")
    assert api.send().status_code == 201
    assert api.open("GET", api.messages).status_code == 503


def test_finding_a_message_by_number_and_time(api: TwilioClient, network: TwilioStandIn) -> None:
    before = network.clock.now()
    first = api.send().json["sid"]
    api.send(To="+447700900902")
    network.settle()
    network.clock.move(86_400 * 2)
    second = api.send().json["sid"]
    network.settle()
    assert [each["sid"] for each in api.list(To=PHONE)] == [second, first]
    since = before.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [each["sid"] for each in api.list(**{"To": PHONE, "DateSent>": since})] == [second, first]
    later = network.clock.now().strftime("%Y-%m-%d")
    assert [each["sid"] for each in api.list(To=PHONE, DateSent=later)] == [second]
    assert [each["sid"] for each in api.list(**{"To": PHONE, "DateSent<": before.strftime("%Y-%m-%d")})] == [first]
    assert api.open("GET", api.messages, query_string={"DateSent>": "lately"}).json["code"] == 20001
    assert api.open("GET", api.messages, query_string={"Until": "now"}).json["code"] == 20001


def test_pages(api: TwilioClient) -> None:
    sent = [api.send(Body=str(number)).json["sid"] for number in range(5)]
    seen, uri = [], f"{api.messages}?PageSize=2"
    while uri:
        page = api.open("GET", uri).json
        seen += [each["sid"] for each in page["messages"]]
        uri = page["next_page_uri"]
    assert seen == sent[::-1]
    assert api.open("GET", api.messages, query_string={"PageSize": "1001"}).json["code"] == 20001


def test_answers_fit_the_specification(api: TwilioClient, network: TwilioStandIn) -> None:
    sid = api.send().json["sid"]
    network.settle()
    paths = [api.messages, api.messages.replace(".json", f"/{sid}.json"), f"/2010-04-01/Accounts/{ACCOUNT_SID}.json"]
    for path in paths:
        answer = api.open("GET", path)
        asked = Request(EnvironBuilder(path=path, base_url="http://api.twilio.com").get_environ())
        given = Response(answer.data, status=answer.status_code, mimetype=answer.mimetype)
        assert twilio.SPECIFICATION.answer_problems(asked, given) == []
        spoilt = Response('{"sid": 7, "messages": [{"sid": 7}]}', mimetype="application/json")
        assert twilio.SPECIFICATION.answer_problems(asked, spoilt) != []


def test_a_cut_connection_cannot_pass_unnoticed_without_a_socket(
    sandbox: Sandbox, faults: Faults, api: TwilioClient
) -> None:
    faults.add("twilio", "cut", times=1)
    assert isinstance(twilio.create_host(sandbox), Flask)
    assert api.send().status_code == 500
