"""What sending takes: messages, the vendors that carry them, and what these report."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from server.domain.codes import NewCode


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to leave: rendered, addressed, with the key that makes a repeat recognisable."""

    idempotency_key: str  # the touch id and its attempt
    channel: str  # sms | email
    recipient: str  # E.164 number or e-mail address
    text: str
    subject: str | None = None
    html: str | None = None
    unsubscribe_url: str | None = None
    callback_url: str | None = None  # where the vendor reports on it


@dataclass(frozen=True, slots=True)
class OfferMessage:
    """What a follow-up says, before it has words: prices in minor units of `currency`."""

    template: str
    locale: str | None
    shop_name: str
    first_name: str | None
    order_name: str
    product_title: str
    product_url: str
    image_url: str | None
    image_alt: str | None
    price: int
    full_price: int
    currency: str
    reason_line: str | None
    unsubscribe_url: str
    postal_address: str
    code: NewCode | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered message; an SMS has text only."""

    text: str
    subject: str | None = None
    html: str | None = None


class Renderer(Protocol):
    def render(self, channel: str, message: OfferMessage) -> Words: ...


class PhoneNumbers(Protocol):
    def normalise(self, number: str, *, country_code: str | None) -> str | None:
        """Return the number in E.164, or None when it is none."""
        ...

    def zones(self, number: str) -> tuple[str, ...]:
        """Return every time zone the owner of an E.164 number may live in."""
        ...


class Vendors(Protocol):
    """The integrations that are registered, made from a connection's settings."""

    def channel(self, slug: str, settings: Mapping[str, str], *, channel: str) -> "MessageChannel | None":
        """Return the vendor as a sender on `channel`, or None when it is no such thing."""
        ...

    def receipts(self, slug: str, settings: Mapping[str, str]) -> "ReceiptSource | None": ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor took the message; `vendor_id` finds it again."""

    vendor_id: str
    segments: int | None = None


class MessageChannel(Protocol):
    channel: str

    def send(self, message: Message) -> Accepted:
        """Hand one message to the vendor.

        Raises:
            TemporaryFailure, PermanentFailure, CredentialsRejected, RecipientRejected.
        """
        ...

    def find(self, message: Message, *, since: datetime) -> Accepted | None:
        """Ask the vendor whether the message was taken after all; None when it was not.

        Raises:
            PermanentFailure: this vendor cannot be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """A vendor's report on a touch, or a message from a recipient, in our own words.

    `kind` is one of accepted, sent, delivered, deferred, bounced, complained, opened, clicked, unsubscribed,
    resubscribed, replied, failed, unknown.
    """

    kind: str
    vendor_id: str | None
    recipient: str | None
    occurred_at: datetime | None = None
    code: str | None = None
    text: str | None = None
    asks_help: bool = False


class ReceiptSource(Protocol):
    def verify(self, *, url: str, headers: Mapping[str, str], raw: bytes) -> bool:
        """Tell whether the vendor really sent this."""
        ...

    def parse(self, *, headers: Mapping[str, str], raw: bytes) -> tuple[Receipt, ...]:
        """Read a verified report.

        Raises:
            UnreadablePayload.
        """
        ...
