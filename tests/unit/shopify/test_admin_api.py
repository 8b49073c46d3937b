"""What AdminApi makes of answers: pages inside pages, things that are gone, sizes that cost too much."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

import httpx
import pytest

from server.ports import CONTACT_DATA, ItemStock, LocationStock, PlatformApi, PlatformApis, StockLevel, TemporaryFailure
from server.shopify.admin_api import AdminApi
from server.shopify.documents import document
from server.shopify.graphql_client import QueryTooCostly
from tests.unit.shopify.forging import SHOP, StoppedClock
from tests.unit.shopify.schema_shop import answer

Variables = dict[str, Any]
Answerer = Callable[[str, Variables], object]


class Calls:
    """An API whose answers are made by a function of the operation's name and variables."""

    def __init__(self, answerer: Answerer) -> None:
        self.made: list[tuple[str, Variables]] = []
        self._answerer = answerer

    def _handle(self, request: httpx.Request) -> httpx.Response:
        payload = json.loads(request.content)
        name = payload["query"].split("query ")[1].split()[0].split("(")[0]
        self.made.append((name, payload["variables"]))
        return httpx.Response(200, json=self._answerer(name, payload["variables"]))

    def api(self) -> PlatformApi:
        client = httpx.Client(transport=httpx.MockTransport(self._handle))
        apis: PlatformApis = partial(AdminApi, client=client, clock=StoppedClock(), sleep=lambda _seconds: None)
        return apis(shop_domain=SHOP, access_token="shpat_x")


def _sample(name: str) -> Any:
    """Return one full answer of an operation, to be bent by a test."""
    variables = {"first": 1, "query": "", "id": "gid://shopify/X/1", "ids": ["gid://shopify/X/1"], "after": "x"}
    return answer({"query": document(name), "variables": variables}, is_sparse=False)


def _page(nodes: list[Any], cursor: str | None) -> dict[str, Any]:
    return {"nodes": nodes, "pageInfo": {"hasNextPage": cursor is not None, "endCursor": cursor}}


def _numbered(node: dict[str, Any], kind: str, number: int) -> dict[str, Any]:
    return node | {"id": f"gid://shopify/{kind}/{number}"}


def test_variants_beyond_the_first_page_are_fetched() -> None:
    product = _sample("products")["data"]["products"]["nodes"][0]
    variant = product["variants"]["nodes"][0]
    pages = {
        "a": _page([_numbered(variant, "ProductVariant", 2)], "b"),
        "b": _page([_numbered(variant, "ProductVariant", 3)], None),
    }

    def answered(name: str, variables: Variables) -> object:
        if name == "ProductVariants":
            return {"data": {"product": {"variants": pages[variables["after"]]}}}
        node = product | {"variants": _page([_numbered(variant, "ProductVariant", 1)], "a")}
        return {"data": {"shop": {"currencyCode": "GBP"}, "products": _page([node], "next")}}

    calls = Calls(answered)
    page = calls.api().products(cursor=None)
    assert [found.variant_id for found in page.items[0].variants] == ["1", "2", "3"]
    assert page.cursor == "next"
    assert [name for name, _ in calls.made] == ["Products", "ProductVariants", "ProductVariants"]
    assert calls.made[0][1] == {"first": 250, "after": None}


def test_lines_beyond_the_first_page_are_fetched() -> None:
    order = _sample("order")["data"]["order"]
    line = order["lineItems"]["nodes"][0]

    def answered(name: str, _variables: Variables) -> object:
        if name == "OrderLines":
            return {"data": {"order": {"lineItems": _page([_numbered(line, "LineItem", 2)], None)}}}
        return {"data": {"order": order | {"lineItems": _page([_numbered(line, "LineItem", 1)], "a")}}}

    calls = Calls(answered)
    found = calls.api().order("5001")
    assert found is not None
    assert [item.line_id for item in found.lines] == ["1", "2"]
    assert calls.made[1] == ("OrderLines", {"id": "gid://shopify/Order/7", "after": "a"})


