"""E-mail through any SMTP server (RFC 5321), one connection a message."""

import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from email.headerregistry import Address
from ipaddress import ip_address
from typing import NoReturn

import httpx

from server.outbound.http import is_public_address, resolve
from server.outbound.mime import InvalidAddress, compose, message_id, read_address, to_bytes
from server.outbound.spec import IntegrationSpec, SettingField, SettingProblem, VendorTools
from server.ports import (
    Accepted,
    CredentialsRejected,
    Message,
    PermanentFailure,
    RecipientRejected,
    TemporaryFailure,
)

TIMEOUT_SECONDS = 20.0
_ENHANCED = re.compile(rb"\A\s*([245])\.(\d{1,3})\.(\d{1,3})\b")
_SIGN_IN_FIRST = frozenset({530, 535})
_NOT_ALLOWED = _SIGN_IN_FIRST | {550, 553, 554}  # to MAIL FROM: not with this sender
_PLAIN_TEXT = r"[ -~]+"


class Smtp:
    """A MessageChannel for e-mail."""

    channel = "email"

    def __init__(self, settings: Mapping[str, str], tools: VendorTools) -> None:
        self._host = settings["host"]
        self._port = int(settings["port"])
        self._security = settings["security"]
        self._username = settings["username"]
        self._password = settings["password"]
        self._sender = read_address(settings["from_address"], settings["from_name"])
        self._reply_to = read_address(settings["reply_to"] or settings["from_address"])
        self._tools = tools

    def send(self, message: Message) -> Accepted:
        """Deliver one e-mail to the server; its Message-ID follows from the idempotency key.

        Raises:
            TemporaryFailure: also when the connection broke after the text was on its way; then with an unknown fate.
            PermanentFailure, CredentialsRejected, RecipientRejected.
        """
        recipient = _recipient(message.recipient)
        email = compose(
            message, sender=self._sender, recipient=recipient, reply_to=self._reply_to, now=self._tools.clock.now()
        )
        with self._connection() as server:
            options = []
            if not recipient.addr_spec.isascii():
                if not server.has_extn("smtputf8"):
                    raise RecipientRejected(
                        f"{self._host} cannot send to addresses with letters beyond ASCII before the @.", suppress=False
                    )
                options = ["SMTPUTF8", "BODY=8BITMIME"]
            self._expect(server.mail(self._sender.addr_spec, options), self._refuse_sender)
            self._expect(server.rcpt(recipient.addr_spec), self._refuse_recipient)
            self._transmit(server, to_bytes(email, is_utf8=bool(options)))
        return Accepted(vendor_id=message_id(message, self._sender))

    def find(self, message: Message, *, since: datetime) -> Accepted | None:  # noqa: ARG002 - the port's
        """Refuse: an SMTP server cannot be asked what became of a message.

        Raises:
            PermanentFailure.
        """
        raise PermanentFailure("An SMTP server cannot be asked whether it took a message.", vendor="SMTP")

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        """Give a connection that is encrypted and signed in as the settings ask, and close it politely."""
        # Its own host name would tell receivers about our machines; the sender's domain is what SPF looks at.
        kind = _CheckedSmtpSsl if self._security == "tls" else _CheckedSmtp
        server = kind(public_only=self._tools.public_only, own_name=self._sender.domain)
        try:
            with self._known_faults():
                server.open(self._host, self._port)
                server.ehlo_or_helo_if_needed()
                if self._security == "starttls":
                    server.starttls(context=ssl.create_default_context())
                    server.ehlo()
                if self._username:
                    server.login(self._username, self._password)
                yield server
            with suppress(OSError, smtplib.SMTPException):
                server.quit()
        finally:
            server.close()

    @contextmanager
    def _known_faults(self) -> Iterator[None]:
        """Turn the library's errors into ours. All of these come before the text leaves, so the fate is known."""
        try:
            yield
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code < 500:  # noqa: PLR2004 - RFC 5321: 4xx is worth another try
                raise self._temporary("cannot check the password at the moment", error.smtp_code) from None
            raise self._credentials("does not accept the user name and password", error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise self._credentials(
                "does not offer STARTTLS or signing in: choose another kind of security, or no user name"
            ) from None
        except smtplib.SMTPResponseException as error:
            if error.smtp_code >= 500:  # noqa: PLR2004 - RFC 5321: 5xx is final
                raise PermanentFailure(f"{self._host} refuses us (SMTP {error.smtp_code}).", vendor="SMTP") from None
            raise self._temporary("is not ready", error.smtp_code) from None
        except ssl.SSLCertVerificationError:
            raise self._credentials("shows a certificate that does not prove its name: correct the host") from None
        except (OSError, smtplib.SMTPException) as error:
            if type(error) is smtplib.SMTPException:  # how smtplib says that no kind of AUTH is known to both
                raise self._credentials("offers no way to sign in that Afters knows") from None
            raise self._temporary(f"could not be reached ({type(error).__name__})") from None

    def _transmit(self, server: smtplib.SMTP, mail: bytes) -> None:
        self._expect(server.docmd("DATA"), self._refuse_text, wanted=(354,))
        try:
            server.send(_ended(mail))
            answer = server.getreply()
        except (OSError, smtplib.SMTPException):
            # The final dot may have arrived: asking again could deliver it twice.
            raise TemporaryFailure(
                f"The connection to {self._host} broke after the e-mail was on its way.",
                is_fate_unknown=True,
                vendor="SMTP",
            ) from None
        self._expect(answer, self._refuse_text, is_on_its_way=True)

    def _expect(
        self,
        answer: tuple[int, bytes],
        refuse: Callable[[int, bytes], NoReturn],
        *,
        wanted: tuple[int, ...] = (250, 251),  # RFC 5321: done; taken, and will be forwarded
        is_on_its_way: bool = False,
    ) -> None:
        code, words = answer
        if code in wanted:
            return
        if code // 100 == 5:  # noqa: PLR2004 - RFC 5321: final
            refuse(code, words)
        if code // 100 == 4:  # noqa: PLR2004 - RFC 5321: not done, and worth another try
            raise self._temporary("asks to try again later", code)
        raise TemporaryFailure(
            f"{self._host} gave an answer that cannot be read.", is_fate_unknown=is_on_its_way, vendor="SMTP"
        )

    def _refuse_sender(self, code: int, words: bytes) -> NoReturn:
        if code in _NOT_ALLOWED or _enhanced(words)[0] == 7:  # noqa: PLR2004 - RFC 3463: security or policy
            raise self._credentials("does not let this account send from the From address", code)
        raise PermanentFailure(f"{self._host} refuses the sender (SMTP {code}).", vendor="SMTP", code=code)

    def _refuse_recipient(self, code: int, words: bytes) -> NoReturn:
        # RFC 3463: 2.2 is a full mailbox, 7.x a policy against us; neither says that the address is dead.
        kind = _enhanced(words)
        if code in _SIGN_IN_FIRST:
            raise self._credentials("asks us to sign in first", code)
        is_dead = not (kind == (2, 2) or kind[0] == 7 or (code == 552 and kind == (0, 0)))  # noqa: PLR2004 - RFC 5321
        raise RecipientRejected(
            f"{self._host} does not take mail for this address (SMTP {code}).",
            suppress=is_dead,
            vendor="SMTP",
            code=code,
        )

    def _refuse_text(self, code: int, words: bytes) -> NoReturn:
        if _enhanced(words)[0] == 1:  # some servers judge the address only now
            self._refuse_recipient(code, words)
        raise PermanentFailure(f"{self._host} refuses this e-mail (SMTP {code}).", vendor="SMTP", code=code)

    def _temporary(self, what: str, code: int | None = None) -> TemporaryFailure:
        return TemporaryFailure(_said(self._host, what, code), vendor="SMTP", code=code)

    def _credentials(self, what: str, code: int | None = None) -> CredentialsRejected:
        return CredentialsRejected(_said(self._host, what, code), vendor="SMTP", code=code)


class _CheckedSmtp(smtplib.SMTP):
    """Connects only to an address that was judged first, so that a typed host name cannot reach inside."""

    def __init__(self, *, public_only: bool, own_name: str) -> None:
        self._public_only = public_only
        super().__init__(local_hostname=own_name, timeout=TIMEOUT_SECONDS)

    def open(self, host: str, port: int) -> None:
        self._host = host  # what STARTTLS asks a certificate for
        code, words = self.connect(host, port)
        if code != 220:  # noqa: PLR2004 - RFC 5321: ready
            raise smtplib.SMTPConnectError(code, words)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        try:
            addresses = resolve(host, port)
        except httpx.ConnectError as error:
            raise OSError("The name cannot be looked up.") from error
        if self._public_only and not all(map(is_public_address, addresses)):
            raise PermanentFailure(f"'{host}' is not a mail server on the public internet.", vendor="SMTP")
        return _first_connection(addresses, port, timeout)


class _CheckedSmtpSsl(_CheckedSmtp):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return ssl.create_default_context().wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


def _first_connection(addresses: tuple[str, ...], port: int, timeout: float) -> socket.socket:
    failure = OSError("The name has no address.")
    for address in addresses:  # a machine without IPv6 still finds the IPv4 address of the same server
        try:
            return socket.create_connection((address, port), timeout)
        except OSError as error:
            failure = error
    raise failure


def _said(host: str, what: str, code: int | None) -> str:
    return f"{host} {what}" + (f" (SMTP {code})." if code else ".")


def _enhanced(words: bytes) -> tuple[int, int]:
    """Return subject and detail of an enhanced status code (RFC 3463), or zeros."""
    found = _ENHANCED.match(words)
    return (int(found[2]), int(found[3])) if found else (0, 0)


def _recipient(text: str) -> Address:
    try:
        return read_address(text)
    except InvalidAddress as error:
        raise RecipientRejected(error.message, suppress=True, vendor="SMTP") from None


def _ended(mail: bytes) -> bytes:
    """Return the text as DATA takes it: dots doubled at line starts, the closing dot added (RFC 5321, 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", mail) + (b"" if mail.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _is_beside(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _check(settings: Mapping[str, str]) -> tuple[SettingProblem, ...]:
    problems = []
    for name in ("from_address", "reply_to"):
        if not settings[name]:
            continue
        try:
            is_usable = read_address(settings[name]).addr_spec.isascii()
        except InvalidAddress:
            is_usable = False
        if not is_usable:
            problems.append(SettingProblem(name, "The address cannot be used in an e-mail: correct its spelling."))
    if bool(settings["username"]) != bool(settings["password"]):
        problems.append(
            SettingProblem("password", "Fill in both user name and password, or neither if the server asks for none.")
        )
    if settings["username"] and settings["security"] == "none" and not _is_beside(settings["host"]):
        problems.append(SettingProblem("security", "Choose STARTTLS or TLS: a password must not travel unencrypted."))
    return tuple(problems)


SPEC = IntegrationSpec(
    slug="smtp",
    title="E-mail (SMTP)",
    capabilities=("email",),
    fields=(
        SettingField("host", "Server", kind="host", help="Your e-mail provider calls it the SMTP or outgoing server."),
        SettingField("port", "Port", kind="port", default="587", help="Usually 587 for STARTTLS, 465 for TLS."),
        SettingField(
            "security",
            "Security",
            kind="choice",
            default="starttls",
            choices=(("starttls", "STARTTLS"), ("tls", "TLS"), ("none", "None (only for a server beside Afters)")),
        ),
        SettingField(
            "username",
            "User name",
            is_required=False,
            help="Leave it empty if the server asks for none.",
            pattern=_PLAIN_TEXT,
            expected="hold only unaccented letters, digits and signs",
        ),
        # Beyond ASCII the library fails with an error that quotes the password.
        SettingField(
            "password",
            "Password",
            is_secret=True,
            is_required=False,
            kept_with=("host", "username"),
            pattern=_PLAIN_TEXT,
            expected="hold only unaccented letters, digits and signs",
        ),
        SettingField(
            "from_address",
            "From address",
            kind="email",
            help="Use a domain for which SPF, DKIM and DMARC are set up, or mail ends up as spam.",
        ),
        SettingField("from_name", "From name", help="Shoppers know you by it: use the name of your shop."),
        SettingField(
            "reply_to",
            "Reply-to address",
            kind="email",
            is_required=False,
            help="Where answers and e-mailed wishes to unsubscribe go; without it, the From address. Read it.",
        ),
        SettingField(
            "postal_address",
            "Postal address of the shop",
            kind="lines",
            help="The law asks for it in the footer of every advertising e-mail.",
        ),
    ),
    factory=Smtp,
    check=_check,
)
