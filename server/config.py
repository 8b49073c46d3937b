"""Settings, read once from the environment; everything wrong with them is said at once."""

import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from server.core.errors import AppError

API_VERSION = "2026-10"
# As in shopify.app.toml; a test compares them.
REQUIRED_SCOPES = (
    "read_products", "read_inventory", "read_locations", "read_orders", "read_customers", "write_discounts",
)  # fmt: skip
_SECRETS = (
    "SHOPIFY_API_SECRET", "SHOPIFY_API_SECRET_OLD", "AFTERS_SECRET_KEY", "AFTERS_SECRET_KEY_OLD",
    "AFTERS_DATABASE_URL", "AFTERS_INBOX_URL", "AFTERS_DBOS_URL",  # a database's address may hold its password
    "AFTERS_METRICS_TOKEN",
)  # fmt: skip
_MIN_SECRET = 32
_MIN_TOKEN = 16
_DATABASE = re.compile(r"sqlite:///|postgres(ql)?(\+psycopg)?://")
_ADDRESS = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\"]+")
_HOOK = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")


class InvalidSettings(AppError):
    code = "invalid_settings"


@dataclass(frozen=True, slots=True)
class Settings:
    """How this installation runs. Secrets never show in the repr."""

    client_id: str
    client_secret: str = field(repr=False)
    old_client_secret: str | None = field(repr=False)
    secret_key: str = field(repr=False)
    old_secret_key: str | None = field(repr=False)
    public_url: str
    database_url: str = field(repr=False)
    inbox_url: str = field(repr=False)
    dbos_url: str = field(repr=False)
    worker_id: str
    sandbox_url: str | None
    sandbox_clock: Path | None
    is_json_log: bool
    metrics_token: str | None = field(default=None, repr=False)
    error_hook: str | None = None
    operator_name: str | None = None
    operator_email: str | None = None

    @property
    def client_secrets(self) -> tuple[str, ...]:
        """The secrets that may have signed what reaches us, the current one first."""
        return tuple(secret for secret in (self.client_secret, self.old_client_secret) if secret)

    @property
    def secret_keys(self) -> tuple[str, ...]:
        return tuple(secret for secret in (self.secret_key, self.old_secret_key) if secret)

    @property
    def cdn_url(self) -> str:
        """Where App Bridge and Polaris come from; in the sandbox, its own stand-ins."""
        return f"{self.sandbox_url}/cdn" if self.sandbox_url else "https://cdn.shopify.com"


def read_settings(environ: MutableMapping[str, str] | None = None) -> Settings:
    """Read the settings and take the secrets out of the environment.

    The web server copies the whole environment into every request: a secret left there is one dump away from a log.

    Raises:
        InvalidSettings: naming every variable that is missing or wrong, and what to set.
    """
    source = os.environ if environ is None else environ
    problems: list[str] = []
    sandbox_url = source.get("AFTERS_SANDBOX_URL") or None
    public_url = source.get("AFTERS_PUBLIC_URL", "").rstrip("/")
    problems += _url_problems(public_url, sandbox_url)
    client_id = source.get("SHOPIFY_API_KEY", "")
    if not client_id:
        problems.append("SHOPIFY_API_KEY is missing: the app's client id from the developer dashboard.")
    for name in ("SHOPIFY_API_SECRET", "AFTERS_SECRET_KEY"):
        if len(source.get(name, "")) < _MIN_SECRET:
            problems.append(f"{name} is missing or shorter than {_MIN_SECRET} characters.")
    if source.get("AFTERS_SECRET_KEY") and source.get("AFTERS_SECRET_KEY") == source.get("SHOPIFY_API_SECRET"):
        problems.append(
            "AFTERS_SECRET_KEY must not be the Shopify secret: a link's signature could then pass for a webhook's."
        )
    problems += _optional_problems(source)
    if problems:
        raise InvalidSettings("\n".join(["The settings are not complete:", *problems]))
    database_url = _with_driver(source.get("AFTERS_DATABASE_URL", "sqlite:///var/afters.sqlite3"))
    settings = Settings(
        client_id=client_id,
        client_secret=source["SHOPIFY_API_SECRET"],
        old_client_secret=source.get("SHOPIFY_API_SECRET_OLD") or None,
        secret_key=source["AFTERS_SECRET_KEY"],
        old_secret_key=source.get("AFTERS_SECRET_KEY_OLD") or None,
        public_url=public_url,
        database_url=database_url,
        inbox_url=_with_driver(source.get("AFTERS_INBOX_URL") or _beside(database_url, "inbox")),
        dbos_url=_with_driver(source.get("AFTERS_DBOS_URL") or _beside(database_url, "dbos")),
        worker_id=source.get("AFTERS_WORKER_ID", "worker-1"),
        sandbox_url=sandbox_url.rstrip("/") if sandbox_url else None,
        sandbox_clock=_clock_path(source) if sandbox_url else None,
        is_json_log=source.get("AFTERS_LOG", "json") == "json",
        metrics_token=source.get("AFTERS_METRICS_TOKEN") or None,
        error_hook=source.get("AFTERS_ERROR_HOOK") or None,
        operator_name=source.get("AFTERS_OPERATOR_NAME") or None,
        operator_email=source.get("AFTERS_OPERATOR_EMAIL") or None,
    )
    for name in _SECRETS:
        source.pop(name, None)
    return settings


