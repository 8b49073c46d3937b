"""The only module that knows every implementation."""

import logging
import sys
from collections.abc import Callable
from functools import partial

import structlog

from server.config import API_VERSION, Settings
from server.core.clock import Clock, MovedClock, SystemClock
from server.core.error_hook import ErrorReporter, load_hook
from server.core.logging import redact
from server.core.signing import LinkSigner
from server.outbound.http import make_client
from server.outbound.phone import NumberingPlan
from server.outbound.registry import ConnectedVendors, load_registry
from server.outbound.rendering import MessageRenderer
from server.outbound.spec import VendorTools
from server.runtime import Runtime
from server.shopify.admin_api import AdminApi
from server.shopify.inbound import ShopifyInbound
from server.shopify.oauth import ShopifyAuth
from server.shopify.tokens import ShopifyChangesetSigner
from server.storage.db import Database, make_engine
from server.storage.inbox import open_inbox
from server.storage.secrets import SecretBox

USER_AGENT = "Afters (open-source post-purchase upsell)"


def make_runtime(settings: Settings, *, clock: Clock | None = None, wake: Callable[[], None] | None = None) -> Runtime:
    """Put the parts of a running Afters together.

    Raises:
        InvalidSandboxUrl, InvalidSpec: the installation itself is faulty.
    """
    clock = clock or (MovedClock(settings.sandbox_clock) if settings.sandbox_clock else SystemClock())
    client = make_client(user_agent=USER_AGENT, sandbox_url=settings.sandbox_url)
    registry = load_registry()
    tools = VendorTools(
        client=client, clock=clock, public_url=settings.public_url, public_only=settings.sandbox_url is None
    )
    return Runtime(
        settings=settings,
        clock=clock,
        database=Database(make_engine(settings.database_url)),
        inbox=open_inbox(settings.inbox_url),
        box=SecretBox(settings.secret_keys),
        clicks=LinkSigner(settings.secret_key, "click links", older=settings.secret_keys[1:]),
        unsubscribes=LinkSigner(settings.secret_key, "unsubscribe links", older=settings.secret_keys[1:]),
        offers=LinkSigner(settings.secret_key, "offer links", older=settings.secret_keys[1:]),
        inbound=ShopifyInbound(secrets=settings.client_secrets),
        auth=ShopifyAuth(
            client=client, client_id=settings.client_id, client_secret=settings.client_secret, clock=clock
        ),
        apis=partial(AdminApi, client=client, clock=clock, version=API_VERSION),
        signer=ShopifyChangesetSigner(client_id=settings.client_id, secret=settings.client_secret),
        registry=registry,
        vendors=ConnectedVendors(registry, tools),
        renderer=MessageRenderer(),
        phones=NumberingPlan(),
        wake=wake or _nobody_to_wake,
    )


def configure_logging(*, is_json: bool, error_hook: str | None = None) -> None:
    """Send every log event through redaction to standard error, as JSON lines or for people.

    `error_hook` names a function (package.module:function) that is told of every exception that is logged.

    Raises:
        InvalidHook: there is no such function.
    """
    renderer = structlog.processors.JSONRenderer() if is_json else structlog.dev.ConsoleRenderer(colors=False)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        *([ErrorReporter(load_hook(error_hook))] if error_hook else []),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    foreign = [structlog.stdlib.add_logger_name, structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=[*foreign, *shared, renderer]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)


def _nobody_to_wake() -> None:
    """The worker is another process, which looks for work by itself within half a second."""