def test_an_order_that_vanishes_between_two_pages_keeps_what_was_read() -> None:
    order = _sample("order")["data"]["order"]
    order["lineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "a"}
    found = Calls(lambda name, _: {"data": {"order": None if name == "OrderLines" else order}}).api().order("5001")
    assert found is not None
    assert len(found.lines) == 1


@pytest.mark.parametrize(("current", "left"), [(4, (4, 999)), (3, (3, 749)), (2, (2, 500)), (0, (0, 0))])
def test_a_line_is_worth_what_is_left_of_it(current: int, left: tuple[int, int]) -> None:
    order = _sample("order")["data"]["order"]
    (line,) = order["lineItems"]["nodes"]
    line |= {"quantity": 4, "currentQuantity": current}
    order["presentmentCurrencyCode"] = "JPY"
    line["originalUnitPriceSet"] = {"shopMoney": {"amount": "2.50"}, "presentmentMoney": {"amount": "475"}}
    off = {"shopMoney": {"amount": "0.01"}, "presentmentMoney": {"amount": "2"}}
    line["discountAllocations"] = [{"allocatedAmountSet": off}]
    found = Calls(lambda *_: {"data": {"order": order}}).api().order("5001")
    assert found is not None
    (read,) = found.lines
    assert (read.quantity, read.total) == left
    assert read.presentment_unit_price == 475
    assert read.presentment_total == (1898 * current + 2) // 4, "yen have no parts"


def test_pages_that_go_round_in_a_circle_are_left() -> None:
    order = _sample("order")["data"]["order"]
    order["lineItems"]["pageInfo"] = {"hasNextPage": True, "endCursor": "a"}
    with pytest.raises(TemporaryFailure, match="circle"):
        Calls(lambda _name, _variables: {"data": {"order": order}}).api().order("5001")


def test_a_page_that_costs_too_much_is_asked_for_smaller_and_stays_so() -> None:
    def answered(_name: str, variables: Variables) -> object:
        if variables["first"] > 13:
            return {"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]}
        return {"data": {"orders": _page([], None)}}

    calls = Calls(answered)
    api = calls.api()
    since = datetime(2026, 11, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    assert api.orders(since=since, cursor="c").items == ()
    api.orders(since=since, cursor="d")
    assert [variables["first"] for _, variables in calls.made] == [250, 125, 62, 31, 15, 7, 7]
    assert calls.made[0][1] == {"first": 250, "after": "c", "query": "created_at:>='2026-11-01T10:00:00Z'"}


def test_the_smallest_page_is_not_made_smaller() -> None:
    calls = Calls(lambda *_: {"errors": [{"message": "x", "extensions": {"code": "MAX_COST_EXCEEDED"}}]})
    with pytest.raises(QueryTooCostly):
        calls.api().products(cursor=None)
    assert [variables["first"] for _, variables in calls.made] == [250, 125, 62, 31, 15, 7, 5]


def test_variants_are_asked_for_by_the_hundred_and_gone_ones_left_out() -> None:
    node = _sample("variants")["data"]["nodes"][0]

    def answered(_name: str, variables: Variables) -> object:
        nodes: list[object] = [node | {"id": number} for number in variables["ids"][:1]]
        return {"data": {"shop": {"currencyCode": "GBP"}, "nodes": [*nodes, None, {"__typename": "Product"}]}}

    calls = Calls(answered)
    found = calls.api().variants(tuple(str(number) for number in range(150)))
    assert [variant.variant_id for variant in found] == ["0", "100"]
    assert [len(variables["ids"]) for _, variables in calls.made] == [100, 50]
    assert calls.made[0][1]["ids"][1] == "gid://shopify/ProductVariant/1"
    assert Calls(answered).api().variants(()) == ()


def test_a_variant_that_cannot_be_read_is_no_gone_variant() -> None:
    node = _sample("variants")["data"]["nodes"][0] | {"price": "free"}
    answered = {"data": {"shop": {"currencyCode": "GBP"}, "nodes": [node]}}
    with pytest.raises(TemporaryFailure, match="price"):
        Calls(lambda *_: answered).api().variants(("1",))


def item(*, tracked: bool, quantity: int | None) -> dict[str, Any]:
    variant = {"id": "gid://shopify/ProductVariant/1", "inventoryQuantity": quantity}
    return item_with({"nodes": [variant]}, tracked=tracked)


def item_with(variants: dict[str, Any] | None, *, tracked: bool = True) -> dict[str, Any]:
    place = {"id": "gid://shopify/Location/1", "name": "Leeds", "isActive": True, "fulfillsOnlineOrders": False}
    levels = _page([{"location": place, "quantities": [{"quantity": 9}]}], None)
    return {
        "id": "gid://shopify/InventoryItem/211",
        "tracked": tracked,
        "variants": variants,
        "inventoryLevels": levels,
    }


LYING = ItemStock("211", (LocationStock("1", "Leeds", 9, is_online=False),))


@pytest.mark.parametrize(
    ("answered", "level"),
    [
        (item(tracked=True, quantity=9), StockLevel("1", 9, LYING)),
        (item(tracked=True, quantity=None), StockLevel("1", 0, LYING)),
        (item(tracked=False, quantity=0), StockLevel("1", None, LYING)),
        (item_with({"nodes": []}), None),
        (item_with(None), None),
        (None, None),
    ],
)
def test_stock_is_that_of_the_variant(answered: object, level: StockLevel | None) -> None:
    calls = Calls(lambda *_: {"data": {"inventoryItem": answered}})
    assert calls.api().stock("211") == level
    assert calls.made == [("Stock", {"id": "gid://shopify/InventoryItem/211"})]


def test_what_is_gone_is_none() -> None:
    gone = {"shop": {"currencyCode": "GBP"}, "product": None, "order": None, "customer": None}
    api = Calls(lambda *_: {"data": gone}).api()
    assert (api.product("1"), api.order("1"), api.customer("1")) == (None, None, None)


def test_consent_comes_from_the_newer_object_and_speaks_our_words() -> None:
    customer = _sample("customer")["data"]["customer"]
    customer["defaultPhoneNumber"]["smsMarketingConsent"] = {
        "state": "NEVER_SUBSCRIBED",
        "optInLevel": None,
        "updatedAt": None,
    }
    customer["defaultEmailAddress"] |= {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "CONFIRMED_OPT_IN"}
    found = Calls(lambda *_: {"data": {"customer": customer}}).api().customer("7001")
    assert found is not None
    email, sms = found.consents
    assert (email.channel, email.state, email.opt_in_level) == ("email", "subscribed", "confirmed_opt_in")
    assert (sms.channel, sms.state, sms.opt_in_level, sms.occurred_at) == ("sms", "not_subscribed", None, None)


@pytest.mark.parametrize("data", [{}, {"shop": None}, {"shop": {}}, {"shop": []}, {"shop": {"currencyCode": "pounds"}}])
def test_an_answer_without_its_parts_is_a_failure_of_ours(data: object) -> None:
    api = Calls(lambda *_: {"data": data}).api()
    for call in (
        api.shop,
        api.app_state,
        api.count_products,
        lambda: api.products(cursor=None),
        lambda: api.product("1"),
        lambda: api.variants(("1",)),
        lambda: api.order("1"),
    ):
        with pytest.raises(TemporaryFailure):
            call()


def test_a_cost_in_another_currency_is_not_taken_for_the_shops() -> None:
    node = _sample("variants")["data"]["nodes"][0]
    node["inventoryItem"]["unitCost"] = {"amount": "1.00", "currencyCode": "USD"}
    answered = {"data": {"shop": {"currencyCode": "GBP"}, "nodes": [node]}}
    (variant,) = Calls(lambda *_: answered).api().variants(("1",))
    assert variant.unit_cost is None


@pytest.mark.parametrize(
    ("customers", "denied", "withheld"),
    [
        ([], [], None),  # nobody to tell by
        ([{"id": "gid://shopify/Customer/1"}], [], ()),
        ([{"id": "gid://shopify/Customer/1"}], [["customers", "nodes", 0, "defaultPhoneNumber"]], ("phone",)),
        (None, [["customers"]], CONTACT_DATA),  # not even level 1
    ],
)
def test_what_is_withheld_is_told_by_one_customer(
    customers: list[Any] | None, denied: list[list[Any]], withheld: tuple[str, ...] | None
) -> None:
    installation = {"accessScopes": [{"handle": "read_customers"}], "app": {"isPostPurchaseAppInUse": False}}

    def answered(name: str, _variables: Variables) -> object:
        if name == "AppState":
            return {"data": {"currentAppInstallation": installation}}
        errors = [{"message": "No.", "path": path, "extensions": {"code": "ACCESS_DENIED"}} for path in denied]
        listing = None if customers is None else _page(customers, None)
        return {"data": {"customers": listing}, **({"errors": errors} if errors else {})}

    assert Calls(answered).api().app_state().withheld == withheld


def test_locations_beyond_the_first_page_are_fetched() -> None:
    node = _sample("stock_levels")["data"]["inventoryItems"]["nodes"][0]
    level = node["inventoryLevels"]["nodes"][0]

    def at(number: int) -> dict[str, Any]:
        place = {
            "id": f"gid://shopify/Location/{number}",
            "name": f"Store {number}",
            "isActive": number != 3,
            "fulfillsOnlineOrders": True,
        }
        return dict(level) | {"location": place, "quantities": [{"quantity": -number}]}

    def answered(name: str, variables: Variables) -> object:
        if name == "ItemLevels":
            following = {"a": _page([at(2)], "b"), "b": _page([at(3)], None)}[variables["after"]]
            return {"data": {"inventoryItem": {"inventoryLevels": following}}}
        return {"data": {"inventoryItems": _page([node | {"inventoryLevels": _page([at(1)], "a")}], None)}}

    (item,) = Calls(answered).api().stock_levels(cursor=None).items
    assert [(each.location_id, each.name, each.available, each.is_active) for each in item.levels] == [
        ("1", "Store 1", -1, True),
        ("2", "Store 2", -2, True),
        ("3", "Store 3", -3, False),
    ]
