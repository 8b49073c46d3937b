"""Where the sandbox listens, which shop it plays and which credentials it shares with the app."""

from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path


def _derived(label: str) -> str:
    # Derived, not written down: nothing that looks like a Shopify secret ever stands in the repository.
    return sha256(f"afters sandbox {label}".encode()).hexdigest()[:32]


@dataclass(frozen=True, kw_only=True)
class SandboxSettings:
    """Settings of one running sandbox.

    `var_dir` holds the world file, the clock file and logs; `app_root` is the checkout root, where
    `shopify.app.toml` lies. `webhook_gaps` are the seconds before each of the at most eight retries of a
    webhook (Shopify spreads them over about four hours); `webhook_timeout_seconds` is Shopify's limit for
    a whole answer. `standins_only`: pages do not look for the real Polaris runtime on Shopify's CDN, as tests
    must not. `app_database` is the address of the app's database; left out, a SQLite file in `var_dir`.
    """

    var_dir: Path
    app_root: Path
    host: str = "127.0.0.1"
    port: int = 4600
    app_port: int = 4601
    smtp_port: int = 4625
    shop_domain: str = "gift-shop.myshopify.com"
    client_id: str = _derived("client id")
    client_secret: str = field(default="shpss_" + _derived("client secret"), repr=False)
    webhook_gaps: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)
    webhook_timeout_seconds: float = 5.0
    standins_only: bool = False
    app_database: str | None = None

    @property
    def origin(self) -> str:
        """The sandbox's own origin, e.g. `http://127.0.0.1:4600`."""
        return f"http://{self.host}:{self.port}"

    @property
    def app_origin(self) -> str:
        """The app's origin, e.g. `http://127.0.0.1:4601`."""
        return f"http://{self.host}:{self.app_port}"

    @property
    def world_path(self) -> Path:
        """The world's SQLite file."""
        return self.var_dir / "world.sqlite3"

    @property
    def bundle_path(self) -> Path:
        """The one-click page's bundle as deployed to this shop, with the app's address in it."""
        return self.var_dir / "extension" / "post-purchase.js"

    @property
    def block_path(self) -> Path:
        """The bundle of the thank-you and order-status blocks as deployed to this shop."""
        return self.var_dir / "extension" / "thank-you.js"

    @property
    def block_texts_path(self) -> Path:
        """The blocks' texts as deployed: JSON of `fallback`, a language, and `locales`, each language's texts."""
        return self.var_dir / "extension" / "thank-you-texts.json"

    @property
    def clock_path(self) -> Path:
        """The file that holds the clock's offset, read by the app too."""
        return self.var_dir / "clock"
