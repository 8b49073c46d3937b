"""One thing that happens in the shop: a write to the world and the webhooks it sets off, together or not at all."""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from sqlite3 import Connection
from typing import Any

from tests.sandbox.shopify.webhooks import Message, WebhookSender
from tests.sandbox.shopify.world import World


class Action:
    """What an action may use: a connection inside the write, the time it happens, and its messages."""

    def __init__(self, connection: Connection, now_text: str, sender: WebhookSender) -> None:
        self.connection = connection
        self.now_text = now_text
        self.origin = sender.settings.origin
        self.event_id = str(uuid.uuid4())
        self.messages: list[Message] = []

    def say(self, topic: str, body: Mapping[str, Any]) -> None:
        """Send this webhook once the action is done; all of one action share an event id."""
        self.messages.append(Message(topic, body, self.event_id))


@contextmanager
def acting(world: World, sender: WebhookSender) -> Iterator[Action]:
    """Yield an action; at the end of the block its writes and deliveries are committed, then sent."""
    with world.write() as connection:
        action = Action(connection, world.now_text(), sender)
        yield action
        delivery_ids = sender.stage(connection, action.messages)
    sender.wake(delivery_ids)
