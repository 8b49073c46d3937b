"""Field types that several of Shopify's shapes share, and how a mismatch is told without quoting the data."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationError

from server.core.money import Money
from server.shopify.ids import plain_id

_NAMED_FAULTS = 3
# Bounded, so that no sender can make us compute with numbers of a million digits.
_LIMIT = Decimal(10) ** 12


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time outside the calendar") from None


def _without_nul(text: str) -> str:
    return text.replace("\x00", "")  # JSON can carry it, PostgreSQL cannot


def _list_if_null(value: object) -> object:
    return [] if value is None else value


PlainId = Annotated[str, BeforeValidator(plain_id)]
Amount = Annotated[Decimal, Field(ge=0, lt=_LIMIT, allow_inf_nan=False)]
SignedAmount = Annotated[Decimal, Field(gt=-_LIMIT, lt=_LIMIT, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern=r"\A[A-Z]{3}\z")]
Quantity = Annotated[int, Field(ge=0, le=10_000_000)]
Moment = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Text = Annotated[str, AfterValidator(_without_nul)]
NullIsEmpty = BeforeValidator(_list_if_null)


def minor(amount: Decimal, currency: str) -> int:
    """Return `amount` in minor units of `currency`."""
    return Money.parse(amount, currency).minor


def explain(error: ValidationError) -> str:
    """Return which fields do not fit and why, never what they held: that may be a person's."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    named = [f"{'.'.join(map(str, fault['loc']))} ({fault['type']})" for fault in faults[:_NAMED_FAULTS]]
    rest = len(faults) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
