"""Whether goods may be offered for an order, and at what price: asked at the decision, at the click and at the send."""

from dataclasses import dataclass, field, replace

from server.core.money import Money
from server.domain.offered import AppliedDiscount, Offered
from server.domain.offers import Discount
from server.domain.orders import Purchase, VariantFacts
from server.domain.plans import PlanTerms, SellingPlan, terms_of
from server.domain.reasons import Reason
from server.domain.stock import Stock, is_unknown, shortage

Block = tuple[Reason, str]  # with the values compared


@dataclass(frozen=True, slots=True)
class Refused:
    """What this shopper is not offered: what was declined or shown for this order, and what other orders tell."""

    variant_ids: frozenset[str] = field(default_factory=frozenset)
    bought_products: frozenset[str] = field(default_factory=frozenset)  # within the days that the rules name
    declined_products: frozenset[str] = field(default_factory=frozenset)
    subscribed_products: frozenset[str] = field(default_factory=frozenset)  # on the same page

    def after_acceptance(self, offered: Offered) -> "Refused":
        subscribed = offered.products if offered.is_subscription else frozenset()
        return replace(
            self,
            bought_products=self.bought_products | offered.products,
            subscribed_products=self.subscribed_products | subscribed,
        )

    def after_decline(self, offered: Offered) -> "Refused":
        """Refuse what was declined; another size of it may still be what the shopper wants."""
        return replace(self, variant_ids=self.variant_ids | offered.variant_ids)


NOTHING_REFUSED = Refused()


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs before and after the discount that is on it; by a plan, both on its `terms`."""

    full: Money
    reduced: Money
    discount: AppliedDiscount | None = None
    terms: PlanTerms | None = None


def block_of(
    variant: VariantFacts | None,
    *,
    quantity: int,
    stock: Stock,
    purchase: Purchase,
    refused: Refused = NOTHING_REFUSED,
    is_of_family: bool = False,
    is_subscription: bool = False,
    is_repeat: bool = False,
) -> Block | None:
    """Return why a variant may not be offered for this order; None when it may.

    However low the minimum, there must be as much in stock as the offer would add. A dearer variant `is_of_family` of
    what is in the order, so that other variants of the same product are no bar; a subscription that `is_repeat` may be
    of the very goods that were bought. The platform takes one subscription for an order.
    """
    if variant is None:
        return Reason.UNKNOWN_PRODUCT, ""
    if not (variant.is_sellable or (is_subscription and variant.is_by_plan_only)) or variant.price <= 0:
        return Reason.NOT_SELLABLE, variant.title
    if is_subscription and (refused.subscribed_products or any(each.plan_id for each in purchase.lines)):
        return Reason.ALREADY_SUBSCRIBED, variant.title
    if not is_repeat and any(
        _is_same(variant, each.variant_id, each.product_id, is_of_family) for each in purchase.lines
    ):
        return Reason.ALREADY_IN_ORDER, variant.title
    if variant.variant_id in refused.variant_ids:
        return Reason.ALREADY_DECLINED, variant.title
    if not is_repeat and variant.product_id in refused.bought_products:
        return Reason.BOUGHT_LATELY, variant.title
    if variant.product_id in refused.declined_products:
        return Reason.DECLINED_LATELY, variant.title
    return _stock_block(variant, stock, quantity=quantity)


def _stock_block(variant: VariantFacts, stock: Stock, *, quantity: int) -> Block | None:
    if is_unknown(variant, stock):
        return Reason.STOCK_UNKNOWN, variant.title
    short = shortage(variant, stock, quantity=quantity)
    return (Reason.STOCK_BELOW_MINIMUM, f"{variant.title}: {short}") if short else None


def _is_same(variant: VariantFacts, variant_id: str, product_id: str, is_of_family: bool) -> bool:  # noqa: FBT001 - as above
    return variant.variant_id == variant_id or (variant.product_id == product_id and not is_of_family)


def price_of(
    variant: VariantFacts,
    *,
    discount: Discount | None,
    minimum_margin: float | None,
    currency: str,
    plan: SellingPlan | None = None,
    later_shipping: int = 0,
) -> Price | Block:
    """Return what one unit costs after the discount, in minor units of `currency`, or why it has no such price.

    By a plan, that is what is paid now; `later_shipping` is what sending costs each time after.
    """
    full, applied = Money(variant.price, currency), None
    terms = terms_of(plan, full, shipping=later_shipping) if plan is not None else None
    asked = Money(terms.unit_price, currency) if terms is not None else full
    if discount is not None:
        applied = discount.in_currency(currency)
        if applied is None:
            return Reason.NO_AMOUNT_IN_CURRENCY, f"{variant.title}: no amount off in {currency}"
    reduced = applied.reduce(asked) if applied is not None else asked
    if reduced is None:
        off = applied.amount.text() if applied is not None and applied.amount is not None else "?"
        return Reason.DISCOUNT_ABOVE_PRICE, f"{variant.title}: {off} off {asked.text()} {currency}"
    lowest = min(reduced.minor, terms.lowest_price) if terms is not None else reduced.minor
    blocked = margin_block(variant.title, paid=lowest, cost=variant.unit_cost, minimum=minimum_margin)
    return blocked or Price(full, reduced, applied, terms)


def margin_block(title: str, *, paid: int, cost: int | None, minimum: float | None) -> Block | None:
    """Return why goods may not be sold at a price, because too little would be left; `minimum` is percent of it."""
    if minimum is None:
        return None
    if cost is None:
        return Reason.COST_UNKNOWN, title
    if paid > 0:
        margin = 100 * (paid - cost) / paid
        if margin >= minimum:
            return None
        return Reason.MARGIN_TOO_LOW, f"{title}: margin {margin:.1f} % < {minimum:g} %"
    return Reason.MARGIN_TOO_LOW, f"{title}: nothing is paid for it"
