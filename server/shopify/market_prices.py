"""What goods cost a shopper of one country, in the currency that the shop sells in there."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from server.core.money import Money
from server.shopify.reading import read
from server.shopify.validation import Amount, Currency, PlainId, minor


class _Part(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class _Price(_Part):
    amount: Amount
    currency_code: Currency


class _Pricing(_Part):
    price: _Price


class _Node(_Part):
    id: PlainId | None = None
    contextual_pricing: _Pricing | None = None


class _Nodes(_Part):
    nodes: list[_Node | None]


def prices_in(data: object) -> Mapping[str, Money]:
    """Return the prices of an answer by variant id; what is gone, or has none, is missing.

    Raises:
        TemporaryFailure: it is no such answer.
    """
    priced = ((node.id, node.contextual_pricing) for node in read(_Nodes, data).nodes if node is not None)
    return {
        variant_id: Money(minor(found.price.amount, found.price.currency_code), found.price.currency_code)
        for variant_id, found in priced
        if variant_id is not None and found is not None
    }
