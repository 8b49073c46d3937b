"""A small shop with its shopper's pages, the app installed and chosen, and a bundle that is only a file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.sandbox.browser import checkout, storefront
from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.changeset_faults import ForcedOutcomes
from tests.sandbox.shopify.changesets import Changesets
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import Placed, place_order
from tests.sandbox.shopify.signing import make_jwt
from tests.sandbox.shopify.subscriptions import Subscription, Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

TOPICS = ("orders/create", "orders/paid", "orders/edited", "orders/updated", "inventory_levels/update")


@dataclass(frozen=True)
class Shop:
    """What the pages need of a sandbox, and the variants tests buy (tracked, plenty in stock, above £1)."""

    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender
    forced: ForcedOutcomes
    variants: list[int]

    @property
    def changesets(self) -> Changesets:
        return Changesets(self.world, self.sender, self.settings, self.forced)

    def one(self, query: str, *values: object) -> object:
        with self.world.read() as connection:
            return connection.execute(query, values).fetchone()[0]

    def change(self, query: str, *values: object) -> None:
        with self.world.write() as connection:
            connection.execute(query, values)

    def topics(self) -> list[str]:
        with self.world.read() as connection:
            return [row[0] for row in connection.execute("SELECT topic FROM webhook_delivery ORDER BY id")]


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    settings = SandboxSettings(var_dir=tmp_path / "var", app_root=tmp_path)
    clock = SandboxClock(settings.clock_path)
    world = World.small(settings.world_path, clock, orders=60)
    with world.write() as connection:
        connection.execute(
            "INSERT INTO installation VALUES (?, 'http://127.0.0.1', 'read_orders', ?, NULL)",
            (settings.client_id, world.now_text()),
        )
        connection.execute("UPDATE shop SET post_purchase_app = ?", (settings.client_id,))
        variants = connection.execute(
            "SELECT v.id FROM variant v JOIN product p ON p.id = v.product_id"
            " JOIN inventory_level l USING (inventory_item_id)"
            " WHERE p.status = 'ACTIVE' AND l.available > 20 AND v.tracked AND v.inventory_policy = 'DENY'"
            " AND v.price > 100 ORDER BY v.id LIMIT 4"
        ).fetchall()
    topics = tuple(Subscription(topic, "/webhooks/shopify") for topic in TOPICS)
    sender = WebhookSender(world, settings, subscriptions=Subscriptions("2026-10", topics))
    settings.bundle_path.parent.mkdir(parents=True)
    settings.bundle_path.write_text("// never run here\n", encoding="utf-8")
    return Shop(settings, clock, world, sender, ForcedOutcomes(), [row[0] for row in variants])


@pytest.fixture
def client(shop: Shop) -> FlaskClient:
    app = Flask("store")
    app.register_blueprint(storefront.blueprint(shop))
    app.register_blueprint(checkout.blueprint(shop))
    return app.test_client()


@pytest.fixture
def state(shop: Shop) -> CheckoutState:
    """A paid-for card checkout whose one-click page is coming."""
    return {
        "checkout_token": uuid4().hex,
        "lines": [{"variant_id": shop.variants[0], "quantity": 1}],
        "email": "nia@example.com",
        "phone": None,
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
        "payment_gateway": "bogus",
        "presentment_currency": "GBP",
        "discount_codes": [],
        "note_attributes": [],
        "landing_site": "/store",
        "locale": "en-GB",
        "post_purchase": True,
    }


@pytest.fixture
def placed(shop: Shop, state: CheckoutState) -> Placed:
    return place_order(shop.world, shop.sender, state)


@pytest.fixture
def sign(shop: Shop, state: CheckoutState) -> Callable[..., str]:
    """Sign a changeset that adds one of the second variant, with what the test changes; None leaves a claim out."""

    def make(secret: str | None = None, **changes: object) -> str:
        now = int(shop.clock.now().timestamp())
        claims = {
            "iss": shop.settings.client_id,
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 600,
            "sub": state["checkout_token"],
            "changes": [{"type": "add_variant", "variantId": shop.variants[1], "quantity": 1}],
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return make_jwt(secret or shop.settings.client_secret, kept)

    return make
