from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.browser.checkout_form import PAYMENTS
from tests.sandbox.browser.eligibility import (
    PAYMENTS_WITH_PAGE,
    REASONS,
    Purchase,
    ShouldRenderReport,
    reason_not_shown,
    reasons_not_to_load,
)

GOOD = Purchase(
    payment="card",
    presentment_currency="GBP",
    shop_currency="GBP",
    has_shipping_address=True,
    is_pickup=False,
    is_local=False,
    total=50,
    chosen_app="app",
    our_app="app",
    is_installed=True,
    has_bundle=True,
)
YES = ShouldRenderReport(outcome="yes", milliseconds=1999)


@pytest.mark.parametrize("payment", sorted(PAYMENTS_WITH_PAGE))
def test_a_card_in_the_shops_currency_sees_the_page(payment: str) -> None:
    assert reason_not_shown(replace(GOOD, payment=payment), YES) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"presentment_currency": "USD"}, "multi_currency"),
        ({"has_shipping_address": False}, "no_shipping_address"),
        ({"is_pickup": True, "has_shipping_address": False}, "pickup"),
        ({"is_local": True}, "local_delivery"),
        ({"total": 49}, "total_too_small"),
        ({"chosen_app": None}, "another_app_chosen"),
        ({"chosen_app": "other"}, "another_app_chosen"),
        ({"is_installed": False}, "not_installed"),
        ({"has_bundle": False}, "extension_not_found"),
    ],
)
def test_each_rule_alone_keeps_the_page_away(change: dict[str, object], reason: str) -> None:
    assert reason_not_shown(replace(GOOD, **change), YES) == reason  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("payment", sorted(set(PAYMENTS) - PAYMENTS_WITH_PAGE))
def test_wallets_and_gift_cards_never_see_it(payment: str) -> None:
    assert reason_not_shown(replace(GOOD, payment=payment), YES) == "payment_method"


def test_every_way_of_paying_that_shopify_names_can_be_chosen() -> None:
    named = {"paypal", "apple_pay", "google_pay", "amazon_pay", "klarna", "affirm", "afterpay", "gift_card"}
    assert set(PAYMENTS) == named | PAYMENTS_WITH_PAGE


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (ShouldRenderReport(outcome="no", milliseconds=5), "should_render_no"),
        (ShouldRenderReport(outcome="late", milliseconds=2000), "should_render_late"),
        (ShouldRenderReport(outcome="yes", milliseconds=2001), "should_render_late"),
        (ShouldRenderReport(outcome="yes"), "should_render_late"),
        (ShouldRenderReport(outcome="threw", milliseconds=5), "should_render_threw"),
        (ShouldRenderReport(outcome="not_loaded", milliseconds=5), "should_render_not_loaded"),
        (ShouldRenderReport(outcome="not_asked"), "should_render_not_asked"),
    ],
)
def test_only_a_timely_yes_counts(report: ShouldRenderReport, reason: str) -> None:
    assert reason_not_shown(GOOD, report) == reason


@given(
    st.builds(
        Purchase,
        payment=st.sampled_from(sorted(PAYMENTS)),
        presentment_currency=st.sampled_from(["GBP", "EUR"]),
        shop_currency=st.just("GBP"),
        has_shipping_address=st.booleans(),
        is_pickup=st.booleans(),
        is_local=st.booleans(),
        total=st.integers(0, 200),
        chosen_app=st.sampled_from([None, "app", "other"]),
        our_app=st.just("app"),
        is_installed=st.booleans(),
        has_bundle=st.booleans(),
    ),
    st.builds(
        ShouldRenderReport,
        outcome=st.sampled_from(["yes", "no", "late", "threw", "not_loaded", "not_asked"]),
        milliseconds=st.none() | st.integers(0, 5000),
    ),
)
def test_every_reason_has_words_and_what_is_not_loaded_is_not_shown(
    purchase: Purchase, report: ShouldRenderReport
) -> None:
    reason = reason_not_shown(purchase, report)
    assert reason is None or reason in REASONS
    not_loaded = reasons_not_to_load(purchase)
    assert set(not_loaded) <= set(REASONS)
    if not_loaded:
        assert reason == not_loaded[0]
