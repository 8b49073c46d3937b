"""What a rule document proposes to a shopper: goods, how they are found, and what they cost less."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.core.money import Money
from server.domain.offered import AppliedDiscount, ShippingPrice
from server.domain.page_layout import USUAL_LAYOUT, Layout
from server.domain.page_words import NO_TEXTS, Texts, Translation
from server.domain.plans import PlanChoice

AS_SUBSCRIPTION = "as_subscription"


@dataclass(frozen=True, slots=True)
class Discount:
    """A reduction of the unit price: in percent (0 < percent <= 100), or by an amount that is set for each currency.

    `amounts` are minor units by currency code; one of the two is set.
    """

    title: str
    percent: Decimal | None = None
    amounts: Mapping[str, int] | None = None

    def in_currency(self, currency: str) -> AppliedDiscount | None:
        """Return the discount as it stands on an offer in one currency; None where no amount is set for that."""
        if self.percent is not None:
            return AppliedDiscount(self.title, percent=self.percent)
        off = (self.amounts or {}).get(currency)
        return AppliedDiscount(self.title, amount=Money(off, currency)) if off is not None else None


@dataclass(frozen=True, slots=True)
class Shipping:
    """What sending the goods of an offer costs, in minor units by currency; 0 is free."""

    title: str
    amounts: Mapping[str, int]

    def in_currency(self, currency: str) -> ShippingPrice | None:
        """Return the price in one currency; None where none is set for that."""
        price = self.amounts.get(currency)
        return ShippingPrice(self.title, Money(price, currency)) if price is not None else None


@dataclass(frozen=True, slots=True)
class BundlePrice:
    """What the goods of a bundle cost together, in minor units by currency; the title stands on the order."""

    title: str
    amounts: Mapping[str, int]

    def in_currency(self, currency: str) -> Money | None:
        """Return the price in one currency; None where none is set for that."""
        price = self.amounts.get(currency)
        return Money(price, currency) if price is not None else None


@dataclass(frozen=True, slots=True)
class Band:
    """How much dearer goods may be than what was bought, in percent of its price, and in which family they are.

    `family` is "type" (goods of the same product type) or "product" (other variants of the same product).
    """

    family: str = "type"
    at_least: float = 10
    at_most: float = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """What candidates are looked for by; the same for every offer that looks for the same."""

    source: str
    pairing: str | None = None
    band: Band | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A quantity that the shopper may take instead, and the discount that this earns."""

    quantity: int
    discount: Discount | None = None


@dataclass(frozen=True, slots=True)
class Quantities:
    """The quantities that the shopper may choose among: every one from `least` to `most`."""

    most: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Offer:
    """What a step proposes: which goods (one source, then alternatives), at what discount, above what stock.

    `source` says where goods come from: "fixed" (`variant_ids` are tried in order), "bundle" (all of `variant_ids`
    together), "bought_together" (found in the shop's own orders), "dearer" (the same family within a `band` of prices),
    "paired" (a pairing of tags, by its id) or "as_subscription" (what was just bought). `variant_ids` are the
    alternatives after what was found.
    `minimum_stock` and `minimum_margin` (percent of what is paid) None take the shop-wide defaults. The shopper may
    choose another variant of the same product where `has_variant_choice`, and another quantity from `breaks` and
    `quantities`. A bundle may have one `price` in place of a discount. Goods are sold once, or by the plan that
    `subscription` chooses. On the page the offer ends `ends_after_minutes` after it was first seen, where that is set.
    """

    id: str
    source: str
    variant_ids: tuple[str, ...] = ()
    pairing: str | None = None
    band: Band | None = None
    quantity: int = 1
    breaks: tuple[Break, ...] = ()
    quantities: Quantities | None = None
    has_variant_choice: bool = False
    discount: Discount | None = None
    price: BundlePrice | None = None
    subscription: PlanChoice | None = None
    shipping: Shipping | None = None
    minimum_stock: int | None = None
    minimum_margin: float | None = None
    ends_after_minutes: int | None = None
    layout: Layout = USUAL_LAYOUT
    texts: Texts = NO_TEXTS
    translations: tuple[Translation, ...] = ()

    @property
    def discounts(self) -> dict[int, Discount | None]:
        """The discount of every quantity that may be had; one that a break earns holds up to the next break."""
        found, held = {self.quantity: self.discount}, self.quantities
        breaks = {each.quantity: each.discount for each in self.breaks}
        for quantity in range(held.least, held.most + 1) if held is not None else ():
            earned = max((each for each in breaks if each <= quantity), default=None)
            found.setdefault(quantity, breaks[earned] if earned is not None else self.discount)
        return dict(sorted((found | breaks).items()))

    @property
    def is_of_page_only(self) -> bool:
        """Tell whether no message can sell it: a link leads to one variant, sold once."""
        return self.source == "bundle" or self.subscription is not None

    def later_shipping(self, currency: str) -> int | None:
        """Return what sending a subscription costs each time after the first; None where no amount is set for that.

        Unless it is said, as much as the first time.
        """
        if self.subscription is None:
            return 0
        if self.subscription.shipping is not None:
            return self.subscription.shipping.get(currency)
        return self.shipping.amounts.get(currency) if self.shipping is not None else 0

    @property
    def wanted(self) -> Wanted | None:
        """What has to be looked for; None where the document, or the order, names all goods itself."""
        if self.source in ("fixed", "bundle", AS_SUBSCRIPTION):
            return None
        band = (self.band or Band()) if self.source == "dearer" else None
        return Wanted(self.source, self.pairing if self.source == "paired" else None, band)
