"""The admin's pages over a small shop, with an app of its own on disk."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.sandbox.app import build_host
from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import oauth
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

TOPICS = (
    "app/scopes_update", "app/uninstalled", "customers_email_marketing_consent/update",
    "customers_marketing_consent/update", "inventory_levels/update", "orders/cancelled", "orders/paid",
    "orders/updated", "products/delete", "products/update", "refunds/create",
)  # fmt: skip
APP_TOML = f"""
name = "Afters"
handle = "afters"
extension_directories = ["extension/*"]
[access_scopes]
scopes = "read_products,read_orders"
optional_scopes = ["write_customers", "read_markets"]
[webhooks]
api_version = "2026-10"
[[webhooks.subscriptions]]
topics = {json.dumps(TOPICS)}
uri = "/webhooks/shopify"
"""
POST_PURCHASE_TOML = 'type = "checkout_post_purchase"\nname = "Offer"\nhandle = "offer"\n'
BLOCKS_TOML = """
api_version = "2026-07"
[[extensions]]
type = "ui_extension"
handle = "thank-you-block"
[[extensions.targeting]]
target = "purchase.thank-you.block.render"
module = "./src/ThankYou.jsx"
[[extensions.targeting]]
target = "customer-account.order-status.block.render"
module = "./src/OrderStatus.jsx"
[[extensions]]
type = "flow_action"
handle = "suppress"
"""


@dataclass(frozen=True)
class Shell:
    """What the pages stand on; it is the sandbox they are given."""

    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender

    def one(self, statement: str, *parameters: Any) -> Any:
        with self.world.read() as connection:
            return connection.execute(statement, parameters).fetchone()

    def change(self, statement: str, *parameters: Any) -> None:
        with self.world.write() as connection:
            connection.execute(statement, parameters)

    def told(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(row["body"]) for row in self.sender.deliveries(topic)]

    def install(self) -> None:
        scopes = oauth.declared_scopes(self.settings.app_root)
        oauth.install(self.world, self.settings.client_id, scopes, self.settings.app_origin)


class Browser:
    """A client that names the admin's own origin, as a browser on it would."""

    def __init__(self, client: FlaskClient, origin: str) -> None:
        self.client = client
        self.origin = origin

    def get(self, path: str, /, **query: str) -> TestResponse:
        return self.client.get(path + (f"?{urlencode(query)}" if query else ""), base_url=self.origin)

    def page(self, path: str, /, **query: str) -> str:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    def post(self, path: str, /, **fields: str | list[str]) -> TestResponse:
        return self.client.post(path, data=fields, base_url=self.origin)

    def post_json(self, path: str, body: Any) -> TestResponse:
        return self.client.post(path, json=body, base_url=self.origin)


@pytest.fixture
def app_root(tmp_path: Path) -> Path:
    root = tmp_path / "app"
    for folder, document in (("post-purchase", POST_PURCHASE_TOML), ("thank-you", BLOCKS_TOML)):
        (root / "extension" / folder).mkdir(parents=True)
        (root / "extension" / folder / "shopify.extension.toml").write_text(document, encoding="utf-8")
    (root / "shopify.app.toml").write_text(APP_TOML, encoding="utf-8")
    return root


@pytest.fixture
def shell(tmp_path: Path, app_root: Path) -> Shell:
    settings = SandboxSettings(var_dir=tmp_path, app_root=app_root, standins_only=True)
    clock = SandboxClock(settings.clock_path)
    world = World.small(settings.world_path, clock, orders=60, settings=settings)
    return Shell(settings, clock, world, WebhookSender(world, settings))


@pytest.fixture
def host(shell: Shell) -> Flask:
    modules = ("tests.sandbox.browser.admin_shell", "tests.sandbox.browser.cdn")
    app = build_host("people", shell, modules)  # type: ignore[arg-type]  # a Shell is what these modules touch
    app.testing = True
    return app


@pytest.fixture
def browser(host: Flask, shell: Shell) -> Browser:
    return Browser(host.test_client(), shell.settings.origin)
