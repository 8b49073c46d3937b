"""One whole sandbox in this process: the HTTP host, the SMTP inbox, the webhook sender and the vendors' traffic."""

from pathlib import Path

from tests.sandbox.app import Sandbox, create_app
from tests.sandbox.clock import SandboxClock
from tests.sandbox.credentials import SHOP_NUMBER, Credentials
from tests.sandbox.host import HttpHost
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import world_build
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.admin.throttle import PLANS
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World
from tests.sandbox.vendors.accounts import SmtpAccount, TwilioAccount
from tests.sandbox.vendors.faults import Faults
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.smtp import MailServer
from tests.sandbox.vendors.twilio_network import TwilioStandIn

INBOUND_PATH = "/receipts/twilio"


def make_world(settings: SandboxSettings, clock: SandboxClock, templates: Path, *, orders: int | None) -> bool:
    """Copy the shop's world into var_dir if there is none yet; tell whether that was done.

    `templates` keeps worlds to copy from; `orders` None means the whole history.
    """
    if settings.world_path.exists():
        return False
    template = world_build.template_path(
        templates, domain=settings.shop_domain, client_id=settings.client_id, orders=orders
    )
    world_build.copy_template(template, settings.world_path, clock.now())
    return True


class House:
    """The running parts of one sandbox; its world must exist.

    `plan` is the shop's Shopify plan, which says how fast the Admin API may be asked; `pace_seconds` paces
    Twilio's status callbacks.
    """

    def __init__(
        self, settings: SandboxSettings, credentials: Credentials, *, plan: str = "plus", pace_seconds: float = 0.3
    ) -> None:
        """Bind the HTTP port and assemble everything; nothing runs before `start`.

        Raises:
            OSError: the HTTP port is taken.
        """
        clock = SandboxClock(settings.clock_path)
        world = World(settings.world_path, clock)
        maximum, restored = PLANS[plan]
        state_of(world).throttle.configure(maximum=maximum, restored=restored)
        inbox = Inbox(settings.var_dir / "inbox.sqlite3", clock)
        faults = Faults()
        twilio = TwilioStandIn(
            account=TwilioAccount(
                account_sid=credentials.twilio_account_sid,
                auth_token=credentials.twilio_auth_token,
                messaging_service_sid=credentials.twilio_messaging_service_sid,
                numbers=(SHOP_NUMBER,),
                inbound_url=f"{settings.app_origin}{INBOUND_PATH}?shop={settings.shop_domain}",
            ),
            inbox=inbox,
            faults=faults,
            clock=clock,
            app_origin=settings.app_origin,
            pace_seconds=pace_seconds,
        )
        self.sandbox = Sandbox(settings, clock, world, WebhookSender(world, settings), twilio, inbox)
        self._mail = MailServer(
            host=settings.host,
            port=settings.smtp_port,
            account=SmtpAccount(username=credentials.smtp_username, password=credentials.smtp_password),
            inbox=inbox,
            faults=faults,
        )
        self._http = HttpHost(create_app(self.sandbox), host=settings.host, port=settings.port)

    def start(self) -> None:
        """Serve, listen for e-mail, send what is due.

        Raises:
            OSError: the SMTP port is taken.
        """
        self._mail.start()
        self._http.start()
        self.sandbox.sender.start()
        self.sandbox.twilio.resume()

    def stop(self) -> None:
        """Stop in the reverse order; what is half way goes on at the next start."""
        self.sandbox.sender.stop()
        self.sandbox.twilio.stop()
        self._http.stop()
        self._mail.stop()
