"""What an offer costs in the currency that its shopper pays in."""

from collections.abc import Mapping

from server.core.money import Money
from server.domain.offered import OfferedItem


def shown_prices(item: OfferedItem, currency: str, local: Mapping[str, Money]) -> tuple[Money, Money]:
    """Return what a unit costs before and after the offer's discount: as `local` tells it, else in the shop's currency.

    What an amount off comes to in another currency is settled at the checkout, so there the shop's currency stands.
    """
    told, discount = local.get(item.variant_id), item.discount
    if told is None or (discount is not None and discount.percent is None):
        return Money(item.unit_price, currency), Money(item.discounted_unit_price, currency)
    return told, told.less_percent(discount.percent) if discount is not None and discount.percent is not None else told
