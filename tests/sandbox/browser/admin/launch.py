"""How the admin opens the app: the query of the frame's address, and ID tokens for it."""

import base64
import secrets
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.signing import make_id_token, sign_launch_query

USER_ID = 86_540_017_031
LOCALE = "en-GB"


class Launcher:
    """Makes launch addresses and ID tokens for one signed-in member of staff."""

    def __init__(self, settings: SandboxSettings, clock: SandboxClock) -> None:
        self._settings = settings
        self._clock = clock
        self.session_id = secrets.token_hex(32)

    @property
    def host(self) -> str:
        """The `host` parameter: base64 of the admin's address for this shop, without padding as in life."""
        store = self._settings.shop_domain.removesuffix(".myshopify.com")
        return base64.b64encode(f"admin.shopify.com/store/{store}".encode()).decode("ascii").rstrip("=")

    def id_token(self) -> str:
        """Return a fresh ID token; it lives for a minute of the sandbox's clock."""
        return make_id_token(
            secret=self._settings.client_secret,
            client_id=self._settings.client_id,
            shop_domain=self._settings.shop_domain,
            user_id=USER_ID,
            session_id=self.session_id,
            now=self._clock.now(),
        )

    def address(self, path: str) -> str:
        """Return the address that the frame loads for a path of the app, which may bring a query of its own.

        Raises:
            ValueError: `path` does not begin with one slash.
        """
        if not path.startswith("/") or path.startswith("//"):
            raise ValueError(f"a path of the app begins with one slash: {path!r}")
        wanted = urlsplit(path)
        parameters = {
            **dict(parse_qsl(wanted.query, keep_blank_values=True)),
            "embedded": "1",
            "shop": self._settings.shop_domain,
            "host": self.host,
            "timestamp": str(int(self._clock.now().timestamp())),
            "session": self.session_id,
            "locale": LOCALE,
            "id_token": self.id_token(),
        }
        parameters["hmac"] = sign_launch_query(self._settings.client_secret, parameters)
        return f"{self._settings.app_origin}{wanted.path}?{urlencode(parameters)}"
