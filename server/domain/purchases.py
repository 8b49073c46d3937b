"""Orders as decisions see them, on the one-click page and after it."""

from dataclasses import replace

from server.domain.journeys import trigger_of
from server.domain.orders import Order, Purchase, PurchaseLine

_CAMPAIGN = "utm_"


def purchase_of(order: Order, lines: tuple[PurchaseLine, ...] | None = None) -> Purchase:
    """Return an order as decisions see it; `lines` are those of its goods, where they were read apart from it."""
    return Purchase(
        reference_id=order.reference_id or order.id,
        currency=order.currency,
        total=order.current_total,
        lines=lines if lines is not None else _lines_of(order),
        presentment_currency=order.presentment_currency,
        country_code=order.country_code,
        customer_id=order.customer_id,
        discount_codes=frozenset(order.discount_codes),
        shipping_method=order.shipping_method,
        payment_methods=frozenset(order.gateways),
        sales_channel=order.source_name,
        subscription=_subscription_of(order),
        presentment_total=order.presentment_current_total,
    )


def _subscription_of(order: Order) -> str | None:
    if trigger_of(order) == "subscription_renewed":
        return "renewal"
    return {True: "first", False: "none", None: None}[order.starts_subscription]


def _lines_of(order: Order) -> tuple[PurchaseLine, ...]:
    return tuple(
        PurchaseLine(line.variant_id, line.product_id or "", line.quantity, line.total)
        for line in order.lines
        if line.variant_id and line.quantity  # goods given back are no goods of the order
    )


def page_purchase_of(purchase: Purchase) -> Purchase:
    """Return an order as the one-click page saw it: without what the page's token does not tell."""
    return replace(
        purchase,
        discount_codes=None,
        shipping_method=None,
        payment_methods=None,
        sales_channel=None,
    )


def campaign_of(order: Order) -> dict[str, str]:
    """Return the campaign parameters that the cart carried, in small letters."""
    pairs = ((name.casefold(), value.casefold()) for name, value in order.attributes)
    return {name: value for name, value in pairs if name.startswith(_CAMPAIGN)}
