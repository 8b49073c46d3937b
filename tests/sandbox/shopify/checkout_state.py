"""What a checkout knows when the buyer presses Pay: the argument of `orders.place_order`.

The storefront builds it, `checkout.state` stores it as JSON, and nothing in it is a price: prices, shipping
and tax come from the world.
"""

from typing import Literal, NotRequired, TypedDict

PaymentGateway = Literal[
    "bogus",
    "shopify_payments",
    "paypal",
    "apple_pay",
    "google_pay",
    "amazon_pay",
    "klarna",
    "affirm",
    "afterpay",
    "gift_card",
    "manual",
]


class CheckoutLine(TypedDict):
    """One line of the cart; with a selling plan it is the first of many deliveries."""

    variant_id: int
    quantity: int
    selling_plan_id: NotRequired[int | None]


class Address(TypedDict):
    """A postal address; names and phone are the buyer's."""

    address1: str
    address2: NotRequired[str | None]
    city: str
    province_code: str | None
    zip: str
    country_code: str


class DiscountCode(TypedDict):
    """A code the buyer entered. `value`: percent points for `percentage`, pence for `fixed_amount`.

    `variant_ids` are the goods that it is for, all of them where it names none; `is_each` takes the amount off each.
    """

    code: str
    type: Literal["percentage", "fixed_amount"]
    value: float
    variant_ids: NotRequired[list[int]]
    is_each: NotRequired[bool]


class NoteAttribute(TypedDict):
    """One additional detail of the cart."""

    name: str
    value: str


class CheckoutState(TypedDict):
    """Everything about one checkout.

    `email`, `phone` (E.164), names and address are None where the buyer gave none; `shipping_address` None
    means digital or pick-up. `checkout_token` is 32 hex digits and becomes the order's token and the
    post-purchase reference id. `customer_id` is set for a signed-in buyer; else the buyer is matched by
    e-mail or created; a checkout with neither e-mail nor phone makes a guest order. `accepts_*` are the
    consent boxes: True subscribes, False changes nothing. `post_purchase` True holds the order for the
    one-click page. `presentment_rate` is presentment money per unit of shop money.
    """

    checkout_token: str
    lines: list[CheckoutLine]
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    shipping_address: Address | None
    accepts_email: bool
    accepts_sms: bool
    payment_gateway: PaymentGateway
    presentment_currency: str
    discount_codes: list[DiscountCode]
    note_attributes: list[NoteAttribute]
    landing_site: str | None
    locale: str
    customer_id: NotRequired[int | None]
    cart_token: NotRequired[str | None]
    presentment_rate: NotRequired[float]
    post_purchase: NotRequired[bool]
