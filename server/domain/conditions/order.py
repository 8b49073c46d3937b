"""Conditions on the order."""

from server.domain.conditions.comparisons import AnyOf, Between, Is, OneOf
from server.domain.conditions.definition import Condition
from server.domain.conditions.goods import Contains
from server.domain.facts import Fact, FactType, Need

VALUE = Condition(
    key="order.value",
    label="Order value",
    fact=Fact("order_value", FactType.NUMBER, is_certain=True),
    comparison=Between("order value", "money"),
    help="The total of the order as it stands, in the shop's currency.",
)

ITEM_COUNT = Condition(
    key="order.item_count",
    label="Number of items",
    fact=Fact("order_items", FactType.NUMBER, is_certain=True),
    comparison=Between("items"),
    help="Units of all goods in the order together.",
)

CONTAINS = Condition(
    key="order.contains",
    label="Order contains any of",
    fact=Fact("order_goods", FactType.GOODS, Need.CATALOGUE, is_certain=True),
    comparison=Contains(""),
    help=(
        "Goods of any of these kinds, other than the exceptions; exceptions alone mean any other goods. What a"
        " collection holds is known from Shopify's news of it, and read again every hour."
    ),
)

DISCOUNT_CODE = Condition(
    key="order.discount_code",
    label="Discount code used",
    fact=Fact("discount_codes", FactType.TEXTS),
    comparison=AnyOf("discount codes", "codes", "Codes"),
    help="Not known on the one-click page.",
)

COUNTRY = Condition(
    key="order.country",
    label="Shipping country",
    fact=Fact("country", FactType.TEXT),
    comparison=OneOf("ships to", "countries", "Countries (two letters)", is_code=True),
)

SHIPPING_METHOD = Condition(
    key="order.shipping_method",
    label="Shipping method",
    fact=Fact("shipping_method", FactType.TEXT),
    comparison=OneOf("shipping method", "methods", "Methods, as the checkout names them"),
    help="Not known on the one-click page.",
)

PAYMENT_METHOD = Condition(
    key="order.payment_method",
    label="Payment method",
    fact=Fact("payment_methods", FactType.TEXTS),
    comparison=AnyOf("payment methods", "methods", "Methods, as Shopify names them"),
    help="Not known on the one-click page.",
)

CHANNEL = Condition(
    key="order.channel",
    label="Sales channel",
    fact=Fact("sales_channel", FactType.TEXT),
    comparison=OneOf("sales channel", "channels", "Channels such as web or pos"),
)

SUBSCRIPTION = Condition(
    key="order.subscription",
    label="Subscription",
    fact=Fact("subscription", FactType.TEXT, Need.PLANS),
    comparison=OneOf("subscription", "kinds", "Kind of order", choices=("none", "first", "renewal")),
    help=(
        "First: the order starts a subscription, as goods of it are sold by a selling plan; Shopify sells pre-orders by"
        " such plans too. Renewal: a subscription placed the order, which its channel tells."
    ),
)

ONE_CLICK = Condition(
    key="order.one_click",
    label="Order can see the one-click page",
    fact=Fact("is_page_eligible", FactType.FLAG),
    comparison=Is("one-click page possible", "Possible"),
    help="By payment method and currency; the page itself is always possible where it asks.",
)
