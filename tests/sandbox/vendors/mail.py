"""An e-mail made readable: what the reader of the inbox page shows, from the bytes that arrived."""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage

ONE_CLICK = "List-Unsubscribe=One-Click"
_ANGLED = re.compile(r"<([^<>]*)>")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One e-mail, parsed. `headers` is the header block as it came; texts are None where there is no such part.

    `unsubscribe_url` is where a mailbox provider would post (RFC 8058), None when the headers do not offer
    that; `unsubscribe_fault` then says why.
    """

    subject: str
    sender: str
    to: str
    message_id: str
    text: str | None
    html: str | None
    headers: str
    attachments: tuple[str, ...]
    unsubscribe_url: str | None
    unsubscribe_fault: str | None


def read_letter(raw: bytes) -> Letter:
    """Return the e-mail in these bytes; bytes that are no e-mail give an empty letter, not an error."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0].decode("utf-8", "replace")
    url, fault = _unsubscribe(head)
    return Letter(
        subject=str(message["subject"] or ""),
        sender=_people(message, "from"),
        to=_people(message, "to"),
        message_id=str(message["message-id"] or ""),
        text=_body(message, "plain"),
        html=_body(message, "html"),
        headers=head.replace("\r\n", "\n"),
        attachments=tuple(part.get_filename() or "unnamed" for part in message.iter_attachments()),
        unsubscribe_url=url,
        unsubscribe_fault=fault,
    )


def _people(message: EmailMessage, name: str) -> str:
    header = message[name]
    addresses: tuple[Address, ...] = getattr(header, "addresses", ())
    return ", ".join(str(address) for address in addresses) or str(header or "")


def _body(message: EmailMessage, kind: str) -> str | None:
    part = message.get_body((kind,))
    if part is None:
        return None
    try:
        return str(part.get_content())
    except LookupError:  # a character set that does not exist
        payload = part.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)


def _unsubscribe(head: str) -> tuple[str | None, str | None]:
    """Read the two headers as receivers do: unfolded, but never decoded from RFC 2047 words."""
    unfolded = re.sub(r"\r?\n(?=[ \t])", "", head)
    found = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in unfolded.splitlines())
    }
    listed = found.get("list-unsubscribe")
    if listed is None:
        return None, "no List-Unsubscribe header"
    urls = [url for url in _ANGLED.findall(listed) if url.startswith(("https://", "http://"))]
    if not urls:
        return None, "List-Unsubscribe holds no web address"
    if found.get("list-unsubscribe-post", "").replace(" ", "") != ONE_CLICK:
        return None, f"List-Unsubscribe-Post is not {ONE_CLICK}"
    return urls[0], None
