"""Shopify's Admin API for one shop; implements `server.ports.PlatformApi`."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import httpx

from server.config import API_VERSION
from server.core.clock import Clock
from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.orders import Order, VariantFacts
from server.domain.plans import PlanGroup
from server.ports import (
    CONTACT_DATA,
    AppState,
    BulkItem,
    BulkResult,
    BulkState,
    CollectionSnapshot,
    CustomerSnapshot,
    ItemStock,
    Location,
    Page,
    ProductSnapshot,
    ShopFacts,
    StockLevel,
    TemporaryFailure,
)
from server.shopify.answers import AnyNode, AppInstallation, Count, CustomerNode, Listing, ShopAnswer
from server.shopify.bulk import Grouped, OperationAnswer, StartAnswer, read_grouped, read_shape
from server.shopify.discount_codes import TAKEN, code_input
from server.shopify.documents import document
from server.shopify.graphql_client import AccessDenied, GraphqlClient, QueryTooCostly, UserErrors
from server.shopify.ids import gid
from server.shopify.market_prices import prices_in
from server.shopify.order_answers import LineFields, OrderFields, OrderNode, order_of
from server.shopify.plan_answers import PlanGroupNode, PlanNode
from server.shopify.product_answers import (
    CollectionFields,
    CollectionNode,
    InventoryItem,
    ItemFields,
    ItemNode,
    LevelFields,
    LocationNode,
    LyingNodes,
    LyingVariantNode,
    Nodes,
    ProductFields,
    ProductNode,
    SortedProductNode,
    VariantFields,
    VariantNode,
    product_snapshot,
)
from server.shopify.reading import Shape, at_or_after, currency_in, part, read, read_or_none, whole

PRODUCTS_PER_PAGE = 250
ORDERS_PER_PAGE = 250
CUSTOMERS_PER_PAGE = 250
LOCATIONS_PER_PAGE = 100
ITEMS_PER_PAGE = 25  # with up to 20 locations each
COLLECTIONS_PER_PAGE = 50  # with up to 250 products each
PLAN_GROUPS_PER_PAGE = 5  # with all their plans and up to 200 goods each
SMALLEST_PAGE = 5
VARIANTS_PER_CALL = 100
CUSTOMER_SCOPES = frozenset({"read_customers", "write_customers"})
_CONTACT_FIELDS = tuple(
    f"customers.nodes.{name}" for name in ("firstName", "defaultEmailAddress", "defaultPhoneNumber")
)


class AdminApi:
    """One shop's catalogue, orders, customers and installation.

    `functools.partial` over client and clock makes a `server.ports.PlatformApis` of it. `sleep` waits out throttling,
    at most 20 seconds a time.
    """

    def __init__(
        self,
        *,
        client: httpx.Client,
        shop_domain: str,
        access_token: str,
        clock: Clock,
        sleep: Callable[[float], None] = time.sleep,
        renew: Callable[[], str] | None = None,
        version: str = API_VERSION,
    ) -> None:
        self._client = client
        self._clock = clock
        self._graphql = GraphqlClient(
            client=client,
            shop_domain=shop_domain,
            access_token=access_token,
            version=version,
            clock=clock,
            sleep=sleep,
            renew=renew,
        )
        self._page_sizes = {
            "products": PRODUCTS_PER_PAGE, "orders": ORDERS_PER_PAGE, "orders_updated": ORDERS_PER_PAGE,
            "customers": CUSTOMERS_PER_PAGE, "stock_levels": ITEMS_PER_PAGE, "collections": COLLECTIONS_PER_PAGE,
            "locations": LOCATIONS_PER_PAGE, "plan_groups": PLAN_GROUPS_PER_PAGE,
        }  # fmt: skip

    def shop(self) -> ShopFacts:
        return read(ShopAnswer, self._answer("shop", "shop")).facts()

    def app_state(self) -> AppState:
        state = read(AppInstallation, self._answer("app_state", "currentAppInstallation")).state()
        return replace(state, withheld=self._withheld(state.scopes))

    def _withheld(self, scopes: Sequence[str]) -> tuple[str, ...] | None:
        """Ask for one customer, to see what Shopify shows of people: no field of the schema tells it."""
        if not CUSTOMER_SCOPES & set(scopes):
            return None
        try:
            found = read(Listing[AnyNode], self._answer("contact_data", "customers"))
        except AccessDenied:
            return CONTACT_DATA  # not even approved for level 1
        if not found.nodes:
            return None
        return tuple(
            name for name, field in zip(CONTACT_DATA, _CONTACT_FIELDS, strict=True) if field in self._graphql.withheld
        )

    def products(self, *, cursor: str | None) -> Page[ProductSnapshot]:
        """Return the next products, each with all of its variants, in the order of their ids."""
        data = self._page("products", {"after": cursor})
        currency = currency_in(data)
        listing = read(Listing[ProductNode], part(data, "products"))
        items = tuple(self._snapshot(node, currency) for node in listing.nodes)
        return Page(items=items, cursor=listing.page_info.next_cursor)

    def count_products(self) -> int:
        return read(Count, self._answer("products_count", "productsCount")).count

    def product(self, product_id: str) -> ProductSnapshot | None:
        data = self._graphql.run("product", {"id": gid("Product", product_id)})
        node = read_or_none(SortedProductNode, part(data, "product"))
        if node is None:
            return None
        found = whole(node.collections, self._more(AnyNode, "product_collections", "Product", node.id, "collections"))
        return replace(self._snapshot(node, currency_in(data)), collection_ids=tuple(each.id for each in found))

    def collections(self, *, cursor: str | None) -> Page[CollectionSnapshot]:
        """Return the next collections, each with all of its products, in the order of their ids."""
        listing = read(Listing[CollectionNode], part(self._page("collections", {"after": cursor}), "collections"))
        return Page(items=tuple(map(self._collection, listing.nodes)), cursor=listing.page_info.next_cursor)

    def count_collections(self) -> int:
        return read(Count, self._answer("collections_count", "collectionsCount")).count

    def collection(self, collection_id: str) -> CollectionSnapshot | None:
        answered = self._answer("collection", "collection", id=gid("Collection", collection_id))
        node = read_or_none(CollectionNode, answered)
        return self._collection(node) if node else None

    def plan_groups(self, *, cursor: str | None) -> Page[PlanGroup]:
        """Return the next groups of selling plans, each with all goods that are sold by it."""
        data = self._page("plan_groups", {"after": cursor})
        currency = currency_in(data)
        listing = read(Listing[PlanGroupNode], part(data, "sellingPlanGroups"))
        return Page(tuple(self._plan_group(node, currency) for node in listing.nodes), listing.page_info.next_cursor)

    def plan_group(self, group_id: str) -> PlanGroup | None:
        data = self._graphql.run("plan_group", {"id": gid("SellingPlanGroup", group_id)})
        node = read_or_none(PlanGroupNode, part(data, "sellingPlanGroup"))
        return self._plan_group(node, currency_in(data)) if node else None

    def variants(self, variant_ids: tuple[str, ...], *, at_locations: bool = False) -> tuple[VariantFacts, ...]:
        """Return live facts of those variants that still exist, in the order asked for."""
        if at_locations:
            return self._variants_at_locations(variant_ids)
        found: list[VariantFacts] = []
        for start in range(0, len(variant_ids), VARIANTS_PER_CALL):
            some = variant_ids[start : start + VARIANTS_PER_CALL]
            data = self._graphql.run("variants", {"ids": [gid("ProductVariant", number) for number in some]})
            currency = currency_in(data)
            nodes = read(Nodes, data).nodes
            found += [node.facts(node.product, currency) for node in nodes if isinstance(node, VariantNode)]
        return tuple(found)

    def prices_in(self, country_code: str, variant_ids: tuple[str, ...]) -> Mapping[str, Money]:
        ids = [gid("ProductVariant", each) for each in variant_ids]
        return prices_in(self._graphql.run("variant_prices", {"ids": ids, "country": country_code}))

    def _variants_at_locations(self, variant_ids: tuple[str, ...]) -> tuple[VariantFacts, ...]:
        found: list[VariantFacts] = []
        for start in range(0, len(variant_ids), ITEMS_PER_PAGE):
            some = variant_ids[start : start + ITEMS_PER_PAGE]
            data = self._graphql.run("variants_at_locations", {"ids": [gid("ProductVariant", each) for each in some]})
            currency = currency_in(data)
            for node in read(LyingNodes, data).nodes:
                if isinstance(node, LyingVariantNode):
                    levels = self._item(node.inventory_item).levels
                    found.append(replace(node.facts(node.product, currency), levels=levels))
        return tuple(found)

    def locations(self) -> tuple[Location, ...]:
        """Return every location of the shop, deactivated ones and those of fulfilment services too."""
        found: list[Location] = []
        cursor: str | None = None
        while True:
            listing = read(Listing[LocationNode], part(self._page("locations", {"after": cursor}), "locations"))
            found += [node.location() for node in listing.nodes]
            following = listing.page_info.next_cursor
            if following is None:
                return tuple(found)
            if following == cursor:
                raise TemporaryFailure("Shopify's pages go round in a circle.")
            cursor = following

    def stock(self, inventory_item_id: str) -> StockLevel | None:
        """Return the stock of the variant an inventory item belongs to, summed over locations by Shopify."""
        item = read_or_none(
            InventoryItem, self._answer("stock", "inventoryItem", id=gid("InventoryItem", inventory_item_id))
        )
        if item is None or item.variants is None or not item.variants.nodes:
            return None
        variant = item.variants.nodes[0]
        available = (variant.inventory_quantity or 0) if item.tracked else None
        return StockLevel(variant_id=variant.id, available=available, item=self._item(item))

    def stock_levels(self, *, cursor: str | None) -> Page[ItemStock]:
        """Return where the next items lie, in the order of their ids, each with all of its locations."""
        listing = read(Listing[ItemNode], part(self._page("stock_levels", {"after": cursor}), "inventoryItems"))
        return Page(items=tuple(self._item(node) for node in listing.nodes), cursor=listing.page_info.next_cursor)

    def count_variants(self) -> int:
        return read(Count, self._answer("variants_count", "productVariantsCount")).count

    def orders(self, *, since: datetime | None, cursor: str | None) -> Page[Order]:
        """Return the next orders created at or after `since`, oldest first, each with all of its lines."""
        data = self._page("orders", {"after": cursor, "query": at_or_after("created_at", since)})
        listing = read(Listing[OrderNode], part(data, "orders"))
        return Page(items=tuple(self._order(node) for node in listing.nodes), cursor=listing.page_info.next_cursor)

    def orders_updated(self, *, since: datetime, cursor: str | None) -> Page[Order]:
        """Return the next orders that changed at or after `since`, by the time of their change, with all lines."""
        data = self._page("orders_updated", {"after": cursor, "query": at_or_after("updated_at", since)})
        listing = read(Listing[OrderNode], part(data, "orders"))
        return Page(items=tuple(self._order(node) for node in listing.nodes), cursor=listing.page_info.next_cursor)

    def count_orders(self, *, since: datetime | None) -> int:
        return read(Count, self._answer("orders_count", "ordersCount", query=at_or_after("created_at", since))).count

    def order(self, order_id: str) -> Order | None:
        node = read_or_none(OrderNode, self._answer("order", "order", id=gid("Order", order_id)))
        return self._order(node) if node else None

    def customer(self, customer_id: str) -> CustomerSnapshot | None:
        node = read_or_none(CustomerNode, self._answer("customer", "customer", id=gid("Customer", customer_id)))
        return node.snapshot() if node else None

    def tag_order(self, order_id: str, tag: str) -> None:
        self._graphql.run("order_tag", {"id": gid("Order", order_id), "tags": [tag]})

    def make_code(self, code: NewCode) -> None:
        try:
            self._graphql.run("discount_code", {"code": code_input(code, now=self._clock.now())})
        except UserErrors as refusal:
            # Nobody else draws the same text: it was made by an attempt whose answer never came.
            if refusal.data.get("reason") != TAKEN:
                raise

    def customers(self, *, cursor: str | None) -> Page[CustomerSnapshot]:
        listing = read(Listing[CustomerNode], part(self._page("customers", {"after": cursor}), "customers"))
        return Page(items=tuple(node.snapshot() for node in listing.nodes), cursor=listing.page_info.next_cursor)

    def count_customers(self) -> int:
        return read(Count, self._answer("customers_count", "customersCount")).count

    def gather(self, kind: str, *, since: datetime | None) -> str:
        """Start a bulk operation over everything of a kind; it takes no variables, so the search is written into it."""
        search = json.dumps(at_or_after("created_at", since))
        query = document(f"bulk_{kind}").replace('"SEARCH"', search)
        return read(StartAnswer, self._answer("bulk_run", "bulkOperationRunQuery", query=query)).operation_id()

    def gathered(self, operation_id: str) -> BulkResult:
        answered = self._answer("bulk_operation", "bulkOperation", id=gid("BulkOperation", operation_id))
        found = read_or_none(OperationAnswer, answered)
        return found.result() if found else BulkResult(BulkState.FAILED, 0, error="unknown")

    def gathered_products(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ProductSnapshot]]:
        currency = self.shop().currency
        for each in self._grouped(result, offset):
            variants = [read_shape(VariantFields, child) for child in each.children]
            snapshot = product_snapshot(read_shape(ProductFields, each.node), variants, currency)
            yield BulkItem(snapshot, each.end)

    def gathered_collections(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CollectionSnapshot]]:
        for each in self._grouped(result, offset):
            products = [read_shape(AnyNode, child) for child in each.children]
            yield BulkItem(read_shape(CollectionFields, each.node).snapshot(products), each.end)

    def gathered_orders(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[Order]]:
        for each in self._grouped(result, offset):
            lines = [read_shape(LineFields, child) for child in each.children]
            yield BulkItem(order_of(read_shape(OrderFields, each.node), lines), each.end)

    def gathered_customers(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CustomerSnapshot]]:
        for each in self._grouped(result, offset):
            yield BulkItem(read_shape(CustomerNode, each.node).snapshot(), each.end)

    def gathered_stock(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ItemStock]]:
        for each in self._grouped(result, offset):
            levels = [read_shape(LevelFields, child) for child in each.children]
            yield BulkItem(read_shape(ItemFields, each.node).stock(levels), each.end)

    def _grouped(self, result: BulkResult, offset: int) -> Iterator[Grouped]:
        if result.url is None:
            return iter(())
        return read_grouped(self._client, result.url, size=result.size, offset=offset)

    def _answer(self, name: str, field: str, **variables: object) -> object:
        return part(self._graphql.run(name, variables), field)

    def _page(self, name: str, variables: Mapping[str, object]) -> dict[str, Any]:
        # Shopify does not publish how it counts a query's cost: should a page cost too much, a smaller one is asked.
        while True:
            size = self._page_sizes[name]
            try:
                return self._graphql.run(name, {"first": size, **variables})
            except QueryTooCostly:
                if size <= SMALLEST_PAGE:
                    raise
                self._page_sizes[name] = max(SMALLEST_PAGE, size // 2)

    def _snapshot(self, node: ProductNode, currency: str) -> ProductSnapshot:
        more = self._more(VariantFields, "product_variants", "Product", node.id, "variants")
        snapshot = product_snapshot(node, whole(node.variants, more), currency)
        groups = node.selling_plan_groups
        if groups is None or groups.page_info.has_next_page:
            return snapshot
        return replace(snapshot, plan_group_ids=frozenset(each.id for each in groups.nodes))

    def _plan_group(self, node: PlanGroupNode, currency: str) -> PlanGroup:
        def all_of(listing: Listing[Shape], shape: type[Shape], name: str, field: str) -> list[Shape]:
            return whole(listing, self._more(shape, name, "SellingPlanGroup", node.id, field))

        return node.group(
            currency,
            plans=all_of(node.selling_plans, PlanNode, "plan_group_plans", "sellingPlans"),
            products=all_of(node.products, AnyNode, "plan_group_products", "products"),
            variants=all_of(node.product_variants, AnyNode, "plan_group_variants", "productVariants"),
        )

    def _collection(self, node: CollectionNode) -> CollectionSnapshot:
        more = self._more(AnyNode, "collection_products", "Collection", node.id, "products")
        return node.snapshot(whole(node.products, more))

    def _item(self, node: ItemNode) -> ItemStock:
        more = self._more(LevelFields, "item_levels", "InventoryItem", node.id, "inventoryLevels")
        return node.stock(whole(node.inventory_levels, more))

    def _order(self, node: OrderNode) -> Order:
        more = self._more(LineFields, "order_lines", "Order", node.id, "lineItems")
        return order_of(node, whole(node.line_items, more))

    def _more(
        self, shape: type[Shape], name: str, kind: str, owner_id: str, listed: str
    ) -> Callable[[str], Listing[Shape] | None]:
        """Return what asks for the further pages of a list that its owner came with."""
        field = kind[0].lower() + kind[1:]

        def more(cursor: str) -> Listing[Shape] | None:
            answered = self._answer(name, field, id=gid(kind, owner_id), after=cursor)
            return None if answered is None else read(Listing[shape], part(answered, listed))  # type: ignore[valid-type]  # a class made at run time

        return more
