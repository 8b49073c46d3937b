"""The checkout's form: fields as typed, and the CheckoutState that they make."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from tests.sandbox.browser.buyers import Buyer
from tests.sandbox.browser.cart import Cart
from tests.sandbox.shopify.checkout_state import (
    Address,
    CheckoutState,
    DiscountCode,
    NoteAttribute,
    PaymentGateway,
)
from tests.sandbox.shopify.money import RATES

COUNTRIES = {
    "GB": "United Kingdom",
    "AU": "Australia",
    "AT": "Austria",
    "BE": "Belgium",
    "CA": "Canada",
    "DK": "Denmark",
    "FR": "France",
    "DE": "Germany",
    "IE": "Ireland",
    "IT": "Italy",
    "NL": "Netherlands",
    "NO": "Norway",
    "PT": "Portugal",
    "ES": "Spain",
    "SE": "Sweden",
    "CH": "Switzerland",
    "US": "United States",
}
_DIALLING = {
    "GB": "44", "AU": "61", "AT": "43", "BE": "32", "CA": "1", "DK": "45", "FR": "33", "DE": "49", "IE": "353",
    "IT": "39", "NL": "31", "NO": "47", "PT": "351", "ES": "34", "SE": "46", "CH": "41", "US": "1",
}  # fmt: skip

# Way of paying -> label, and the gateway the order names. Shop Pay runs on the shop's own card gateway.
PAYMENTS: dict[str, tuple[str, PaymentGateway]] = {
    "card": ("Credit or debit card", "bogus"),
    "shop_pay": ("Shop Pay", "shopify_payments"),
    "paypal": ("PayPal", "paypal"),
    "apple_pay": ("Apple Pay", "apple_pay"),
    "google_pay": ("Google Pay", "google_pay"),
    "amazon_pay": ("Amazon Pay", "amazon_pay"),
    "klarna": ("Klarna, pay in three", "klarna"),
    "affirm": ("Affirm, pay over time", "affirm"),
    "afterpay": ("Afterpay, pay in four", "afterpay"),
    "gift_card": ("Gift card", "gift_card"),
}

# The codes this shop takes. Percent points, or pence.
DISCOUNT_CODES: dict[str, DiscountCode] = {
    "WELCOME10": {"code": "WELCOME10", "type": "percentage", "value": 10},
    "FIVEROFF": {"code": "FIVEROFF", "type": "fixed_amount", "value": 500},
}

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")


@dataclass(frozen=True, kw_only=True)
class CheckoutForm:
    """The fields as the buyer left them, trimmed; choices outside their lists fall back to the first one."""

    email: str = ""
    phone: str = ""
    accepts_email: bool = False
    accepts_sms: bool = False
    delivery: str = "ship"
    country: str = "GB"
    first_name: str = ""
    last_name: str = ""
    address1: str = ""
    address2: str = ""
    city: str = ""
    province: str = ""
    zip: str = ""
    discount_code: str = ""
    presentment_currency: str = "GBP"
    payment: str = "card"
    card_number: str = "1"
    refuse_later: bool = False

    @property
    def is_pickup(self) -> bool:
        return self.delivery == "pickup"

    @property
    def is_local(self) -> bool:
        return self.delivery == "local"

    @property
    def rate(self) -> float:
        return RATES[self.presentment_currency]


_CHOICES: dict[str, Any] = {
    "delivery": ("ship", "local", "pickup"),
    "country": COUNTRIES,
    "presentment_currency": RATES,
    "payment": PAYMENTS,
}


def read_form(posted: Mapping[str, str]) -> CheckoutForm:
    """Return the form of posted fields; unknown names are ignored, a missing box is not ticked."""
    values: dict[str, Any] = {}
    for field in fields(CheckoutForm):
        if field.type in (bool, "bool"):
            values[field.name] = bool(posted.get(field.name))
        elif field.name in posted:
            values[field.name] = " ".join(posted[field.name].split())[:200]
    for name, choices in _CHOICES.items():
        if values.get(name) not in choices:
            values.pop(name, None)
    return CheckoutForm(**values)


def stored_form(content: Mapping[str, Any]) -> CheckoutForm:
    """Return the form that `asdict` made, as it lies in the checkout's row."""
    return CheckoutForm(**content)


