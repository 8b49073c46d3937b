"""The app's own processes beside the sandbox: its web, its worker, and single commands of its command line."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from threading import Event

import httpx

from tests.sandbox.credentials import SHOP_NUMBER, Credentials
from tests.sandbox.settings import SandboxSettings

STOP_SECONDS = 20.0  # Granian lets requests in flight finish for up to 15
COMMAND_SECONDS = 120.0
POLL_SECONDS = 0.1
LAST_LINES = 30
# What the caller may have set for a real installation must not leak into a sandboxed app.
_OURS = ("AFTERS_", "SHOPIFY_")


class ChildFailed(Exception):
    """A process of the app ended, or did not do its work; the message holds the last lines of its log."""


def app_environment(settings: SandboxSettings, credentials: Credentials) -> dict[str, str]:
    """Return the environment of the app in sandbox mode, on top of the caller's own."""
    database = settings.app_database or f"sqlite:///{(settings.var_dir / 'afters.sqlite3').absolute()}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Three processes would compile everything anew at each start: seconds of a warm one.
        kept["PYTHONPYCACHEPREFIX"] = str(settings.app_root / "var" / "bytecode")
    return kept | {
        "AFTERS_SANDBOX_URL": settings.origin,
        "AFTERS_SANDBOX_CLOCK": str(settings.clock_path.absolute()),
        "AFTERS_PUBLIC_URL": settings.app_origin,
        "AFTERS_SECRET_KEY": credentials.app_secret_key,
        "AFTERS_DATABASE_URL": database,
        "SHOPIFY_API_KEY": settings.client_id,
        "SHOPIFY_API_SECRET": settings.client_secret,
        "PYTHONUNBUFFERED": "1",
    }


def connections(settings: SandboxSettings, credentials: Credentials) -> dict[str, dict[str, str]]:
    """Return what the app's merchant would type into the vendors' forms, by vendor."""
    return {
        "twilio": {
            "account_sid": credentials.twilio_account_sid,
            "auth_token": credentials.twilio_auth_token,
            "messaging_service_sid": "",
            "from_number": SHOP_NUMBER,
        },
        "smtp": {
            "host": settings.host,
            "port": str(settings.smtp_port),
            "security": "none",  # the app lets no password travel unencrypted, so it does not sign in either
            "username": "",
            "password": "",
            "from_address": "hello@gift-shop.example",
            "from_name": "Gift Shop",
            "reply_to": "",
            "postal_address": "Gift Shop\n1 High Street\nLondon N1 1AA\nUnited Kingdom",
        },
    }


