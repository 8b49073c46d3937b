"""Finds who sends for a shop on a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from server.core.errors import AppError
from server.ports import Accepted, Message, MessageChannel, Vendors
from server.storage.db import Session
from server.storage.secrets import SecretBox
from server.storage.shops import Connection, Connections


@dataclass(frozen=True, slots=True)
class Sender:
    """A connected vendor for one channel."""

    slug: str
    channel: MessageChannel
    settings: Mapping[str, str] = field(repr=False)


class CallTasks:
    """Takes calls, which leave by nothing: staff find them among the shop's calls."""

    channel = "call"

    def send(self, message: Message) -> Accepted:
        return Accepted(f"call:{message.idempotency_key}")

    def find(self, message: Message, *, since: datetime) -> Accepted | None:  # noqa: ARG002 - one protocol for all
        return Accepted(f"call:{message.idempotency_key}")


_STAFF = Sender("staff", CallTasks(), {})


def named_sender(
    session: Session, box: SecretBox, vendors: Vendors, *, shop_id: int, channel: str, slug: str
) -> Sender | None:
    """Return the connection that is, or was, used on `channel`, paused or not: only it knows what it was given."""
    if channel == "call":
        return _STAFF
    connection = Connections(session, shop_id, box).get(slug)
    made = _made(vendors, connection, channel) if connection is not None else None
    return Sender(slug, made, connection.settings) if connection is not None and made is not None else None


def find_sender(session: Session, box: SecretBox, vendors: Vendors, *, shop_id: int, channel: str) -> Sender | None:
    """Return the first connection, by slug, that is not paused and sends on `channel`; calls are work for staff."""
    if channel == "call":
        return _STAFF
    for connection in sorted(Connections(session, shop_id, box).all(), key=lambda each: each.slug):
        if connection.is_paused:
            continue
        made = _made(vendors, connection, channel)
        if made is not None:
            return Sender(connection.slug, made, connection.settings)
    return None


def _made(vendors: Vendors, connection: Connection, channel: str) -> MessageChannel | None:
    try:
        return vendors.channel(connection.slug, connection.settings, channel=channel)
    except AppError:  # an older form stored these settings, or the vendor's package is gone: nothing can be sent
        return None
