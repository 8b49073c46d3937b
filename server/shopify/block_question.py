"""The question of a block, read from what our bundle makes of Shopify's checkout and customer-account APIs."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from server.core.errors import AppError
from server.domain.block_question import BlockQuestion
from server.domain.orders import Purchase, PurchaseLine
from server.domain.situation import Surface
from server.shopify.validation import Amount, Currency, PlainId, Quantity, Text, explain, minor

_MOST_LINES = 1000


class UnreadableQuestion(AppError):
    code = "unreadable_body"


class _Line(BaseModel):
    variant_id: PlainId
    product_id: PlainId
    quantity: Quantity
    total: Amount


class _Purchase(BaseModel):
    currency: Currency
    total: Amount
    country_code: Annotated[str, Field(pattern=r"\A[A-Z]{2}\z")] | None = None
    lines: Annotated[list[_Line], Field(max_length=_MOST_LINES)] = Field(default_factory=list)

    def made(self, reference_id: str, customer_id: str | None) -> Purchase:
        return Purchase(
            reference_id=reference_id,
            currency=self.currency,
            total=minor(self.total, self.currency),
            lines=tuple(
                PurchaseLine(each.variant_id, each.product_id, each.quantity, minor(each.total, self.currency))
                for each in self.lines
            ),
            presentment_currency=self.currency,
            country_code=self.country_code,
            customer_id=customer_id,
        )


class _Question(BaseModel):
    model_config = ConfigDict(extra="ignore")

    surface: Literal["thank_you", "order_status"]
    checkout_token: Annotated[Text, Field(min_length=1, max_length=200)] | None = None
    order_id: PlainId | None = None
    locale: Annotated[str, Field(max_length=35, pattern=r"\A[A-Za-z0-9_-]*\z")] = ""
    purchase: _Purchase | None = None


def read_block_question(raw: bytes, *, customer_id: str | None) -> BlockQuestion:
    """Return the question in a body; `customer_id` is that of the signed token.

    Raises:
        UnreadableQuestion.
    """
    try:
        told = _Question.model_validate_json(raw)
    except ValidationError as fault:
        raise UnreadableQuestion(f"The question cannot be read: {explain(fault)}.") from None
    reference_id = told.checkout_token or told.order_id
    claimed = told.purchase.made(reference_id, customer_id) if told.purchase is not None and reference_id else None
    return BlockQuestion(Surface(told.surface), told.checkout_token, told.order_id, customer_id, claimed, told.locale)
