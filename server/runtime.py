"""Everything the edges need, made once by bootstrap.py and never changed."""

from collections.abc import Callable
from dataclasses import dataclass

from server.config import Settings
from server.core.clock import Clock
from server.core.signing import LinkSigner
from server.outbound.registry import Registry
from server.ports import (
    ChangesetSigner,
    PhoneNumbers,
    PlatformApis,
    PlatformAuth,
    PlatformInbound,
    Renderer,
    Vendors,
)
from server.storage.db import Database
from server.storage.inbox import Inbox
from server.storage.secrets import SecretBox


@dataclass(frozen=True, slots=True)
class Runtime:
    """The parts of a running Afters. `wake` tells the worker, where it lives in this process, that work arrived."""

    settings: Settings
    clock: Clock
    database: Database
    inbox: Inbox
    box: SecretBox
    clicks: LinkSigner
    unsubscribes: LinkSigner
    offers: LinkSigner
    inbound: PlatformInbound
    auth: PlatformAuth
    apis: PlatformApis
    signer: ChangesetSigner
    registry: Registry
    vendors: Vendors
    renderer: Renderer
    phones: PhoneNumbers
    wake: Callable[[], None]

    def close(self) -> None:
        """Let go of the databases, after what waits for the inbox was stored."""
        self.inbox.close()
        self.database.dispose()
