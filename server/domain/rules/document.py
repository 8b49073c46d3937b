"""The rule document part by part: what each may hold, how it is called, and what it is made into."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from server.domain.audience import leaves
from server.domain.conditions.customer import TIER as TIER_CONDITION
from server.domain.document import (
    SCHEMA,
    Blocks,
    Holdout,
    Margin,
    QuietHours,
    Repeats,
    RuleDocument,
    TemplateChoice,
    Tier,
)
from server.domain.rules.audiences import AudienceTree, definitions
from server.domain.rules.entries import MARGIN_WORDS, MAX_STOCK, NAME, limit
from server.domain.rules.funnels import FUNNEL, PAIRING, offers_of
from server.domain.rules.journeys import CAPS, HOLDS, JOURNEY
from server.domain.rules.markets import MARKET, override
from server.domain.rules.reading import InvalidRules, Reader
from server.domain.rules.shapes import Field, Flag, Ids, Rows, Schema, Share, Table, Text, Whole
from server.domain.stock import Stock


@dataclass(frozen=True, slots=True)
class _SchemaNumber:
    """The number of the form that a document has."""

    def read(self, reader: Reader, value: object, path: str) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value != SCHEMA:
            reader.fault(path, f"must be {SCHEMA}, the one this version of Afters reads.")
        return SCHEMA

    def schema(self) -> Schema:
        return {"const": SCHEMA}


def _check_hours(reader: Reader, hours: QuietHours, path: str) -> None:
    if hours.start_hour >= hours.end_hour:
        reader.fault(path, "leaves no hour for texts; start_hour must lie before end_hour.")


def _check_stock(reader: Reader, stock: Stock, path: str) -> None:
    if stock.resume_at is not None and stock.resume_at < stock.minimum:
        reader.fault(f"{path}.resume_at", "lies below minimum; offers resume where stock has come back to more.")


def _check_tier(reader: Reader, tier: Tier, path: str) -> None:
    if any(leaf.key == TIER_CONDITION.key for leaf in leaves(tier.audience)):
        reader.fault(f"{path}.audience", "asks for the tier itself; tiers are earned by other conditions.")


def _check_document(reader: Reader, document: RuleDocument, path: str) -> None:  # noqa: ARG001 - one form for all checks
    pairings = {pairing.id for pairing in document.pairings}
    for index, funnel in enumerate(document.funnels):
        for place, offer in offers_of(funnel, f"funnels[{index}]"):
            if offer.pairing is not None and offer.pairing not in pairings:
                reader.fault(f"{place}.pairing", f"'{offer.pairing}' is none of the pairings.")


QUIET_HOURS = Table(
    QuietHours,
    (
        Field("start_hour", Whole(high=23), "Texts from", "In the recipient's own time."),
        Field("end_hour", Whole(high=24), "Texts until", "Not including this hour."),
    ),
    _check_hours,
)

TIER = Table(Tier, (NAME, Field("audience", AudienceTree(), "Who earns it", is_required=True)), _check_tier)

TEMPLATE_CHOICE = Table(
    TemplateChoice,
    (Field("tag", Text(), "Product tag", is_required=True), Field("template", Text(), "Template", is_required=True)),
)

MAX_LOCATIONS = 250
_LOCATIONS = "By Shopify's numbers of them. None named: what lies anywhere counts, all together."
_AT_ONE = "The fullest location that counts must have the minimum by itself, so that all can be sent from there."
_RESUME = "Once goods were below the minimum, they are offered again when this much is there."

STOCK = Table(
    Stock,
    (
        Field("minimum", Whole(high=MAX_STOCK), "Minimum stock", "Goods with less than this are not offered."),
        Field("resume_at", Whole(high=MAX_STOCK), "Offer again from", _RESUME, is_nullable=True),
        Field("offers_oversold", Flag(), "Goods that go on selling when out of stock", "Offer them whatever is left."),
        Field("sets_open_offers_aside", Flag(), "Set aside what offers on show may still take"),
        Field("locations", Ids("location", most=MAX_LOCATIONS), "Locations that count", _LOCATIONS),
        Field("at_one_location", Flag(), "One location must have enough", _AT_ONE),
    ),
    _check_stock,
)

REPEATS = Table(
    Repeats,
    (
        limit("bought_days", "Days for which goods bought are not offered again"),
        limit("declined_days", "Days for which goods declined are not offered again"),
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

_AFTER_PAGE = "Other goods than those that the page showed. Otherwise the blocks are for whom the page cannot be shown."

BLOCKS = Table(
    Blocks,
    (
        Field("days", Whole(high=365), "Days after the order", "0: the blocks offer nothing."),
        Field(
            "code_days", Whole(low=1, high=60), "Days that a code holds", "From when the shopper presses the button."
        ),
        Field("after_page", Flag(), "Offer again after the one-click page", _AFTER_PAGE),
    ),
)

DOCUMENT = Table(
    RuleDocument,
    (
        Field("schema", _SchemaNumber(), is_required=True),
        Field("funnels", Rows(FUNNEL, unique="id"), "Offers"),
        Field("journeys", Rows(JOURNEY, most=100, unique="id"), "Follow-ups"),
        Field("caps", CAPS, "Caps"),
        Field("holds", HOLDS, "Holds"),
        Field("quiet_hours", QUIET_HOURS, "Hours for texts"),
        Field("tiers", Rows(TIER, most=50, unique="name"), "Tiers"),
        Field("pairings", Rows(PAIRING, most=100, unique="id"), "Pairings"),
        Field("stock", STOCK, "Stock"),
        Field("margin", MARGIN, "Margin"),
        Field("repeats", REPEATS, "Repeats"),
        Field("holdout", HOLDOUT, "Holdout"),
        Field("blocks", BLOCKS, "Blocks on the thank-you and order-status pages"),
        Field("templates", Rows(TEMPLATE_CHOICE), "Templates by product tag"),
        Field("markets", Rows(MARKET, most=50, unique="id"), "Markets"),
    ),
    _check_document,
)


def parse(value: object) -> RuleDocument:
    """Read a rule document, and for each market what its overrides make of it.

    Raises:
        InvalidRules: with every problem found, each with its path and cure.
    """
    reader = Reader()
    document: RuleDocument = DOCUMENT.read(reader, value, "")
    if not reader.problems and isinstance(value, dict):
        document = replace(document, by_market=dict(_markets(reader, value)))
    if reader.problems:
        raise InvalidRules(reader.found())
    return document


def _markets(reader: Reader, value: dict[str, Any]) -> Iterator[tuple[str, RuleDocument]]:
    base = {name: held for name, held in value.items() if name != "markets"}
    for index, market in enumerate(value.get("markets", ())):
        path, inner = f"markets[{index}].overrides", Reader()
        written = override(reader, base, market.get("overrides", {}), path)
        made: RuleDocument = DOCUMENT.read(inner, written, "")
        for problem in inner.found():
            reader.fault(f"{path} > {problem.path}", problem.message)
        yield market["id"], replace(made, market=market["id"])


def json_schema() -> Schema:
    """Return what a rule document may be, in JSON Schema: all that can be told of its parts one by one."""
    named: dict[str, Any] = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Rules of a shop"}
    return {**named, **DOCUMENT.schema(), "$defs": definitions()}
