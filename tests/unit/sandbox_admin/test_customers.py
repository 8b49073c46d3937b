"""Customers and their consent, as the API of 2026-10 shows it."""

import json
from typing import Any

import pytest

from tests.unit.sandbox_admin.conftest import Api, Side

CUSTOMER = """
query Customer($id: ID!) {
  customer(id: $id) {
    id legacyResourceId firstName lastName displayName email phone locale tags createdAt updatedAt numberOfOrders
    amountSpent { amount currencyCode } statistics { predictedSpendTier rfmGroup } verifiedEmail taxExempt
    lastOrder { id }
    defaultAddress { address1 city zip countryCodeV2 firstName }
    defaultEmailAddress {
      emailAddress marketingState marketingOptInLevel marketingUpdatedAt marketingUnsubscribeUrl validFormat
    }
    defaultPhoneNumber {
      phoneNumber marketingState marketingOptInLevel marketingUpdatedAt
      smsMarketingConsent { state optInLevel updatedAt collectedFrom sourceLocation { id } }
      whatsAppMarketingConsent { state }
    }
    emailMarketingConsent { marketingState marketingOptInLevel consentUpdatedAt }
    smsMarketingConsent { marketingState marketingOptInLevel consentUpdatedAt }
    orders(first: 3, sortKey: CREATED_AT, reverse: true) { nodes { id customer { id } } }
  }
}
"""


@pytest.fixture
def row(side: Side) -> Any:
    return side.one(
        """SELECT * FROM customer WHERE email IS NOT NULL AND phone IS NOT NULL AND number_of_orders > 0
           ORDER BY id LIMIT 1"""
    )


def gid(row: Any) -> str:
    return f"gid://shopify/Customer/{row['id']}"


def test_a_customer_is_what_the_world_says(api: Api, side: Side, row: Any) -> None:
    side.change(
        """UPDATE customer SET email_state = 'SUBSCRIBED', email_opt_in_level = 'CONFIRMED_OPT_IN',
           email_consent_at = '2026-01-02T03:04:05Z', amount_spent = 123450, tags = '["vip"]' WHERE id = ?""",
        row["id"],
    )
    found = api.ask(CUSTOMER, id=gid(row))["customer"]
    assert found["firstName"] == row["first_name"]
    assert found["numberOfOrders"] == str(row["number_of_orders"])
    assert found["amountSpent"] == {"amount": "1234.5", "currencyCode": "GBP"}
    assert found["tags"] == ["vip"]
    assert found["statistics"] == {"predictedSpendTier": None, "rfmGroup": None}
    email = found["defaultEmailAddress"]
    assert email["emailAddress"] == row["email"] == found["email"]
    assert (email["marketingState"], email["marketingOptInLevel"]) == ("SUBSCRIBED", "CONFIRMED_OPT_IN")
    assert email["marketingUpdatedAt"] == "2026-01-02T03:04:05Z"
    assert found["emailMarketingConsent"]["marketingState"] == "SUBSCRIBED"
    if row["address"]:
        assert found["defaultAddress"]["countryCodeV2"] == json.loads(row["address"])["country_code"]


def test_the_new_consent_object_has_a_word_of_its_own_for_never(api: Api, side: Side, row: Any) -> None:
    side.change("UPDATE customer SET sms_state = 'NOT_SUBSCRIBED', sms_opt_in_level = NULL WHERE id = ?", row["id"])
    phone = api.ask(CUSTOMER, id=gid(row))["customer"]["defaultPhoneNumber"]
    assert phone["marketingState"] == "NOT_SUBSCRIBED"
    assert phone["smsMarketingConsent"]["state"] == "NEVER_SUBSCRIBED"
    assert phone["smsMarketingConsent"]["optInLevel"] is None
    assert phone["whatsAppMarketingConsent"] == {"state": "NEVER_SUBSCRIBED"}
    side.change("UPDATE customer SET sms_state = 'UNSUBSCRIBED' WHERE id = ?", row["id"])
    phone = api.ask(CUSTOMER, id=gid(row))["customer"]["defaultPhoneNumber"]
    assert phone["smsMarketingConsent"]["state"] == "UNSUBSCRIBED"


def test_a_customer_may_have_nothing(api: Api, side: Side, row: Any) -> None:
    side.change(
        """UPDATE customer SET email = NULL, phone = NULL, first_name = NULL, last_name = NULL, address = NULL,
           email_state = 'REDACTED' WHERE id = ?""",
        row["id"],
    )
    found = api.ask(CUSTOMER, id=gid(row))["customer"]
    nothing = ("email", "phone", "firstName", "defaultEmailAddress", "defaultPhoneNumber", "defaultAddress")
    assert [found[name] for name in nothing] == [None] * len(nothing)
    assert found["displayName"] == str(row["id"])


def test_orders_of_a_customer_are_theirs(api: Api, side: Side, order_row: Any) -> None:
    customer = f"gid://shopify/Customer/{order_row['customer_id']}"
    found = api.ask(CUSTOMER, id=customer)["customer"]
    latest = side.one(
        "SELECT id FROM orders WHERE customer_id = ? ORDER BY created_at DESC, id DESC LIMIT 1",
        order_row["customer_id"],
    )
    assert found["lastOrder"] == {"id": f"gid://shopify/Order/{latest['id']}"}
    assert found["orders"]["nodes"][0] == {"id": found["lastOrder"]["id"], "customer": {"id": customer}}


def test_customers_are_found_by_mail_phone_and_page(api: Api, row: Any) -> None:
    found = api.ask(
        """query Find($email: String!, $phone: String!, $id: ID!, $query: String) {
          byEmail: customerByIdentifier(identifier: {emailAddress: $email}) { id }
          byPhone: customerByIdentifier(identifier: {phoneNumber: $phone}) { id }
          byId: customerByIdentifier(identifier: {id: $id}) { id }
          nobody: customerByIdentifier(identifier: {emailAddress: "nobody@example.com"}) { id }
          customers(first: 5, query: $query) { nodes { id } }
          customersCount(query: $query) { count }
        }""",
        email=row["email"].upper(),
        phone=row["phone"],
        id=gid(row),
        query=f"email:{row['email']}",
    )
    assert found["byEmail"] == found["byPhone"] == found["byId"] == {"id": gid(row)}
    assert found["nobody"] is None
    assert found["customers"]["nodes"] == [{"id": gid(row)}]
    assert found["customersCount"] == {"count": 1}


def test_the_unsubscribe_address_works_and_only_for_its_customer(api: Api, side: Side, row: Any) -> None:
    side.change("UPDATE customer SET email_state = 'SUBSCRIBED' WHERE id = ?", row["id"])
    url = api.ask(CUSTOMER, id=gid(row))["customer"]["defaultEmailAddress"]["marketingUnsubscribeUrl"]
    path = url.removeprefix(side.settings.origin)
    forged = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert api.client.post(forged).status_code == 404
    assert api.client.post("/store/unsubscribe/x-y").status_code == 404
    assert api.client.get(path).status_code == 200
    assert side.one("SELECT email_state FROM customer WHERE id = ?", row["id"])[0] == "SUBSCRIBED"
    assert api.client.post(path).status_code == 200
    assert side.one("SELECT email_state FROM customer WHERE id = ?", row["id"])[0] == "UNSUBSCRIBED"
    (body,) = side.told("customers_email_marketing_consent/update")
    assert body["email_marketing_consent"]["state"] == "unsubscribed"
