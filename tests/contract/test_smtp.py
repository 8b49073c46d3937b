"""What is SMTP's own: the conversation step by step, TLS, addresses, and the bytes that arrive."""

import email
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from threading import Thread
from typing import Any, cast

import httpx
import pytest

from server.outbound.mime import message_id, read_address
from server.outbound.registry import load_registry
from server.outbound.spec import VendorTools
from server.ports import (
    CredentialsRejected,
    MessageChannel,
    PermanentFailure,
    RecipientRejected,
    TemporaryFailure,
    VendorFailure,
)
from tests.contract.vendors.smtp.vendor import MESSAGE, SmtpStand
from tests.contract.vendors.smtp.vendor import stand as open_stand


def make(settings: Mapping[str, str], tools: VendorTools) -> MessageChannel:
    """Make the adapter from settings as they are, also ones that the form would refuse."""
    return cast("MessageChannel", load_registry().get("smtp").factory(settings, tools))


@pytest.fixture
def stand() -> Iterator[SmtpStand]:
    """A server without TLS and password: quick, and as a relay beside the app would be."""
    with open_stand(security="none") as opened:
        opened.settings = {**opened.settings, "username": "", "password": ""}
        yield opened


def channel(stand: SmtpStand, **changes: str) -> MessageChannel:
    return make({**stand.settings, **changes}, stand.tools)


def failure_of(stand: SmtpStand, sent: Any = MESSAGE, **changes: str) -> VendorFailure:
    with pytest.raises(VendorFailure) as caught:
        channel(stand, **changes).send(sent)
    return caught.value


def arrived(stand: SmtpStand) -> EmailMessage:
    (raw,) = stand.mailbox.arrived
    parsed = email.message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def test_what_arrives_is_what_was_written(stand: SmtpStand) -> None:
    accepted = channel(stand).send(MESSAGE)
    mail = arrived(stand)
    assert accepted.vendor_id == mail["Message-ID"] == message_id(MESSAGE, read_address("a@giftshop.example"))
    assert mail["From"] == "Gift Shop <hello@giftshop.example>"
    assert mail["Reply-To"] == "hello@giftshop.example"
    assert mail["Date"] == "Sun, 22 Nov 2026 10:00:00 +0000"
    assert (stand.mailbox.senders, stand.mailbox.recipients) == (["hello@giftshop.example"], ["anna@example.com"])
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == MESSAGE.text  # dots at line starts included
    assert html.get_content().strip() == MESSAGE.html


def test_one_click_headers_arrive_whole(stand: SmtpStand) -> None:
    channel(stand).send(MESSAGE)
    head = stand.mailbox.arrived[0].split(b"\r\n\r\n")[0].split(b"\r\n")
    assert f"List-Unsubscribe: <{MESSAGE.unsubscribe_url}>, <mailto:hello@giftshop.example?subject=unsubscribe>" in [
        line.decode() for line in head
    ]
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in head


def test_our_host_name_is_not_told(stand: SmtpStand) -> None:
    channel(stand).send(MESSAGE)
    assert stand.mailbox.hosts == ["giftshop.example"]


