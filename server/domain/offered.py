"""What a decision settled on: goods with their prices, and the changes to an order that accepting them makes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from server.core.errors import AppError
from server.core.money import Money
from server.domain.page_layout import USUAL_LAYOUT, Layout
from server.domain.page_words import NO_TEXTS, Texts, Translation
from server.domain.plans import PlanTerms


class InvalidOffer(AppError):
    code = "invalid_offer"


@dataclass(frozen=True, slots=True)
class AppliedDiscount:
    """A discount on the unit price of one offer: in percent, or by an amount."""

    title: str
    percent: Decimal | None = None
    amount: Money | None = None

    def reduce(self, price: Money) -> Money | None:
        """Return what is left to pay; None where the amount is more than the price."""
        if self.percent is not None:
            return price.less_percent(self.percent)
        off = self.amount.minor if self.amount is not None else 0
        return Money(price.minor - off, price.currency) if off <= price.minor else None


@dataclass(frozen=True, slots=True)
class ShippingPrice:
    """What sending the goods costs beside them; 0 is free, and said to be."""

    title: str
    price: Money


@dataclass(frozen=True, slots=True)
class OfferedItem:
    """Some units of one variant; prices are of one unit, in minor units of the offer's currency.

    Of a subscription `discounted_unit_price` is paid now: the plan's price after the discount. The order held so many
    `lines_before` of the variant already.
    """

    variant_id: str
    product_id: str
    quantity: int
    unit_price: int
    discounted_unit_price: int
    discount: AppliedDiscount | None = None
    plan: PlanTerms | None = None
    lines_before: int = 0

    @property
    def total(self) -> int:
        return self.quantity * self.discounted_unit_price


@dataclass(frozen=True, slots=True)
class Offered:
    """One offer as it is made: `items` are accepted together; `choices` stand for the only item, one instead of it.

    `arm` is None outside a test of arms. `locations` and `at_one_location` tell whose stock counts, at the click too.
    `bought` is the title of what led to the goods, and `found_by` how, where it was looked for. The offer ends
    `ends_after_minutes` after it was first seen, where that is set.
    """

    funnel_id: str
    step_id: str
    offer_id: str
    currency: str
    items: tuple[OfferedItem, ...]
    minimum_stock: int
    choices: tuple[OfferedItem, ...] = ()
    arm: str | None = None
    reason_line: str | None = None
    texts: Texts = NO_TEXTS
    translations: tuple[Translation, ...] = ()
    layout: Layout = USUAL_LAYOUT
    bought: str | None = None
    found_by: str | None = None
    ends_after_minutes: int | None = None
    shipping: ShippingPrice | None = None  # None: none is added
    locations: tuple[str, ...] = ()
    at_one_location: bool = False

    @property
    def item(self) -> OfferedItem:
        """The first of the goods: the only one, but for bundles."""
        return self.items[0]

    @property
    def variant_ids(self) -> frozenset[str]:
        """Every variant that an acceptance may add."""
        return frozenset(each.variant_id for each in (*self.items, *self.choices))

    @property
    def is_subscription(self) -> bool:
        return self.item.plan is not None

    @property
    def lines_before(self) -> dict[str, int]:
        """How many lines of its goods the order held already, where it held any."""
        return {each.variant_id: each.lines_before for each in (*self.items, *self.choices) if each.lines_before}

    @property
    def products(self) -> frozenset[str]:
        return frozenset(each.product_id for each in self.items)

    def chosen(self, choice: int | None) -> tuple[OfferedItem, ...]:
        """Return the goods of the offer, or of one of its other choices, counted from 0.

        Raises:
            InvalidOffer: there is no such choice.
        """
        if choice is None:
            return self.items
        if not 0 <= choice < len(self.choices):
            raise InvalidOffer("The offer has no such choice.", offer_id=self.offer_id)
        return (self.choices[choice],)


ACCEPTED, DECLINED = "a", "d"
FIRST = "0"


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """One step of what is offered, at the place that the shopper's answers lead to.

    The first step's `path` is "0"; what follows an acceptance has an "a" behind it, what follows a decline a "d".
    """

    path: str
    offered: Offered


def answers_before(path: str) -> Iterator[tuple[str, str]]:
    """Yield the steps that lead to one, each with the answer that was given there."""
    for end in range(1, len(path)):
        yield path[:end], path[end]


# A step's path, and perhaps one of its choices: "0", "0da", "0a.2".
_OPTION = re.compile(r"(?P<path>0[ad]*)(\.(?P<choice>[0-9]{1,3}))?")


def read_option(option_id: str) -> tuple[str, int | None] | None:
    """Return the path and the choice that an option such as "0" or "0a.2" names; None where it is none."""
    named = _OPTION.fullmatch(option_id)
    if named is None:
        return None
    return named["path"], int(named["choice"]) if named["choice"] else None


@dataclass(frozen=True, slots=True)
class Change:
    """One change to the initial purchase: add `quantity` of a variant, perhaps at a discount."""

    variant_id: str
    quantity: int
    discount: AppliedDiscount | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionChange:
    """A subscription to `quantity` of a variant by a selling plan, with what sending it costs now and each time after.

    Whether the platform takes the discount off later payments too is not written anywhere: the page promises it for
    the first alone.
    """

    variant_id: str
    plan_id: str
    quantity: int
    first_shipping: ShippingPrice
    later_shipping: Money
    discount: AppliedDiscount | None = None


AnyChange = Change | SubscriptionChange | ShippingPrice
_SHIPPING_TITLE = "Shipping"  # of a subscription that is sent for nothing: the platform wants a line for it


def build_changes(offered: Offered, choice: int | None = None) -> tuple[AnyChange, ...]:
    """Return the changes that an acceptance of `offered`, or of one of its choices, makes.

    Raises:
        InvalidOffer: the offer would add nothing, or its discount is none, or more than all.
    """
    items = offered.chosen(choice)
    for item in items:
        if item.quantity < 1:
            raise InvalidOffer("An offer must add at least one item.", offer_id=offered.offer_id)
        if item.discount and not _is_sound(item.discount, item.plan.unit_price if item.plan else item.unit_price):
            raise InvalidOffer(
                "A discount lies above 0 and at most at 100 percent, or at most at the price.",
                offer_id=offered.offer_id,
            )
    changes = tuple(_change(offered, item) for item in items)
    # Sending a subscription is part of its own change.
    return changes if offered.shipping is None or offered.is_subscription else (*changes, offered.shipping)


def _change(offered: Offered, item: OfferedItem) -> Change | SubscriptionChange:
    if item.plan is None:
        return Change(item.variant_id, item.quantity, item.discount)
    nothing = Money(0, offered.currency)
    return SubscriptionChange(
        variant_id=item.variant_id,
        plan_id=item.plan.plan_id,
        quantity=item.quantity,
        first_shipping=offered.shipping or ShippingPrice(_SHIPPING_TITLE, nothing),
        later_shipping=Money(item.plan.shipping, offered.currency),
        discount=item.discount,
    )


def _is_sound(discount: AppliedDiscount, price: int) -> bool:
    if discount.percent is not None:
        return 0 < discount.percent <= 100  # noqa: PLR2004 - percent
    return discount.amount is not None and 0 < discount.amount.minor <= price
