"""Plays a soak from installation to the last e-mail, killing processes on the way, and gathers the record."""

import os
import random  # noqa: TID251 - a seeded order of events, not a decision
import threading
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
from tests.soak import bodies
from tests.soak.checker import Record
from tests.soak.evidence import Evidence
from tests.soak.fleet import Fleet, Stuck
from tests.soak.outside import Outside
from tests.soak.post import Delivery, Post
from tests.soak.town import OFFERED, Order, Town

CLIENT_ID, CLIENT_SECRET, SECRET_KEY = "soak-client", "shpss_" + "5" * 32, "soak-" + "6" * 32
IN_FLIGHT = 16  # jobs that one worker runs at once
_MORNING = time_of_day(10, 0, tzinfo=ZoneInfo("Europe/London"))
_QUIET_SECONDS = 300.0  # without any progress: something is stuck
_LOOK_SECONDS = 0.2
_CUT_OFF = 150.0  # after this the app asks vendors about sends that a crash cut off


@dataclass
class Soak:
    """One run. `database` is an address; SQLite takes one web and one worker process, PostgreSQL two of each."""

    town: Town
    database: str
    folder: Path
    kills: int
    seed: int = 1
    say: Callable[[str], None] = lambda _line: None
    _progress: int = field(default=0, init=False)

    def run(self) -> Record:
        """Play everything and return what there is to judge.

        Raises:
            Stuck: the app stopped making progress.
        """
        self._draw = random.Random(self.seed)
        self.clock = SandboxClock(self.folder / "clock")
        self._to_morning()
        port, app_port, smtp_port = free_ports("127.0.0.1", 3)
        self.outside = Outside(self.town, port=port, smtp_port=smtp_port, now=self.clock.now)
        self.evidence = Evidence(self.database)
        is_single = self.database.startswith("sqlite")
        self.fleet = Fleet(
            self._environment(port, app_port),
            port=app_port,
            workers=1 if is_single else 2,
            processes=1 if is_single else 2,
            logs=self.folder,
        )
        self.post = Post(f"{self.fleet.origin}/webhooks/shopify", CLIENT_SECRET, on_progress=self._went_on)
        self.outside.start()
        try:
            self.fleet.run("db", "upgrade")
            self.fleet.start()
            self._open_shops(smtp_port)
            self._with_kills(self._live)
            self.codes = self.fleet.stop()
        finally:
            self.fleet.stop()
            self.outside.stop()
        return self._record()

    def _live(self) -> None:
        """Let the orders come, then days pass."""
        self._deliver_orders(0)
        self._pass(minutes=3)  # texts
        self._pass(minutes=3)  # e-mails where no text could go
        withdrawing = [each for each in self.town.shoppers if each.withdraws]
        for shopper in withdrawing:
            self.outside.withdraw(shopper)
        self._deliver([each for shopper in withdrawing for each in self._withdrawals(shopper.shop, shopper.id)])
        self._settle("the withdrawals")
        self._pass(hours=49)  # holds end
        self._deliver_orders(1)
        self._pass(minutes=5)
        self._pass(hours=74)  # everything has ended by now

    def _deliver_orders(self, wave: int) -> None:
        orders = self.town.wave(wave)
        self._draw.shuffle(orders)
        self.say(f"{len(orders)} orders of wave {wave}")
        deliveries: list[Delivery] = []
        for order in orders:
            order.placed_at = self.clock.now()
            deliveries += self._news(order)
        self._deliver(deliveries)
        self._settle(f"the orders of wave {wave}")

    def _news(self, order: Order) -> list[Delivery]:
        now = self.clock.now()
        create = bodies.order_body(order, status="pending", updated_at=now)
        paid = bodies.order_body(order, status="paid", updated_at=now + timedelta(seconds=1))
        found = [
            Delivery(order.shop, "orders/create", f"create-{order.id}", create, now, order.id),
            Delivery(order.shop, "orders/paid", f"paid-{order.id}", paid, now, order.id),
        ]
        if order.fate == "cancelled":
            body = bodies.cancelled_body(order, now=now)
            found.append(Delivery(order.shop, "orders/cancelled", f"cancel-{order.id}", body, now, order.id))
        if order.fate == "refunded":
            body = bodies.refund_body(order)
            found.append(Delivery(order.shop, "refunds/create", f"refund-{order.id}", body, now, order.id))
        return found

    def _withdrawals(self, shop: str, shopper_id: int) -> list[Delivery]:
        shopper, now = self.town.by_customer[shop, shopper_id], self.clock.now()
        return [
            Delivery(
                shop, topic, f"{channel}-{shopper_id}", bodies.consent_body(shopper, channel=channel, now=now),
                now, shopper_id,
            )
            for topic, channel in (
                ("customers_marketing_consent/update", "sms"),
                ("customers_email_marketing_consent/update", "email"),
            )
        ]  # fmt: skip

    def _deliver(self, deliveries: list[Delivery]) -> None:
        """Deliver in a drawn order that is never far from the true one, a tenth of them twice."""
        again = [each for each in deliveries if self._draw.random() < 0.1]
        placed = [(index + self._draw.uniform(0, 40), each) for index, each in enumerate([*deliveries, *again])]
        self.post.deliver([each for _, each in sorted(placed, key=lambda pair: pair[0])])

    def _pass(self, **lengths: float) -> None:
        """Move the clock and wait until all that came due is done."""
        self.clock.move(timedelta(**lengths).total_seconds())
        self.say(f"the clock shows {self.clock.now():%a %H:%M}, {len(self.outside.messages)} messages so far")
        self._settle(f"what came due after {lengths}")

    def _settle(self, what: str) -> None:
        """Wait until nothing is due or under way.

        Raises:
            Stuck.
        """
        seen: object = None
        deadline = 0.0
        while True:
            self.fleet.check()
            touches = self.evidence.open_touches(self.clock.now())
            state = (self.evidence.open_deliveries(), tuple(sorted(touches.items())), self._progress)
            if not state[0] and not touches:
                return
            if state != seen:
                seen, deadline = state, time.monotonic() + _QUIET_SECONDS
            elif set(touches) == {"sending"} and time.monotonic() > deadline - _QUIET_SECONDS + 5:
                self.clock.move(_CUT_OFF)  # cut off by a kill: the app asks about them after two minutes
                seen = None
            elif time.monotonic() > deadline:
                raise Stuck(f"{what}: {state}\n{self.fleet.last_words('worker-1')}\n{self.fleet.last_words('web')}")
            time.sleep(_LOOK_SECONDS)

    def _open_shops(self, smtp_port: int) -> None:
        with httpx.Client(base_url=self.fleet.origin, trust_env=False, timeout=60.0) as client:
            for number, shop in enumerate(self.town.shops):
                _checked(client.get("/", params={"id_token": self._token(shop), "shop": shop, "embedded": "1"}))
                for slug, form in _connections(number, smtp_port).items():
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
        deadline = time.monotonic() + _QUIET_SECONDS
        while self.evidence.unfinished_imports():
            if time.monotonic() > deadline:
                raise Stuck(f"the imports do not end:\n{self.fleet.last_words('worker-1')}")
            time.sleep(_LOOK_SECONDS)

    def _token(self, shop: str) -> str:
        return make_session_token(shop=shop, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=self.clock.now())

    def _with_kills(self, work: Callable[[], None]) -> None:
        """Kill at drawn moments while `work` runs: each kill waits for its share of the progress."""
        expected = 2.6 * len(self.town.orders)
        self._next_kill = threading.Condition()
        self._is_over = False
        killer = threading.Thread(target=self._kill, args=(expected / (self.kills + 1),), name="killer")
        killer.start()
        try:
            work()
        finally:
            with self._next_kill:
                self._is_over = True
                self._next_kill.notify_all()
            killer.join()

    def _kill(self, step: float) -> None:
        draw = random.Random(self.seed + 1)
        for number in range(1, self.kills + 1):
            at = step * (number + draw.uniform(-0.4, 0.4))
            with self._next_kill:
                self._next_kill.wait_for(lambda at=at: self._is_over or self._seen() >= at)  # type: ignore[misc]
                if self._is_over:
                    return
            self.fleet.kill(draw.choice(self.fleet.names))

    def _seen(self) -> float:
        return self._progress + len(self.outside.messages)

    def _went_on(self) -> None:
        with self._next_kill:
            self._progress += 1
            self._next_kill.notify_all()

    def _record(self) -> Record:
        return Record(
            town=self.town,
            acknowledged=list(self.post.acknowledged),
            messages=list(self.outside.messages),
            deliveries=self.evidence.deliveries(),
            touches=self.evidence.touches(),
            sequences=self.evidence.sequences(),
            kills=len(self.fleet.killed),
            in_flight=IN_FLIGHT,
            now=self.clock.now(),
        )

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