def test_answers_go_where_the_merchant_reads_them(stand: SmtpStand) -> None:
    channel(stand, reply_to="help@giftshop.example").send(MESSAGE)
    mail = arrived(stand)
    assert mail["Reply-To"] == "help@giftshop.example"
    assert "<mailto:help@giftshop.example?subject=unsubscribe>" in mail["List-Unsubscribe"]


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_each_kind_of_security_signs_in_and_delivers(security: str) -> None:
    with open_stand(security=security) as stand:
        channel(stand).send(MESSAGE)
        assert arrived(stand)["Subject"] == MESSAGE.subject


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_refused(security: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_stand(security=security) as stand:
        monkeypatch.delenv("SSL_CERT_FILE")
        failure = failure_of(stand)
        assert isinstance(failure, CredentialsRejected)
        assert "certificate" in failure.message
        assert stand.mailbox.senders == []


def test_without_starttls_nothing_is_sent_in_the_clear(stand: SmtpStand) -> None:
    failure = failure_of(stand, security="starttls")
    assert isinstance(failure, CredentialsRejected)
    assert "STARTTLS" in failure.message
    assert stand.mailbox.senders == []


def test_tls_to_a_server_that_speaks_plainly_is_a_temporary_failure(stand: SmtpStand) -> None:
    failure = failure_of(stand, security="tls")
    assert isinstance(failure, TemporaryFailure)
    assert not failure.is_fate_unknown


def test_a_wrong_password_asks_the_merchant() -> None:
    with open_stand() as stand:
        failure = failure_of(stand, password="wrong")
        assert isinstance(failure, CredentialsRejected)
        assert "535" in failure.message


def test_a_server_that_wants_a_password_first_asks_the_merchant() -> None:
    with open_stand() as stand:
        stand.mailbox.answers = {"MAIL": "530 5.7.0 Authentication required"}
        assert isinstance(failure_of(stand, username="", password=""), CredentialsRejected)


def test_a_server_that_cannot_check_the_password_now_is_asked_again() -> None:
    with open_stand() as stand:
        stand.play("unauthorised")
        stand.mailbox.sign_in_words = "454 4.7.0 Directory is down"
        assert isinstance(failure_of(stand), TemporaryFailure)


@contextmanager
def scripted(greeting: str, answers: Mapping[str, str]) -> Iterator[int]:
    """Serve one conversation: a greeting, then an answer by the first word of each command; yield the port."""

    def converse(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        connection.settimeout(5)  # a client that leaves its end open fails the test and does not hang it
        with connection, connection.makefile("rb") as commands:
            connection.sendall(f"{greeting}\r\n".encode())
            for command in commands:
                word = command.split()[0].decode().upper()
                connection.sendall(f"{answers.get(word, '250 OK')}\r\n".encode())

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=converse, args=(listening,))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            thread.join()


@pytest.mark.parametrize(
    ("greeting", "answers", "signs_in", "failure"),
    [
        ("554 5.7.1 Blocked", {}, False, PermanentFailure),
        ("421 4.3.2 Too busy", {}, False, TemporaryFailure),
        ("HTTP/1.1 400 Bad Request", {}, False, TemporaryFailure),
        ("220 ready", {"EHLO": "421 Later"}, False, TemporaryFailure),
        ("220 ready", {"EHLO": "502 What?", "HELO": "550 Go away"}, False, PermanentFailure),
        ("220 ready", {"EHLO": "250 AUTH NTLM GSSAPI"}, True, CredentialsRejected),
        ("220 ready", {"EHLO": "250-mail\r\n250 AUTH NTLM GSSAPI"}, True, CredentialsRejected),
        ("220 ready", {"EHLO": "250-mail\r\n250 AUTH PLAIN", "AUTH": "535 5.7.8 Wrong"}, True, CredentialsRejected),
        (
            "220 ready",
            {"EHLO": "250-mail\r\n250 AUTH PLAIN", "AUTH": "538 5.7.11 Encrypt first"},
            True,
            CredentialsRejected,
        ),
    ],
)
def test_servers_that_end_it_early(
    stand: SmtpStand,
    greeting: str,
    answers: dict[str, str],
    signs_in: bool,  # noqa: FBT001 - a column of the table
    failure: type[VendorFailure],
) -> None:
    with scripted(greeting, answers) as port:
        keys = {"username": "u", "password": "hunter2"} if signs_in else {}
        caught = failure_of(stand, port=str(port), **keys)
    assert type(caught) is failure
    assert not getattr(caught, "is_fate_unknown", False)
    assert "hunter2" not in str(caught)


@pytest.mark.parametrize(
    ("step", "answer", "failure", "suppress"),
    [
        ("MAIL", "421 4.3.2 Shutting down", TemporaryFailure, None),
        ("MAIL", "451 4.7.1 Slow down", TemporaryFailure, None),
        ("MAIL", "550 5.7.1 You may not send as this", CredentialsRejected, None),
        ("MAIL", "553 Sender address rejected", CredentialsRejected, None),
        ("MAIL", "552 5.3.4 Too big", PermanentFailure, None),
        ("MAIL", "501 5.7.9 Policy", CredentialsRejected, None),
        ("RCPT", "450 4.2.0 Greylisted", TemporaryFailure, None),
        ("RCPT", "550 5.1.1 No such user", RecipientRejected, True),
        ("RCPT", "550 No such user", RecipientRejected, True),
        ("RCPT", "553 5.1.3 Bad address", RecipientRejected, True),
        ("RCPT", "550 5.2.1 Mailbox disabled", RecipientRejected, True),
        ("RCPT", "552 5.2.2 Mailbox full", RecipientRejected, False),
        ("RCPT", "552 Mailbox full", RecipientRejected, False),
        ("RCPT", "554 5.7.1 Relay access denied", RecipientRejected, False),
        ("RCPT", "530 Sign in first", CredentialsRejected, None),
        ("RCPT", "251 Will forward", None, None),
        ("RCPT", "334 what?", TemporaryFailure, None),
        ("DATA", "452 4.3.1 Disk full", TemporaryFailure, None),
        ("DATA", "554 5.6.0 Looks like spam", PermanentFailure, None),
        ("DATA", "550 5.1.1 No such user after all", RecipientRejected, True),
        ("DATA", "550 5.7.26 Not authenticated mail", PermanentFailure, None),
    ],
)
def test_refusals(
    stand: SmtpStand,
    step: str,
    answer: str,
    failure: type[VendorFailure] | None,
    suppress: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    stand.mailbox.answers = {step: answer}
    if failure is None:
        # The stand-in answers without noting the recipient, so the text is refused afterwards.
        assert "503" in failure_of(stand).message
        return
    caught = failure_of(stand)
    assert type(caught) is failure
    assert getattr(caught, "suppress", None) == suppress
    assert not getattr(caught, "is_fate_unknown", False)
    assert "localhost" in caught.message
    assert answer[4:] not in caught.message


def test_a_connection_cut_before_the_text_is_known_to_have_failed(stand: SmtpStand) -> None:
    stand.mailbox.answers = {"RCPT": "cut off"}
    failure = failure_of(stand)
    assert isinstance(failure, TemporaryFailure)
    assert not failure.is_fate_unknown
    assert stand.mailbox.arrived == []


def test_a_connection_cut_after_the_text_leaves_its_fate_open(stand: SmtpStand) -> None:
    stand.play("lost")
    failure = failure_of(stand)
    assert isinstance(failure, TemporaryFailure)
    assert failure.is_fate_unknown
    assert len(stand.mailbox.arrived) == 1


def test_nobody_listening_is_known_to_have_failed(stand: SmtpStand) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        failure = failure_of(stand, port=str(unused.getsockname()[1]))
    assert isinstance(failure, TemporaryFailure)
    assert not failure.is_fate_unknown


def test_a_server_that_never_greets_is_given_up(stand: SmtpStand) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        failure = failure_of(stand, port=str(mute.getsockname()[1]))
    assert isinstance(failure, TemporaryFailure)
    assert not failure.is_fate_unknown


def test_a_name_that_cannot_be_looked_up_is_a_temporary_failure(
    stand: SmtpStand, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_host: str, _port: int) -> tuple[str, ...]:
        raise httpx.ConnectError("no such name")

    monkeypatch.setattr("server.integrations.smtp.resolve", lost)
    failure = failure_of(stand, host="smtp.invalid")
    assert isinstance(failure, TemporaryFailure)
    assert "smtp.invalid" in failure.message


@pytest.mark.parametrize(
    "addresses",
    [("127.0.0.1",), ("10.0.0.8",), ("::1",), ("169.254.169.254",), ("93.184.215.14", "127.0.0.1")],
)
def test_private_servers_are_refused_before_a_connection_is_made(
    stand: SmtpStand, addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.integrations.smtp.resolve", lambda _host, _port: addresses)
    monkeypatch.setattr(socket, "create_connection", None)  # calling it would be an error
    outside = make({**stand.settings, "host": "smtp.example.com"}, replace(stand.tools, public_only=True))
    with pytest.raises(PermanentFailure, match=r"smtp\.example\.com"):
        outside.send(MESSAGE)
    assert stand.mailbox.hosts == []


def test_every_address_of_a_server_is_tried(stand: SmtpStand, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.integrations.smtp.resolve", lambda _host, _port: ("::1", "127.0.0.1"))
    channel(stand).send(MESSAGE)
    assert len(stand.mailbox.arrived) == 1


def test_a_domain_beyond_ascii_travels_in_ascii(stand: SmtpStand) -> None:
    channel(stand).send(replace(MESSAGE, recipient="kunde@bücher.example"))
    assert stand.mailbox.recipients == ["kunde@xn--bcher-kva.example"]
    assert arrived(stand)["To"] == "kunde@xn--bcher-kva.example"


def test_a_local_part_beyond_ascii_needs_a_server_that_takes_it(stand: SmtpStand) -> None:
    sent = replace(MESSAGE, recipient="дима@example.com", subject="Grüße")
    channel(stand).send(sent)
    assert stand.mailbox.recipients == ["дима@example.com"]
    head = stand.mailbox.arrived[0].split(b"\r\n\r\n")[0].decode()
    assert "To: дима@example.com" in head
    assert f"<{MESSAGE.unsubscribe_url}>" in head
    with open_stand(security="none", has_utf8=False) as old:
        failure = failure_of(old, sent, username="", password="")
        assert isinstance(failure, RecipientRejected)
        assert not failure.suppress
        assert old.mailbox.senders == []


@pytest.mark.parametrize("recipient", ["", "anna", "anna@", "anna@example.com\r\nRCPT TO:<b@example.com>", "a@b\x00.c"])
def test_what_is_no_address_never_reaches_the_server(stand: SmtpStand, recipient: str) -> None:
    failure = failure_of(stand, replace(MESSAGE, recipient=recipient))
    assert isinstance(failure, RecipientRejected)
    assert failure.suppress
    assert stand.mailbox.hosts == []


@pytest.mark.parametrize(
    "changes", [{"subject": "Hi\r\nBcc: everyone@example.com"}, {"unsubscribe_url": "https://a.example/\r\nBcc: x"}]
)
def test_headers_cannot_be_smuggled_in(stand: SmtpStand, changes: dict[str, str]) -> None:
    assert isinstance(failure_of(stand, replace(MESSAGE, **changes)), PermanentFailure)
    assert stand.mailbox.hosts == []
