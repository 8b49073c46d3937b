"""A sandbox for tests: free ports, a world of its own, the host in this process and the app beside it."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from tests.sandbox.browser.admin.launch import Launcher
from tests.sandbox.clock import SandboxClock
from tests.sandbox.credentials import credentials_in
from tests.sandbox.deploy import deploy_blocks, deploy_extension
from tests.sandbox.house import House, make_world
from tests.sandbox.launcher import start_by_day
from tests.sandbox.listening import free_ports
from tests.sandbox.processes import AppProcesses
from tests.sandbox.settings import SandboxSettings

APP_ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = APP_ROOT / "var" / "worlds"
HEALTH_SECONDS = 60.0
POLL_SECONDS = 0.05


class RunningSandbox:
    """Everything `make demo` starts, as a context manager; what `var_dir` holds of an earlier one goes on.

    `orders` is how much of the history the shop has (None: all of it, which takes some seconds the first time);
    `with_app` False leaves Afters out; `database` is where it stores (None: in a SQLite file). In the `with` block
    `sandbox` is the live object, so a test may look into world and inbox directly, and `origin` is where a browser
    goes.
    """

    def __init__(
        self,
        var_dir: Path,
        *,
        orders: int | None = 400,
        with_app: bool = True,
        database: str | None = None,
        web_processes: int = 1,
    ) -> None:
        self._orders = orders
        self._with_app = with_app
        self._web_processes = web_processes
        self.credentials = credentials_in(var_dir)
        port, app_port, smtp_port = free_ports("127.0.0.1", 3)
        self.settings = SandboxSettings(
            var_dir=var_dir,
            app_root=APP_ROOT,
            port=port,
            app_port=app_port,
            smtp_port=smtp_port,
            client_secret=self.credentials.client_secret,
            webhook_gaps=(0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8),
            standins_only=True,
            app_database=database,
        )
        self.processes = AppProcesses(self.settings, self.credentials)

    def __enter__(self) -> Self:
        """Start everything, by day in the shop, and wait until the app is healthy."""
        clock = self._new_clock()
        make_world(self.settings, clock, TEMPLATES, orders=self._orders)
        if self._with_app:
            deploy_extension(self.settings)
            deploy_blocks(self.settings)
            self.processes.upgrade()
        self._house = House(self.settings, self.credentials, pace_seconds=0.02)
        self.sandbox = self._house.sandbox
        self._house.start()
        self._launcher = Launcher(self.settings, self.sandbox.clock)
        self._client = httpx.Client(base_url=self.settings.origin, timeout=30.0, trust_env=False)
        try:
            if self._with_app:
                self.processes.start(self._web_processes)
                self.processes.wait_until_healthy(HEALTH_SECONDS)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop everything."""
        self._stop()

    @property
    def origin(self) -> str:
        """Where a browser finds the shop, e.g. `http://127.0.0.1:40123`."""
        return self.settings.origin

    def get(self, path: str, **query: str) -> Any:
        """Return the JSON at a path of the control API, e.g. `/sandbox/api/messages`."""
        return self._json("GET", path, params=query)

    def post(self, path: str, **body: Any) -> Any:
        """Post JSON to a path of the control API and return its JSON (None when it answers nothing)."""
        return self._json("POST", path, json=body)

    def move_clock(self, seconds: float) -> None:
        """Move the clock that the shop and the app read."""
        self.post("/sandbox/api/clock", move_seconds=seconds)

    def messages(self, recipient: str | None = None) -> dict[str, list[dict[str, Any]]]:
        """Return SMS, e-mails, refusals and opt-outs, of one number or address if given."""
        found = self.get("/sandbox/api/messages", **({"recipient": recipient} if recipient else {}))
        assert isinstance(found, dict)
        return found

    def install(self, *scopes: str) -> None:
        """Install the app as the admin does: grant, first load of its page, then the vendors' accounts.

        With `scopes`, these are granted; without, those that shopify.app.toml asks for.

        Raises:
            ChildFailed: the app did not take the accounts.
        """
        self.post("/sandbox/api/installation", **({"scopes": list(scopes)} if scopes else {}))
        opened = httpx.get(self._launcher.address("/"), timeout=30.0, trust_env=False)
        assert opened.is_success, f"the app's first page: HTTP {opened.status_code}: {opened.text[:2000]}"
        self.connect_vendors()

    def as_merchant(self, verb: str, path: str, **form: str) -> httpx.Response:
        """Call a path of the app as its pages do: the form fields, and the admin's ID token as bearer."""
        return httpx.request(
            verb,
            f"{self.settings.app_origin}{path}",
            data=form or None,
            headers={"Authorization": f"Bearer {self._launcher.id_token()}"},
            timeout=30.0,
            trust_env=False,
        )

    def connect_vendors(self) -> None:
        """Give the app the shop's Twilio and SMTP accounts; the app must be installed.

        Raises:
            ChildFailed: the app refused.
        """
        self.processes.connect_vendors()

    def wait_for(
        self, path: str, predicate: Callable[[Any], object], *, timeout: float = 20.0, what: str = "it"
    ) -> Any:
        """Ask a path of the control API until its JSON fits; return that JSON.

        Raises:
            TimeoutError: it did not within `timeout` seconds; with the last answer and the logs of the app.
            ChildFailed: a process of the app ended meanwhile.
        """
        return self.wait_until(lambda: self.get(path), predicate, timeout=timeout, what=what)

    def wait_until(
        self, ask: Callable[[], Any], fits: Callable[[Any], object], *, timeout: float = 20.0, what: str = "it"
    ) -> Any:
        """Ask anything again and again until the answer fits; as `wait_for` otherwise."""
        deadline = time.monotonic() + timeout
        while True:
            answer = ask()
            if fits(answer):
                return answer
            self.processes.check()
            if time.monotonic() > deadline:
                logs = "\n".join(f"--- {name}\n{self.processes.last_words(name)}" for name in ("web", "worker"))
                raise TimeoutError(f"{what} did not happen within {timeout:g} s; last seen: {answer}\n{logs}")
            time.sleep(POLL_SECONDS)

    def _new_clock(self) -> SandboxClock:
        clock = SandboxClock(self.settings.clock_path)
        start_by_day(clock)
        return clock

    def _json(self, verb: str, path: str, **more: Any) -> Any:
        answer = self._client.request(verb, path, **more)
        if not answer.is_success:
            raise AssertionError(f"{verb} {path}: HTTP {answer.status_code}: {answer.text[:2000]}")
        return answer.json() if answer.content else None

    def _stop(self) -> None:
        self.processes.stop()
        self._house.stop()
        self._client.close()
