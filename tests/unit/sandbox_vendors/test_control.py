"""The vendors' part of the control API."""

from email.message import EmailMessage

from flask.testing import FlaskClient

from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn
from tests.unit.sandbox_vendors.conftest import PHONE, ListeningApp, TwilioClient


def keep_letter(inbox: Inbox, url: str | None, to: str = "anna@example.com") -> int:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "shop@gift-shop.example", to, "Hi"
    if url:
        message["List-Unsubscribe"] = f"<{url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content("Hello")
    return inbox.add_email(mail_from="b@gift-shop.example", recipients=[to], raw=message.as_bytes())


def test_everything_that_arrived(
    api: TwilioClient, network: TwilioStandIn, inbox: Inbox, controls: FlaskClient
) -> None:
    api.send()
    api.send(To="+447700900902")
    api.send(To="nonsense")
    network.settle()
    email_id = keep_letter(inbox, None)
    everything = controls.get("/sandbox/api/messages").get_json()
    assert [sms["status"] for sms in everything["sms"]] == ["delivered", "delivered"]
    assert everything["email"][0]["id"] == email_id
    assert everything["email"][0]["subject"] == "Hi"
    assert [row["code"] for row in everything["refused"]] == [21211]
    hers = controls.get("/sandbox/api/messages", query_string={"recipient": "anna@example.com"}).get_json()
    assert (len(hers["sms"]), len(hers["email"]), len(hers["refused"])) == (0, 1, 0)
    assert controls.delete("/sandbox/api/messages").status_code == 204
    assert controls.get("/sandbox/api/messages").get_json() == {
        "sms": [],
        "email": [],
        "refused": [],
        "opted_out": [],
    }


def test_a_phone_texts_back(network: TwilioStandIn, app: ListeningApp, controls: FlaskClient) -> None:
    answer = controls.post("/sandbox/api/phone", json={"from": PHONE, "body": "STOP"})
    network.settle()
    assert answer.status_code == 201
    assert app.heard[-1].form["OptOutType"] == "STOP"
    assert controls.get("/sandbox/api/messages").get_json()["opted_out"] == [PHONE]


def test_what_a_phone_cannot_text(controls: FlaskClient) -> None:
    for body in ({"from": "anna", "body": "x"}, {"from": PHONE, "body": "  "}, {"from": PHONE}, {}):
        assert controls.post("/sandbox/api/phone", json=body).status_code == 422


def test_one_click_unsubscribing_posts_what_rfc_8058_says(
    inbox: Inbox, app: ListeningApp, controls: FlaskClient
) -> None:
    email_id = keep_letter(inbox, f"{app.origin}/unsubscribe/t0ken")
    answer = controls.post(f"/sandbox/api/messages/email/{email_id}/unsubscribe")
    assert answer.get_json() == {"answer": 200, "problem": None}
    (heard,) = app.heard
    assert heard.url == f"{app.origin}/unsubscribe/t0ken"
    assert heard.raw == b"List-Unsubscribe=One-Click"
    assert "Cookie" not in heard.headers
    shown = controls.get(f"/sandbox/api/messages/email/{email_id}").get_json()
    assert [call["what"] for call in shown["calls"]] == ["unsubscribe"]


def test_one_click_unsubscribing_that_fails(inbox: Inbox, app: ListeningApp, controls: FlaskClient) -> None:
    nothing_offered = keep_letter(inbox, None)
    assert controls.post(f"/sandbox/api/messages/email/{nothing_offered}/unsubscribe").status_code == 422
    elsewhere = keep_letter(inbox, "https://elsewhere.example/u")
    assert controls.post(f"/sandbox/api/messages/email/{elsewhere}/unsubscribe").status_code == 502
    app.answer = (302, "")
    redirected = keep_letter(inbox, f"{app.origin}/unsubscribe/t0ken")
    assert controls.post(f"/sandbox/api/messages/email/{redirected}/unsubscribe").get_json() == {
        "answer": 302,
        "problem": "HTTP 302",
    }
    assert controls.post("/sandbox/api/messages/email/999/unsubscribe").status_code == 404


def test_faults_over_http(api: TwilioClient, controls: FlaskClient) -> None:
    asked = {"vendor": "twilio", "kind": "error", "recipient": PHONE, "times": 1, "code": 21408}
    assert controls.post("/sandbox/api/vendors/faults", json=asked).status_code == 201
    assert controls.get("/sandbox/api/vendors/faults").get_json()["armed"][0]["told"] == {"code": 21408}
    assert api.send().json["code"] == 21408
    assert controls.get("/sandbox/api/vendors/faults").get_json()["armed"] == []
    for wrong in ({}, {"vendor": "fax", "kind": "jam"}, ["x"], {**asked, "id": 3}):
        assert controls.post("/sandbox/api/vendors/faults", json=wrong).status_code == 422
    assert controls.delete("/sandbox/api/vendors/faults").status_code == 204