def form_of(buyer: Buyer, form: CheckoutForm) -> CheckoutForm:
    """Return the form filled in for a buyer; what is not the buyer's own stays."""
    return replace(
        form,
        email=buyer.email,
        phone=buyer.phone,
        first_name=buyer.first_name,
        last_name=buyer.last_name,
        address1=buyer.address["address1"],
        address2=buyer.address.get("address2") or "",
        city=buyer.address["city"],
        province=buyer.address["province_code"] or "",
        zip=buyer.address["zip"],
        country=buyer.address["country_code"],
        accepts_email=buyer.ticks_email,
        accepts_sms=buyer.ticks_sms,
        presentment_currency=buyer.currency,
        delivery="ship",
    )


def faults(form: CheckoutForm, *, needs_shipping: bool, discount: DiscountCode | None = None) -> dict[str, str]:
    """Return what keeps the buyer from paying: field name to a sentence for the buyer.

    `discount` is what the code that was entered stands for.
    """
    found: dict[str, str] = {}
    if not form.email and not form.phone:
        found["email"] = "Enter an e-mail address or a phone number."
    elif form.email and not _EMAIL.fullmatch(form.email):
        found["email"] = "Enter a full e-mail address, such as name@example.com."
    if form.phone and e164(form.phone, form.country) is None:
        found["phone"] = "Enter a phone number with its area code, such as 07700 900123."
    if form.accepts_email and not form.email:
        found["email"] = "Enter an e-mail address to get e-mails."
    if form.accepts_sms and not form.phone:
        found["phone"] = "Enter a phone number to get text messages."
    if needs_shipping and not form.is_pickup:
        asked = {"last_name": "a last name", "address1": "an address", "city": "a city", "zip": "a postcode"}
        found |= {name: f"Enter {what}." for name, what in asked.items() if not getattr(form, name)}
    if form.discount_code and discount is None:
        found["discount_code"] = "This discount code is not valid."
    return found


def e164(phone: str, country: str) -> str | None:
    """Return the number in E.164, read as dialled in `country`, or None when it is none."""
    digits = re.sub(r"[\s().-]", "", phone)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    if not digits.startswith("+"):
        digits = f"+{_DIALLING[country]}{digits.removeprefix('0')}"
    return digits if re.fullmatch(r"\+[1-9][0-9]{7,14}", digits) else None


def checkout_state(
    form: CheckoutForm,
    cart: Cart,
    *,
    token: str,
    needs_shipping: bool,
    discount: DiscountCode | None = None,
    post_purchase: bool = False,
) -> CheckoutState:
    """Return what `orders.place_order` takes; the form must have no faults when it is paid."""
    attributes: list[NoteAttribute] = [{"name": name, "value": value} for name, value in cart.attributes.items()]
    return {
        "checkout_token": token,
        "cart_token": cart.token,
        "lines": [
            {"variant_id": key, "quantity": count, "selling_plan_id": cart.selling_plan}
            for key, count in cart.lines.items()
        ],
        "email": form.email or None,
        "phone": e164(form.phone, form.country) if form.phone else None,
        "first_name": form.first_name or None,
        "last_name": form.last_name or None,
        "shipping_address": _address(form) if needs_shipping and not form.is_pickup else None,
        "accepts_email": form.accepts_email,
        "accepts_sms": form.accepts_sms,
        "payment_gateway": PAYMENTS[form.payment][1],
        "presentment_currency": form.presentment_currency,
        "presentment_rate": form.rate,
        "discount_codes": [discount] if discount else [],
        "note_attributes": attributes,
        "landing_site": cart.landing_site,
        "locale": "en-US" if form.country == "US" else "en-GB",
        "post_purchase": post_purchase,
    }


def _address(form: CheckoutForm) -> Address:
    return {
        "address1": form.address1,
        "address2": form.address2 or None,
        "city": form.city,
        "province_code": form.province or None,
        "zip": form.zip,
        "country_code": form.country,
    }


def form_content(form: CheckoutForm) -> dict[str, Any]:
    """Return the form as JSON content for the checkout's row."""
    return asdict(form)
