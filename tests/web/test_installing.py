"""The code grant from the first click to the app in the admin, with the sandbox as Shopify."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.app import create_app
from server.config import REQUIRED_SCOPES
from server.core.clock import MovedClock
from server.outbound.http import make_client
from server.runtime import Runtime
from server.shopify.oauth import ShopifyAuth
from server.storage.shops import WANTED, Imports, ShopRow, Shops
from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import oauth
from tests.sandbox.shopify.subscriptions import Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

TOML = '[access_scopes]\nscopes = "read_orders"\n[auth]\nredirect_urls = ["https://afters.example/auth/callback"]\n'


@dataclass(frozen=True)
class Shopside:
    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender


@dataclass
class Merchant:
    """A browser that goes from the app to Shopify and back."""

    app: FlaskClient
    shopify: FlaskClient
    shop: str

    def begin(self) -> str:
        """Return the address of the grant screen."""
        answer = self.app.get("/auth/install", query_string={"shop": self.shop}, base_url="https://afters.example")
        assert answer.status_code == 302
        assert "HttpOnly" in answer.headers["Set-Cookie"]
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "SameSite=Lax" in answer.headers["Set-Cookie"]
        assert "Path=/auth/callback" in answer.headers["Set-Cookie"]
        return str(answer.location)

    def agree(self, screen: str) -> str:
        """Return the address that Shopify sends the browser back to."""
        parts = urlsplit(screen)
        assert parts.netloc == self.shop
        answer = self.shopify.get(f"{parts.path}?{parts.query}")
        assert answer.status_code == 302, answer.text
        return str(answer.location)

    def come_back(self, address: str) -> tuple[int, str]:
        parts = urlsplit(address)
        answer = self.app.get(f"{parts.path}?{parts.query}", base_url="https://afters.example")
        return answer.status_code, answer.headers.get("Location", answer.text)


@pytest.fixture
def merchant(runtime: Runtime, tmp_path: Path) -> Iterator[Merchant]:
    (tmp_path / "shopify.app.toml").write_text(TOML, encoding="utf-8")
    settings = SandboxSettings(
        var_dir=tmp_path, app_root=tmp_path,
        client_id=runtime.settings.client_id, client_secret=runtime.settings.client_secret,
    )  # fmt: skip
    clock = SandboxClock(settings.clock_path)
    world = World.small(settings.world_path, clock, orders=60, settings=settings)
    sender = WebhookSender(world, settings, subscriptions=Subscriptions("2026-10", ()))
    shopify = Flask("shopify")
    shopify.register_blueprint(oauth.blueprint(Shopside(settings, clock, world, sender)))
    with make_client(
        user_agent="Afters/test", sandbox_url=settings.origin, transport=httpx.WSGITransport(shopify.wsgi_app)
    ) as client:
        ours = MovedClock(settings.clock_path)
        auth = ShopifyAuth(
            client=client, client_id=settings.client_id, client_secret=settings.client_secret, clock=ours
        )
        app = create_app(replace(runtime, auth=auth, clock=ours))
        yield Merchant(app.test_client(), shopify.test_client(), settings.shop_domain)


def shops(runtime: Runtime) -> list[ShopRow]:
    with runtime.database.read() as session:
        return list(session.scalars(select(ShopRow)))


def test_a_shop_is_installed_by_its_merchants_yes(merchant: Merchant, runtime: Runtime) -> None:
    screen = merchant.begin()
    assert parse_qs(urlsplit(screen).query)["scope"] == [",".join(REQUIRED_SCOPES)]
    status, where = merchant.come_back(merchant.agree(screen))
    handle = merchant.shop.partition(".")[0]
    assert (status, where) == (302, f"https://admin.shopify.com/store/{handle}/apps/{runtime.settings.client_id}")
    (row,) = shops(runtime)
    assert (row.domain, set(row.scopes)) == (merchant.shop, set(REQUIRED_SCOPES))
    with runtime.database.read() as session:
        grant = Shops(session, runtime.box).grant_of(row)
        assert grant is not None
        assert grant.refresh_token.startswith("shprt_")
        assert {each.state for each in Imports(session, row.id).all()} == {WANTED}


def test_a_grant_that_ended_is_renewed_in_the_same_way(merchant: Merchant, runtime: Runtime) -> None:
    merchant.come_back(merchant.agree(merchant.begin()))
    with runtime.database.write() as session:
        session.scalars(select(ShopRow)).one().needs_reopen = True
    assert merchant.come_back(merchant.agree(merchant.begin()))[0] == 302
    (row,) = shops(runtime)
    assert not row.needs_reopen


def test_an_answer_counts_once_and_in_the_browser_that_asked(merchant: Merchant, runtime: Runtime) -> None:
    address = merchant.agree(merchant.begin())
    other = replace(merchant, app=merchant.app.application.test_client())
    assert other.come_back(address)[0] == 400
    assert shops(runtime) == []
    assert merchant.come_back(address)[0] == 302
    assert merchant.come_back(address)[0] == 400, "the cookie went with its first use"


@pytest.mark.parametrize("change", [("shop=gift", "shop=other"), ("code=", "code=x"), ("hmac=", "hmac=0")])
def test_a_forged_answer_changes_nothing(merchant: Merchant, runtime: Runtime, change: tuple[str, str]) -> None:
    address = merchant.agree(merchant.begin())
    assert change[0] in address
    assert merchant.come_back(address.replace(*change))[0] == 400
    assert shops(runtime) == []


def test_a_code_that_shopify_does_not_take_is_said_so(merchant: Merchant, runtime: Runtime) -> None:
    first = merchant.agree(merchant.begin())
    merchant.come_back(first)
    screen = merchant.begin()
    again = merchant.agree(screen)
    code = parse_qs(urlsplit(again).query)["code"][0]
    merchant.shopify.post("/admin/oauth/access_token", json={
        "client_id": runtime.settings.client_id, "client_secret": runtime.settings.client_secret,
        "code": code, "expiring": 1,
    })  # fmt: skip
    status, said = merchant.come_back(again)
    assert (status, "Begin anew" in said) == (401, True)


@pytest.mark.parametrize("shop", ["", "evil.example", "gift-shop.myshopify.com.evil.example"])
def test_nobody_is_sent_to_another_host(client: FlaskClient, shop: str) -> None:
    answer = client.get("/auth/install", query_string={"shop": shop})
    assert (answer.status_code, answer.headers.get("Location")) == (400, None)
