"""The shop, the app's installation, webhook subscriptions and node."""

from collections.abc import Callable

from tests.unit.sandbox_admin.conftest import Api, Side


def test_the_shop_is_what_the_world_says(api: Api, side: Side) -> None:
    found = api.ask(
        """{ shop { id name myshopifyDomain email contactEmail currencyCode ianaTimezone timezoneOffsetMinutes url
             enabledPresentmentCurrencies taxesIncluded plan { publicDisplayName shopifyPlus partnerDevelopment }
             primaryDomain { host url sslEnabled } shopAddress { countryCodeV2 } } }"""
    )["shop"]
    row = side.one("SELECT * FROM shop")
    assert found["id"] == f"gid://shopify/Shop/{row['id']}"
    assert found["myshopifyDomain"] == side.settings.shop_domain == found["primaryDomain"]["host"]
    assert (found["name"], found["currencyCode"], found["ianaTimezone"]) == ("Gift Shop", "GBP", "Europe/London")
    assert "GBP" in found["enabledPresentmentCurrencies"]
    assert found["timezoneOffsetMinutes"] in {0, 60}
    assert found["plan"] == {"publicDisplayName": "Development", "shopifyPlus": False, "partnerDevelopment": True}


def test_the_installation_tells_scopes_and_whether_the_page_is_ours(
    side: Side, with_scopes: Callable[..., Api]
) -> None:
    document = """{ currentAppInstallation { id accessScopes { handle description } activeSubscriptions { id }
                    launchUrl app { id apiKey isPostPurchaseAppInUse embedded } } }"""
    api = with_scopes("read_products")
    side.change("UPDATE installation SET scopes = 'read_products, write_orders'")
    found = api.ask(document)["currentAppInstallation"]
    assert [scope["handle"] for scope in found["accessScopes"]] == ["read_products", "write_orders"]
    assert found["app"]["apiKey"] == side.settings.client_id
    assert found["app"]["isPostPurchaseAppInUse"] is True
    assert found["activeSubscriptions"] == []
    side.change("UPDATE shop SET post_purchase_app = NULL")
    assert api.ask(document)["currentAppInstallation"]["app"]["isPostPurchaseAppInUse"] is False


def test_subscriptions_of_the_toml_are_not_listed(api: Api) -> None:
    found = api.ask("{ webhookSubscriptions(first: 10) { nodes { id topic uri } pageInfo { hasNextPage } } }")
    assert found["webhookSubscriptions"] == {"nodes": [], "pageInfo": {"hasNextPage": False}}


def test_node_answers_each_type_it_knows(api: Api, side: Side) -> None:
    shop, line = side.one("SELECT id FROM shop")[0], side.one("SELECT id FROM order_line LIMIT 1")[0]
    customer, product = side.one("SELECT id FROM customer LIMIT 1")[0], side.one("SELECT id FROM product LIMIT 1")[0]
    wanted = [
        f"gid://shopify/{kind}/{number}"
        for kind, number in {"Shop": shop, "LineItem": line, "Customer": customer, "Product": product}.items()
    ]
    found = api.ask("query N($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", ids=wanted)["nodes"]
    assert [entry["id"] for entry in found] == wanted
    assert [entry["__typename"] for entry in found] == ["Shop", "LineItem", "Customer", "Product"]
    installation = api.ask("{ currentAppInstallation { id } }")["currentAppInstallation"]["id"]
    assert api.ask("query N($id: ID!) { node(id: $id) { id } }", id=installation)["node"] == {"id": installation}


def test_ids_of_the_wrong_form_or_type_are_errors(api: Api) -> None:
    document = "query O($id: ID!) { order(id: $id) { id } }"
    assert api.code(document, id="123") == "INVALID_GLOBAL_ID"
    assert api.code(document, id="gid://shopify/Product/1") == "RESOURCE_NOT_FOUND"
    assert api.ask(document, id="gid://shopify/Order/1") == {"order": None}
    many = [f"gid://shopify/Product/{number}" for number in range(251)]
    errors = api.errors("query N($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=many)
    assert "250" in errors[0]["message"]
