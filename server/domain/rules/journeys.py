"""Follow-ups as a document writes them: what opens them, their messages, and how often a shopper may be approached."""

from server.domain.document import TRIGGERS, Caps, Holds, Journey, Kind, MessageStep
from server.domain.rules.entries import AUDIENCE, ID, IS_LIVE, NAME, limit
from server.domain.rules.funnels import DISCOUNT, check_discount
from server.domain.rules.reading import Reader
from server.domain.rules.shapes import Field, Flag, Rows, Seconds, Table, Text, Whole

_MAX_MESSAGES = 3  # one order opens one sequence of at most three messages
_HOUR = 3_600
_GOODWILL_HOURS = 24


def _check_journey(reader: Reader, journey: Journey, path: str) -> None:
    for index, step in enumerate(journey.steps):
        if step.delay_seconds >= journey.expires_hours * _HOUR:
            where = f"{path}.steps[{index}].delay_seconds"
            reader.fault(where, f"lies beyond expires_hours, {journey.expires_hours}.")
        if step.channel != "call" and not step.has_offer and step.code is None:
            reader.fault(
                f"{path}.steps[{index}].has_offer",
                "may be off for calls and for what brings a code; a text or an e-mail names goods otherwise.",
            )
        if step.code is not None and step.has_offer:
            reader.fault(
                f"{path}.steps[{index}].code",
                "is for messages that name no goods; set has_offer to false, or give the offer a discount.",
            )
        if step.channel == "call" and step.in_hold != "wait":
            reader.fault(f"{path}.steps[{index}].in_hold", "is of no use to a call, which nothing holds back.")
        if step.code is not None:
            check_discount(reader, step.code, f"{path}.steps[{index}].code")
    if sum(step.code is not None for step in journey.steps) > 1:
        reader.fault(f"{path}.steps", "bring more than one code; one order earns one. Keep it in one of the messages.")
    if TRIGGERS.get(journey.trigger) is Kind.GOODWILL and journey.expires_hours > _GOODWILL_HOURS:
        where = f"{path}.expires_hours"
        reader.fault(where, f"lies beyond {_GOODWILL_HOURS}: thanks that come later than that are not understood.")


CAPS = Table(
    Caps,
    (
        limit("sequence_days", "Days between two follow-ups of orders"),
        limit("renewal_days", "Days between two follow-ups of renewals"),
        limit("goodwill_days", "Days between two follow-ups of support tickets"),
        limit("goodwill_per_month", "Follow-ups of support tickets in 30 days", "Over all shoppers."),
        Field("messages_per_sequence", Whole(low=1, high=_MAX_MESSAGES), "Messages in one follow-up"),
        limit("showings", "Offers shown on the page in that many days"),
        limit("showing_days", "Days in which showings are counted"),
    ),
)

HOLDS = Table(
    Holds,
    (
        limit("sms_holds_email_hours", "Hours for which a text holds e-mail back"),
        limit("email_holds_sms_hours", "Hours for which an e-mail holds texts back"),
    ),
)

_IN_HOLD = "While the other channel holds it back: wait until that ends, go by the other channel then, or expire."

MESSAGE_STEP = Table(
    MessageStep,
    (
        ID,
        Field("channel", Text(("sms", "email", "call")), "Channel", is_required=True),
        Field(
            "delay_seconds",
            Seconds(high=30 * 24 * _HOUR),
            "Delay",
            "From the start of the follow-up.",
            is_required=True,
        ),
        Field("template", Text(), "Template", is_required=True),
        Field("has_offer", Flag(), "Names goods", "A call may do without: to thank, or to ask whether all is well."),
        Field(
            "code",
            DISCOUNT,
            "A code for the next order",
            "Taken once. For messages that name no goods.",
            is_nullable=True,
        ),
        Field("in_hold", Text(("wait", "other_channel", "expire")), "When held back", _IN_HOLD),
    ),
)

JOURNEY = Table(
    Journey,
    (
        ID,
        NAME,
        IS_LIVE,
        Field("priority", Whole(low=-1_000, high=1_000), "Priority", "The highest that fits an order is taken."),
        Field("trigger", Text(tuple(TRIGGERS)), "Opens when"),
        AUDIENCE,
        Field("steps", Rows(MESSAGE_STEP, unique="id"), "Messages"),
        Field("expires_hours", Whole(low=1, high=720), "Expires after hours"),
        Field("code_days", Whole(low=1, high=365), "Days for which codes hold", "From when the message is sent."),
    ),
    _check_journey,
)
