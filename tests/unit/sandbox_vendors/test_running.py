"""The whole sandbox without the app, over real HTTP and SMTP."""

import smtplib
from email.message import EmailMessage

import httpx
import pytest

from tests.sandbox.credentials import SHOP_NUMBER
from tests.sandbox.running import RunningSandbox

PHONE = "+447700900911"


def text(sandbox: RunningSandbox, body: str) -> httpx.Response:
    account = sandbox.sandbox.twilio.account
    return httpx.post(
        f"{sandbox.origin}/2010-04-01/Accounts/{account.account_sid}/Messages.json",
        headers={"Host": "api.twilio.com"},
        auth=(account.account_sid, account.auth_token),
        data={"To": PHONE, "From": SHOP_NUMBER, "Body": body},
        trust_env=False,
    )


@pytest.mark.parametrize(
    "path",
    ["/", "/store", "/admin", "/inbox", "/clock", "/cdn/shopifycloud/app-bridge.js", "/sandbox/api/orders"],
)
def test_every_floor_answers_on_the_one_port(path: str, stand_ins: RunningSandbox) -> None:
    answer = httpx.get(f"{stand_ins.origin}{path}", trust_env=False)
    assert answer.status_code == 200, answer.text


def test_the_shops_own_host_wants_a_token(stand_ins: RunningSandbox) -> None:
    answer = httpx.post(
        f"{stand_ins.origin}/admin/api/2026-10/graphql.json",
        headers={"Host": stand_ins.settings.shop_domain},
        json={"query": "{ shop { name } }"},
        trust_env=False,
    )
    assert answer.status_code == 401


def test_messages_arrive_and_show(stand_ins: RunningSandbox) -> None:
    assert text(stand_ins, "Hello").status_code == 201
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@gift-shop.example", "anna@example.com", "A gift"
    mail.set_content("Hello Anna")
    with smtplib.SMTP(stand_ins.settings.host, stand_ins.settings.smtp_port, timeout=10) as server:
        server.send_message(mail)
    stand_ins.wait_for(
        "/sandbox/api/messages",
        lambda found: found["sms"] and found["sms"][0]["status"] == "delivered" and found["email"],
        what="delivery",
    )
    assert [each["subject"] for each in stand_ins.messages("anna@example.com")["email"]] == ["A gift"]
    assert len(stand_ins.get("/inbox/people")["people"]) == 2


def test_the_clock_moves_for_everybody(stand_ins: RunningSandbox) -> None:
    before = stand_ins.sandbox.clock.now()
    stand_ins.move_clock(86_400)
    assert (stand_ins.sandbox.clock.now() - before).total_seconds() >= 86_400


def test_waiting_ends_with_what_was_seen(stand_ins: RunningSandbox) -> None:
    with pytest.raises(TimeoutError, match=r"a miracle did not happen within 0 s; last seen: .*offset_seconds"):
        stand_ins.wait_for("/sandbox/api/clock", lambda _: False, timeout=0, what="a miracle")


def test_a_refused_control_call_fails_the_test(stand_ins: RunningSandbox) -> None:
    with pytest.raises(AssertionError, match="HTTP 422"):
        stand_ins.post("/sandbox/api/clock", move_seconds=-1)
