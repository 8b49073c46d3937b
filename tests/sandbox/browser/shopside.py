"""What the shopper's pages need of the running sandbox."""

from typing import Protocol

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World


class Shopside(Protocol):
    """The part of `tests.sandbox.app.Sandbox` that a storefront and a checkout touch."""

    @property
    def settings(self) -> SandboxSettings: ...

    @property
    def clock(self) -> SandboxClock: ...

    @property
    def world(self) -> World: ...

    @property
    def sender(self) -> WebhookSender: ...
