"""The SMTP inbox, spoken to by smtplib."""

import smtplib
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from tests.sandbox.listening import free_ports
from tests.sandbox.vendors.accounts import SmtpAccount
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.smtp import MailServer

SENDER, ANNA, BEN = "shop@gift-shop.example", "anna@example.com", "ben@example.com"


@pytest.fixture
def server(inbox: Inbox, faults: Faults) -> Iterator[MailServer]:
    account = SmtpAccount(username="gift-shop", password="correct horse")
    port = free_ports("127.0.0.1", 1)[0]
    mail_server = MailServer(host="127.0.0.1", port=port, account=account, inbox=inbox, faults=faults)
    mail_server.start()
    yield mail_server
    mail_server.stop()


@pytest.fixture
def client(server: MailServer) -> Iterator[smtplib.SMTP]:
    connection = smtplib.SMTP(server.host, server.port, timeout=10)
    yield connection
    connection.close()


def letter(body: str = "Hello") -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, ANNA, "Hi"
    message.set_content(body)
    return message.as_bytes().replace(b"\n", b"\r\n")


def test_bytes_and_envelope_are_kept(client: smtplib.SMTP, inbox: Inbox) -> None:
    raw = letter("Line one\n.\n..dots and ünïcode")
    assert client.sendmail(SENDER, [ANNA, BEN], raw) == {}
    (kept,) = inbox.emails()
    assert kept.raw == raw
    assert (kept.mail_from, kept.recipients) == (SENDER, (ANNA, BEN))


def test_one_of_two_recipients_is_refused(client: smtplib.SMTP, inbox: Inbox, faults: Faults) -> None:
    faults.add("smtp", "refuse", recipient=BEN, code=550, text="5.1.1 No such person")
    assert client.sendmail(SENDER, [ANNA, BEN], letter()) == {BEN: (550, b"5.1.1 No such person")}
    assert inbox.emails()[0].recipients == (ANNA,)
    assert [(row["recipient"], row["code"]) for row in inbox.refusals()] == [(BEN, 550)]


def test_a_temporary_refusal(client: smtplib.SMTP, inbox: Inbox, faults: Faults) -> None:
    faults.add("smtp", "refuse", times=1, code=451, text="4.7.1 Try again later")
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(SENDER, [ANNA], letter())
    assert refused.value.recipients[ANNA][0] == 451
    assert client.sendmail(SENDER, [ANNA], letter()) == {}
    assert len(inbox.emails()) == 1


@pytest.mark.parametrize(("address", "code"), [("a@bounce.example", 550), ("b@later.example", 451)])
def test_magic_domains(address: str, code: int, client: smtplib.SMTP) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        client.sendmail(SENDER, [address], letter())
    assert refused.value.recipients[address][0] == code


def test_content_refused(client: smtplib.SMTP, inbox: Inbox, faults: Faults) -> None:
    faults.add("smtp", "refuse_content", recipient=ANNA, code=554, text="5.7.1 Looks like spam")
    with pytest.raises(smtplib.SMTPDataError):
        client.sendmail(SENDER, [ANNA], letter())
    assert inbox.emails() == []


def test_a_cut_connection_after_the_letter_was_taken(client: smtplib.SMTP, inbox: Inbox, faults: Faults) -> None:
    faults.add("smtp", "cut", recipient=ANNA, times=1)
    with pytest.raises(smtplib.SMTPServerDisconnected):
        client.sendmail(SENDER, [ANNA], letter())
    assert len(inbox.emails()) == 1


def test_a_slow_server_outlasts_a_hasty_client(server: MailServer, faults: Faults, inbox: Inbox) -> None:
    faults.add("smtp", "slow", seconds=30, times=1)
    hasty = smtplib.SMTP(server.host, server.port, timeout=0.2)
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        hasty.sendmail(SENDER, [ANNA], letter())
    assert inbox.emails() == []


def test_signing_in_is_possible_and_checked(client: smtplib.SMTP, inbox: Inbox) -> None:
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login("gift-shop", "wrong")
    assert refused.value.smtp_code == 535
    client.login("gift-shop", "correct horse")
    client.sendmail(SENDER, [ANNA], letter())
    assert len(inbox.emails()) == 1


def test_addresses_outside_ascii(client: smtplib.SMTP, inbox: Inbox) -> None:
    client.sendmail(SENDER, ["zoë@example.com"], letter(), mail_options=["SMTPUTF8"])
    assert inbox.emails()[0].recipients == ("zoë@example.com",)
