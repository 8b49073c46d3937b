"""`discountCodeBasicCreate`: codes that an app makes, as far as apps of this kind make them."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from graphql import GraphQLResolveInfo as Info

from tests.sandbox.shopify.admin import ids
from tests.sandbox.shopify.admin.fields import Fields, key, session_of
from tests.sandbox.shopify.admin.gaps import Unsupported
from tests.sandbox.shopify.admin.records import Session
from tests.sandbox.shopify.admin.scalars import world_time
from tests.sandbox.shopify.ids import next_id

LONGEST_CODE = 255
# What this shop reads of the input; anything else would be ignored without a word.
READ = frozenset(
    {"title", "code", "startsAt", "endsAt", "usageLimit", "appliesOncePerCustomer", "context", "customerGets"}
)

Problem = tuple[str, str, str]


def create_code(_root: Any, info: Info, **arguments: Any) -> dict[str, Any]:
    """Store a code, or say what is wrong with it."""
    session, entry = session_of(info), arguments["basicCodeDiscount"]
    if unread := entry.keys() - READ:
        raise Unsupported(f"discountCodeBasicCreate with {sorted(unread)}")
    gets = entry.get("customerGets") or {}
    problem = _problem(session, entry, gets)
    if problem is not None:
        field, message, code = problem
        errors = [{"field": ["basicCodeDiscount", field], "message": message, "code": code, "extraInfo": None}]
        return {"codeDiscountNode": None, "userErrors": errors}
    number = next_id(session.connection, "discount")
    value = gets["value"]
    amount = value.get("discountAmount")
    ends_at: datetime | None = entry.get("endsAt")
    session.connection.execute(
        "INSERT INTO discount VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            number,
            entry["code"],
            entry["title"],
            "percentage" if amount is None else "fixed_amount",
            str(Decimal(str(value["percentage"])) * 100 if amount is None else int(Decimal(amount["amount"]) * 100)),
            int(bool(amount and amount.get("appliesOnEachItem"))),
            json.dumps(_variants(gets)),
            json.dumps(_customers(entry)),
            int(bool(entry.get("appliesOncePerCustomer"))),
            entry.get("usageLimit"),
            world_time(entry["startsAt"]),
            None if ends_at is None else world_time(ends_at),
            session.now_text,
        ),
    )
    return {"codeDiscountNode": {"id": ids.gid("DiscountCodeNode", number)}, "userErrors": []}


def _problem(session: Session, entry: dict[str, Any], gets: dict[str, Any]) -> Problem | None:
    for name in ("title", "code", "startsAt"):
        if not entry.get(name):
            return name, f"{name} can't be blank", "BLANK"
    if len(entry["code"]) > LONGEST_CODE:
        return "code", f"is too long (maximum is {LONGEST_CODE} characters)", "TOO_LONG"
    if session.rows("SELECT 1 FROM discount WHERE code = ?", entry["code"]):
        return "code", "Code must be unique. Please try a different code.", "TAKEN"
    if entry.get("endsAt") is not None and entry["endsAt"] <= entry["startsAt"]:
        return "endsAt", "Ends at needs to be after starts_at", "END_DATE_BEFORE_START_DATE"
    value = gets.get("value") or {}
    if set(value) == {"percentage"}:
        if not 0 < value["percentage"] <= 1:
            return "customerGets", "Value must be between 0.0 and 1.0", "VALUE_OUTSIDE_RANGE"
    elif set(value) != {"discountAmount"} or Decimal(value["discountAmount"].get("amount", "0")) <= 0:
        return "customerGets", "Value must be greater than 0", "GREATER_THAN"
    return _unknown(session, entry, gets)


def _unknown(session: Session, entry: dict[str, Any], gets: dict[str, Any]) -> Problem | None:
    """Return what the code names and this shop does not have."""
    items = gets.get("items") or {}
    if not items.get("all") and not _variants(gets):
        return "customerGets", "Applies on nothing", "APPLIES_ON_NOTHING"
    for number in _variants(gets):
        if not session.rows("SELECT 1 FROM variant WHERE id = ?", number):
            return "customerGets", f"Product variant with id: {number} is invalid", "INVALID"
    for number in _customers(entry):
        if not session.rows("SELECT 1 FROM customer WHERE id = ?", number):
            return "context", f"Customer with id: {number} is invalid", "INVALID"
    if not (entry.get("context") or {}).get("all") and not _customers(entry):
        return "context", "Context can't be blank", "BLANK"
    return None


def _variants(gets: dict[str, Any]) -> list[int]:
    products = (gets.get("items") or {}).get("products") or {}
    if products.keys() - {"productVariantsToAdd"} or (gets.get("items") or {}).get("collections"):
        raise Unsupported("discounts on products or collections")
    return [ids.number_of(each, "ProductVariant") for each in products.get("productVariantsToAdd") or ()]


def _customers(entry: dict[str, Any]) -> list[int]:
    context = entry.get("context") or {}
    if context.keys() - {"all", "customers"}:
        raise Unsupported("discounts of segments or markets")
    return [ids.number_of(each, "Customer") for each in (context.get("customers") or {}).get("add") or ()]


FIELDS: Fields = {
    "Mutation": {"discountCodeBasicCreate": create_code},
    "DiscountCodeBasicCreatePayload": {"codeDiscountNode": key("codeDiscountNode"), "userErrors": key("userErrors")},
    "DiscountCodeNode": {"id": key("id")},
    "DiscountUserError": {
        "field": key("field"),
        "message": key("message"),
        "code": key("code"),
        "extraInfo": key("extraInfo"),
    },
}
