"""Every call of AdminApi against answers that Shopify's schema allows, full and sparse."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import httpx
import pytest

from server.domain.plans import Interval, PlanPrice, SellingPlan
from server.ports import PlatformApi
from server.shopify.admin_api import (
    COLLECTIONS_PER_PAGE,
    ITEMS_PER_PAGE,
    PLAN_GROUPS_PER_PAGE,
    PRODUCTS_PER_PAGE,
    VARIANTS_PER_CALL,
    AdminApi,
)
from server.shopify.documents import document, names
from tests.sandbox.shopify.admin.cost import requested
from tests.sandbox.shopify.admin.documents import read
from tests.unit.shopify.forging import NOW, SHOP, StoppedClock
from tests.unit.shopify.schema_shop import schema, transport

CALLS: dict[str, Callable[[PlatformApi], object]] = {
    "shop": lambda api: api.shop(),
    "app_state": lambda api: api.app_state(),
    "products": lambda api: api.products(cursor=None),
    "products_count": lambda api: api.count_products(),
    "product": lambda api: api.product("11"),
    "collections": lambda api: api.collections(cursor=None),
    "collections_count": lambda api: api.count_collections(),
    "collection": lambda api: api.collection("4311"),
    "variants": lambda api: api.variants(("111",)),
    "variants_at_locations": lambda api: api.variants(("111",), at_locations=True),
    "variant_prices": lambda api: api.prices_in("DE", ("111",)),
    "locations": lambda api: api.locations(),
    "stock": lambda api: api.stock("211"),
    "orders": lambda api: api.orders(since=NOW, cursor="x"),
    "orders_updated": lambda api: api.orders_updated(since=NOW, cursor="x"),
    "orders_count": lambda api: api.count_orders(since=NOW),
    "order": lambda api: api.order("5001"),
    "customer": lambda api: api.customer("7001"),
    "customers": lambda api: api.customers(cursor=None),
    "stock_levels": lambda api: api.stock_levels(cursor=None),
    "variants_count": lambda api: api.count_variants(),
    "customers_count": lambda api: api.count_customers(),
    "plan_groups": lambda api: api.plan_groups(cursor=None),
    "plan_group": lambda api: api.plan_group("31"),
    "bulk_operation": lambda api: api.gathered("5104"),
}
# They run in bulk: test_on_the_sandbox.py.
GATHERED = {"bulk_run", "bulk_products", "bulk_collections", "bulk_orders", "bulk_customers", "bulk_stock"}
WRITES = {"discount_code", "order_tag"}  # answers nothing that is read: test_on_the_sandbox.py
WITH_ANOTHER = {"contact_data"}  # app_state goes on with it where the scopes allow: test_admin_api.py
# The same fragments, reached through the documents above.
FURTHER_PAGES = {
    "product_variants",
    "product_collections",
    "collection_products",
    "order_lines",
    "item_levels",
    "plan_group_plans",
    "plan_group_products",
    "plan_group_variants",
}
# Of all others as many as of products.
PAGES = {
    "collections": COLLECTIONS_PER_PAGE,
    "stock_levels": ITEMS_PER_PAGE,
    "plan_groups": PLAN_GROUPS_PER_PAGE,
}


def api(*, is_sparse: bool) -> PlatformApi:
    client = httpx.Client(transport=transport(is_sparse=is_sparse))
    return AdminApi(client=client, shop_domain=SHOP, access_token="shpat_x", clock=StoppedClock())


def test_every_document_is_called_here() -> None:
    assert CALLS.keys() | FURTHER_PAGES | GATHERED | WITH_ANOTHER | WRITES == set(names())


@pytest.mark.parametrize("name", sorted(CALLS))
@pytest.mark.parametrize("is_sparse", [False, True], ids=["full", "sparse"])
def test_what_the_schema_allows_can_be_read(name: str, is_sparse: bool) -> None:  # noqa: FBT001 - parametrized
    assert CALLS[name](api(is_sparse=is_sparse)) is not None or (name, is_sparse) == ("stock", True)


def test_full_answers_fill_our_words() -> None:
    full = api(is_sparse=False)
    (order,) = full.orders(since=NOW, cursor=None).items
    assert (order.total, order.refunded, order.outstanding, order.currency) == (1250, 1250, 1250, "GBP")
    assert (order.country_code, order.has_shipping_address, order.customer_id) == ("GB", True, "7")
    (line,) = order.lines
    assert (line.unit_price, line.quantity, line.total, line.tags) == (1250, 3, 2500, ("text",))
    (product,) = full.products(cursor=None).items
    (variant,) = product.variants
    assert (variant.price, variant.compare_at_price, variant.unit_cost, variant.available) == (1250, 1250, 1250, 3)
    assert (variant.image_url, variant.image_alt) == ("https://cdn.example.com/x", "text")
    assert full.variants(("111",)) == (variant,)
    (lying,) = full.variants(("111",), at_locations=True)
    assert lying.levels is not None
    assert replace(lying, levels=None) == variant
    assert [(level.location_id, level.is_active, level.is_online) for level in lying.levels] == [
        (place.location_id, place.is_active, place.is_online) for place in full.locations()
    ]
    (group,) = full.plan_groups(cursor=None).items
    daily = Interval("day", 3)
    assert group.plans == (SellingPlan("7", "text", daily, daily, (PlanPrice(0, "amount", Decimal(1250)),)),)
    assert (group.products, group.variants) == (frozenset("7"), frozenset("7"))
    customer = full.customer("7001")
    assert customer is not None
    assert (customer.orders_count, customer.spent, len(customer.consents)) == (4, 1250, 2)


def test_sparse_answers_leave_nothing_made_up() -> None:
    sparse = api(is_sparse=True)
    order = sparse.order("5001")
    assert order is not None
    assert (order.email, order.phone, order.customer_id, order.first_name, order.reference_id) == (None,) * 5
    assert (order.country_code, order.has_shipping_address, order.lines, order.attributes) == (None, False, (), ())
    customer = sparse.customer("7001")
    assert customer is not None
    assert (customer.email, customer.phone, customer.first_name, customer.consents) == (None, None, None, ())


@pytest.mark.parametrize("name", sorted({*names()} - GATHERED))
def test_no_document_costs_more_than_a_single_query_may(name: str) -> None:
    page = PAGES.get(name, PRODUCTS_PER_PAGE)
    many = ITEMS_PER_PAGE if name == "variants_at_locations" else VARIANTS_PER_CALL
    given = {"first": page, "query": "x", "id": "gid://shopify/Thing/1", "ids": ["gid://shopify/Thing/1"] * many}
    given |= {"code": {"title": "x"}, "country": "DE", "tags": ["x"]}
    assert requested(schema(), read(schema(), document(name), given, None)) <= 1000
