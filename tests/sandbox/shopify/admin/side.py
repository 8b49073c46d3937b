"""What the server side of the sandbox's Shopify needs of the running sandbox."""

from typing import TYPE_CHECKING, Protocol

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.world import World

if TYPE_CHECKING:
    from tests.sandbox.shopify.webhooks import WebhookSender


class ServerSide(Protocol):
    """The part of `tests.sandbox.app.Sandbox` that the Admin API, the token endpoint and the control routes touch."""

    @property
    def settings(self) -> SandboxSettings: ...

    @property
    def clock(self) -> SandboxClock: ...

    @property
    def world(self) -> World: ...

    @property
    def sender(self) -> "WebhookSender": ...
