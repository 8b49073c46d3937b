"""Conditions on where, when and on what occasion an offer would be made."""

from server.domain.conditions.comparisons import Entry, HourWithin, OneOf, Share
from server.domain.conditions.definition import Condition
from server.domain.facts import Fact, FactType, Need

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

SURFACE = Condition(
    key="context.surface",
    label="Where the offer is made",
    fact=Fact("surface", FactType.TEXT),
    comparison=OneOf("surface", "surfaces", "Surfaces", choices=("one_click", "thank_you", "order_status", "message")),
)

HOUR = Condition(
    key="context.hour",
    label="Time of day in the shop",
    fact=Fact("hour", FactType.NUMBER, Need.CLOCK),
    comparison=HourWithin("hour in the shop"),
)

WEEKDAY = Condition(
    key="context.weekday",
    label="Day of the week in the shop",
    fact=Fact("weekday", FactType.TEXT, Need.CLOCK),
    comparison=OneOf("day", "days", "Days", choices=DAYS),
)

RECIPIENT_HOUR = Condition(
    key="context.recipient_hour",
    label="Time of day where the shopper is",
    fact=Fact("recipient_hour", FactType.NUMBER, is_told=False),
    comparison=HourWithin("hour there"),
    help="By the shipping address, else the telephone number; unknown on the one-click page.",
)

SHARE = Condition(
    key="context.share",
    label="Share of shoppers",
    fact=Fact("unit_id", FactType.TEXT, is_certain=True),
    comparison=Share(),
    help="Two conditions of one draw pick from the same shoppers; give each its own for independent shares.",
)

CAMPAIGN = Condition(
    key="context.campaign",
    label="Campaign parameter",
    fact=Fact("campaign", FactType.TABLE),
    comparison=Entry("campaign"),
    help="utm_source and the like, as the order's landing page or its note carried them.",
)
