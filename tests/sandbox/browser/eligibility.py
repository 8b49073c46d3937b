"""Whether a purchase gets the one-click page, and if not, why: the platform's rules in one place.

After Shopify's help and observed behaviour: cards and Shop Pay only, in the shop's own currency, shipped to
an address, worth at least 0.50, for the app the merchant chose, and only if its last answer before Pay was
yes and came within two seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

SMALLEST_TOTAL = 50  # minor units
ANSWER_LIMIT_MILLISECONDS = 2000
PAYMENTS_WITH_PAGE = frozenset({"card", "shop_pay"})

ShouldRenderOutcome = Literal["yes", "no", "late", "threw", "not_loaded", "not_asked"]


@dataclass(frozen=True, kw_only=True)
class ShouldRenderReport:
    """What the browser saw of the extension's last run before Pay."""

    outcome: ShouldRenderOutcome
    milliseconds: int | None = None


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """What the platform looks at. `total` is in minor units of the shop's currency."""

    payment: str
    presentment_currency: str
    shop_currency: str
    has_shipping_address: bool
    is_pickup: bool
    is_local: bool
    total: int
    chosen_app: str | None
    our_app: str
    is_installed: bool
    has_bundle: bool


REASONS = {
    "payment_method": "This way of paying never sees the page: only cards and Shop Pay do.",
    "multi_currency": "The buyer paid in a currency that is not the one of the shop, so the extension was not loaded.",
    "pickup": "The order is collected, and the page is shown for shipped orders only.",
    "local_delivery": "The shop brings the order itself, and the page is shown for shipped orders only.",
    "no_shipping_address": "The order has no shipping address.",
    "total_too_small": "The order is worth less than 0.50.",
    "not_installed": "The app is not installed in this shop.",
    "another_app_chosen": "The app is not the one chosen under Settings, Checkout, Post-purchase page.",
    "extension_not_found": "The extension was not deployed to this shop, so the platform had no bundle to load.",
    "should_render_no": "The extension answered no to ShouldRender; the app says why on its own page of the order.",
    "should_render_late": "The extension took longer than two seconds to answer ShouldRender.",
    "should_render_threw": "The extension failed with an error in ShouldRender.",
    "should_render_not_loaded": "The browser could not load the bundle of the extension.",
    "should_render_not_asked": "The browser had not asked the extension when the buyer paid.",
}


def reasons_not_to_load(purchase: Purchase) -> list[str]:
    """Return why the extension is not even loaded at checkout; empty when it is."""
    return list(_before_loading(purchase))


def reason_not_shown(purchase: Purchase, report: ShouldRenderReport) -> str | None:
    """Return the first reason (a key of REASONS) why the page is not shown, or None when it is."""
    for reason in _before_loading(purchase):
        return reason
    for reason in _of_the_order(purchase):
        return reason
    if report.outcome != "yes":
        return f"should_render_{report.outcome}"
    if report.milliseconds is None or report.milliseconds > ANSWER_LIMIT_MILLISECONDS:
        return "should_render_late"
    return None


def _before_loading(purchase: Purchase) -> Iterator[str]:
    if not purchase.is_installed:
        yield "not_installed"
    if purchase.chosen_app != purchase.our_app:
        yield "another_app_chosen"
    if not purchase.has_bundle:
        yield "extension_not_found"
    if purchase.presentment_currency != purchase.shop_currency:
        yield "multi_currency"


def _of_the_order(purchase: Purchase) -> Iterator[str]:
    if purchase.payment not in PAYMENTS_WITH_PAGE:
        yield "payment_method"
    if purchase.is_pickup:
        yield "pickup"
    if purchase.is_local:
        yield "local_delivery"
    if not purchase.has_shipping_address:
        yield "no_shipping_address"
    if purchase.total < SMALLEST_TOTAL:
        yield "total_too_small"
