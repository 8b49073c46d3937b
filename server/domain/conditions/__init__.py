"""Every condition there is; adding one means one definition and one line here."""

from server.domain.conditions import customer, order
from server.domain.conditions.definition import Condition

CONDITIONS: dict[str, Condition] = {
    condition.key: condition
    for condition in (
        order.VALUE,
        order.ITEM_COUNT,
        order.CONTAINS,
        order.COUNTRY,
        customer.HISTORY,
        customer.TIER,
    )
}
