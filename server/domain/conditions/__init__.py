"""Every condition there is; adding one means one definition and one line here."""

from server.domain.conditions import context, customer, order
from server.domain.conditions.definition import Condition

CONDITIONS: dict[str, Condition] = {
    condition.key: condition
    for condition in (
        order.VALUE,
        order.ITEM_COUNT,
        order.CONTAINS,
        order.DISCOUNT_CODE,
        order.COUNTRY,
        order.SHIPPING_METHOD,
        order.PAYMENT_METHOD,
        order.CHANNEL,
        order.SUBSCRIPTION,
        order.ONE_CLICK,
        customer.HISTORY,
        customer.ORDER_COUNT,
        customer.SPENT,
        customer.LAST_ORDER,
        customer.TIER,
        customer.BOUGHT,
        customer.TAGS,
        customer.SEGMENTS,
        customer.LANGUAGE,
        customer.HOME_COUNTRY,
        customer.MARKET,
        customer.CURRENCY,
        customer.BUSINESS,
        customer.CONSENT,
        customer.LOYALTY_TIER,
        customer.LOYALTY_POINTS,
        customer.OPEN_TICKETS,
        customer.LAST_TICKET,
        customer.REFUND_PENDING,
        customer.PREDICTED_SPEND,
        context.SURFACE,
        context.HOUR,
        context.WEEKDAY,
        context.RECIPIENT_HOUR,
        context.SHARE,
        context.CAMPAIGN,
    )
}
