"""The purchase that a one-click page is about, read from `inputData` (typings of the post-purchase package 0.13)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from server.core.errors import AppError
from server.domain.orders import Purchase, PurchaseLine
from server.shopify.validation import Amount, Currency, PlainId, Quantity, explain, minor


class UnreadablePurchase(AppError):
    code = "unreadable_purchase"


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Money(_Part):
    amount: Amount
    currency_code: Currency

    def minor(self) -> int:
        return minor(self.amount, self.currency_code)


class _MoneyBag(_Part):
    shop_money: _Money
    presentment_money: _Money


class _Variant(_Part):
    id: PlainId


class _Product(_Part):
    id: PlainId
    variant: _Variant


class _Line(_Part):
    quantity: Quantity
    total_price_set: _MoneyBag
    selling_plan_id: PlainId | None = None
    product: _Product


class _InitialPurchase(_Part):
    reference_id: Annotated[str, Field(min_length=1, max_length=200)]
    customer_id: PlainId | None = None
    destination_country_code: Annotated[str, Field(max_length=10)] | None = None
    total_price_set: _MoneyBag
    line_items: Annotated[list[_Line], Field(max_length=1000)]


class _InputData(_Part):
    initial_purchase: _InitialPurchase


def read_purchase(input_data: Mapping[str, Any]) -> Purchase:
    """Return the purchase of a verified token's `input_data`, in the shop's currency and as it is paid.

    Early in a checkout Shopify states a total of 0.0: then the lines are added up.

    Raises:
        UnreadablePurchase.
    """
    try:
        initial = _InputData.model_validate(input_data).initial_purchase
    except ValidationError as error:
        raise UnreadablePurchase(f"The purchase cannot be read: {explain(error)}.") from None
    lines = tuple(
        PurchaseLine(
            variant_id=line.product.variant.id,
            product_id=line.product.id,
            quantity=line.quantity,
            total=line.total_price_set.shop_money.minor(),
            plan_id=line.selling_plan_id,
        )
        for line in initial.line_items
    )
    total, shown = initial.total_price_set.shop_money, initial.total_price_set.presentment_money
    by_plan = any(line.selling_plan_id for line in initial.line_items)
    return Purchase(
        reference_id=initial.reference_id,
        currency=total.currency_code,
        total=total.minor() or sum(line.total for line in lines),
        lines=lines,
        presentment_currency=shown.currency_code,
        country_code=initial.destination_country_code or None,
        customer_id=initial.customer_id,
        subscription="first" if by_plan else "none",
        presentment_total=shown.minor()
        or sum(line.total_price_set.presentment_money.minor() for line in initial.line_items),
    )


def dearest_title(input_data: Mapping[str, Any]) -> str | None:
    """Return the title of the product that most was paid for, of an `input_data` that could be read."""
    lines = input_data["initialPurchase"]["lineItems"]
    paid = sorted(lines, key=lambda line: -Decimal(str(line["totalPriceSet"]["shopMoney"]["amount"])))
    title = paid[0]["product"].get("title") if paid else None
    return title if isinstance(title, str) and title.strip() else None
