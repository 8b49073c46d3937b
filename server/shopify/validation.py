"""Field types that several of Shopify's shapes share, and how a mismatch is told without quoting the data."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, ValidationError

# Bounded, so that no sender can make us compute with numbers of a million digits.
_LIMIT = Decimal(10) ** 12
Amount = Annotated[Decimal, Field(ge=0, lt=_LIMIT, allow_inf_nan=False)]
SignedAmount = Annotated[Decimal, Field(gt=-_LIMIT, lt=_LIMIT, allow_inf_nan=False)]
Currency = Annotated[str, Field(pattern=r"\A[A-Z]{3}\z")]

_NAMED_FAULTS = 3


def explain(error: ValidationError) -> str:
    """Return which fields do not fit and why, never what they held: that may be a person's."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    named = [f"{'.'.join(map(str, fault['loc']))} ({fault['type']})" for fault in faults[:_NAMED_FAULTS]]
    rest = len(faults) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
