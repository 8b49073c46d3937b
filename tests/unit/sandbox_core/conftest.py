"""A small shop, a sender that is subscribed to everything, and an HTTP receiver that answers as told."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple
from uuid import uuid4

import pytest

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.subscriptions import Subscription, Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

TOPICS = (
    "app/uninstalled", "customers_email_marketing_consent/update", "customers_marketing_consent/update",
    "inventory_levels/update", "orders/cancelled", "orders/create", "orders/edited", "orders/paid",
    "orders/updated", "products/delete", "products/update", "refunds/create", "shop/redact",
)  # fmt: skip
URI = "/webhooks/shopify"


class Received(NamedTuple):
    """One request as the receiver saw it; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Answers POSTs on loopback with the statuses it was told, then 200; `hang` keeps an answer back."""

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.statuses: list[int] = []
        self.hang: Event | None = None
        self.has_arrived = Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.requests.append(Received(self.path, headers, body))
                outer.has_arrived.set()
                if outer.hang:
                    outer.hang.wait(5)
                status = outer.statuses.pop(0) if outer.statuses else 200
                self.send_response(status)
                if status in {301, 302, 307, 308}:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def stop(self) -> None:
        if self.hang:
            self.hang.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.stop()


@pytest.fixture
def clock(tmp_path: Path) -> SandboxClock:
    return SandboxClock(tmp_path / "clock")


@pytest.fixture
def settings(tmp_path: Path) -> SandboxSettings:
    return SandboxSettings(var_dir=tmp_path, app_root=tmp_path)


@pytest.fixture
def world(tmp_path: Path, clock: SandboxClock, settings: SandboxSettings) -> World:
    made = World.small(tmp_path / "world.sqlite3", clock, orders=60)
    with made.write() as connection:
        connection.execute(
            "INSERT INTO installation VALUES (?, 'http://127.0.0.1', 'read_orders', ?, NULL)",
            (settings.client_id, made.now_text()),
        )
    return made


@pytest.fixture
def subscriptions() -> Subscriptions:
    return Subscriptions("2026-10", tuple(Subscription(topic, URI) for topic in TOPICS))


@pytest.fixture
def sender(world: World, settings: SandboxSettings, subscriptions: Subscriptions) -> WebhookSender:
    """A sender that is not started: it only stores."""
    return WebhookSender(world, settings, subscriptions=subscriptions)


@pytest.fixture
def sellable(world: World) -> list[int]:
    """Tracked variants on sale with plenty in stock, dear enough to discount."""
    with world.read() as connection:
        rows = connection.execute(
            """SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id
               JOIN inventory_level l USING (inventory_item_id)
               WHERE p.status = 'ACTIVE' AND l.available > 20 AND v.tracked AND v.inventory_policy = 'DENY'
               AND v.price > 100 ORDER BY v.id LIMIT 6"""
        ).fetchall()
    return [row[0] for row in rows]


@pytest.fixture
def checkout(sellable: list[int]) -> Callable[..., CheckoutState]:
    """Make checkout states: three of one variant and one of another, with what the test changes."""

    def make(**changes: object) -> CheckoutState:
        state: CheckoutState = {
            "checkout_token": uuid4().hex,
            "lines": [{"variant_id": sellable[0], "quantity": 3}, {"variant_id": sellable[1], "quantity": 1}],
            "email": "new.buyer@example.com",
            "phone": "+447700900950",
            "first_name": "Nia",
            "last_name": "Buyer",
            "shipping_address": {
                "address1": "1 Mill Terrace",
                "city": "Leeds",
                "province_code": None,
                "zip": "LS1 1AA",
                "country_code": "GB",
            },
            "accepts_email": False,
            "accepts_sms": False,
            "payment_gateway": "shopify_payments",
            "presentment_currency": "GBP",
            "discount_codes": [],
            "note_attributes": [],
            "landing_site": "/",
            "locale": "en-GB",
        }
        state.update(changes)  # type: ignore[typeddict-item]  # tests change single keys by name
        return state

    return make


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
