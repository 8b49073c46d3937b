"""What is proposed to a shopper, and the changes to an order that follow from it."""

from dataclasses import dataclass
from decimal import Decimal

from server.core.errors import AppError
from server.core.money import Money
from server.domain.orders import VariantFacts


class InvalidOffer(AppError):
    code = "invalid_offer"


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction in percent of the unit price, 0 < percent <= 100."""

    percent: Decimal
    title: str


@dataclass(frozen=True, slots=True)
class Texts:
    """The merchant's words; None falls back to the defaults of the page or the message."""

    heading: str | None = None
    accept: str | None = None
    decline: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What a funnel proposes: which goods (one source, then alternatives), at what discount, above what stock.

    `source` is "fixed" (then `variant_ids` are tried in order) or "bought_together" (then candidates come from
    the shop's own orders and `variant_ids` are the alternatives after them). `minimum_stock` None takes the
    shop-wide default.
    """

    id: str
    source: str
    variant_ids: tuple[str, ...]
    quantity: int = 1
    discount: Discount | None = None
    minimum_stock: int | None = None
    texts: Texts = Texts()


@dataclass(frozen=True, slots=True)
class OfferedVariant:
    """The goods that a decision settled on, priced; minor units of `currency`, per unit."""

    funnel_id: str
    offer_id: str
    variant_id: str
    product_id: str
    quantity: int
    currency: str
    unit_price: int
    discounted_unit_price: int
    discount: Discount | None
    minimum_stock: int
    reason_line: str | None
    texts: Texts


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the initial purchase: add `quantity` of a variant, perhaps at a discount."""

    variant_id: str
    quantity: int
    discount: Discount | None = None


def price_offer(
    *,
    offer: Offer,
    funnel_id: str,
    variant: VariantFacts,
    currency: str,
    minimum_stock: int,
    reason_line: str | None,
) -> OfferedVariant:
    """Price `offer` for one variant, in the shop's currency."""
    full = Money(variant.price, currency)
    reduced = full.less_percent(offer.discount.percent) if offer.discount else full
    return OfferedVariant(
        funnel_id=funnel_id,
        offer_id=offer.id,
        variant_id=variant.variant_id,
        product_id=variant.product_id,
        quantity=offer.quantity,
        currency=currency,
        unit_price=full.minor,
        discounted_unit_price=reduced.minor,
        discount=offer.discount,
        minimum_stock=minimum_stock,
        reason_line=offer.texts.reason or reason_line,
        texts=offer.texts,
    )


def build_changes(offered: OfferedVariant) -> tuple[Change, ...]:
    """Return the changes that an acceptance of `offered` makes.

    Raises:
        InvalidOffer: the offer would add nothing, or its discount lies outside 0 to 100 percent.
    """
    if offered.quantity < 1:
        raise InvalidOffer("An offer must add at least one item.", offer_id=offered.offer_id)
    if offered.discount and not Decimal(0) < offered.discount.percent <= Decimal(100):
        raise InvalidOffer("A discount lies above 0 and at most at 100 percent.", offer_id=offered.offer_id)
    return (Change(variant_id=offered.variant_id, quantity=offered.quantity, discount=offered.discount),)
