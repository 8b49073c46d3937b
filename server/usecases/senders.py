"""Finds who sends for a shop on a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.ports import MessageChannel, Vendors
from server.storage.db import Session
from server.storage.secrets import SecretBox
from server.storage.shops import Connections


@dataclass(frozen=True, slots=True)
class Sender:
    """A connected vendor for one channel."""

    slug: str
    channel: MessageChannel
    settings: Mapping[str, str] = field(repr=False)


def find_sender(session: Session, box: SecretBox, vendors: Vendors, *, shop_id: int, channel: str) -> Sender | None:
    """Return the first connection, by slug, that is not paused and sends on `channel`."""
    for connection in sorted(Connections(session, shop_id, box).all(), key=lambda each: each.slug):
        if connection.is_paused:
            continue
        made = vendors.channel(connection.slug, connection.settings, channel=channel)
        if made is not None:
            return Sender(connection.slug, made, connection.settings)
    return None
