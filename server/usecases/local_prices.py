"""Asks the platform what goods cost where a shopper is, who pays in another currency than the shop's."""

from collections.abc import Iterable, Mapping

import structlog

from server.core.money import Money
from server.domain.orders import Purchase
from server.ports import PermanentFailure, PlatformApi

log = structlog.get_logger()


def needs_local_prices(purchase: Purchase) -> bool:
    """Tell whether an order's shopper knows its amounts in another currency than the shop's own."""
    return purchase.presentment_currency != purchase.currency and purchase.country_code is not None


def local_prices(api: PlatformApi, purchase: Purchase, variant_ids: Iterable[str]) -> Mapping[str, Money]:
    """Return the prices of goods in the currency that an order was paid in; where there are none, the shop's hold.

    Raises:
        TemporaryFailure, CredentialsRejected.
    """
    wanted = tuple(dict.fromkeys(variant_ids))
    if not wanted or not needs_local_prices(purchase):
        return {}
    try:
        found = api.prices_in(purchase.country_code or "", wanted)
    except PermanentFailure as failure:
        # A country that the platform does not know is no reason to offer nothing.
        log.warning("local_prices.refused", country=purchase.country_code, code=failure.code)
        return {}
    return {each: price for each, price in found.items() if price.currency == purchase.presentment_currency}
