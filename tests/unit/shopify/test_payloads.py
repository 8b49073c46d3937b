"""Webhook bodies: what is read from good ones, and that bad ones are refused and nothing worse."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.orders import LineItem, Order
from server.ports import ConsentChange, CustomerRequest, PlatformInbound, UnreadablePayload
from server.shopify.inbound import ShopifyInbound
from tests.unit.shopify import bodies
from tests.unit.shopify.forging import SECRET

INBOUND: PlatformInbound = ShopifyInbound(secrets=(SECRET,))
EMAIL = "customers_email_marketing_consent/update"
SMS = "customers_marketing_consent/update"


def raw(body: object) -> bytes:
    return json.dumps(body).encode()


def test_an_order_is_read_whole() -> None:
    assert INBOUND.parse_order(raw(bodies.order())) == Order(
        id="5001",
        name="#1001",
        reference_id="a1" * 16,
        customer_id="7001",
        email="ann@example.com",
        phone="+447700900123",
        created_at=datetime(2026, 11, 22, 9, tzinfo=UTC),
        updated_at=datetime(2026, 11, 22, 9, 5, tzinfo=UTC),
        currency="GBP",
        presentment_currency="GBP",
        total=3090,
        current_total=2800,
        lines=(
            LineItem(
                line_id="6001",
                variant_id="111",
                product_id="11",
                title="Lantern",
                quantity=1,
                unit_price=1295,
                total=1166,
                sku="LAN-R",
            ),
            LineItem(
                line_id="6002",
                variant_id=None,
                product_id=None,
                title="Wrapping",
                quantity=1,
                unit_price=500,
                total=500,
            ),
        ),
        refunded=250,
        outstanding=0,
        cancelled_at=None,
        financial_status="paid",
        gateways=("shopify_payments",),
        source_name="web",
        country_code="GB",
        province_code="ENG",
        has_shipping_address=True,
        locale="en-GB",
        first_name="Ann",
        attributes=(("gift", "yes"), ("count", "2"), ("none", "")),
        discount_codes=("WELCOME10",),
        shipping_method="Standard delivery",
        is_test=False,
        presentment_total=3090,
    )


def _foreign(currency: str, shop: str, shown: str, line_shown: str, off_shown: str) -> Order:
    """Return an order of two pieces, one of them given back, in pounds and as it was paid in another currency."""

    def both(amount: str, seen: str) -> dict[str, object]:
        return {
            "shop_money": {"amount": amount, "currency_code": "GBP"},
            "presentment_money": {"amount": seen, "currency_code": currency},
        }

    line = {
        "id": 1,
        "quantity": 2,
        "current_quantity": 1,
        "price": "5.00",
        "price_set": both("5.00", line_shown),
        "discount_allocations": [{"amount": "1.00", "amount_set": both("1.00", off_shown)}],
    }
    body = bodies.order(
        presentment_currency=currency,
        total_price="9.00",
        total_price_set=both("9.00", shown),
        current_total_price=shop,
        current_total_price_set=both(shop, shown),
        line_items=[line],
        refunds=[],
    )
    return INBOUND.parse_order(raw(body))


@pytest.mark.parametrize(
    ("currency", "shown", "line_shown", "off_shown", "expected"),
    [
        ("EUR", "10.62", "5.90", "1.18", (1062, 590, 531)),
        ("JPY", "1710", "950", "190", (1710, 950, 855)),
        ("KWD", "3.555", "1.975", "0.395", (3555, 1975, 1778)),
    ],
)
def test_what_the_shopper_paid_is_kept_beside_what_the_shop_counts(
    currency: str, shown: str, line_shown: str, off_shown: str, expected: tuple[int, int, int]
) -> None:
    order = _foreign(currency, "9.00", shown, line_shown, off_shown)
    (line,) = order.lines
    assert (order.total, order.currency, line.unit_price, line.total) == (900, "GBP", 500, 450)
    assert (order.presentment_total, line.presentment_unit_price, line.presentment_total) == expected
    assert order.paid == (expected[0], currency)


def test_what_nobody_told_of_the_shoppers_money_is_not_worked_out() -> None:
    body = bodies.order(presentment_currency="EUR", total_price_set=None)
    order = INBOUND.parse_order(raw(body))
    assert (order.presentment_total, order.presentment_current_total) == (None, None)
    assert {(line.presentment_unit_price, line.presentment_total) for line in order.lines} == {(None, None)}
    assert (order.is_converted, order.paid) == (False, (order.current_total, "GBP"))
    assert order.starts_subscription is None, "no body tells by which plan a line is sold"


def test_an_order_without_personal_data_is_read_all_the_same() -> None:
    order = INBOUND.parse_order(raw(bodies.order_without_personal_data()))
    assert (order.email, order.phone, order.customer_id, order.first_name) == (None, None, None, None)
    assert (order.country_code, order.locale, order.reference_id) == (None, None, None)
    assert not order.has_shipping_address
    assert (order.total, len(order.lines)) == (3090, 2)
    assert (order.financial_status, order.source_name, order.gateways) == ("pending", "web", ())


def test_empty_texts_count_as_nothing() -> None:
    body = bodies.order(email="", contact_email="", phone="", customer={"id": None, "email": "", "phone": ""})
    order = INBOUND.parse_order(raw(body))
    assert (order.email, order.phone, order.customer_id, order.first_name) == (None, None, None, "Annie")


def test_an_unpaid_offer_leaves_an_outstanding_balance_and_an_overpaid_order_none() -> None:
    assert INBOUND.parse_order(raw(bodies.order(total_outstanding="12.50"))).outstanding == 1250
    assert INBOUND.parse_order(raw(bodies.order(total_outstanding="-3.00"))).outstanding == 0


def test_a_refund_in_the_buyers_currency_counts_in_the_shops() -> None:
    refunds = [{"transactions": [{"kind": "refund", "status": "success", "amount": "11.80", "currency": "EUR"}]}]
    body = bodies.order(
        presentment_currency="EUR",
        total_price="100.00",
        total_price_set=bodies.money("100.00", "118.00"),
        refunds=refunds,
    )
    order = INBOUND.parse_order(raw(body))
    assert (order.refunded, order.currency, order.presentment_currency) == (1000, "GBP", "EUR")


def test_a_currency_without_decimals_is_counted_whole() -> None:
    lines = [{"id": 1, "title": "x", "quantity": 1, "price": "1200"}]
    order = INBOUND.parse_order(raw(bodies.order(currency="JPY", total_price="1200", line_items=lines, refunds=[])))
    assert (order.total, order.lines[0].total) == (1200, 1200)


def test_a_discount_never_makes_a_line_negative() -> None:
    lines = [{"id": 1, "quantity": 1, "price": "1.00", "discount_allocations": [{"amount": "1.01"}]}]
    assert INBOUND.parse_order(raw(bodies.order(line_items=lines))).lines[0].total == 0


def _line_left(current: int | None) -> tuple[int, int]:
    line = {"id": 1, "quantity": 4, "price": "2.50", "discount_allocations": [{"amount": "0.01"}]}
    body = bodies.order(line_items=[line | {"current_quantity": current}])
    (read,) = INBOUND.parse_order(raw(body)).lines
    return read.quantity, read.total


@pytest.mark.parametrize(
    ("current", "left"), [(None, (4, 999)), (4, (4, 999)), (3, (3, 749)), (2, (2, 500)), (1, (1, 250)), (0, (0, 0))]
)
def test_a_line_is_worth_what_is_left_of_it(current: int | None, left: tuple[int, int]) -> None:
    assert _line_left(current) == left


def test_a_refund_of_a_bare_amount_changes_no_line() -> None:
    without = INBOUND.parse_order(raw(bodies.order(refunds=[])))
    order = INBOUND.parse_order(raw(bodies.order()))
    assert (without.refunded, order.refunded) == (0, 250)
    assert order.lines == without.lines


def test_nul_characters_do_not_reach_the_database() -> None:
    order = INBOUND.parse_order(
        raw(bodies.order(name="#1\x00001", note_attributes=[{"name": "a\x00", "value": "\x00b"}]))
    )
    assert (order.name, order.attributes) == ("#1001", (("a", "b"),))


@pytest.mark.parametrize("body", [bodies.order_edit(), bodies.refund(), bodies.order()])
def test_the_order_is_found_that_a_body_speaks_of(body: dict[str, Any]) -> None:
    assert INBOUND.parse_order_reference(raw(body)) == "5001"


@pytest.mark.parametrize("body", [{}, {"id": 9}, {"order_edit": {}}, {"order_edit": None}, {"order_id": "x"}, [], None])
def test_a_body_that_names_no_order_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadablePayload):
        INBOUND.parse_order_reference(raw(body))


def test_ids_of_products_and_of_stock_are_read() -> None:
    assert INBOUND.parse_product_reference(raw({"id": 11})) == "11"
    assert INBOUND.parse_product_reference(raw({"id": 11, "title": "Lantern", "variants": [{"id": 111}]})) == "11"
    level = {"inventory_item_id": 211, "location_id": 1, "available": 5, "updated_at": "2026-11-22T10:00:00Z"}
    assert INBOUND.parse_inventory_item(raw(level)) == "211"
    assert (
        INBOUND.parse_plan_group(raw({"id": 31, "admin_graphql_api_id": "gid://shopify/SellingPlanGroup/31"})) == "31"
    )


def test_consent_is_read_from_both_topics() -> None:
    assert INBOUND.parse_consent(raw(bodies.email_consent()), topic=EMAIL) == ConsentChange(
        channel="email",
        customer_id="7001",
        address="ann@example.com",
        state="subscribed",
        occurred_at=datetime(2026, 11, 22, 10, tzinfo=UTC),
        opt_in_level="single_opt_in",
    )
    assert INBOUND.parse_consent(raw(bodies.sms_consent()), topic=SMS) == ConsentChange(
        channel="sms",
        customer_id="7001",
        address="+447700900123",
        state="unsubscribed",
        occurred_at=None,
        opt_in_level="unknown",
    )


def test_a_consent_without_an_address_or_a_state_subscribes_nobody() -> None:
    change = INBOUND.parse_consent(raw(bodies.sms_consent(phone=None, sms_marketing_consent=None)), topic=SMS)
    assert (change.address, change.state) == (None, "not_subscribed")
    change = INBOUND.parse_consent(raw(bodies.email_consent(email_address="")), topic=EMAIL)
    assert change.address is None
    never = {"state": "never_subscribed", "opt_in_level": None, "consent_updated_at": None}
    assert (
        INBOUND.parse_consent(raw(bodies.email_consent(email_marketing_consent=never)), topic=EMAIL).state
        == "not_subscribed"
    )


@pytest.mark.parametrize(
    ("body", "topic"),
    [
        (bodies.email_consent(), "orders/create"),
        (bodies.email_consent(), SMS),
        (bodies.sms_consent(), EMAIL),
        (bodies.email_consent(email_marketing_consent={"state": "very_subscribed"}), EMAIL),
        (bodies.email_consent(email_marketing_consent={}), EMAIL),
        (bodies.email_consent(email_marketing_consent="subscribed"), EMAIL),
    ],
)
def test_an_odd_consent_is_unreadable(body: dict[str, Any], topic: str) -> None:
    with pytest.raises(UnreadablePayload):
        INBOUND.parse_consent(raw(body), topic=topic)


def test_privacy_requests_name_a_person() -> None:
    head = {"shop_id": 1, "shop_domain": "gift-shop.myshopify.com"}
    redact = {
        **head,
        "customer": {"id": 7001, "email": "a@example.com", "phone": None},
        "orders_to_redact": [5001, 5002],
    }
    asked = {**head, "customer": {"id": None, "email": None, "phone": "+447700900123"}, "orders_requested": None}
    assert INBOUND.parse_customer_request(raw(redact)) == CustomerRequest(
        "7001", "a@example.com", None, ("5001", "5002")
    )
    assert INBOUND.parse_customer_request(raw(asked)) == CustomerRequest(None, None, "+447700900123")
    with pytest.raises(UnreadablePayload):
        INBOUND.parse_customer_request(raw({**head, "customer": {"id": None, "email": ""}}))


def test_the_refusal_names_the_field_and_quotes_nothing() -> None:
    body = bodies.order(email=["ann@example.com"], currency="Pounds of ann@example.com")
    with pytest.raises(UnreadablePayload) as caught:
        INBOUND.parse_order(raw(body))
    assert "currency" in caught.value.message
    assert "email" in caught.value.message
    assert "ann@" not in caught.value.message + repr(caught.value.data)
    assert caught.value.__cause__ is None


PARSERS: list[tuple[Callable[[bytes], object], dict[str, Any]]] = [
    (INBOUND.parse_order, bodies.order()),
    (INBOUND.parse_order_reference, bodies.order_edit()),
    (INBOUND.parse_order_reference, bodies.refund()),
    (INBOUND.parse_product_reference, {"id": 11}),
    (INBOUND.parse_inventory_item, {"inventory_item_id": 211}),
    (INBOUND.parse_plan_group, {"admin_graphql_api_id": "gid://shopify/SellingPlanGroup/31"}),
    (lambda body: INBOUND.parse_consent(body, topic=EMAIL), bodies.email_consent()),
    (lambda body: INBOUND.parse_consent(body, topic=SMS), bodies.sms_consent()),
    (INBOUND.parse_customer_request, {"customer": {"id": 1}, "orders_to_redact": [2]}),
]
_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
    | st.datetimes().map(lambda moment: moment.isoformat() + "+14:00")
    | st.decimals().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


@given(st.sampled_from(PARSERS), st.binary(max_size=200))
def test_no_bytes_break_a_parser(parser: tuple[Callable[[bytes], object], Any], given_bytes: bytes) -> None:
    parse, _ = parser
    try:
        parse(given_bytes)
    except UnreadablePayload:
        return


@given(st.sampled_from(PARSERS), _JSON)
def test_no_json_breaks_a_parser(parser: tuple[Callable[[bytes], object], Any], body: object) -> None:
    parse, _ = parser
    try:
        parse(raw(body))
    except UnreadablePayload:
        return


def _places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = list(body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ())
    return [(*path, key) for key, _ in inner] + [
        place for key, value in inner for place in _places(value, (*path, key))
    ]


@given(st.data())
def test_no_odd_value_in_a_good_body_breaks_a_parser(data: st.DataObject) -> None:
    parse, good = data.draw(st.sampled_from(PARSERS))
    body = json.loads(json.dumps(good))
    *parents, last = data.draw(st.sampled_from(_places(body)))
    part = body
    for key in parents:
        part = part[key]
    part[last] = data.draw(_JSON)
    try:
        parse(raw(body))
    except UnreadablePayload:
        return


@pytest.mark.parametrize(
    "body", [b"", b"[" * 100_000, b'{"id": 1' + b"0" * 5000 + b"}", b"\xff\xfe", b"nul", b'"\\ud800"']
)
def test_hostile_bytes_are_unreadable(body: bytes) -> None:
    for parse, _ in PARSERS:
        with pytest.raises(UnreadablePayload):
            parse(body)


def test_a_moment_at_the_edge_of_the_calendar_is_unreadable() -> None:
    with pytest.raises(UnreadablePayload):
        INBOUND.parse_order(raw(bodies.order(created_at="0001-01-01T00:00:00+14:00")))
