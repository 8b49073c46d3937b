from dataclasses import replace

import pytest

from tests.sandbox.browser.cart import Cart
from tests.sandbox.browser.checkout_form import (
    DISCOUNT_CODES,
    PAYMENTS,
    CheckoutForm,
    checkout_state,
    e164,
    faults,
    form_content,
    read_form,
    stored_form,
)

CART = Cart(token="c" * 32, lines={7: 2}, attributes={"gift": "yes"}, landing_site="/store?utm_source=sms")
FULL = CheckoutForm(
    email="ann@example.com",
    phone="07700 900123",
    last_name="Ashdown",
    address1="1 Long Lane",
    city="Leeds",
    zip="LS1 1AA",
)


def test_a_full_form_has_no_faults() -> None:
    assert faults(FULL, needs_shipping=True) == {}


def test_a_form_survives_storing() -> None:
    assert stored_form(form_content(FULL)) == FULL


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "", "phone": ""}, "email"),
        ({"email": "ann"}, "email"),
        ({"email": "ann@example"}, "email"),
        ({"phone": "12"}, "phone"),
        ({"phone": "ring me"}, "phone"),
        ({"email": "", "accepts_email": True}, "email"),
        ({"phone": "", "accepts_sms": True}, "phone"),
        ({"last_name": ""}, "last_name"),
        ({"address1": ""}, "address1"),
        ({"city": ""}, "city"),
        ({"zip": ""}, "zip"),
        ({"discount_code": "NOPE"}, "discount_code"),
    ],
)
def test_each_missing_thing_is_named_at_its_field(change: dict[str, object], field: str) -> None:
    assert list(faults(replace(FULL, **change), needs_shipping=True)) == [field]  # type: ignore[arg-type]  # by name


def test_a_pickup_or_a_download_needs_no_address() -> None:
    bare = CheckoutForm(email="ann@example.com")
    assert faults(replace(bare, delivery="pickup"), needs_shipping=True) == {}
    assert faults(bare, needs_shipping=False) == {}


def test_posted_fields_are_trimmed_and_choices_kept_to_their_lists() -> None:
    form = read_form(
        {"email": " ann@example.com ", "country": "XX", "payment": "cheque", "accepts_sms": "1", "evil": "1"}
    )
    assert form == CheckoutForm(email="ann@example.com", accepts_sms=True)


@pytest.mark.parametrize(
    ("typed", "country", "expected"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("+44 7700 900123", "US", "+447700900123"),
        ("0044 7700 900123", "GB", "+447700900123"),
        ("(212) 555-0101", "US", "+12125550101"),
        ("123", "GB", None),
        ("+0123456789", "GB", None),
    ],
)
def test_phone_numbers_are_read_as_dialled_in_the_buyers_country(
    typed: str, country: str, expected: str | None
) -> None:
    assert e164(typed, country) == expected


def test_the_state_holds_what_the_order_needs() -> None:
    form = replace(FULL, payment="shop_pay", discount_code="welcome10", accepts_sms=True, presentment_currency="EUR")
    state = checkout_state(
        form, CART, token="d" * 32, needs_shipping=True, discount=DISCOUNT_CODES["WELCOME10"], post_purchase=True
    )
    assert state["lines"] == [{"variant_id": 7, "quantity": 2, "selling_plan_id": None}]
    assert state["payment_gateway"] == "shopify_payments"
    assert state["discount_codes"] == [{"code": "WELCOME10", "type": "percentage", "value": 10}]
    assert state["note_attributes"] == [{"name": "gift", "value": "yes"}]
    assert state["phone"] == "+447700900123"
    assert state["shipping_address"] is not None
    assert state["shipping_address"]["country_code"] == "GB"
    assert (state["accepts_email"], state["accepts_sms"]) == (False, True)
    assert state["presentment_rate"] > 1
    assert state["post_purchase"] is True
    assert state["first_name"] is None


def test_a_pickup_has_no_shipping_address() -> None:
    state = checkout_state(replace(FULL, delivery="pickup"), CART, token="d" * 32, needs_shipping=True)
    assert state["shipping_address"] is None


def test_every_way_of_paying_names_a_gateway_of_its_own() -> None:
    gateways = [gateway for _, gateway in PAYMENTS.values()]
    assert len(set(gateways)) == len(PAYMENTS)
