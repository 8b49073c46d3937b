"""Conditions on who bought."""

from server.domain.conditions.comparisons import AnyOf, Between, Is, OneOf
from server.domain.conditions.definition import Condition
from server.domain.conditions.goods import Contains
from server.domain.facts import Fact, FactType, Need

HISTORY = Condition(
    key="customer.history",
    label="First or repeat buyer",
    fact=Fact("is_first_order", FactType.FLAG, Need.HISTORY),
    comparison=Is("buyer", "Buyer", yes="first", no="repeat"),
)

ORDER_COUNT = Condition(
    key="customer.orders",
    label="Earlier orders",
    fact=Fact("earlier_orders", FactType.NUMBER, Need.HISTORY),
    comparison=Between("earlier orders"),
    help="Orders before this one that were not cancelled.",
)

SPENT = Condition(
    key="customer.spent",
    label="Lifetime value",
    fact=Fact("spent", FactType.NUMBER, Need.HISTORY),
    comparison=Between("spent before", "money"),
    help="What earlier orders came to, net of refunds, in the shop's currency.",
)

LAST_ORDER = Condition(
    key="customer.last_order",
    label="Days since the order before",
    fact=Fact("days_since_order", FactType.NUMBER, Need.HISTORY),
    comparison=Between("days since the order before"),
)

TIER = Condition(
    key="customer.tier",
    label="Customer tier",
    fact=Fact("tier", FactType.TEXT, Need.TIER),
    comparison=OneOf("tier", "tiers", "Tiers"),
)

BOUGHT = Condition(
    key="customer.bought",
    label="Has bought before any of",
    fact=Fact("bought_goods", FactType.GOODS, Need.BASKETS),
    comparison=Contains("earlier orders of "),
    help="In earlier orders; turn it round for what was never bought. Unknown where the history may have gaps.",
)

TAGS = Condition(
    key="customer.tags",
    label="Customer tags",
    fact=Fact("customer_tags", FactType.TEXTS, Need.PROFILE),
    comparison=AnyOf("customer tags", "tags", "Tags"),
)

SEGMENTS = Condition(
    key="customer.segments",
    label="Segments",
    fact=Fact("segments", FactType.TEXTS, Need.PROFILE, is_told=False),
    comparison=AnyOf("segments", "segments", "Segments"),
)

LANGUAGE = Condition(
    key="customer.language",
    label="Language",
    fact=Fact("language", FactType.TEXT, Need.PROFILE),
    comparison=OneOf("language", "languages", "Languages (two letters)"),
)

HOME_COUNTRY = Condition(
    key="customer.country",
    label="Customer's country",
    fact=Fact("home_country", FactType.TEXT, Need.PROFILE, is_told=False),
    comparison=OneOf("customer's country", "countries", "Countries (two letters)", is_code=True),
)

MARKET = Condition(
    key="customer.market",
    label="Market",
    fact=Fact("market", FactType.TEXT),
    comparison=OneOf("market", "markets", "Markets, by their ids in the rules"),
)

CURRENCY = Condition(
    key="customer.currency",
    label="Currency paid in",
    fact=Fact("paid_in", FactType.TEXT),
    comparison=OneOf("pays in", "currencies", "Currencies (three letters)", is_code=True),
)

BUSINESS = Condition(
    key="customer.business",
    label="Business or wholesale customer",
    fact=Fact("is_business", FactType.FLAG, Need.PROFILE, is_told=False),
    comparison=Is("business customer", "Business customer"),
)

CONSENT = Condition(
    key="customer.consent",
    label="Has agreed to messages by",
    fact=Fact("agreed_channels", FactType.TEXTS, Need.CONSENT),
    comparison=AnyOf("agreed to", "channels", "Any of these channels", choices=("sms", "email")),
)

LOYALTY_TIER = Condition(
    key="customer.loyalty_tier",
    label="Loyalty tier",
    fact=Fact("loyalty_tier", FactType.TEXT, Need.PROFILE, is_told=False),
    comparison=OneOf("loyalty tier", "tiers", "Loyalty tiers"),
)

LOYALTY_POINTS = Condition(
    key="customer.loyalty_points",
    label="Loyalty points",
    fact=Fact("loyalty_points", FactType.NUMBER, Need.PROFILE, is_told=False),
    comparison=Between("loyalty points"),
)

OPEN_TICKETS = Condition(
    key="customer.open_tickets",
    label="Open support tickets",
    fact=Fact("open_tickets", FactType.NUMBER, Need.SERVICE, is_told=False),
    comparison=Between("open tickets"),
    help="Known where a help desk is connected.",
)

LAST_TICKET = Condition(
    key="customer.last_ticket",
    label="How the last ticket ended",
    fact=Fact("last_ticket", FactType.TEXT, Need.SERVICE, is_told=False),
    comparison=OneOf("last ticket", "outcomes", "Outcome", choices=("good", "bad", "unrated", "none")),
    help="Known where a help desk is connected.",
)

REFUND_PENDING = Condition(
    key="customer.refund_pending",
    label="A return or refund is under way",
    fact=Fact("is_refund_pending", FactType.FLAG, Need.SERVICE, is_told=False),
    comparison=Is("refund under way", "Under way"),
)

PREDICTED_SPEND = Condition(
    key="customer.predicted_spend",
    label="Predicted spend",
    fact=Fact("predicted_spend", FactType.TEXT, Need.PROFILE, is_told=False),
    comparison=OneOf("predicted spend", "tiers", "Shopify's prediction", choices=("high", "medium", "low")),
)
