"""`make demo`: everything started in order, watched, and stopped in order."""

import fcntl
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from tests.sandbox.browser.clock_page import MORNING, seconds_until
from tests.sandbox.clock import SandboxClock
from tests.sandbox.credentials import Credentials, credentials_in
from tests.sandbox.deploy import deploy_blocks, deploy_extension
from tests.sandbox.house import House, make_world
from tests.sandbox.listening import require_free
from tests.sandbox.processes import AppProcesses, ChildFailed
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.selling_plans import open_club
from tests.sandbox.shopify.world import World
from tests.sandbox.shopify.world_build import SHOP_TIME_ZONE

HEALTH_SECONDS = 60.0
WATCH_SECONDS = 0.5
CONNECT_ATTEMPTS = 5
CONNECT_PAUSE_SECONDS = 2.0
SENDING_HOURS = range(9, 19)  # well inside the hours in which the app sends messages


class CannotStart(Exception):
    """The sandbox cannot be started as asked; the message says what to do."""


@contextmanager
def only_one(var_dir: Path) -> Iterator[None]:
    """Hold var_dir for this process.

    Raises:
        CannotStart: another sandbox holds it.
    """
    var_dir.mkdir(parents=True, exist_ok=True)
    with (var_dir / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotStart(f"Another sandbox runs in {var_dir}. Stop it, or choose another --var-dir.") from error
        yield


def empty(var_dir: Path) -> None:
    """Remove everything of an earlier sandbox from var_dir.

    Raises:
        CannotStart: the folder holds things but no sandbox, so it is not ours to empty.
    """
    if not any(each.name != "lock" for each in var_dir.iterdir()):
        return
    if not (var_dir / "credentials.json").exists():
        raise CannotStart(f"{var_dir} holds no sandbox, so --fresh does not empty it.")
    for each in var_dir.iterdir():
        if each.name == "lock":
            continue
        if each.is_dir():
            shutil.rmtree(each)
        else:
            each.unlink()


def start_by_day(clock: SandboxClock) -> bool:
    """Move a new sandbox's clock to the next morning if no message would leave now; tell whether that was done."""
    now = clock.now()
    if now.astimezone(SHOP_TIME_ZONE).hour in SENDING_HOURS:
        return False
    clock.move(seconds_until(now, MORNING))
    return True


class Launcher:
    """One demo. `run` returns the exit code: 0 when it was asked to stop, 1 when something ended by itself."""

    def __init__(
        self, settings: SandboxSettings, *, templates: Path, orders: int | None, plan: str, with_app: bool
    ) -> None:
        self._settings = settings
        self._templates = templates
        self._orders = orders
        self._plan = plan
        self._with_app = with_app
        self.stopping = Event()

    def run(self, credentials: Credentials) -> int:
        """Start, say where to click, watch until told to stop.

        Raises:
            PortTaken, ChildFailed, DeployFailed: it could not be started.
        """
        began = time.monotonic()
        self._check_ports()
        clock = SandboxClock(self._settings.clock_path)
        is_moved = not self._settings.world_path.exists() and start_by_day(clock)
        processes = AppProcesses(self._settings, credentials)
        _log_to(processes.logs / "sandbox.log")
        upgrading = _Background(processes.upgrade) if self._with_app else None
        if self._with_app:
            deploy_extension(self._settings)
            deploy_blocks(self._settings)
        is_new = make_world(self._settings, clock, self._templates, orders=self._orders)
        if is_new:
            print("A new shop is ready: catalogue, customers and orders, the last of them from yesterday.")
        if is_moved:
            print(f"The clock was moved to {MORNING} in the shop, because no message leaves at night.")
        house = House(self._settings, credentials, plan=self._plan)
        try:
            if is_new:
                open_club(house.sandbox.world, house.sandbox.sender)
            house.start()
            if upgrading:
                upgrading.join()
                processes.start()
                processes.wait_until_healthy(HEALTH_SECONDS, stopping=self.stopping)
                self._connect_when_installed(house.sandbox.world, processes)
            if not self.stopping.is_set():
                self._say_where(time.monotonic() - began, processes.logs)
            return self._watch(processes)
        finally:
            self.stopping.set()
            print("\nStopping ...", flush=True)
            processes.stop()
            house.stop()

    def _check_ports(self) -> None:
        host = self._settings.host
        require_free(host, self._settings.port, purpose="its pages", option="--port")
        require_free(host, self._settings.smtp_port, purpose="e-mail", option="--smtp-port")
        if self._with_app:
            require_free(host, self._settings.app_port, purpose="the app", option="--app-port")

    def _watch(self, processes: AppProcesses) -> int:
        while not self.stopping.wait(WATCH_SECONDS):
            try:
                processes.check()
            except ChildFailed as failure:
                print(f"\n*** {failure}\n*** Nothing is restarted: the sandbox stops.", flush=True)
                return 1
        return 0

    def _connect_when_installed(self, world: World, processes: AppProcesses) -> None:
        Thread(target=self._connect, args=(world, processes), name="connect-vendors", daemon=True).start()

    def _connect(self, world: World, processes: AppProcesses) -> None:
        """Hand over the vendors' accounts once per installation, as soon as the app knows the shop.

        It does once it has fetched a token; as the token comes before what the app stores, it is asked again.
        """
        marker = self._settings.var_dir / "connected"
        while not self.stopping.wait(WATCH_SECONDS):
            installed_at = installed_since(world, self._settings.client_id)
            if installed_at is None or (marker.exists() and marker.read_text(encoding="utf-8") == installed_at):
                continue
            if not self._try_to_connect(processes):
                return
            marker.write_text(installed_at, encoding="utf-8")
            print("Afters has the shop's Twilio and e-mail accounts.", flush=True)

    def _try_to_connect(self, processes: AppProcesses) -> bool:
        for attempt in range(1, CONNECT_ATTEMPTS + 1):
            try:
                processes.connect_vendors()
            except ChildFailed as failure:
                if attempt == CONNECT_ATTEMPTS:
                    print(f"\n*** Afters did not take the vendors' accounts, no message will leave.\n*** {failure}")
            else:
                return True
            if self.stopping.wait(CONNECT_PAUSE_SECONDS):
                return False
        return False

    def _say_where(self, seconds: float, logs: Path) -> None:
        origin = self._settings.origin
        print(
            f"""
The sandbox is ready after {seconds:.1f} s.

  Start here          {origin}/
  1. Install the app  {origin}/admin
  2. Buy something    {origin}/store
  3. Accept the offer between paying and the thank-you page
  4. Phone and inbox  {origin}/inbox
  Move the clock      {origin}/clock

  E-mail is taken on  {self._settings.host}:{self._settings.smtp_port}
  Logs                {logs}

Ctrl-C stops everything.""",
            flush=True,
        )


def installed_since(world: World, client_id: str) -> str | None:
    """Return when the app was installed, or None when it is not or has not fetched its first token yet."""
    with world.read() as connection:
        row = connection.execute(
            "SELECT installed_at FROM installation WHERE client_id = :app AND uninstalled_at IS NULL"
            " AND EXISTS (SELECT 1 FROM access_token WHERE client_id = :app AND revoked_at IS NULL)",
            {"app": client_id},
        ).fetchone()
    return str(row["installed_at"]) if row else None


class _Background:
    """One call in a thread; `join` waits for it and passes its exception on."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._work = work
        self._error: Exception | None = None
        self._thread = Thread(target=self._run)
        self._thread.start()

    def join(self) -> None:
        self._thread.join()
        if self._error:
            raise self._error

    def _run(self) -> None:
        try:
            self._work()
        except Exception as error:  # noqa: BLE001 -- passed on by join
            self._error = error


def _log_to(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file = logging.FileHandler(path, mode="w", encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    loud = logging.StreamHandler()
    loud.setLevel(logging.ERROR)
    logging.basicConfig(level=logging.INFO, handlers=[file, loud])
    for name in ("httpx", "httpcore", "mail.log"):
        logging.getLogger(name).setLevel(logging.WARNING)


def open_credentials(var_dir: Path, *, is_fresh: bool) -> Credentials:
    """Return the credentials of var_dir, emptied before if asked.

    Raises:
        CannotStart: var_dir is not ours to empty, or holds credentials of another version.
    """
    if is_fresh:
        empty(var_dir)
    try:
        return credentials_in(var_dir)
    except ValueError as error:
        raise CannotStart(str(error)) from error
