"""What an app may write: consent, tags, metafields."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.shopify.admin.scalars import world_time
from tests.unit.sandbox_admin.conftest import Api, Side

EMAIL = """
mutation Email($input: CustomerEmailMarketingConsentUpdateInput!) {
  customerEmailMarketingConsentUpdate(input: $input) {
    customer { id defaultEmailAddress { marketingState marketingOptInLevel marketingUpdatedAt } }
    userErrors { field message code }
  }
}
"""
SMS = """
mutation Sms($input: CustomerSmsMarketingConsentUpdateInput!) {
  customerSmsMarketingConsentUpdate(input: $input) {
    customer { id defaultPhoneNumber { smsMarketingConsent { state optInLevel updatedAt } } }
    userErrors { field message code }
  }
}
"""
TAGS = """
mutation Tags($id: ID!, $add: [String!]!) {
  tagsAdd(id: $id, tags: $add) {
    node { id ... on Order { tags } ... on Product { tags } ... on Customer { tags } }
    userErrors { field message }
  }
}
"""
SET = """
mutation Set($fields: [MetafieldsSetInput!]!) {
  metafieldsSet(metafields: $fields) {
    metafields { id namespace key type value jsonValue compareDigest ownerType createdAt }
    userErrors { field message code elementIndex }
  }
}
"""


@pytest.fixture
def customer(side: Side) -> Any:
    side.change("UPDATE customer SET email_state = 'NOT_SUBSCRIBED', sms_state = 'NOT_SUBSCRIBED'")
    return side.one("SELECT * FROM customer WHERE email IS NOT NULL AND phone IS NOT NULL ORDER BY id LIMIT 1")


def email_input(row: Any, **consent: Any) -> dict[str, Any]:
    return {"customerId": f"gid://shopify/Customer/{row['id']}", "emailMarketingConsent": consent}


def sms_input(row: Any, **consent: Any) -> dict[str, Any]:
    return {"customerId": f"gid://shopify/Customer/{row['id']}", "smsMarketingConsent": consent}


def test_email_consent_is_written_and_told(api: Api, side: Side, customer: Any) -> None:
    when = world_time(side.clock.now() - timedelta(minutes=5))
    answer = api.ask(
        EMAIL,
        input=email_input(
            customer, marketingState="SUBSCRIBED", marketingOptInLevel="SINGLE_OPT_IN", consentUpdatedAt=when
        ),
    )["customerEmailMarketingConsentUpdate"]
    assert answer["userErrors"] == []
    assert answer["customer"]["defaultEmailAddress"] == {
        "marketingState": "SUBSCRIBED",
        "marketingOptInLevel": "SINGLE_OPT_IN",
        "marketingUpdatedAt": when,
    }
    (body,) = side.told("customers_email_marketing_consent/update")
    assert body["customer_id"] == customer["id"]
    assert body["email_marketing_consent"]["state"] == "subscribed"


def test_sms_consent_is_written_and_told_once(api: Api, side: Side, customer: Any) -> None:
    for _ in range(2):
        answer = api.ask(SMS, input=sms_input(customer, marketingState="UNSUBSCRIBED"))
        consent = answer["customerSmsMarketingConsentUpdate"]["customer"]["defaultPhoneNumber"]["smsMarketingConsent"]
        assert consent["state"] == "UNSUBSCRIBED"
    (body,) = side.told("customers_marketing_consent/update")
    assert body["sms_marketing_consent"]["state"] == "unsubscribed"


@pytest.mark.parametrize(
    ("consent", "field"),
    [
        ({"marketingState": "NOT_SUBSCRIBED"}, "marketingState"),
        ({"marketingState": "REDACTED"}, "marketingState"),
        ({"marketingState": "INVALID"}, "marketingState"),
        ({"marketingState": "PENDING"}, "marketingOptInLevel"),
        ({"marketingState": "SUBSCRIBED", "consentUpdatedAt": "2999-01-01T00:00:00Z"}, "consentUpdatedAt"),
    ],
)
def test_consent_that_may_not_be_set_changes_nothing(
    api: Api, side: Side, customer: Any, consent: dict[str, Any], field: str
) -> None:
    answer = api.ask(EMAIL, input=email_input(customer, **consent))["customerEmailMarketingConsentUpdate"]
    assert answer["customer"] is None
    (error,) = answer["userErrors"]
    assert (error["field"], error["code"]) == (["input", field], "INVALID")
    assert side.one("SELECT email_state FROM customer WHERE id = ?", customer["id"])[0] == "NOT_SUBSCRIBED"
    assert side.told("customers_email_marketing_consent/update") == []


def test_consent_needs_somebody_who_can_be_reached(api: Api, side: Side, customer: Any) -> None:
    side.change("UPDATE customer SET phone = NULL WHERE id = ?", customer["id"])
    answer = api.ask(SMS, input=sms_input(customer, marketingState="SUBSCRIBED"))["customerSmsMarketingConsentUpdate"]
    assert "phone" in answer["userErrors"][0]["message"]
    nobody = email_input({"id": 1}, marketingState="SUBSCRIBED")
    answer = api.ask(EMAIL, input=nobody)["customerEmailMarketingConsentUpdate"]
    assert answer["userErrors"][0]["field"] == ["input", "customerId"]


def test_writing_needs_the_write_scope(with_scopes: Callable[..., Api], side: Side, customer: Any) -> None:
    reader = with_scopes("read_customers", "read_orders", "read_products")
    body = reader.answer(EMAIL, input=email_input(customer, marketingState="SUBSCRIBED"))
    assert body["data"] == {"customerEmailMarketingConsentUpdate": None}
    assert body["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    order = f"gid://shopify/Order/{side.one('SELECT id FROM orders LIMIT 1')[0]}"
    assert reader.code(TAGS, id=order, add=["x"]) == "ACCESS_DENIED"
    assert reader.code(SET, fields=[metafield(order)]) == "ACCESS_DENIED"


def test_tags_are_added_once_and_told(api: Api, side: Side, order_row: Any) -> None:
    gid = f"gid://shopify/Order/{order_row['id']}"
    answer = api.ask(TAGS, id=gid, add=["Upsell", "vip, gift", "upsell"])["tagsAdd"]
    assert answer == {"node": {"id": gid, "tags": ["Upsell", "vip", "gift"]}, "userErrors": []}
    assert side.told("orders/updated")[0]["tags"] == "Upsell, vip, gift"
    assert api.ask(TAGS, id=gid, add=["VIP"])["tagsAdd"]["node"]["tags"] == ["Upsell", "vip", "gift"]
    assert len(side.told("orders/updated")) == 1
    removed = api.ask(
        """mutation R($id: ID!) { tagsRemove(id: $id, tags: ["VIP"]) {
             node { ... on Order { tags } } userErrors { field } } }""",
        id=gid,
    )
    assert removed["tagsRemove"]["node"]["tags"] == ["Upsell", "gift"]


def test_tags_of_products_and_customers(api: Api, side: Side, customer: Any) -> None:
    product = side.one("SELECT id FROM product LIMIT 1")[0]
    answer = api.ask(TAGS, id=f"gid://shopify/Product/{product}", add=["offer"])["tagsAdd"]
    assert "offer" in answer["node"]["tags"]
    assert "offer" in side.told("products/update")[0]["tags"]
    answer = api.ask(TAGS, id=f"gid://shopify/Customer/{customer['id']}", add=["x" * 41])["tagsAdd"]
    assert answer["node"] is None
    assert answer["userErrors"][0]["field"] == ["tags"]
    assert api.ask(TAGS, id="gid://shopify/Order/1", add=["x"])["tagsAdd"]["userErrors"][0]["field"] == ["id"]


def metafield(owner: str, **changes: Any) -> dict[str, Any]:
    return {"ownerId": owner, "namespace": "afters", "key": "offers", "type": "json", "value": '{"a": 1}'} | changes


def test_metafields_are_kept_and_read_back(api: Api, side: Side, order_row: Any) -> None:
    order, shop = f"gid://shopify/Order/{order_row['id']}", f"gid://shopify/Shop/{side.one('SELECT id FROM shop')[0]}"
    read = """query R($id: ID!) { order(id: $id) { metafield(namespace: "afters", key: "offers") { value }
              metafields(first: 5) { nodes { key } } own: metafield(key: "own") { namespace value } } }"""
    assert api.ask(read, id=order)["order"] == {"metafield": None, "metafields": {"nodes": []}, "own": None}
    answer = api.ask(
        SET,
        fields=[
            metafield(order),
            metafield(shop, type="number_integer", value="12"),
            {"ownerId": order, "key": "own", "type": "single_line_text_field", "value": "ours"},
        ],
    )["metafieldsSet"]
    assert answer["userErrors"] == []
    first, second, _third = answer["metafields"]
    assert (first["jsonValue"], first["ownerType"], second["jsonValue"]) == ({"a": 1}, "ORDER", 12)
    seen = api.ask(read, id=order)["order"]
    assert seen["metafield"] == {"value": '{"a": 1}'}
    assert [node["key"] for node in seen["metafields"]["nodes"]] == ["offers", "own"]
    assert seen["own"]["namespace"].startswith("app--")
    again = api.ask(SET, fields=[metafield(order, value="[]", compareDigest=first["compareDigest"])])["metafieldsSet"]
    assert again["metafields"][0]["id"] == first["id"]
    assert api.ask(read, id=order)["order"]["metafield"] == {"value": "[]"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"type": "json", "value": "{"}, "INVALID_VALUE"),
        ({"type": "number_integer", "value": "1.5"}, "INVALID_VALUE"),
        ({"type": "boolean", "value": "yes"}, "INVALID_VALUE"),
        ({"key": "x"}, "INVALID"),
        ({"type": None}, "BLANK"),
        ({"compareDigest": "old"}, "STALE_OBJECT"),
        ({"ownerId": "gid://shopify/Order/1"}, "INVALID"),
    ],
)
def test_one_wrong_metafield_stops_all(
    api: Api, side: Side, order_row: Any, changes: dict[str, Any], code: str
) -> None:
    order = f"gid://shopify/Order/{order_row['id']}"
    answer = api.ask(SET, fields=[metafield(order), metafield(order, **changes)])["metafieldsSet"]
    assert answer["metafields"] is None
    assert [(error["code"], error["elementIndex"]) for error in answer["userErrors"]] == [(code, 1)]
    assert side.rows("SELECT * FROM metafield") == []


def test_at_most_25_metafields_at_once(api: Api, order_row: Any) -> None:
    order = f"gid://shopify/Order/{order_row['id']}"
    fields = [metafield(order, key=f"key{number}") for number in range(26)]
    assert api.ask(SET, fields=fields)["metafieldsSet"]["userErrors"][0]["code"] == "LESS_THAN_OR_EQUAL_TO"


def test_a_mutation_that_ends_in_a_gap_writes_nothing(api: Api, side: Side, order_row: Any) -> None:
    """Two mutations in one document: the second cannot be done here, so neither is."""
    order = f"gid://shopify/Order/{order_row['id']}"
    response = api.post(
        """mutation Both($id: ID!, $fields: [MetafieldsSetInput!]!) {
             tagsAdd(id: $id, tags: ["x"]) { userErrors { field } }
             metafieldsSet(metafields: $fields) { userErrors { field } } }""",
        {"id": order, "fields": [metafield(order, type="rich_text_field")]},
    )
    assert response.status_code == 500
    assert "rich_text_field" in response.get_json()["errors"][0]["message"]
    assert side.one("SELECT tags FROM orders WHERE id = ?", order_row["id"])[0] == order_row["tags"]
    assert side.told("orders/updated") == []
