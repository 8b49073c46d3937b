"""Makes what tests need: plausible objects, of which each test names only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from server.domain.document import RuleDocument
from server.domain.facts import Facts
from server.domain.orders import LineItem, Order, Purchase, PurchaseLine, VariantFacts
from server.domain.rules import parse
from server.domain.shopper import ShopperFacts
from server.domain.situation import Situation, Surface
from server.ports import AccessGrant, ConsentChange, CustomerSnapshot, ProductSnapshot, ShopFacts

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
SHOP = "gift-shop.myshopify.com"
OTHER_SHOP = "other-shop.myshopify.com"
REFERENCE = "0a" * 16
EMAIL = "jo@example.com"
PHONE = "+447700900123"


def variant(variant_id: str = "2", **changes: Any) -> VariantFacts:
    made = VariantFacts(
        variant_id=variant_id,
        product_id=f"p{variant_id}",
        title=f"Product {variant_id}",
        variant_title=None,
        price=1_000,
        available=50,
        is_sellable=True,
        handle=f"product-{variant_id}",
        image_url="https://cdn.example/picture.png",
    )
    return replace(made, **changes)


def product(*variants: VariantFacts, updated_at: datetime = NOW - timedelta(days=30)) -> ProductSnapshot:
    """Return the product whose variants these are."""
    first = variants[0]
    return ProductSnapshot(
        product_id=first.product_id,
        title=first.title,
        handle=first.handle or "",
        status="active",
        tags=tuple(sorted(first.tags)),
        product_type="",
        vendor="",
        updated_at=updated_at,
        variants=variants,
        inventory_item_ids={each.variant_id: f"i{each.variant_id}" for each in variants},
    )


def line(variant_id: str | None = "1", **changes: Any) -> LineItem:
    made = LineItem(
        line_id=f"l{variant_id}",
        variant_id=variant_id,
        product_id=f"p{variant_id}" if variant_id else None,
        title=f"Product {variant_id}",
        quantity=1,
        unit_price=1_000,
        total=1_000,
    )
    return replace(made, **changes)


def order(order_id: str = "500", **changes: Any) -> Order:
    """Return a paid order of one item, placed by a customer with e-mail and phone a minute ago."""
    made = Order(
        id=order_id,
        name=f"#{order_id}",
        reference_id=REFERENCE,
        customer_id="77",
        email=EMAIL,
        phone=PHONE,
        created_at=NOW - timedelta(minutes=1),
        updated_at=NOW - timedelta(minutes=1),
        currency="GBP",
        presentment_currency="GBP",
        total=1_000,
        current_total=1_000,
        lines=(line(),),
        financial_status="paid",
        gateways=("shopify_payments",),
        country_code="GB",
        locale="en-GB",
        first_name="Jo",
    )
    return replace(made, **changes)


def purchase(**changes: Any) -> Purchase:
    made = Purchase(
        reference_id=REFERENCE,
        currency="GBP",
        total=1_000,
        lines=(PurchaseLine("1", "p1", 1, 1_000),),
        presentment_currency="GBP",
        country_code="GB",
        customer_id="77",
    )
    return replace(made, **changes)


def situation(**changes: Any) -> Situation:
    goods = changes.pop("goods", {each: variant(each) for each in ("1", "2", "3", "4")})
    shopper = changes.pop("shopper", ShopperFacts(unit_id="customer:77"))
    facts = Facts(changes.pop("purchase", purchase()), shopper, goods)
    return replace(Situation(surface=Surface.ONE_CLICK, facts=facts, goods=goods), **changes)


def offer_json(*variants: str, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": "offer",
        "source": "fixed",
        "variants": list(variants or ("2", "3")),
        "discount": {"percent": 15, "title": "One more"},
    }
    return made | changes


def funnel_json(*variants: str, **changes: Any) -> dict[str, Any]:
    """Return a live funnel; `offer` is that of its only step."""
    steps = [{"id": "first", "offer": changes.pop("offer", None) or offer_json(*variants)}]
    return {"id": "funnel", "name": "Funnel", "is_live": True, "steps": steps} | changes


def journey_json(**changes: Any) -> dict[str, Any]:
    """Return a follow-up of a text after two minutes and an e-mail after four."""
    made: dict[str, Any] = {
        "id": "journey",
        "name": "Journey",
        "is_live": True,
        "steps": [
            {"id": "text", "channel": "sms", "delay_seconds": 120, "template": "offer"},
            {"id": "mail", "channel": "email", "delay_seconds": 240, "template": "offer"},
        ],
    }
    return made | changes


def rules_json(*funnels: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return rules with one live offer of variant 2, else 3, 15 percent off, and a live follow-up."""
    return {
        "schema": 1,
        "funnels": list(funnels or (funnel_json(),)),
        "journeys": [journey_json()],
        "holdout": {"percent": 0},
    } | changes


def document(*funnels: dict[str, Any], **changes: Any) -> RuleDocument:
    return parse(rules_json(*funnels, **changes))


def grant(*, until: datetime = NOW + timedelta(hours=1), token: str = "1") -> AccessGrant:
    return AccessGrant(
        access_token=f"shpat_{token}",
        expires_at=until,
        refresh_token=f"shprt_{token}",
        refresh_expires_at=NOW + timedelta(days=90),
        scopes=("read_orders", "read_products"),
    )


def shop_facts(**changes: Any) -> ShopFacts:
    made = ShopFacts(
        platform_id="1",
        domain=SHOP,
        name="Gift Shop",
        email="owner@example.com",
        currency="GBP",
        time_zone="Europe/London",
        country_code="GB",
    )
    return replace(made, **changes)


def consent(channel: str = "sms", state: str = "subscribed", **changes: Any) -> ConsentChange:
    made = ConsentChange(
        channel=channel,
        customer_id="77",
        address=PHONE if channel == "sms" else EMAIL,
        state=state,
        occurred_at=NOW - timedelta(days=1),
    )
    return replace(made, **changes)


def customer(**changes: Any) -> CustomerSnapshot:
    """Return a customer who agreed to marketing on both channels."""
    made = CustomerSnapshot(
        customer_id="77",
        first_name="Jo",
        email=EMAIL,
        phone=PHONE,
        locale="en-GB",
        orders_count=1,
        spent=1_000,
        tags=(),
        consents=(consent("sms"), consent("email")),
    )
    return replace(made, **changes)
