"""The documents that Afters really sends are answered here, and every field of them has a resolver."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.shopify.admin.state import ApiState
from tests.sandbox.shopify.selling_plans import create_group
from tests.unit.sandbox_admin.conftest import Api, Side

DOCUMENTS = Path(__file__).resolve().parents[3] / "server" / "shopify" / "graphql"
NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.graphql"))


def assembled(name: str) -> str:
    """Return a document with the fragments it needs, as the app puts them together."""
    text = (DOCUMENTS / f"{name}.graphql").read_text(encoding="utf-8")
    parts: dict[str, str] = {}
    waiting = re.findall(r"\.\.\.(\w+)", text)
    while waiting:
        fragment = waiting.pop()
        if fragment != "on" and fragment not in parts:
            parts[fragment] = (DOCUMENTS / "fragments" / f"{fragment}.graphql").read_text(encoding="utf-8")
            waiting += re.findall(r"\.\.\.(\w+)", parts[fragment])
    return "\n".join([text, *parts.values()])


def example(side: Side, name: str, variable: str) -> Any:
    """Return a value for a variable of a document, taken from the world."""
    if variable in {"first", "after", "query"}:
        return {"first": 25, "after": None, "query": "created_at:>=2020-01-01"}[variable]
    if variable == "tags":
        return ["offer accepted"]
    if variable == "country":
        return "DE"
    if variable == "code":
        gets = {"items": {"all": True}, "value": {"percentage": 0.1}}
        return {"title": "T", "code": "A", "startsAt": "2026-01-01T00:00:00Z", "context": {"all": "ALL"}} | {
            "customerGets": gets
        }
    table, kind = {
        **dict.fromkeys(PLANS, ("selling_plan_group", "SellingPlanGroup")),
        "product": ("product", "Product"),
        "product_variants": ("product", "Product"),
        "product_collections": ("product", "Product"),
        "collection": ("collection", "Collection"),
        "collection_products": ("collection", "Collection"),
        "order": ("orders", "Order"),
        "order_lines": ("orders", "Order"),
        "order_tag": ("orders", "Order"),
        "customer": ("customer", "Customer"),
        "variants": ("variant", "ProductVariant"),
        "variants_at_locations": ("variant", "ProductVariant"),
        "variant_prices": ("variant", "ProductVariant"),
        "stock": ("variant", "InventoryItem"),
        "item_levels": ("variant", "InventoryItem"),
    }[name]
    column = "inventory_item_id" if kind == "InventoryItem" else "id"
    rows = side.rows(f"SELECT {column} FROM {table} ORDER BY id LIMIT 3")
    gids = [f"gid://shopify/{kind}/{row[0]}" for row in rows]
    return gids if variable == "ids" else gids[0]


PLANS = ("plan_group", "plan_group_plans", "plan_group_products", "plan_group_variants")
SOON = {
    "name": "Prepaid",
    "interval": "MONTH",
    "count": 3,
    "delivery_interval": "WEEK",
    "pricing": [
        {"type": "PERCENTAGE", "value": 12.5},
        {"type": "PRICE", "value": 900, "after": 2},
    ],
}
BULK = [name for name in NAMES if name.startswith("bulk_") and name not in {"bulk_run", "bulk_operation"}]


@pytest.mark.parametrize("name", BULK)
def test_the_sandbox_gathers_it(api: Api, state: ApiState, name: str) -> None:
    query = assembled(name).replace("SEARCH", "created_at:>=2020-01-01")
    started = api.ask(assembled("bulk_run"), query=query)["bulkOperationRunQuery"]
    assert started["userErrors"] == []
    for operation in state.bulk.held.values():
        assert operation.thread is not None
        operation.thread.join()
    ended = api.ask(assembled("bulk_operation"), id=started["bulkOperation"]["id"])["bulkOperation"]
    assert (ended["status"], bool(ended["url"])) == ("COMPLETED", True)


@pytest.mark.parametrize("name", sorted(set(NAMES) - set(BULK) - {"bulk_run", "bulk_operation"}))
def test_the_sandbox_answers_it(api: Api, side: Side, name: str) -> None:
    text = assembled(name)
    goods = [row[0] for row in side.rows("SELECT id FROM product ORDER BY id LIMIT 2")]
    create_group(side.world, side.sender, name="Club", plans=[SOON], product_ids=goods)
    variables = {found: example(side, name, found) for found in re.findall(r"\$(\w+): ?\[?\w+", text)}
    data = api.ask(text, **variables)
    assert all(value is not None for value in data.values()), data


def test_there_are_documents() -> None:
    assert {"orders", "products", "order", "customer"} <= set(NAMES)
