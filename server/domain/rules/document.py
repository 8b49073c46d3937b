"""The rule document part by part: what each may hold, how it is called, and what it is made into."""

from dataclasses import dataclass
from typing import Any

from server.domain.document import (
    SCHEMA,
    Caps,
    Funnel,
    Holdout,
    Holds,
    Journey,
    Margin,
    QuietHours,
    Repeats,
    RuleDocument,
    Schedule,
    Step,
    Stock,
    Tier,
)
from server.domain.offers import Discount, Offer, Texts
from server.domain.rules.audiences import AudienceTree, definitions
from server.domain.rules.reading import InvalidRules, Reader
from server.domain.rules.shapes import (
    Amounts,
    Field,
    Flag,
    LocalTime,
    Reduction,
    Rows,
    Schema,
    Share,
    Table,
    Text,
    Whole,
)

_MAX_MESSAGES = 3  # one order opens one sequence of at most three messages
_MAX_STOCK = 1_000_000
_MAX_DAYS = 10_000
_HOUR = 3_600

_ID = Field("id", Text(), is_required=True)
_NAME = Field("name", Text(), "Name", is_required=True)
_IS_LIVE = Field("is_live", Flag(), "Live")
_AUDIENCE = Field("audience", AudienceTree(), "For whom")


@dataclass(frozen=True, slots=True)
class _SchemaNumber:
    """The number of the form that a document has."""

    def read(self, reader: Reader, value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value != SCHEMA:
            reader.fault(path, f"must be {SCHEMA}, the one this version of Afters reads.")
        return SCHEMA

    def schema(self) -> Schema:
        return {"const": SCHEMA}


def _off(name: str, label: str, hint: str = "") -> Field:
    return Field(name, Whole(high=_MAX_DAYS, blank_is_off=True), label, f"{hint} 0 or blank: off.".strip())


def _check_caps(reader: Reader, caps: Caps, path: str) -> None:
    if not 1 <= caps.messages_per_sequence <= _MAX_MESSAGES:
        reader.fault(f"{path}.messages_per_sequence", f"must be from 1 to {_MAX_MESSAGES}.")


def _check_hours(reader: Reader, hours: QuietHours, path: str) -> None:
    if hours.start_hour >= hours.end_hour:
        reader.fault(path, "leaves no hour for texts; start_hour must lie before end_hour.")


def _check_journey(reader: Reader, journey: Journey, path: str) -> None:
    for index, step in enumerate(journey.steps):
        if step.delay_seconds >= journey.expires_hours * _HOUR:
            where = f"{path}.steps[{index}].delay_seconds"
            reader.fault(where, f"lies beyond expires_hours, {journey.expires_hours}.")


def _check_offer(reader: Reader, offer: Offer, path: str) -> None:
    where = f"{path}.variants"
    if offer.discount is not None:
        _check_discount(reader, offer.discount, f"{path}.discount")
    if offer.source == "fixed" and not offer.variant_ids and where not in reader.misshapen:
        reader.fault(where, "is empty; choose at least one product to offer.")


def _check_discount(reader: Reader, discount: Discount, path: str) -> None:
    if (discount.percent is None) == (discount.amounts is None) and path not in reader.misshapen:
        reader.fault(path, "needs either percent or amounts.")


def _check_schedule(reader: Reader, schedule: Schedule, path: str) -> None:
    if schedule.starts_at and schedule.ends_at and schedule.starts_at >= schedule.ends_at:
        reader.fault(path, "is over before it begins; starts_at must lie before ends_at.")


CAPS = Table(
    Caps,
    (
        _off("sequence_days", "Days between two follow-ups"),
        _off("messages_per_sequence", "Messages in one follow-up", "At most three."),
        _off("showings", "Offers shown on the page in that many days"),
        _off("showing_days", "Days in which showings are counted"),
    ),
    _check_caps,
)

HOLDS = Table(
    Holds,
    (
        _off("sms_holds_email_hours", "Hours for which a text holds e-mail back"),
        _off("email_holds_sms_hours", "Hours for which an e-mail holds texts back"),
    ),
)

QUIET_HOURS = Table(
    QuietHours,
    (
        Field("start_hour", Whole(high=23), "Texts from", "In the recipient's own time."),
        Field("end_hour", Whole(high=24), "Texts until", "Not including this hour."),
    ),
    _check_hours,
)

TIER = Table(
    Tier,
    (
        _NAME,
        Field("at_least_spent", Whole(), "Spent at least"),
        Field("at_least_orders", Whole(), "Orders at least"),
    ),
)

STOCK = Table(
    Stock,
    (Field("minimum", Whole(high=_MAX_STOCK), "Minimum stock", "Goods with less than this are not offered."),),
)

REPEATS = Table(
    Repeats,
    (
        _off("bought_days", "Days for which goods bought are not offered again"),
        _off("declined_days", "Days for which goods declined are not offered again"),
    ),
)

_MARGIN = "Percent of what is paid that must be left after the goods' cost; goods of unknown cost are not offered."

MARGIN = Table(Margin, (Field("minimum", Share(), "Minimum margin", _MARGIN, is_nullable=True),))

SCHEDULE = Table(
    Schedule,
    (
        Field("starts_at", LocalTime(), "From", "In the shop's own time.", is_nullable=True),
        Field("ends_at", LocalTime(), "Until", "In the shop's own time.", is_nullable=True),
    ),
    _check_schedule,
)

HOLDOUT = Table(
    Holdout,
    (
        Field("percent", Share(), "Held out", "Percent of shoppers who get nothing, to measure against."),
        Field("salt", Text(), "Draw", "Another word draws other shoppers."),
    ),
)

DISCOUNT = Table(
    Discount,
    (
        Field("percent", Reduction(), "Percent off", is_nullable=True),
        Field("amounts", Amounts(), "Amount off each", is_nullable=True),
        Field("title", Text(), "Title on the order", is_required=True),
    ),
)

TEXTS = Table(
    Texts, tuple(Field(name, Text(), is_nullable=True) for name in ("heading", "accept", "decline", "reason"))
)

OFFER = Table(
    Offer,
    (
        _ID,
        Field("source", Text(("fixed", "bought_together")), "What is offered", is_required=True),
        Field("variants", Rows(Text()), "Products", into="variant_ids"),
        Field("quantity", Whole(low=1, high=100), "Quantity"),
        Field("discount", DISCOUNT, "Discount", is_nullable=True),
        Field("minimum_stock", Whole(high=_MAX_STOCK), "Minimum stock of this offer", is_nullable=True),
        Field("minimum_margin", Share(), "Minimum margin of this offer", _MARGIN, is_nullable=True),
        Field("texts", TEXTS, "Texts"),
    ),
    _check_offer,
)

FUNNEL = Table(
    Funnel,
    (
        _ID,
        _NAME,
        _IS_LIVE,
        Field("priority", Whole(low=-1_000, high=1_000), "Priority", "The highest goes first."),
        Field("trigger", Text(("order_placed",))),
        _AUDIENCE,
        Field("schedule", SCHEDULE, "When", is_nullable=True),
        Field("offer", OFFER, is_required=True),
    ),
)

STEP = Table(
    Step,
    (
        _ID,
        Field("channel", Text(("sms", "email")), "Channel", is_required=True),
        Field("delay_seconds", Whole(high=30 * 24 * _HOUR), "Seconds after the start", is_required=True),
        Field("template", Text(), "Template", is_required=True),
    ),
)

JOURNEY = Table(
    Journey,
    (
        _ID,
        _NAME,
        _IS_LIVE,
        Field("trigger", Text(("order_paid",))),
        _AUDIENCE,
        Field("steps", Rows(STEP, unique="id"), "Messages"),
        Field("expires_hours", Whole(low=1, high=720), "Expires after hours"),
    ),
    _check_journey,
)

DOCUMENT = Table(
    RuleDocument,
    (
        Field("schema", _SchemaNumber(), is_required=True),
        Field("funnels", Rows(FUNNEL, unique="id"), "Offers"),
        Field("journey", JOURNEY, "Follow-up", is_nullable=True),
        Field("caps", CAPS, "Caps"),
        Field("holds", HOLDS, "Holds"),
        Field("quiet_hours", QUIET_HOURS, "Hours for texts"),
        Field("tiers", Rows(TIER), "Tiers"),
        Field("stock", STOCK, "Stock"),
        Field("margin", MARGIN, "Margin"),
        Field("repeats", REPEATS, "Repeats"),
        Field("holdout", HOLDOUT, "Holdout"),
    ),
)


def parse(value: object) -> RuleDocument:
    """Read a rule document.

    Raises:
        InvalidRules: with every problem found, each with its path and cure.
    """
    reader = Reader()
    document: RuleDocument = DOCUMENT.read(reader, value, "")
    if reader.problems:
        raise InvalidRules(reader.found())
    return document


def json_schema() -> Schema:
    """Return what a rule document may be, in JSON Schema: all that can be told of its parts one by one."""
    named: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rules of a shop"}
    return {**named, **DOCUMENT.schema(), "$defs": definitions()}
