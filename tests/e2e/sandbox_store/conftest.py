"""A small shop served on loopback, with a signer that stands where an app's server would, and a browser."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Blueprint, Flask, Response, jsonify, request
from playwright.sync_api import Browser, Page, sync_playwright

from tests.sandbox.browser import cdn, checkout, storefront
from tests.sandbox.clock import SandboxClock
from tests.sandbox.deploy import read_texts
from tests.sandbox.host import HttpHost
from tests.sandbox.listening import free_ports
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.pictures import PICTURE_PATH
from tests.sandbox.shopify.placed_blocks import PAGES, place_blocks
from tests.sandbox.shopify.signing import make_jwt
from tests.sandbox.shopify.subscriptions import Subscription, Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

EXTENSIONS = Path(__file__).with_name("extensions")
BROWSER_FOLDER = Path(__file__).parents[2] / "sandbox" / "browser"
SIZES = {"wide": (1280, 900), "narrow": (390, 844)}


@dataclass(frozen=True)
class Store:
    """A served shop. `settings`, `clock`, `world` and `sender` are what the pages use."""

    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender
    variants: list[int]
    product_of: dict[int, int]

    def install(self, bundle: str, **values: object) -> None:
        """Put a bundle in place of the app's, with `$NAME` replaced by the values and by the shop's own."""
        known = {
            "ORIGIN": self.settings.origin,
            "VARIANT": self.variants[1],
            "PRODUCT": self.product_of[self.variants[1]],
            **values,
        }
        for name, value in known.items():
            bundle = bundle.replace(f"${name}", str(value))
        path = self.settings.bundle_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(bundle, encoding="utf-8")

    def install_built(self, kind: str, source: str) -> None:
        """Build a source of `extensions/` as the platform's command line does and put it in place of the app's.

        `kind` is `block` or `post_purchase`; a block is placed on both of its pages.
        """
        built = self.settings.var_dir / "built" / f"{source}.js"
        if not built.exists():
            subprocess.run(
                ["node", "host/build_extension.mjs", kind, str(EXTENSIONS / source), str(built)],
                cwd=BROWSER_FOLDER,
                env={**os.environ, "ORIGIN": self.settings.origin},
                check=True,
            )
        out = self.settings.block_path if kind == "block" else self.settings.bundle_path
        out.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(built, out)
        if kind == "block":
            self.settings.block_texts_path.write_text(json.dumps(read_texts(EXTENSIONS / "locales")), encoding="utf-8")
            place_blocks(self.world, PAGES)

    def one(self, query: str, *values: object) -> Any:
        with self.world.read() as connection:
            return connection.execute(query, values).fetchone()[0]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("store")
    settings = SandboxSettings(var_dir=folder / "var", app_root=folder, port=free_ports("127.0.0.1", 1)[0])
    clock = SandboxClock(settings.clock_path)
    world = World.small(settings.world_path, clock, orders=60)
    with world.write() as connection:
        connection.execute("UPDATE shop SET post_purchase_app = ?", (settings.client_id,))
        connection.execute(
            "INSERT INTO installation VALUES (?, 'http://127.0.0.1', 'read_orders', ?, NULL)",
            (settings.client_id, world.now_text()),
        )
        connection.execute("UPDATE inventory_level SET available = 500 WHERE available > 20")
        rows = connection.execute(
            "SELECT v.id, v.product_id FROM variant v JOIN product p ON p.id = v.product_id"
            " JOIN inventory_level l USING (inventory_item_id)"
            " WHERE p.status = 'ACTIVE' AND l.available = 500 AND v.price BETWEEN 300 AND 900 ORDER BY v.id LIMIT 3"
        ).fetchall()
    sender = WebhookSender(world, settings, subscriptions=_subscriptions())
    store = Store(settings, clock, world, sender, [row[0] for row in rows], {row[0]: row[1] for row in rows})
    app = Flask("store")
    for blueprint in (storefront.blueprint(store), checkout.blueprint(store), cdn.blueprint(store), _signer(store)):
        app.register_blueprint(blueprint)
    host = HttpHost(app, host=settings.host, port=settings.port)
    host.start()
    yield store
    host.stop()


def _subscriptions() -> Subscriptions:
    topics = ("orders/create", "orders/paid", "orders/edited")
    return Subscriptions("2026-10", tuple(Subscription(topic, "/webhooks/shopify") for topic in topics))


def _signer(store: Store) -> Blueprint:
    pages = Blueprint("signer", __name__)

    @pages.post("/test/sign")
    def sign() -> Response:
        body = request.get_json()
        now = int(store.clock.now().timestamp())
        claims = {
            "iss": store.settings.client_id,
            "jti": uuid4().hex,
            "iat": now,
            "exp": now + 600,
            "sub": body["reference"],
            "changes": body["changes"],
        }
        return jsonify(token=make_jwt(store.settings.client_secret, claims))

    @pages.post("/test/find")
    def find() -> Response:
        variant = store.variants[1]
        product = store.product_of[variant]
        title = store.one("SELECT title FROM product WHERE id = ?", product)
        picture = f"{store.settings.origin}{PICTURE_PATH.format(product_id=product)}"
        return jsonify(variantId=variant, title=title, picture=picture)

    @pages.post("/test/echo")
    def echo() -> Response:
        return jsonify(said="heard")

    return pages


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    built = BROWSER_FOLDER / "dist" / "worker.js"
    assert built.is_file(), "run `npm ci && npm run build` in tests/sandbox/browser"
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    assert executable, "Chromium is not installed"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, store: Store) -> Iterator[Page]:
    """A fresh tab at 1280 px whose addresses are the shop's."""
    width, height = SIZES["wide"]
    context = browser.new_context(base_url=store.settings.origin, viewport={"width": width, "height": height})
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def at_checkout(store: Store, page: Page) -> Callable[..., str]:
    """Open a filled-in checkout in the tab; return its token."""

    def go(cart: str = "", buyer: str = "new") -> str:
        page.goto(f"/store/cart/{cart or f'{store.variants[0]}:1'}")
        token = page.url.rpartition("/")[2]
        page.goto(f"/checkout/{token}?buyer={buyer}")
        page.wait_for_selector("html[data-should-render]")
        return token

    return go


@pytest.fixture
def bought(store: Store, page: Page, at_checkout: Callable[..., str]) -> Callable[..., str]:
    """Buy by a wallet, so that the thank-you page comes next; return the checkout's token."""

    def go(cart: str = "", **fields: str) -> str:
        token = at_checkout(cart)
        page.get_by_role("radio", name="PayPal").check()
        for label, value in fields.items():
            page.get_by_label(label.replace("_", " ").capitalize(), exact=True).select_option(value)
        page.get_by_role("button", name="Pay").click()
        page.wait_for_url("**/thank-you")
        return token

    return go


@pytest.fixture
def check_page(page: Page) -> Callable[[], None]:
    """Check the tab's page at both widths: nothing sticks out, and axe-core finds nothing serious."""
    axe = (BROWSER_FOLDER / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def check() -> None:
        page.evaluate(axe)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            result = page.evaluate("axe.run(document)")
            grave = [
                (fault["id"], [node["target"] for node in fault["nodes"]])
                for fault in result["violations"]
                if fault["impact"] in {"serious", "critical"}
            ]
            assert grave == []

    return check
