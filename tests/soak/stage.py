"""An installation with open shops: the app's processes, what is outside of them, and the rules that are live."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx

from tests.sandbox.clock import SandboxClock
from tests.sandbox.listening import free_ports
from tests.shopify_client import make_session_token
from tests.soak.evidence import Evidence
from tests.soak.fleet import Fleet, Stuck
from tests.soak.outside import Outside
from tests.soak.town import OFFERED, Town

CLIENT_ID, CLIENT_SECRET, SECRET_KEY = "soak-client", "shpss_" + "5" * 32, "soak-" + "6" * 32
QUIET_SECONDS = 300.0  # without any progress: something is stuck
LOOK_SECONDS = 0.2
_MORNING = time_of_day(10, 0, tzinfo=ZoneInfo("Europe/London"))


@dataclass
class Stage:
    """`database` is an address; SQLite takes one web and one worker process, PostgreSQL two of each."""

    town: Town
    database: str
    folder: Path
    say: Callable[[str], None] = lambda _line: None
    clock: SandboxClock = field(init=False)
    outside: Outside = field(init=False)
    evidence: Evidence = field(init=False)
    fleet: Fleet = field(init=False)
    webhooks_url: str = field(init=False)

    def __post_init__(self) -> None:
        self.clock = SandboxClock(self.folder / "clock")
        port, app_port, self._smtp_port = free_ports("127.0.0.1", 3)
        self.outside = Outside(self.town, port=port, smtp_port=self._smtp_port, now=self.clock.now)
        self.evidence = Evidence(self.database)
        processes = 1 if self.database.startswith("sqlite") else 2
        self.fleet = Fleet(
            self._environment(port, app_port),
            port=app_port,
            workers=processes,
            processes=processes,
            logs=self.folder,
        )
        self.webhooks_url = f"{self.fleet.origin}/webhooks/shopify"

    def open(self) -> None:
        """Start everything in the morning of the shops, install the app in each, publish its rules.

        Raises:
            Stuck: the app does not come up, or does not import.
        """
        self._to_morning()
        self.outside.start()
        self.fleet.run("db", "upgrade")
        self.fleet.start()
        self._open_shops()

    def close(self) -> dict[str, int]:
        """Stop everything; return the exit codes of the app's processes."""
        codes = self.fleet.stop()
        self.outside.stop()
        return codes

    def _open_shops(self) -> None:
        with httpx.Client(base_url=self.fleet.origin, trust_env=False, timeout=60.0) as client:
            for number, shop in enumerate(self.town.shops):
                _checked(client.get("/", params={"id_token": self._token(shop), "shop": shop, "embedded": "1"}))
                for slug, form in _connections(number, self._smtp_port).items():
                    self._change(client, shop, f"/integrations/{slug}", form)
            self._wait_for_imports()
            for shop in self.town.shops:
                self._change(client, shop, "/offers/bought-together/delete", {"revision": "1"})
                self._change(client, shop, "/offers/new", _OFFER | {"revision": "2"})
                self._change(client, shop, "/offers/publish", {"revision": "3"})
        self.say(f"{len(self.town.shops)} shops are open")

    def _change(self, client: httpx.Client, shop: str, path: str, form: dict[str, object]) -> None:
        _checked(client.post(path, data=form, headers={"Authorization": f"Bearer {self._token(shop)}"}))

    def _wait_for_imports(self) -> None:
        deadline = time.monotonic() + QUIET_SECONDS
        while self.evidence.unfinished_imports():
            if time.monotonic() > deadline:
                raise Stuck(f"the imports do not end:\n{self.fleet.last_words('worker-1')}")
            time.sleep(LOOK_SECONDS)

    def _token(self, shop: str) -> str:
        return make_session_token(shop=shop, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=self.clock.now())

    def _to_morning(self) -> None:
        """Start in the morning of the shops, so that no text falls into the night."""
        now = datetime.now(UTC)  # noqa: TID251 - the clock that everybody reads starts from it
        morning = datetime.combine(now.date() + timedelta(days=1), _MORNING)
        self.clock.move((morning - now).total_seconds())

    def _environment(self, port: int, app_port: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERS_", "SHOPIFY_"))}
        return kept | {
            "AFTERS_SANDBOX_URL": f"http://127.0.0.1:{port}",
            "AFTERS_SANDBOX_CLOCK": str(self.clock.path.absolute()),
            "AFTERS_PUBLIC_URL": f"http://127.0.0.1:{app_port}",
            "AFTERS_SECRET_KEY": SECRET_KEY,
            "AFTERS_DATABASE_URL": self.database,
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "PYTHONUNBUFFERED": "1",
        }


_OFFER: dict[str, object] = {
    "name": "Goes with it",
    "is_live": "on",
    "offer.source": "fixed",
    "offer.variants": [str(goods[0]) for goods in OFFERED],
    "offer.quantity": "1",
}


def _connections(number: int, smtp_port: int) -> dict[str, dict[str, object]]:
    return {
        "twilio": {
            "account_sid": f"AC{number:032x}",
            "auth_token": f"{number:032x}",
            "messaging_service_sid": "",
            "from_number": "+447700900999",
        },
        "smtp": {
            "host": "127.0.0.1",
            "port": str(smtp_port),
            "security": "none",
            "username": "",
            "password": "",
            "from_address": "hello@soak.example",
            "from_name": "Soak",
            "reply_to": "",
            "postal_address": "1 High Street\nLondon",
        },
    }


def _checked(answer: httpx.Response) -> None:
    assert answer.is_success, f"{answer.request.url.path}: HTTP {answer.status_code}: {answer.text[:500]}"
