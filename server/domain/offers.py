"""What is proposed to a shopper, and the changes to an order that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.core.errors import AppError
from server.core.money import Money
from server.domain.orders import VariantFacts


class InvalidOffer(AppError):
    code = "invalid_offer"


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction of the unit price: in percent (0 < percent <= 100), or by an amount that is set for each currency.

    `amounts` are minor units by currency code; one of the two is set.
    """

    title: str
    percent: Decimal | None = None
    amounts: Mapping[str, int] | None = None

    def in_currency(self, currency: str) -> "AppliedDiscount":
        """Return the discount as it stands on an offer that is made in one currency."""
        off = (self.amounts or {}).get(currency)
        return AppliedDiscount(self.title, self.percent, Money(off, currency) if off is not None else None)

    def reduce(self, price: Money) -> Money | None:
        """Return what is left to pay; None where no amount is set for the currency, or it is more than the price."""
        if self.percent is not None:
            return price.less_percent(self.percent)
        off = (self.amounts or {}).get(price.currency)
        return Money(price.minor - off, price.currency) if off is not None and off <= price.minor else None


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount on the unit price of one offer: in percent, or by an amount."""

    title: str
    percent: Decimal | None = None
    amount: Money | None = None


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
    the shop's own orders and `variant_ids` are the alternatives after them). `minimum_stock` and `minimum_margin`
    (percent of what is paid) None take the shop-wide defaults.
    """

    id: str
    source: str
    variant_ids: tuple[str, ...] = ()
    quantity: int = 1
    discount: Discount | None = None
    minimum_stock: int | None = None
    minimum_margin: float | None = None
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
    discount: AppliedDiscount | None
    minimum_stock: int
    reason_line: str | None
    texts: Texts


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the initial purchase: add `quantity` of a variant, perhaps at a discount."""

    variant_id: str
    quantity: int
    discount: AppliedDiscount | None = None


def price_offer(
    *,
    offer: Offer,
    funnel_id: str,
    variant: VariantFacts,
    reduced: Money,
    minimum_stock: int,
    reason_line: str | None,
) -> OfferedVariant:
    """Return `offer` made with one variant, at a price that is `reduced` by its discount."""
    return OfferedVariant(
        funnel_id=funnel_id,
        offer_id=offer.id,
        variant_id=variant.variant_id,
        product_id=variant.product_id,
        quantity=offer.quantity,
        currency=reduced.currency,
        unit_price=variant.price,
        discounted_unit_price=reduced.minor,
        discount=offer.discount.in_currency(reduced.currency) if offer.discount else None,
        minimum_stock=minimum_stock,
        reason_line=offer.texts.reason or reason_line,
        texts=offer.texts,
    )


def build_changes(offered: OfferedVariant) -> tuple[Change, ...]:
    """Return the changes that an acceptance of `offered` makes.

    Raises:
        InvalidOffer: the offer would add nothing, or its discount is none, or more than all.
    """
    if offered.quantity < 1:
        raise InvalidOffer("An offer must add at least one item.", offer_id=offered.offer_id)
    if offered.discount and not _is_sound(offered.discount, offered.unit_price):
        raise InvalidOffer(
            "A discount lies above 0 and at most at 100 percent, or at most at the price.", offer_id=offered.offer_id
        )
    return (Change(offered.variant_id, offered.quantity, offered.discount),)


def _is_sound(discount: AppliedDiscount, price: int) -> bool:
    if discount.percent is not None:
        return 0 < discount.percent <= 100  # noqa: PLR2004 - percent
    return discount.amount is not None and 0 < discount.amount.minor <= price