def _optional_problems(source: Mapping[str, str]) -> list[str]:
    """Return what is wrong with settings that may be left out, quoting no address that may hold a password."""
    problems = [
        f"{name} must begin with sqlite:/// or postgresql://."
        for name in ("AFTERS_DATABASE_URL", "AFTERS_DBOS_URL")
        if source.get(name) and not _DATABASE.match(source[name])
    ]
    if 0 < len(source.get("AFTERS_METRICS_TOKEN", "")) < _MIN_TOKEN:
        problems.append(f"AFTERS_METRICS_TOKEN is shorter than {_MIN_TOKEN} characters; leave it out for no metrics.")
    hook = source.get("AFTERS_ERROR_HOOK")
    if hook and not _HOOK.fullmatch(hook):
        problems.append(f"AFTERS_ERROR_HOOK is {hook}: it must name a function, as in package.module:function.")
    email = source.get("AFTERS_OPERATOR_EMAIL")
    if email and not _ADDRESS.fullmatch(email):
        problems.append("AFTERS_OPERATOR_EMAIL is no e-mail address; it stands on the page /privacy.")
    return problems


def _url_problems(public_url: str, sandbox_url: str | None) -> list[str]:
    problems = []
    scheme, host = _parts(public_url)
    if not host:
        problems.append("AFTERS_PUBLIC_URL is missing: the https address that the platform and shoppers reach us at.")
    elif scheme not in ("https", "http") or (scheme != "https" and not sandbox_url):
        problems.append(f"AFTERS_PUBLIC_URL is {public_url}: it must be https, or http in the sandbox.")
    if sandbox_url and not (_is_loopback(sandbox_url) and _is_loopback(public_url or sandbox_url)):
        problems.append("AFTERS_SANDBOX_URL and AFTERS_PUBLIC_URL must both be on this machine in sandbox mode.")
    return problems


def _parts(url: str) -> tuple[str, str]:
    """Return scheme and host of an address, empty where it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.scheme, parts.hostname or ""


def _is_loopback(url: str) -> bool:
    _, host = _parts(url)
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _with_driver(url: str) -> str:
    """Name the driver where a plain address leaves it open."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg{separator}{rest}" if scheme in ("postgres", "postgresql") else url


def _beside(database_url: str, name: str) -> str:
    """Return where the inbox, or durable work, lives: on PostgreSQL in the same database.

    On SQLite it is a file of its own beside the app's: in one file they would wait for each other's locks.
    """
    if database_url.startswith("sqlite"):
        stem, _, _suffix = database_url.rpartition(".sqlite3")
        return f"{stem or database_url}-{name}.sqlite3"
    return database_url


def _clock_path(source: Mapping[str, str]) -> Path | None:
    named = source.get("AFTERS_SANDBOX_CLOCK")
    return Path(named) if named else None
