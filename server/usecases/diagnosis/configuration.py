"""Checks of the settings and of the machine they are for."""

import sys
from collections.abc import Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from server.config import API_VERSION, Settings
from server.usecases.diagnosis.finding import Finding, Severity

_FEWEST_CHARACTERS = 10  # of different ones: of 10,000 random keys of 32 hex digits, one has fewer
_NOT_PUBLIC = (".example", ".localhost", ".local", ".test", ".invalid", ".internal", "example.com", "example.org")
_NETWORK_FILE_SYSTEMS = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "fuse.sshfs", "9p", "ceph", "glusterfs")
_NEEDED_SQLITE = (3, 42)  # DBOS reads the time with `subsec` from Python 3.12 on, which older ones answer with NULL
_SUBSEC_PYTHON = (3, 12)
_LOW_BYTES, _FULL_BYTES = 2 * 1024**3, 256 * 1024**2
_OLD_MONTHS, _DEAD_MONTHS = 9, 12


def check_secrets(settings: Settings) -> Iterator[Finding]:
    """Secrets are hard to guess, and each serves one purpose."""
    secrets = {
        "SHOPIFY_API_SECRET": settings.client_secret,
        "SHOPIFY_API_SECRET_OLD": settings.old_client_secret,
        "AFTERS_SECRET_KEY": settings.secret_key,
        "AFTERS_SECRET_KEY_OLD": settings.old_secret_key,
        "AFTERS_METRICS_TOKEN": settings.metrics_token,
    }
    given = {name: secret for name, secret in secrets.items() if secret}
    for name in ("AFTERS_SECRET_KEY", "AFTERS_METRICS_TOKEN"):
        if name in given and len(set(given[name])) < _FEWEST_CHARACTERS:
            yield Finding(
                "secret_weak",
                Severity.WARNING,
                f"{name} is easy to guess: it has only {len(set(given[name]))} different characters.",
                "Make a new one with `openssl rand -base64 48`, and rotate as the guide says.",
            )
    names = list(given)
    for number, name in enumerate(names):
        for other in names[number + 1 :]:
            if given[name] == given[other]:
                yield Finding(
                    "secret_reused",
                    Severity.FAULT,
                    f"{name} and {other} are the same.",
                    "Give each a value of its own; an _OLD one is left out when nothing was rotated.",
                )


def check_operator(settings: Settings) -> Iterator[Finding]:
    """The privacy page says who runs this, as the law of most countries asks."""
    if not (settings.operator_name and settings.operator_email):
        yield Finding(
            "operator_unnamed",
            Severity.WARNING,
            "The page /privacy does not say who runs this installation and how to write to them.",
            "Set AFTERS_OPERATOR_NAME and AFTERS_OPERATOR_EMAIL.",
        )


def check_public_url(settings: Settings) -> Iterator[Finding]:
    """The platform and shoppers can reach the public address, as far as its form tells."""
    if settings.sandbox_url:
        yield Finding(
            "sandbox_mode",
            Severity.WARNING,
            "AFTERS_SANDBOX_URL is set: every call to a vendor goes to the sandbox, and no real shop can be served.",
            "Leave it out of the environment of a real installation.",
        )
        return
    parts = urlsplit(settings.public_url)
    host = parts.hostname or ""
    problem = None
    if parts.path or parts.query or parts.fragment or parts.username:
        problem = "has more than a scheme and a host"
    elif parts.port not in (None, 443):
        problem = f"names port {parts.port}; Shopify's checkout and webhooks want the usual one"
    elif _is_ip(host) or "." not in host or host.endswith(_NOT_PUBLIC):
        problem = "is no public host name"
    if problem:
        yield Finding(
            "public_url_form",
            Severity.FAULT,
            f"AFTERS_PUBLIC_URL is {settings.public_url}, which {problem}.",
            "Set it to the https address of the reverse proxy, such as https://afters.your-domain.com.",
        )


