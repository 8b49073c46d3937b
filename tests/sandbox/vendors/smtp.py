"""The SMTP inbox: takes every e-mail, keeps its bytes, and refuses on demand as a mailbox provider does."""

import asyncio
import hmac
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.sandbox.vendors.accounts import SmtpAccount
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox

# Addresses that anyone may type at the checkout to see a refusal.
MAGIC_DOMAINS = {"bounce.example": (550, "5.1.1 No such mailbox here"), "later.example": (451, "4.7.1 Try again later")}
MAX_BYTES = 10 * 1024 * 1024


class MailServer:
    """An SMTP server on `host`:`port`. Signing in is offered, not required; wrong credentials are refused (535)."""

    def __init__(self, *, host: str, port: int, account: SmtpAccount, inbox: Inbox, faults: Faults) -> None:
        self.host = host
        self.port = port
        self._account = account
        self._controller = Controller(
            _Mailbox(inbox, faults),
            hostname=host,
            port=port,
            server_hostname="mail.sandbox.example",
            ident="Afters sandbox inbox",
            data_size_limit=MAX_BYTES,
            enable_SMTPUTF8=True,
            authenticator=self._sign_in,
            auth_require_tls=False,
            ready_timeout=10.0,
        )

    def start(self) -> None:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._controller.start()

    def stop(self) -> None:
        """Stop listening and close what is open."""
        self._controller.stop()

    def _sign_in(self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        name_fits = hmac.compare_digest(data.login, self._account.username.encode())
        word_fits = hmac.compare_digest(data.password, self._account.password.encode())
        return AuthResult(success=name_fits and word_fits, handled=False)


class _Mailbox:
    """aiosmtpd's hooks; their names and signatures are its own."""

    def __init__(self, inbox: Inbox, faults: Faults) -> None:
        self._inbox = inbox
        self._faults = faults

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if slow := self._faults.take("smtp", "slow", address):
            await asyncio.sleep(slow.told["seconds"])
        code, text = MAGIC_DOMAINS.get(address.rpartition("@")[2].lower(), (0, ""))
        if fault := self._faults.take("smtp", "refuse", address):
            code, text = fault.told["code"], fault.told["text"]
        if code:
            return self._refuse(address, code, text)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        recipients = list(envelope.rcpt_tos)
        for address in recipients:
            if fault := self._faults.take("smtp", "refuse_content", address):
                return self._refuse(address, fault.told["code"], fault.told["text"])
        content = envelope.original_content or b""
        self._inbox.add_email(mail_from=envelope.mail_from or "", recipients=recipients, raw=content)
        if any(self._faults.take("smtp", "cut", address) for address in recipients):
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 2.0.0 Taken"

    def _refuse(self, address: str, code: int, text: str) -> str:
        self._inbox.add_refusal(vendor="smtp", recipient=address, code=code, words=text)
        return f"{code} {text}"
