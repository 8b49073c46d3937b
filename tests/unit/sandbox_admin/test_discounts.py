"""Codes that an app makes: what is refused, and what the answer says."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.shopify.admin.scalars import world_time
from tests.unit.sandbox_admin.conftest import Api, Side

CREATE = """
mutation Code($code: DiscountCodeBasicInput!) {
  discountCodeBasicCreate(basicCodeDiscount: $code) {
    codeDiscountNode { id }
    userErrors { code field message extraInfo }
  }
}
"""


@pytest.fixture
def api(with_scopes: Callable[..., Api]) -> Api:
    return with_scopes("write_discounts")


def code_input(side: Side, **changes: Any) -> dict[str, Any]:
    now = side.clock.now()
    made = {
        "title": "Thank you",
        "code": "ABCDE-12345",
        "startsAt": world_time(now),
        "endsAt": world_time(now + timedelta(days=7)),
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"all": "ALL"},
        "customerGets": {"items": {"all": True}, "value": {"percentage": 0.125}},
    }
    return {**made, **changes}


def test_a_code_is_kept_as_it_was_asked_for(api: Api, side: Side) -> None:
    made = api.ask(CREATE, code=code_input(side))["discountCodeBasicCreate"]
    assert made["userErrors"] == []
    row = side.one("SELECT * FROM discount")
    assert made["codeDiscountNode"]["id"] == f"gid://shopify/DiscountCodeNode/{row['id']}"
    assert (row["code"], row["type"], float(row["value"]), row["usage_limit"]) == ("ABCDE-12345", "percentage", 12.5, 1)


def test_an_amount_for_one_variant_and_one_customer_is_kept(api: Api, side: Side) -> None:
    variant, customer = side.one("SELECT id FROM variant")["id"], side.one("SELECT id FROM customer")["id"]
    gets = {
        "items": {"products": {"productVariantsToAdd": [f"gid://shopify/ProductVariant/{variant}"]}},
        "value": {"discountAmount": {"amount": "2.50", "appliesOnEachItem": True}},
    }
    context = {"customers": {"add": [f"gid://shopify/Customer/{customer}"]}}
    made = api.ask(CREATE, code=code_input(side, customerGets=gets, context=context))
    assert made["discountCodeBasicCreate"]["userErrors"] == []
    row = side.one("SELECT * FROM discount")
    assert (row["type"], row["value"], row["is_each"]) == ("fixed_amount", "250", 1)
    assert (row["variant_ids"], row["customer_ids"]) == (f"[{variant}]", f"[{customer}]")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": ""}, "BLANK"),
        ({"code": None}, "BLANK"),
        ({"code": "x" * 256}, "TOO_LONG"),
        ({"endsAt": "2020-01-01T00:00:00Z"}, "END_DATE_BEFORE_START_DATE"),
        ({"context": None}, "BLANK"),
        ({"context": {"customers": {"add": ["gid://shopify/Customer/1"]}}}, "INVALID"),
        ({"customerGets": {"items": {"all": True}, "value": {"percentage": 12.5}}}, "VALUE_OUTSIDE_RANGE"),
        ({"customerGets": {"items": {"all": True}, "value": {"discountAmount": {"amount": "0"}}}}, "GREATER_THAN"),
        ({"customerGets": {"items": {"all": False}, "value": {"percentage": 0.1}}}, "APPLIES_ON_NOTHING"),
        (
            {
                "customerGets": {
                    "items": {"products": {"productVariantsToAdd": ["gid://shopify/ProductVariant/1"]}},
                    "value": {"percentage": 0.1},
                }
            },
            "INVALID",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_made(api: Api, side: Side, changes: dict[str, Any], code: str) -> None:
    made = api.ask(CREATE, code=code_input(side, **changes))["discountCodeBasicCreate"]
    assert (made["codeDiscountNode"], [each["code"] for each in made["userErrors"]]) == (None, [code])
    assert side.rows("SELECT * FROM discount") == []


def test_a_code_is_one_of_its_kind_in_any_case(api: Api, side: Side) -> None:
    api.ask(CREATE, code=code_input(side))
    again = api.ask(CREATE, code=code_input(side, code="abcde-12345"))["discountCodeBasicCreate"]
    assert [each["code"] for each in again["userErrors"]] == ["TAKEN"]


def test_it_takes_leave_to_write_discounts(with_scopes: Callable[..., Api], side: Side) -> None:
    assert with_scopes("read_discounts").code(CREATE, code=code_input(side)) == "ACCESS_DENIED"


def test_what_this_shop_would_not_read_is_no_silent_loss(api: Api, side: Side) -> None:
    answer = api.post(CREATE, {"code": code_input(side, tags=["a"])})
    assert answer.status_code == 500
    assert "tags" in answer.get_data(as_text=True)
