"""Tokens and scopes."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.sandbox.shopify import oauth
from tests.sandbox.shopify.admin.access import Access, split_scopes
from tests.sandbox.shopify.admin.scalars import world_time
from tests.unit.sandbox_admin.conftest import ENDPOINT, Api, Side

SHOP = "{ shop { name } }"


def refused(api: Api) -> bool:
    response = api.post(SHOP)
    if response.status_code == 200:
        return False
    assert response.status_code == 401
    assert response.get_json() == {
        "errors": "[API] Invalid API key or access token (unrecognized login or wrong password)"
    }
    return True


def test_a_living_token_is_accepted(api: Api) -> None:
    assert not refused(api)


def test_no_token_and_strange_tokens_are_refused(api: Api) -> None:
    assert refused(Api(api.client, ""))
    assert refused(Api(api.client, "shpat_unknown"))
    assert refused(Api(api.client, "' OR 1=1 --"))
    assert api.client.post(ENDPOINT, json={"query": SHOP}).status_code == 401


def test_a_token_ends_after_its_hour(api: Api, side: Side) -> None:
    side.clock.move(3590)
    assert not refused(api)
    side.clock.move(20)
    assert refused(api)


def test_who_people_are_takes_an_approval_that_no_scope_gives(api: Api, side: Side) -> None:
    asked = "{ customers(first: 1) { nodes { id email numberOfOrders } } }"
    (shown,) = api.post(asked).get_json()["data"]["customers"]["nodes"]
    side.change("UPDATE shop SET protected_data_level = 1")
    answer = api.post(asked).get_json()
    assert answer["data"]["customers"]["nodes"] == [{**shown, "email": None}]
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["customers", "nodes", 0, "email"], "ACCESS_DENIED")
    assert error["message"].startswith("This app is not approved to use the email field.")


def test_revoked_and_never_ending_tokens_are_refused(api: Api, side: Side) -> None:
    side.change("UPDATE access_token SET revoked_at = ?", side.world.now_text())
    assert refused(api)
    side.change("UPDATE access_token SET revoked_at = NULL, expires_at = NULL")
    assert refused(api)


def test_a_token_needs_an_installed_app(api: Api, side: Side) -> None:
    side.change("UPDATE installation SET uninstalled_at = ?", side.world.now_text())
    assert refused(api)


def test_uninstalling_kills_tokens_and_is_told(api: Api, side: Side) -> None:
    oauth.uninstall(side.world, side.sender, side.settings.client_id)
    assert refused(api)
    (body,) = side.told("app/uninstalled")
    assert body["myshopify_domain"] == side.settings.shop_domain
    assert side.one("SELECT post_purchase_app FROM shop")[0] is None
    with pytest.raises(LookupError):
        oauth.uninstall(side.world, side.sender, side.settings.client_id)
    oauth.install(side.world, side.settings.client_id, ["read_products"], "http://127.0.0.1:1")
    assert refused(api), "a new installation does not revive old tokens"


@pytest.mark.parametrize(
    ("document", "scope"),
    [
        ("{ products(first: 1) { nodes { id } } }", "read_products"),
        ("{ orders(first: 1) { nodes { id } } }", "read_orders"),
        ("{ customers(first: 1) { nodes { id } } }", "read_customers"),
        ("{ productVariants(first: 1) { nodes { id } } }", "read_products"),
        ("{ locations(first: 1) { nodes { id } } }", "read_locations"),
        ("{ ordersCount { count } }", "read_orders"),
    ],
)
def test_a_missing_scope_is_access_denied(with_scopes: Callable[..., Api], document: str, scope: str) -> None:
    body = with_scopes("read_themes").answer(document)
    field = document.split()[1].partition("(")[0]
    (error,) = body["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert scope in error["extensions"]["requiredAccess"]
    assert (error["path"], error["locations"]) == ([field], [{"line": 1, "column": 3}])
    assert body["data"] in (None, {field: None})
    assert "errors" not in with_scopes(scope).answer(document)


def test_writing_includes_reading(with_scopes: Callable[..., Api]) -> None:
    with_scopes("write_orders").ask("{ orders(first: 1) { nodes { id } } }")


def test_a_nested_field_is_nulled_alone(with_scopes: Callable[..., Api]) -> None:
    """An app without read_customers still sees the orders themselves."""
    document = (
        """{ orders(first: 3) { nodes { id customer { id } lineItems(first: 1) { nodes { product { id } } } } } }"""
    )
    body = with_scopes("read_orders").answer(document)
    assert {error["extensions"]["code"] for error in body["errors"]} == {"ACCESS_DENIED"}
    assert all(node["id"] and node["customer"] is None for node in body["data"]["orders"]["nodes"])
    assert all(node["lineItems"]["nodes"][0]["product"] is None for node in body["data"]["orders"]["nodes"])


def test_node_asks_for_the_scope_of_its_type(with_scopes: Callable[..., Api], side: Side) -> None:
    gid = f"gid://shopify/Order/{side.one('SELECT id FROM orders LIMIT 1')[0]}"
    document = "query N($id: ID!) { node(id: $id) { id } }"
    assert with_scopes("read_products").code(document, id=gid) == "ACCESS_DENIED"
    assert with_scopes("read_orders").ask(document, id=gid)["node"] == {"id": gid}


def test_stock_levels_and_holds_have_scopes_of_their_own(with_scopes: Callable[..., Api]) -> None:
    levels = "{ productVariants(first: 1) { nodes { inventoryItem { inventoryLevels(first: 1) { nodes { id } } } } } }"
    assert with_scopes("read_products").code(levels) == "ACCESS_DENIED"
    with_scopes("read_products", "read_inventory").ask(levels)
    holds = "{ orders(first: 1) { nodes { fulfillmentOrders(first: 1) { nodes { id } } } } }"
    assert with_scopes("read_orders").code(holds) == "ACCESS_DENIED"
    with_scopes("read_orders", "read_assigned_fulfillment_orders").ask(holds)


def test_of_a_location_stock_alone_tells_the_id_and_nothing_else(with_scopes: Callable[..., Api]) -> None:
    asked = (
        "{{ inventoryItems(first: 1) {{ nodes {{ inventoryLevels(first: 1) {{ nodes {{ location {{ {} }} }} }} }} }} }}"
    )
    with_scopes("read_inventory").ask(asked.format("id"))
    for field in ("name", "isActive", "fulfillsOnlineOrders"):
        assert with_scopes("read_inventory").code(asked.format(field)) == "ACCESS_DENIED"
        with_scopes("read_inventory", "read_locations").ask(asked.format(field))


def test_scopes_are_read_from_a_list_of_words() -> None:
    assert split_scopes(" read_orders, write_orders,,read_orders ") == ("read_orders", "write_orders")
    access = Access("id", frozenset({"write_products"}))
    assert access.covers(("read_products",))
    assert not access.covers(("read_orders", "write_orders"))


def test_the_token_of_a_lapsed_hour_can_be_replaced(side: Side, with_scopes: Callable[..., Api]) -> None:
    api = with_scopes("read_products")
    side.change("UPDATE access_token SET expires_at = ?", world_time(side.clock.now() - timedelta(seconds=1)))
    assert refused(api)
    assert not refused(with_scopes("read_products"))
