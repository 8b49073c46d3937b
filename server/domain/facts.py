"""What a decision may know of one order, by name: each fact is read here and nowhere else.

A fact that is None is unknown, which is not the same as zero, nothing or no: a condition on it never matches, and its
negation neither.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from server.domain.goods import UNSORTED, Goods, Memberships, line_of
from server.domain.orders import Purchase, VariantFacts
from server.domain.shopper import ShopperFacts


class Need(StrEnum):
    """A group of facts that costs a query; only what live conditions need is loaded."""

    CATALOGUE = "catalogue"
    HISTORY = "history"
    TIER = "tier"
    BASKETS = "baskets"
    PROFILE = "profile"
    CONSENT = "consent"
    SERVICE = "service"
    CLOCK = "clock"  # of the shop's own zone
    PLANS = "plans"  # by which the lines of an order are sold: no webhook tells, so that the order is asked for


class FactType(StrEnum):
    """How a fact is stored beside a decision, and compared."""

    NUMBER = "number"
    TEXT = "text"
    TEXTS = "texts"
    FLAG = "flag"
    TABLE = "table"
    GOODS = "goods"


@dataclass(frozen=True, slots=True)
class Context:
    """Where and when a decision is made. Hours and days are those of the shop's own zone."""

    surface: str = ""
    hour: int | None = None  # 0 to 23
    weekday: str | None = None  # mon to sun
    recipient_hour: int | None = None  # 0 to 23, where the shopper is
    is_page_eligible: bool | None = None
    campaign: Mapping[str, str] | None = None  # utm_source and the like, in small letters


@dataclass(frozen=True)
class Facts:
    """Everything that conditions may look at; a property without a value of its own is worked out once."""

    purchase: Purchase
    shopper: ShopperFacts
    goods: Mapping[str, VariantFacts]  # catalogue facts by variant id; what is in the order among them
    context: Context = field(default_factory=Context)
    memberships: Memberships = UNSORTED  # of the products in the order
    gathered: Goods | None = None  # the goods of the order as conditions compare them, where that was done before

    @property
    def order_value(self) -> int:
        return self.purchase.total

    @property
    def order_currency(self) -> str:
        return self.purchase.currency

    @cached_property
    def order_items(self) -> int:
        return sum(line.quantity for line in self.purchase.lines)

    @cached_property
    def order_goods(self) -> Goods:
        return self.gathered or Goods(
            tuple(line_of(each, self.goods.get(each.variant_id), self.memberships) for each in self.purchase.lines)
        )

    @cached_property
    def country(self) -> str | None:
        return _small(self.purchase.country_code)

    @cached_property
    def paid_in(self) -> str | None:
        return _small(self.purchase.presentment_currency)

    @cached_property
    def discount_codes(self) -> frozenset[str] | None:
        return _all_small(self.purchase.discount_codes)

    @cached_property
    def shipping_method(self) -> str | None:
        return _small(self.purchase.shipping_method)

    @cached_property
    def payment_methods(self) -> frozenset[str] | None:
        return _all_small(self.purchase.payment_methods)

    @cached_property
    def sales_channel(self) -> str | None:
        return _small(self.purchase.sales_channel)

    @property
    def subscription(self) -> str | None:
        return self.purchase.subscription

    @cached_property
    def market(self) -> str | None:
        return _small(self.purchase.market)

    @property
    def unit_id(self) -> str:
        return self.shopper.unit_id

    @property
    def surface(self) -> str | None:
        return self.context.surface

    @property
    def hour(self) -> int | None:
        return self.context.hour

    @property
    def weekday(self) -> str | None:
        return self.context.weekday

    @property
    def recipient_hour(self) -> int | None:
        return self.context.recipient_hour

    @property
    def is_page_eligible(self) -> bool | None:
        return self.context.is_page_eligible

    @property
    def campaign(self) -> Mapping[str, str] | None:
        return self.context.campaign

    @property
    def earlier_orders(self) -> int | None:
        return self.shopper.earlier_orders

    @property
    def is_first_order(self) -> bool | None:
        earlier = self.shopper.earlier_orders
        return None if earlier is None else earlier == 0

    @property
    def days_since_order(self) -> int | None:
        return self.shopper.days_since_order

    @property
    def spent(self) -> int | None:
        return self.shopper.spent

    @cached_property
    def tier(self) -> str | None:
        return _small(self.shopper.tier)

    @property
    def bought_goods(self) -> Goods | None:
        return self.shopper.bought

    @cached_property
    def customer_tags(self) -> frozenset[str] | None:
        return _all_small(self.shopper.profile.tags)

    @cached_property
    def segments(self) -> frozenset[str] | None:
        return _all_small(self.shopper.profile.segments)

    @cached_property
    def language(self) -> str | None:
        # "en-GB" is asked for as "en": conditions name languages, markets name countries.
        return _small((self.shopper.profile.locale or "").partition("-")[0])

    @cached_property
    def home_country(self) -> str | None:
        return _small(self.shopper.profile.country_code)

    @property
    def is_business(self) -> bool | None:
        return self.shopper.profile.is_business

    @cached_property
    def loyalty_tier(self) -> str | None:
        return _small(self.shopper.profile.loyalty_tier)

    @property
    def loyalty_points(self) -> int | None:
        return self.shopper.profile.loyalty_points

    @cached_property
    def predicted_spend(self) -> str | None:
        return _small(self.shopper.profile.predicted_spend)

    @property
    def agreed_channels(self) -> frozenset[str] | None:
        return self.shopper.agreed_channels

    @property
    def open_tickets(self) -> int | None:
        return self.shopper.service.open_tickets

    @property
    def last_ticket(self) -> str | None:
        return self.shopper.service.last_ticket

    @property
    def is_refund_pending(self) -> bool | None:
        return self.shopper.service.is_refund_pending


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: the attribute of `Facts` that has its value, what it is, and what it takes to know it."""

    name: str
    type: FactType
    need: Need | None = None
    is_certain: bool = False  # never unknown
    is_told: bool = True  # False: nothing tells it yet, so that a condition on it is always unknown


def _small(text: str | None) -> str | None:
    return text.casefold() if text else None


def _all_small(words: frozenset[str] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(each.casefold() for each in words)
