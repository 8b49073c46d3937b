"""A shop with goods, rules and connections, put straight into a database for tests of the web edge."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from server.config import Settings
from server.domain.orders import VariantFacts
from server.ports import AccessGrant, ProductSnapshot
from server.runtime import Runtime
from server.storage.catalog import Catalog
from server.storage.rules import Rules
from server.storage.shops import Connections, Shops
from tests.databases import inbox_of

SHOP = "gift-shop.myshopify.com"
CLIENT_ID = "0123456789abcdef0123456789abcdef"
CLIENT_SECRET = "shpss_" + "5a" * 16
TWILIO = {
    "account_sid": "AC" + "1" * 32,
    "auth_token": "2" * 32,
    "messaging_service_sid": "",
    "from_number": "+447700900001",
}


def settings_for(database_url: str) -> Settings:
    return Settings(
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
        old_client_secret="shpss_" + "6b" * 16,
        secret_key="7c" * 32,
        old_secret_key=None,
        public_url="https://afters.example",
        database_url=database_url,
        inbox_url=inbox_of(database_url),
        dbos_url="sqlite:///unused.sqlite3",
        worker_id="worker-1",
        sandbox_url=None,
        sandbox_clock=None,
        is_json_log=True,
    )


def grant_until(moment: datetime) -> AccessGrant:
    return AccessGrant("shpat_" + "0" * 32, moment, "shprt_" + "0" * 32, moment + timedelta(days=90), ("read_orders",))


def variant(number: int, *, available: int | None = 50, price: int = 1_000) -> VariantFacts:
    return VariantFacts(
        variant_id=str(number),
        product_id=str(number + 1_000),
        title=f"Product {number}",
        variant_title=None,
        price=price,
        available=available,
        is_sellable=True,
        image_url="https://cdn.example/picture.png",
    )


def product(facts: VariantFacts, *, at: datetime = datetime(2026, 11, 1, tzinfo=UTC)) -> ProductSnapshot:
    return ProductSnapshot(
        product_id=facts.product_id,
        title=facts.title,
        handle=f"product-{facts.variant_id}",
        status="ACTIVE",
        tags=(),
        product_type="",
        vendor="",
        updated_at=at,
        variants=(facts,),
        inventory_item_ids={facts.variant_id: f"9{facts.variant_id}"},
    )


def fixed_rules(*variant_ids: str, **more: Any) -> dict[str, Any]:
    """Return rules with one live funnel that offers the first of `variant_ids` that can be had, 15 percent off."""
    offer = {
        "id": "fixed-15",
        "source": "fixed",
        "variants": list(variant_ids),
        "discount": {"percent": 15, "title": "One more"},
    }
    return {
        "schema": 1,
        "funnels": [{"id": "fixed", "name": "Fixed", "is_live": True, "steps": [{"id": "first", "offer": offer}]}],
        **more,
    }


def install(runtime: Runtime, *, domain: str = SHOP, rules: dict[str, Any] | None = None) -> int:
    """Install a shop with three products, publish rules, connect Twilio; return the shop's id."""
    now = runtime.clock.now()
    with runtime.database.write() as session:
        shop, _ = Shops(session, runtime.box).install(domain, grant=grant_until(now + timedelta(hours=1)), now=now)
        shop.name, shop.currency, shop.time_zone = "Gift Shop", "GBP", "Europe/London"
        catalog = Catalog(session, shop.id)
        for facts in (variant(1), variant(2), replace(variant(3), available=12)):
            catalog.save(product(facts))
        store = Rules(session, shop.id)
        store.save_draft(rules or fixed_rules("2", "3"), revision=0, now=now)
        store.publish(by=None, now=now)
        Connections(session, shop.id, runtime.box).save("twilio", TWILIO, now=now)
        return shop.id
