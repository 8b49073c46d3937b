"""Orders, the goods they hold, and the people who place them, as decisions need them.

Ids are the platform's own, as text (Shopify's numbers, without the gid prefix). Money is minor units of the
named currency.
"""

from dataclasses import dataclass, field
from datetime import datetime

from server.domain.locations import LocationStock, Stand
from server.domain.plans import SellingPlan


@dataclass(frozen=True, slots=True)
class LineItem:
    """One line of an order as it stands; prices are minor units of the order's (shop) currency.

    A line whose units were all refunded or removed stays, with quantity and total 0.
    """

    line_id: str
    variant_id: str | None  # None: a custom line, or the product is gone
    product_id: str | None
    title: str
    quantity: int
    unit_price: int
    total: int  # after discounts, of the units still there
    sku: str = ""
    # What the shopper saw, in minor units of the currency they paid in; None where it is not known.
    presentment_unit_price: int | None = None
    presentment_total: int | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A platform's order as it stood at `updated_at`.

    Amounts are minor units of `currency` (the shop's); `refunded` and `outstanding` follow the platform: an accepted
    offer whose charge failed leaves `outstanding` above zero. Those called presentment are minor units of
    `presentment_currency`, as the platform converted and rounded them for the shopper, and None where nobody told.
    """

    id: str
    name: str
    reference_id: str | None  # Shopify: checkout_token, which the one-click page calls referenceId
    customer_id: str | None
    email: str | None
    phone: str | None
    created_at: datetime
    updated_at: datetime
    currency: str
    presentment_currency: str
    total: int
    current_total: int
    lines: tuple[LineItem, ...]
    refunded: int = 0
    outstanding: int = 0
    cancelled_at: datetime | None = None
    financial_status: str = "pending"
    gateways: tuple[str, ...] = ()
    source_name: str = "web"
    country_code: str | None = None
    province_code: str | None = None
    has_shipping_address: bool = True
    locale: str | None = None
    first_name: str | None = None
    attributes: tuple[tuple[str, str], ...] = ()  # note attributes the cart carried
    discount_codes: tuple[str, ...] = ()
    shipping_method: str | None = None  # as the checkout named it
    is_test: bool = False
    presentment_total: int | None = None
    presentment_current_total: int | None = None
    starts_subscription: bool | None = None  # goods of it are sold by a selling plan; None: not told
    needs_shipping: bool | None = None  # goods of it are shipped; None: not told
    has_duties: bool | None = None
    # What only the API tells, and no notice: card, shop_pay, apple_pay, google_pay, paypal, installments, ...
    payment_kind: str | None = None
    fulfilment: str | None = None  # as the API told it last: on_hold, unfulfilled, fulfilled, ...

    @property
    def is_converted(self) -> bool:
        """Tell whether the shopper paid in another currency than the shop counts in, and what that was is known."""
        return self.presentment_currency != self.currency and self.presentment_current_total is not None

    def paid_for(self, line: LineItem) -> tuple[int, str]:
        """Return what one of the lines comes to as the shopper knows it, and in which currency that is."""
        if self.is_converted and line.presentment_total is not None:
            return line.presentment_total, self.presentment_currency
        return line.total, self.currency

    @property
    def paid(self) -> tuple[int, str]:
        """What the order comes to as its shopper knows it, and in which currency that is."""
        if self.is_converted and self.presentment_current_total is not None:
            return self.presentment_current_total, self.presentment_currency
        return self.current_total, self.currency


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    variant_id: str
    product_id: str
    quantity: int
    total: int
    plan_id: str | None = None  # of what was subscribed to; None as well where nobody told


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a decision may know of the order it belongs to, whether it came from a token or from the order itself."""

    reference_id: str
    currency: str
    total: int  # minor units of `currency`
    lines: tuple[PurchaseLine, ...]
    presentment_currency: str
    country_code: str | None = None
    customer_id: str | None = None
    # What the one-click page's token does not tell is known of placed orders alone: all but the subscription.
    discount_codes: frozenset[str] | None = None
    shipping_method: str | None = None
    payment_methods: frozenset[str] | None = None
    sales_channel: str | None = None
    subscription: str | None = None  # none | first | renewal
    presentment_total: int | None = None  # minor units of `presentment_currency`
    market: str | None = None


@dataclass(frozen=True, slots=True)
class VariantFacts:
    """One sellable thing as the catalogue holds it; prices are minor units of the shop's currency."""

    variant_id: str
    product_id: str
    title: str
    variant_title: str | None
    price: int
    available: int | None  # None: stock is not tracked
    is_sellable: bool  # the product is active and published
    tags: frozenset[str] = field(default_factory=frozenset)
    compare_at_price: int | None = None
    unit_cost: int | None = None
    sells_when_out_of_stock: bool = False
    description: str = ""
    image_url: str | None = None
    image_alt: str | None = None
    handle: str | None = None
    sku: str = ""
    product_type: str = ""
    vendor: str = ""
    stock_levels: tuple[int, ...] = ()  # of late, as `stock.remember` keeps them
    open_demand: int = 0  # units that offers on show may still take
    levels: tuple[LocationStock, ...] | None = None  # where it lies; None: not known, or not asked
    stands: tuple[Stand, ...] = ()  # of late, as `locations.remember_stand` keeps them
    is_by_plan_only: bool = False  # on sale, and not to be had but by subscription
    plans: tuple[SellingPlan, ...] = ()  # known where an offer asks for them
