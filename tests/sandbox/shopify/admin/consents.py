"""Mutations that write a customer's consent, with the webhooks that follow."""

from datetime import datetime
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify import payloads
from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.fields import Fields, key, session_of
from tests.sandbox.shopify.admin.loaders import customers_by_id
from tests.sandbox.shopify.admin.records import Session
from tests.sandbox.shopify.admin.scalars import world_time

# What an app may set; the other states are Shopify's to give.
SETTABLE = frozenset({"SUBSCRIBED", "UNSUBSCRIBED", "PENDING"})


def update_email(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    entry = arguments["input"]
    return _update(session_of(info), entry["customerId"], entry["emailMarketingConsent"], channel="email")


def update_sms(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    entry = arguments["input"]
    return _update(session_of(info), entry["customerId"], entry["smsMarketingConsent"], channel="sms")


def _update(session: Session, customer_gid: str, consent: dict[str, Any], *, channel: str) -> dict[str, Any]:
    number = ids.number_of(customer_gid, "Customer")
    customer = customers_by_id(session, [number]).get(number)
    if customer is None:
        return _refused("customerId", "Customer not found", "INVALID")
    reached_by = "email" if channel == "email" else "phone"
    if customer.row[reached_by] is None:
        words = "an email address" if channel == "email" else "a phone number"
        return _refused("customerId", f"The customer must have {words}", "INVALID")
    problem = _problem(consent, session.now)
    if problem:
        return _refused(*problem)
    state = consent["marketingState"]
    level = consent.get("marketingOptInLevel") or customer.row[f"{channel}_opt_in_level"] or "UNKNOWN"
    if (customer.row[f"{channel}_state"], customer.row[f"{channel}_opt_in_level"]) == (state, level):
        return {"customer": customer, "userErrors": []}
    moment: datetime = consent.get("consentUpdatedAt") or session.now
    session.connection.execute(
        f"UPDATE customer SET {channel}_state = ?, {channel}_opt_in_level = ?, {channel}_consent_at = ?, "
        "updated_at = ? WHERE id = ?",
        (
            state,
            level,
            world_time(moment),
            session.now_text,
            number,
        ),
    )
    if channel == "email":
        body = payloads.email_consent_update(session.connection, number)
        session.action.say("customers_email_marketing_consent/update", body)
    else:
        body = payloads.sms_consent_update(session.connection, number)
        session.action.say("customers_marketing_consent/update", body)
    return {"customer": customers_by_id(session, [number])[number], "userErrors": []}


def _problem(consent: dict[str, Any], now: datetime) -> tuple[str, str, str] | None:
    state = consent["marketingState"]
    if state not in SETTABLE:
        return "marketingState", f"Cannot specify {state} as a marketing state input", "INVALID"
    if state == "PENDING" and consent.get("marketingOptInLevel") != "CONFIRMED_OPT_IN":
        return "marketingOptInLevel", "Pending needs the opt-in level CONFIRMED_OPT_IN", "INVALID"
    moment = consent.get("consentUpdatedAt")
    if moment is not None and moment > now:
        return "consentUpdatedAt", "Consent cannot be given in the future", "INVALID"
    return None


def _refused(field: str, message: str, code: str) -> dict[str, Any]:
    return {"customer": None, "userErrors": [{"field": ["input", field], "message": message, "code": code}]}


PAYLOAD = {"customer": key("customer"), "userErrors": key("userErrors")}
ERROR = {"code": key("code"), "field": key("field"), "message": key("message")}

FIELDS: Fields = {
    "Mutation": {
        "customerEmailMarketingConsentUpdate": update_email,
        "customerSmsMarketingConsentUpdate": update_sms,
    },
    "CustomerEmailMarketingConsentUpdatePayload": PAYLOAD,
    "CustomerSmsMarketingConsentUpdatePayload": PAYLOAD,
    "CustomerEmailMarketingConsentUpdateUserError": ERROR,
    "CustomerSmsMarketingConsentError": ERROR,
}