class AppProcesses:
    """`afters serve` and `afters worker` of one sandbox, logging into `logs`."""

    def __init__(self, settings: SandboxSettings, credentials: Credentials) -> None:
        self._settings = settings
        self._credentials = credentials
        self._environment = app_environment(settings, credentials)
        self.logs = settings.var_dir / "logs"
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, **commands: Sequence[str]) -> None:
        """Run commands side by side to their ends, each one's output in `logs/<name>.log`.

        Raises:
            ChildFailed: one ended with an error, or not in time.
        """
        children = {name: self._start(name, arguments) for name, arguments in commands.items()}
        deadline = time.monotonic() + COMMAND_SECONDS
        failures = []
        for name, child in children.items():
            try:
                code = child.wait(timeout=max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _end(child, 0)
                failures.append(self._report(name, f"did not end within {COMMAND_SECONDS:g} s"))
            else:
                if code != 0:
                    failures.append(self._report(name, f"ended with exit code {code}"))
        if failures:
            raise ChildFailed("\n".join(failures))

    def upgrade(self) -> None:
        """Bring the app's database to its newest schema, unless it was brought there by the same migrations before.

        Raises:
            ChildFailed.
        """
        marker, wanted = self._settings.var_dir / "upgraded", self._migrations()
        if marker.exists() and marker.read_text(encoding="ascii") == wanted:
            return  # saves a warm start seconds
        self.run(upgrade=["db", "upgrade"])
        marker.write_text(wanted, encoding="ascii")

    def start(self, web_processes: int = 1) -> None:
        """Start web and worker; they are ready when `wait_until_healthy` returns."""
        port, processes = str(self._settings.app_port), str(web_processes)
        self._children["web"] = self._start("web", ["serve", "--port", port, "--processes", processes])
        self._children["worker"] = self._start("worker", ["worker"])

    def wait_until_healthy(self, timeout: float, *, stopping: Event | None = None) -> None:
        """Wait until the app answers on /ready, or until `stopping` is set.

        Raises:
            ChildFailed: a process ended meanwhile, or there is no good answer after `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        url = f"{self._settings.app_origin}/ready"
        stopping = stopping or Event()
        with httpx.Client(timeout=2.0, trust_env=False) as client:
            while True:
                self.check()
                try:
                    answer = client.get(url)
                    said = f"HTTP {answer.status_code}"
                    if answer.is_success:
                        return
                except httpx.HTTPError as error:
                    said = type(error).__name__
                if time.monotonic() > deadline:
                    raise ChildFailed(self._report("web", f"is not healthy after {timeout:g} s ({said})"))
                if stopping.wait(POLL_SECONDS):
                    return

    def peak_memory(self, name: str) -> int:
        """Return the most memory, in bytes, that a running process or one of its own has had in use."""
        pid = self._children[name].pid
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return max(_peak_memory(each) for each in (str(pid), *started))

    def check(self) -> None:
        """Say loudly if a process has ended by itself.

        Raises:
            ChildFailed: naming the process, with the last lines of its log.
        """
        for name, child in self._children.items():
            if (code := child.poll()) is not None:
                raise ChildFailed(self._report(name, f"ended by itself with exit code {code}"))

    def connect_vendors(self) -> None:
        """Give the shop's Twilio and SMTP accounts to the app, through the app's own command.

        Raises:
            ChildFailed: the app refused, e.g. because the shop is not installed yet.
        """
        commands, paths = {}, []
        for vendor, typed in connections(self._settings, self._credentials).items():
            path = self._settings.var_dir / f"connection-{vendor}.json"
            path.touch(mode=0o600)
            path.write_text(json.dumps(typed), encoding="utf-8")
            paths.append(path)
            shop = self._settings.shop_domain
            commands[f"connect-{vendor}"] = [
                "connect", "--shop", shop, "--vendor", vendor, "--settings", str(path)
            ]  # fmt: skip
        try:
            self.run(**commands)
        finally:
            for path in paths:
                path.unlink()

    def stop(self) -> None:
        """End both processes: politely, and after a while by force."""
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self._children.values():
            _end(child, max(0.0, deadline - time.monotonic()))
        self._children.clear()

    def last_words(self, name: str) -> str:
        """Return the last lines of a process's log."""
        path = self.logs / f"{name}.log"
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-LAST_LINES:])

    def _start(self, name: str, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        self.logs.mkdir(parents=True, exist_ok=True)
        with (self.logs / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [*afters_command(), *arguments],
                cwd=self._settings.app_root,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A session of its own: Ctrl-C reaches the sandbox alone, which then stops everything in order.
                start_new_session=True,
            )

    def _migrations(self) -> str:
        found = sha256()
        for path in sorted((self._settings.app_root / "server" / "storage" / "migrations").rglob("*.py")):
            found.update(path.name.encode() + path.read_bytes())
        return found.hexdigest()

    def _report(self, name: str, what: str) -> str:
        return f"afters {name} {what}. Last lines of {self.logs / name}.log:\n{self.last_words(name)}"


def afters_command() -> list[str]:
    """Return the app's command line as installed beside this interpreter."""
    return [str(Path(sys.executable).with_name("afters"))]


def _peak_memory(pid: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = (each for each in status.splitlines() if each.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


def _end(child: subprocess.Popen[bytes], patience: float) -> None:
    """Wait `patience` seconds for the end, then end the child and its own children by force."""
    try:
        child.wait(timeout=patience)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
