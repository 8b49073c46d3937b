"""A small shop with the app installed, and clients for its Admin API, token endpoint and control routes."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import admin_api, control, oauth
from tests.sandbox.shopify.admin.scalars import world_time
from tests.sandbox.shopify.admin.state import ApiState, state_of
from tests.sandbox.shopify.signing import make_id_token
from tests.sandbox.shopify.subscriptions import Subscription, Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

TOPICS = (
    "app/uninstalled", "customers/update", "customers_email_marketing_consent/update",
    "customers_marketing_consent/update", "inventory_levels/update", "orders/cancelled", "orders/paid",
    "orders/updated", "products/delete", "products/update", "refunds/create",
)  # fmt: skip
READS = (
    "read_products",
    "read_inventory",
    "read_locations",
    "read_orders",
    "read_customers",
    "read_merchant_managed_fulfillment_orders",
)
WRITES = ("write_products", "write_orders", "write_customers", "write_discounts")
ENDPOINT = "/admin/api/2026-10/graphql.json"


@dataclass(frozen=True)
class Side:
    """A running sandbox, as far as Shopify's server side goes."""

    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender

    def one(self, statement: str, *parameters: Any) -> Any:
        """Return the first row of a query."""
        with self.world.read() as connection:
            return connection.execute(statement, parameters).fetchone()

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        """Return all rows of a query."""
        with self.world.read() as connection:
            return connection.execute(statement, parameters).fetchall()

    def change(self, statement: str, *parameters: Any) -> None:
        """Run one statement."""
        with self.world.write() as connection:
            connection.execute(statement, parameters)

    def told(self, topic: str) -> list[dict[str, Any]]:
        """Return the bodies of the webhooks of a topic."""
        return [json.loads(row["body"]) for row in self.sender.deliveries(topic)]


class Api:
    """Asks the Admin API with one access token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        self.token = token

    def post(self, query: Any, variables: Mapping[str, Any] | None = None, **more: Any) -> TestResponse:
        """Return the raw answer."""
        body = {"query": query, "variables": dict(variables or {}), **more}
        return self.client.post(ENDPOINT, json=body, headers={"X-Shopify-Access-Token": self.token})

    def answer(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """Return the body of an HTTP 200."""
        response = self.post(document, variables)
        assert response.status_code == 200, response.get_data(as_text=True)
        body = response.get_json()
        assert isinstance(body, dict)
        return body

    def ask(self, document: str, /, **variables: Any) -> dict[str, Any]:
        """Return the data of an answer without errors."""
        body = self.answer(document, **variables)
        assert "errors" not in body, body["errors"]
        data = body["data"]
        assert isinstance(data, dict)
        return data

    def errors(self, document: str, /, **variables: Any) -> list[dict[str, Any]]:
        """Return the errors of an answer that must have some."""
        body = self.answer(document, **variables)
        assert body["errors"]
        found = body["errors"]
        assert isinstance(found, list)
        return found

    def code(self, document: str, /, **variables: Any) -> str:
        """Return the code of the one error."""
        errors = self.errors(document, **variables)
        assert len(errors) == 1, errors
        return str(errors[0]["extensions"]["code"])


@pytest.fixture
def side(tmp_path: Path) -> Side:
    settings = SandboxSettings(var_dir=tmp_path, app_root=tmp_path)
    clock = SandboxClock(settings.clock_path)
    world = World.small(settings.world_path, clock, orders=60, settings=settings)
    subscriptions = Subscriptions("2026-10", tuple(Subscription(topic, "/webhooks") for topic in TOPICS))
    oauth.install(world, settings.client_id, [*READS, *WRITES, "read_all_orders"], settings.app_origin)
    return Side(settings, clock, world, WebhookSender(world, settings, subscriptions=subscriptions))


@pytest.fixture
def state(side: Side) -> ApiState:
    return state_of(side.world)


@pytest.fixture
def client(side: Side) -> FlaskClient:
    """A client of all three blueprints; in the running sandbox they live on two hosts."""
    app = Flask("tests")
    app.testing = True
    for module in (admin_api, oauth, control):
        app.register_blueprint(module.blueprint(side))
    return app.test_client()


@pytest.fixture
def with_scopes(side: Side, client: FlaskClient) -> Callable[..., Api]:
    """Make an API client whose token has these scopes and lives for an hour."""

    def make(*scopes: str) -> Api:
        token = f"shpat_{len(side.rows('SELECT 1 FROM access_token')):032x}"
        ends = world_time(side.clock.now() + timedelta(hours=1))
        side.change(
            "INSERT INTO access_token (token, kind, client_id, scopes, expires_at) VALUES (?, 'offline', ?, ?, ?)",
            token,
            side.settings.client_id,
            ",".join(scopes),
            ends,
        )
        return Api(client, token)

    return make


@pytest.fixture
def api(with_scopes: Callable[..., Api]) -> Api:
    return with_scopes(*READS, *WRITES, "read_all_orders")


@pytest.fixture
def id_token(side: Side) -> Callable[..., str]:
    """Make session tokens of the merchant; keywords change what goes in."""

    def make(**changes: Any) -> str:
        told: dict[str, Any] = {
            "secret": side.settings.client_secret,
            "client_id": side.settings.client_id,
            "shop_domain": side.settings.shop_domain,
            "user_id": 71,
            "session_id": "s-1",
            "now": side.clock.now(),
        }
        return make_id_token(**(told | changes))

    return make


@pytest.fixture
def order_row(side: Side) -> Any:
    """An order with several lines, a customer and an address."""
    return side.one(
        """SELECT orders.* FROM orders WHERE customer_id IS NOT NULL AND shipping_address IS NOT NULL
           AND (SELECT count(*) FROM order_line WHERE order_id = orders.id) BETWEEN 4 AND 40 ORDER BY id LIMIT 1"""
    )
