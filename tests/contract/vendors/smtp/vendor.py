"""A mail server on loopback, with STARTTLS and a password, that fails on demand."""

import asyncio
import os
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

import httpx
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from server.outbound.http import make_client
from server.outbound.spec import VendorTools
from server.ports import CredentialsRejected, Message, RecipientRejected, TemporaryFailure
from tests.contract.description import Description, Expected

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
USERNAME, PASSWORD = "giftshop", "correct horse battery staple"
ANSWER_SECONDS = 0.3  # how long the adapter waits for a server that has fallen silent
MESSAGE = Message(
    idempotency_key="touch:7:1",
    channel="email",
    recipient="anna@example.com",
    subject="A cake stand to go with your order",
    text="Hello Anna\n.\n.. dots at line starts\n",
    html="<p>Hello Anna</p>",
    unsubscribe_url="https://afters.example/unsubscribe/" + "x1-_" * 40,
)


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@cache
def certificate() -> tuple[Path, Path]:
    """Make a certificate for localhost, valid by the computer's own clock; return the paths of it and its key."""
    folder = Path(mkdtemp(prefix="afters-smtp-"))
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.now(UTC)  # noqa: TID251 - TLS judges certificates by the real time
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


# ruff: noqa: N802 - aiosmtpd calls these methods by name and position


class Mailbox:
    """What aiosmtpd asks at each step; `answers` maps a step to the reply that the server gives instead of yes."""

    def __init__(self) -> None:
        self.answers: dict[str, str] = {}
        self.arrived: list[bytes] = []
        self.recipients: list[str] = []
        self.hosts: list[str] = []
        self.may_sign_in = True
        self.sign_in_words: str | None = None
        self.senders: list[str] = []
        self.at_the_end = "answer"

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:
        session.host_name = hostname
        self.hosts.append(hostname)
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if answer := self.answers.get("MAIL"):
            return answer
        envelope.mail_from = address
        self.senders.append(address)
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        if self.answers.get("RCPT") == "cut off":
            server.transport.abort()
        if answer := self.answers.get("RCPT"):
            return answer
        envelope.rcpt_tos.append(address)
        self.recipients.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if answer := self.answers.get("DATA"):
            return answer
        if self.at_the_end == "silence":
            await asyncio.Event().wait()
        self.arrived.append(bytes(envelope.content))
        if self.at_the_end == "cut off":
            server.transport.abort()
        return "250 OK"

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        is_right = self.may_sign_in and (data.login, data.password) == (USERNAME.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False, message=self.sign_in_words)


class SmtpStand:
    def __init__(self, mailbox: Mailbox, port: int, client: httpx.Client, security: str) -> None:
        self.mailbox = mailbox
        self.settings: Mapping[str, str] = {
            "host": "localhost",
            "port": str(port),
            "security": security,
            "username": USERNAME,
            "password": PASSWORD,
            "from_address": "hello@giftshop.example",
            "from_name": "Gift Shop",
            "reply_to": "",
            "postal_address": "12 Market Street\nLondon E1 6AN",
        }
        self.tools = VendorTools(
            client=client, clock=StoppedClock(), public_url="https://afters.example", public_only=False
        )

    def play(self, situation: str) -> None:
        box = self.mailbox
        box.answers = {
            "refused": {"RCPT": "550 5.1.1 No such user here"},
            "throttled": {"MAIL": "451 4.7.1 Too many messages, come back later"},
            "broken": {"DATA": "451 4.3.0 Disk full"},
            "garbage": {"DATA": "It works!"},
        }.get(situation, {})
        box.may_sign_in = situation != "unauthorised"
        box.at_the_end = {"silent": "silence", "lost": "cut off"}.get(situation, "answer")

    @property
    def taken(self) -> tuple[str, ...]:
        return tuple(str(message_from_bytes(raw)["Message-ID"]) for raw in self.mailbox.arrived)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def stand(*, security: str = "starttls", has_utf8: bool = True) -> Iterator[SmtpStand]:
    mailbox, port = Mailbox(), free_port()
    own, key = certificate()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own, key)
    kinds: dict[str, dict[str, Any]] = {
        "starttls": {"tls_context": context, "require_starttls": True},
        "tls": {"ssl_context": context, "auth_require_tls": False},  # it does not count the outer TLS
        "none": {"auth_require_tls": False},
    }
    controller = Controller(
        mailbox,
        hostname="127.0.0.1",
        port=port,
        ident="mail stand",
        authenticator=mailbox.sign_in,
        enable_SMTPUTF8=has_utf8,
        **kinds[security],
    )
    controller.start()
    try:
        with (
            patch.dict(os.environ, {"SSL_CERT_FILE": str(own)}),
            patch("server.integrations.smtp.TIMEOUT_SECONDS", ANSWER_SECONDS),
            make_client(user_agent="Afters tests") as client,
        ):
            yield SmtpStand(mailbox, port, client, security)
    finally:
        controller.stop()


VENDOR = Description(
    slug="smtp",
    message=MESSAGE,
    stand=stand,
    situations={
        "refused": Expected(failure=RecipientRejected, suppress=True),
        "unauthorised": Expected(failure=CredentialsRejected),
        "throttled": Expected(failure=TemporaryFailure),
        "broken": Expected(failure=TemporaryFailure),
        "silent": Expected(failure=TemporaryFailure, is_fate_unknown=True),
        "garbage": Expected(failure=TemporaryFailure, is_fate_unknown=True),
    },
    can_be_asked=False,
    bad_settings=(
        ({"host": "https://smtp.example.com"}, "host"),
        ({"port": "smtp"}, "port"),
        ({"security": "ssl"}, "security"),
        ({"security": "none", "host": "smtp.example.com"}, "security"),
        ({"security": "none", "host": "10.0.0.1"}, "security"),
        ({"username": ""}, "password"),
        ({"username": "shöp"}, "username"),
        ({"password": "pässword"}, "password"),
        ({"from_address": "giftshop.example"}, "from_address"),
        ({"from_address": "a@-.example"}, "from_address"),
        ({"reply_to": "ü@giftshop.example"}, "reply_to"),
        ({"from_name": "Gift\nShop"}, "from_name"),
        ({"postal_address": " "}, "postal_address"),
    ),
)
