"""Whether goods may be offered for an order, and at what price: asked at the decision, at the click and at the send."""

from dataclasses import dataclass, field

from server.core.money import Money
from server.domain.offers import Discount
from server.domain.orders import Purchase, VariantFacts
from server.domain.reasons import Reason

Block = tuple[Reason, str]  # with the values compared


@dataclass(frozen=True, slots=True)
class Refused:
    """What this shopper is not offered: what was declined or shown for this order, and what other orders tell."""

    variant_ids: frozenset[str] = field(default_factory=frozenset)
    bought_products: frozenset[str] = field(default_factory=frozenset)  # within the days that the rules name
    declined_products: frozenset[str] = field(default_factory=frozenset)


NOTHING_REFUSED = Refused()


def block_of(
    variant: VariantFacts | None,
    *,
    quantity: int,
    minimum_stock: int,
    purchase: Purchase,
    refused: Refused = NOTHING_REFUSED,
) -> Block | None:
    """Return why a variant may not be offered for this order; None when it may.

    However low the minimum, there must be as much in stock as the offer would add.
    """
    if variant is None:
        return Reason.UNKNOWN_PRODUCT, ""
    if not variant.is_sellable or variant.price <= 0:
        return Reason.NOT_SELLABLE, variant.title
    if any(variant.product_id == line.product_id for line in purchase.lines):
        return Reason.ALREADY_IN_ORDER, variant.title
    if variant.variant_id in refused.variant_ids:
        return Reason.ALREADY_DECLINED, variant.title
    if variant.product_id in refused.bought_products:
        return Reason.BOUGHT_LATELY, variant.title
    if variant.product_id in refused.declined_products:
        return Reason.DECLINED_LATELY, variant.title
    needed = max(minimum_stock, quantity)
    if variant.available is not None and not variant.sells_when_out_of_stock and variant.available < needed:
        return Reason.STOCK_BELOW_MINIMUM, f"{variant.title}: stock {variant.available} < {needed}"
    return None


def price_of(
    variant: VariantFacts, *, discount: Discount | None, minimum_margin: float | None, currency: str
) -> Money | Block:
    """Return what one unit costs after the discount, in minor units of `currency`, or why it has no such price."""
    full = Money(variant.price, currency)
    reduced = discount.reduce(full) if discount is not None else full
    if reduced is None:
        off = (discount.amounts or {}).get(currency) if discount is not None else None
        if off is None:
            return Reason.NO_AMOUNT_IN_CURRENCY, f"{variant.title}: no amount off in {currency}"
        detail = f"{variant.title}: {Money(off, currency).text()} off {full.text()} {currency}"
        return Reason.DISCOUNT_ABOVE_PRICE, detail
    return _margin_block(variant, reduced, minimum_margin) or reduced


def _margin_block(variant: VariantFacts, paid: Money, minimum: float | None) -> Block | None:
    if minimum is None:
        return None
    if variant.unit_cost is None:
        return Reason.COST_UNKNOWN, variant.title
    if paid.minor > 0:
        margin = 100 * (paid.minor - variant.unit_cost) / paid.minor
        if margin >= minimum:
            return None
        return Reason.MARGIN_TOO_LOW, f"{variant.title}: margin {margin:.1f} % < {minimum:g} %"
    return Reason.MARGIN_TOO_LOW, f"{variant.title}: nothing is paid for it"
