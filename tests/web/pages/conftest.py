from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.app import create_app
from server.ports import AppState, ShopFacts
from server.runtime import Runtime
from tests.conftest import StandingClock
from tests.databases import copied_sqlite
from tests.shopify_client import make_session_token
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, install


@pytest.fixture
def database_url(tmp_path: Path, sqlite_template: Path) -> str:
    """SQLite alone: what pages ask of a database is asked of PostgreSQL in test_on_postgresql.py."""
    return copied_sqlite(sqlite_template, tmp_path)


@dataclass
class Staff:
    """A member of staff of a shop with the app open in the admin."""

    client: FlaskClient
    clock: StandingClock
    shop: str = SHOP

    def token(self, **changed: Any) -> str:
        made = {"shop": self.shop, "client_id": CLIENT_ID, "secret": CLIENT_SECRET, "now": self.clock.now(), **changed}
        return make_session_token(**made)

    def open(self, path: str, **more: str) -> TestResponse:
        """Load a page as the admin does: the token stands in the address."""
        query = {"embedded": "1", "shop": self.shop, "host": "YWRtaW4", "id_token": self.token(), **more}
        return self.client.get(path, query_string=query, headers={"Accept": "text/html"})

    def fetch(self, path: str, **query: str) -> TestResponse:
        """Ask as a script of the page does."""
        return self.client.get(path, query_string=query, headers=self.headers())

    def send(self, path: str, fields: dict[str, Any] | None = None) -> TestResponse:
        return self.client.post(path, data=fields or {}, headers=self.headers())

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token()}", "Accept": "application/json"}


class AskedApi:
    """The platform's API as far as pages ask it; `failure` is raised instead of an answer."""

    def __init__(self) -> None:
        self.is_post_purchase_app = True
        self.failure: Exception | None = None

    def __call__(self, *, shop_domain: str, access_token: str, renew: object = None) -> "AskedApi":
        assert access_token.startswith("shpat_")
        assert shop_domain
        return self

    def app_state(self) -> AppState:
        if self.failure:
            raise self.failure
        return AppState(scopes=("read_orders",), is_post_purchase_app=self.is_post_purchase_app)

    def shop(self) -> ShopFacts:
        raise AssertionError("no page asks for the shop's facts")


@pytest.fixture
def api() -> AskedApi:
    return AskedApi()


@pytest.fixture
def woken() -> list[datetime]:
    """When the worker was woken."""
    return []


@pytest.fixture
def client(runtime: Runtime, api: AskedApi, clock: StandingClock, woken: list[datetime]) -> Iterator[FlaskClient]:
    asked = replace(runtime, apis=api, wake=lambda: woken.append(clock.now()))  # type: ignore[arg-type]  # partly made
    with create_app(asked).test_client() as opened:
        yield opened


@pytest.fixture
def shop_id(runtime: Runtime) -> int:
    return install(runtime)


@pytest.fixture
def staff(client: FlaskClient, clock: StandingClock, shop_id: int) -> Staff:
    assert shop_id
    return Staff(client, clock)
