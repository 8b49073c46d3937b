"""E-mails as bytes: headers that mailbox providers ask of bulk senders, a text part, an HTML part."""

import hashlib
import re
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import idna

from server.core.errors import AppError
from server.ports import Message, PermanentFailure

# The last field of a Feedback-ID names the sending system to mailbox providers, the others group its mail.
FEEDBACK_SENDER = "afters"

# 7bit, since not every server on the way takes more; 76, so that encoded words stay within their 75 (RFC 2047).
_POLICY = SMTP_POLICY.clone(cte_type="7bit", max_line_length=76)
_LONGEST_WORD = 75  # of an encoded word (RFC 2047)
_LONGEST_HEADER = 998  # bytes, SMTP's own limit of a line
_UNFOLDED = frozenset({"list-unsubscribe", "message-id", "feedback-id"})
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")


class InvalidAddress(AppError):
    code = "invalid_address"


class _WirePolicy(EmailPolicy):
    """Writes headers that hold one long word in one line, and subjects beyond ASCII without losing their gaps.

    Folding turns those into encoded words, which receivers do not decode here: one-click unsubscribe would be
    lost (facts: seen with Python 3.6 to 3.13). All other headers are folded as usual.
    """

    def fold_binary(self, name: str, value: Any) -> bytes:
        if name.lower() == "subject" and not self.utf8 and not str(value).isascii():
            # The policy's own folding may leave a space between two encoded words, where receivers drop it.
            text = Header(str(value), "utf-8", maxlinelen=_LONGEST_WORD, header_name=name).encode(linesep=self.linesep)
            return f"{name}: {text}{self.linesep}".encode("ascii")
        policy = _POLICY.clone(max_line_length=_LONGEST_HEADER) if name.lower() in _UNFOLDED else _POLICY
        return policy.clone(utf8=self.utf8).fold_binary(name, value)


def read_address(text: str, name: str = "") -> Address:
    """Read an e-mail address; its domain comes out in ASCII (IDNA 2008), its local part as it is.

    Raises:
        InvalidAddress: it is none, or it or the name hold a line break; the message does not quote it.
    """
    local, _, domain = text.rpartition("@")
    if not local or _CONTROLS.search(text + name):
        raise InvalidAddress("This is not an e-mail address.")
    try:
        ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
        return Address(display_name=name, username=local, domain=ascii_domain)
    except (ValueError, IndexError):
        raise InvalidAddress("This is not an e-mail address.") from None


def message_id(message: Message, sender: Address) -> str:
    """Return the Message-ID, which the same touch and attempt always gets."""
    return f"<{hashlib.sha256(message.idempotency_key.encode()).hexdigest()[:32]}@{sender.domain}>"


def compose(message: Message, *, sender: Address, recipient: Address, reply_to: Address, now: datetime) -> EmailMessage:
    """Build the e-mail. With an unsubscribe link it carries the one-click headers of RFC 8058.

    Raises:
        PermanentFailure: a header cannot be written, such as a subject with a line break in it.
    """
    email = EmailMessage(policy=_POLICY)
    try:
        email["Subject"] = message.subject or ""
        email["From"] = sender
        email["To"] = recipient
        email["Reply-To"] = reply_to
        email["Date"] = format_datetime(now)
        email["Message-ID"] = message_id(message, sender)
        email["Auto-Submitted"] = "no"  # RFC 3834: not an answer to anything
        email["Feedback-ID"] = f"follow-up:{sender.domain}:email:{FEEDBACK_SENDER}"
        if message.unsubscribe_url:
            mail = f"mailto:{quote(reply_to.addr_spec, safe='@')}?subject=unsubscribe"
            email["List-Unsubscribe"] = _links(message.unsubscribe_url, mail)
            email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    except (ValueError, IndexError):
        # The library refuses line breaks with a plain ValueError, whose words may quote the header.
        raise PermanentFailure("A header of this e-mail cannot be written.") from None
    email.set_content(message.text)
    if message.html:
        email.add_alternative(message.html, subtype="html")
    return email


def to_bytes(email: EmailMessage, *, is_utf8: bool = False) -> bytes:
    """Write an e-mail with CRLF line ends; `is_utf8` writes headers in UTF-8 (RFC 6531) instead of encoding them."""
    return email.as_bytes(policy=_WirePolicy(linesep="\r\n", cte_type="7bit", utf8=is_utf8))


def _links(url: str, mail: str) -> str:
    """Write List-Unsubscribe (RFC 2369).

    Raises:
        ValueError: the link cannot stand in a header.
    """
    value = f"<{url}>, <{mail}>"
    is_link = urlsplit(url).scheme in {"https", "http"} and value.isascii() and not re.search(r"[\s<>,]", url)
    if not is_link or len(value) > _LONGEST_HEADER - len("List-Unsubscribe: "):
        raise ValueError("not a link for a header")
    return value
