"""Discount codes as Shopify takes them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from server.domain.codes import NewCode
from server.shopify.ids import gid

TAKEN = "TAKEN"
_SKEW = timedelta(minutes=1)  # our clock may be ahead of Shopify's, and a code that is yet to begin takes nothing off


def code_input(code: NewCode, *, now: datetime) -> dict[str, Any]:
    """Return a `DiscountCodeBasicInput`: percent as a share of one, amounts as decimals of the shop's currency."""
    named = [gid("ProductVariant", each) for each in code.variant_ids]
    amount = code.discount.amount
    return {
        "title": code.discount.title,
        "code": code.text,
        "startsAt": _text(now - _SKEW),
        "endsAt": _text(code.ends_at),
        "usageLimit": 1,
        "appliesOncePerCustomer": True,
        "context": {"customers": {"add": [gid("Customer", code.customer_id)]}} if code.customer_id else {"all": "ALL"},
        "customerGets": {
            "items": {"products": {"productVariantsToAdd": named}} if named else {"all": True},
            "value": {"percentage": float((code.discount.percent or Decimal(0)) / 100)}
            if amount is None
            else {"discountAmount": {"amount": amount.text(), "appliesOnEachItem": bool(named)}},
        },
    }


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