def check_sqlite_place(url: str, mounts: str) -> Iterator[Finding]:
    """A SQLite file lies at a fixed place of a disk of this machine. `mounts` is the text of /proc/mounts."""
    path = sqlite_path(url)
    if path is None:
        return
    if not path.is_absolute():
        yield Finding(
            "sqlite_relative",
            Severity.WARNING,
            f"The SQLite file {path} is named relative to the working directory; each command may find another one.",
            "Name it in full: sqlite:////var/lib/afters/afters.sqlite3, with four slashes.",
        )
    kind = _file_system(path.resolve(), mounts)
    if kind in _NETWORK_FILE_SYSTEMS:
        yield Finding(
            "sqlite_network",
            Severity.FAULT,
            f"The SQLite file {path} is on a network file system ({kind}), whose locks cannot be relied on.",
            "Put it on a local disk, or use PostgreSQL.",
        )


def check_disk(path: Path, free_bytes: int) -> Iterator[Finding]:
    """There is room to write."""
    if free_bytes < _LOW_BYTES:
        is_full = free_bytes < _FULL_BYTES
        yield Finding(
            "disk_full" if is_full else "disk_low",
            Severity.FAULT if is_full else Severity.WARNING,
            f"{free_bytes // 1024**2} MB are free at {path}.",
            "Make room or move the database; a full disk makes us refuse deliveries, which Shopify repeats for 4 h.",
        )


def check_sqlite_version(
    url: str, sqlite: tuple[int, ...], python: tuple[int, ...] = sys.version_info[:2]
) -> Iterator[Finding]:
    """The job engine can tell the time with this SQLite."""
    if sqlite_path(url) is not None and python >= _SUBSEC_PYTHON and sqlite < _NEEDED_SQLITE:
        yield Finding(
            "sqlite_too_old",
            Severity.FAULT,
            f"SQLite {_dotted(sqlite)} gives the job engine no time under Python {_dotted(python)}.",
            "Use Python 3.11, a SQLite from 3.42 on, or a PostgreSQL database for AFTERS_DBOS_URL.",
        )


def check_app_file(settings: Settings, app: Mapping[str, Any]) -> Iterator[Finding]:
    """`shopify.app.toml`, which says where the platform sends things, agrees with the settings."""
    if settings.sandbox_url:
        return
    pairs = (
        ("application_url", str(app.get("application_url", "")).rstrip("/"), "AFTERS_PUBLIC_URL", settings.public_url),
        ("client_id", app.get("client_id"), "SHOPIFY_API_KEY", settings.client_id),
        ("webhooks.api_version", app.get("webhooks", {}).get("api_version"), "the code's version", API_VERSION),
    )
    for key, written, name, wanted in pairs:
        if written != wanted:
            yield Finding(
                "app_file_differs",
                Severity.FAULT,
                f"shopify.app.toml has {key} = {written}, but {name} is {wanted}.",
                "Make them agree, then `shopify app deploy`.",
            )


def check_api_version(version: str, now: datetime) -> Iterator[Finding]:
    """Shopify still serves the version of its API that we speak: each lives for a year."""
    year, month = map(int, version.split("-"))
    age = (now.year - year) * 12 + now.month - month
    if age >= _OLD_MONTHS:
        is_dead = age > _DEAD_MONTHS
        yield Finding(
            "api_version_old",
            Severity.FAULT if is_dead else Severity.WARNING,
            f"The Admin API's version {version} is {age} months old; Shopify serves one for 12.",
            "Upgrade Afters to a release that speaks a newer version, then `shopify app deploy`.",
        )


def sqlite_path(url: str) -> Path | None:
    """Return the file that a SQLite address names, or None for any other database."""
    scheme, _, path = url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") and path else None


def wanted_scopes(app: Mapping[str, Any]) -> frozenset[str]:
    written = str(app.get("access_scopes", {}).get("scopes", ""))
    return frozenset(scope.strip() for scope in written.split(",") if scope.strip())


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _file_system(path: Path, mounts: str) -> str:
    """Return the type of the file system that holds `path`: that of the longest mount point above it."""
    found, kind = Path("/"), ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = Path(fields[1].replace("\\040", " "))
        if path.is_relative_to(point) and len(point.parts) >= len(found.parts):
            found, kind = point, fields[2]
    return kind
