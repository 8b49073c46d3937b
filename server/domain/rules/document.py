"""The rule document part by part: what each may hold, how it is called, and what it is made into."""

from dataclasses import dataclass
from typing import Any

from server.domain.document import (
    SCHEMA,
    Caps,
    Holdout,
    Holds,
    Journey,
    Margin,
    MessageStep,
    QuietHours,
    Repeats,
    RuleDocument,
    Tier,
)
from server.domain.rules.audiences import definitions
from server.domain.rules.entries import AUDIENCE, ID, IS_LIVE, MARGIN_WORDS, MAX_STOCK, NAME
from server.domain.rules.funnels import FUNNEL, PAIRING, offers_of
from server.domain.rules.reading import InvalidRules, Reader
from server.domain.rules.shapes import Field, Flag, Rows, Schema, Share, Table, Text, Whole
from server.domain.stock import Stock

_MAX_MESSAGES = 3  # one order opens one sequence of at most three messages
_MAX_DAYS = 10_000
_HOUR = 3_600


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


def _check_stock(reader: Reader, stock: Stock, path: str) -> None:
    if stock.resume_at is not None and stock.resume_at < stock.minimum:
        reader.fault(f"{path}.resume_at", "lies below minimum; offers resume where stock has come back to more.")


def _check_document(reader: Reader, document: RuleDocument, path: str) -> None:  # noqa: ARG001 - one form for all checks
    pairings = {pairing.id for pairing in document.pairings}
    for index, funnel in enumerate(document.funnels):
        for place, offer in offers_of(funnel, f"funnels[{index}]"):
            if offer.pairing is not None and offer.pairing not in pairings:
                reader.fault(f"{place}.pairing", f"'{offer.pairing}' is none of the pairings.")


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
        NAME,
        Field("at_least_spent", Whole(), "Spent at least"),
        Field("at_least_orders", Whole(), "Orders at least"),
    ),
)

_RESUME = "Once goods were below the minimum, they are offered again when this much is there."

STOCK = Table(
    Stock,
    (
        Field("minimum", Whole(high=MAX_STOCK), "Minimum stock", "Goods with less than this are not offered."),
        Field("resume_at", Whole(high=MAX_STOCK), "Offer again from", _RESUME, is_nullable=True),
        Field("offers_oversold", Flag(), "Goods that go on selling when out of stock", "Offer them whatever is left."),
        Field("sets_open_offers_aside", Flag(), "Set aside what offers on show may still take"),
    ),
    _check_stock,
)

REPEATS = Table(
    Repeats,
    (
        _off("bought_days", "Days for which goods bought are not offered again"),
        _off("declined_days", "Days for which goods declined are not offered again"),
    ),
)

MARGIN = Table(Margin, (Field("minimum", Share(), "Minimum margin", MARGIN_WORDS, is_nullable=True),))

HOLDOUT = Table(
    Holdout,
    (
        Field("percent", Share(), "Held out", "Percent of shoppers who get nothing, to measure against."),
        Field("salt", Text(), "Draw", "Another word draws other shoppers."),
    ),
)

MESSAGE_STEP = Table(
    MessageStep,
    (
        ID,
        Field("channel", Text(("sms", "email")), "Channel", is_required=True),
        Field("delay_seconds", Whole(high=30 * 24 * _HOUR), "Seconds after the start", is_required=True),
        Field("template", Text(), "Template", is_required=True),
    ),
)

JOURNEY = Table(
    Journey,
    (
        ID,
        NAME,
        IS_LIVE,
        Field("trigger", Text(("order_paid",))),
        AUDIENCE,
        Field("steps", Rows(MESSAGE_STEP, unique="id"), "Messages"),
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
        Field("pairings", Rows(PAIRING, most=100, unique="id"), "Pairings"),
        Field("stock", STOCK, "Stock"),
        Field("margin", MARGIN, "Margin"),
        Field("repeats", REPEATS, "Repeats"),
        Field("holdout", HOLDOUT, "Holdout"),
    ),
    _check_document,
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
