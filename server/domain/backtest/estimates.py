"""What the offers of a replay may have earned: a range, with what it rests on, and never one number."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

from server.domain.backtest.results import Results

_Z = 1.96  # of the 95 percent interval
_ENOUGH_SHOWN, _ENOUGH_SENT = 200, 500


@dataclass(frozen=True, slots=True)
class Rate:
    """The share of offers that are taken, from `low` to `high` (0 to 1), and where it comes from."""

    low: float
    high: float
    source: str


# Third parties put what is accepted on the page at 5 to 15 percent of those who see it; no source worth the name is
# known for messages, so that their range is wide, and the shop's own figures replace both as soon as there are enough.
ASSUMED_PAGE = Rate(0.05, 0.15, "assumed: third-party guides name 5 to 15 % of the pages that are seen")
ASSUMED_MESSAGE = Rate(0.003, 0.02, "assumed: 0.3 to 2 % of the messages; no source, set your own")


@dataclass(frozen=True, slots=True)
class Measured:
    """What the shop has measured of late."""

    shown: int = 0
    accepted: int = 0
    sent: int = 0
    ordered: int = 0


def rates(measured: Measured) -> tuple[Rate, Rate]:
    """Return the rates of page and messages: the shop's own where it has enough, the assumed ones otherwise."""
    page, message = ASSUMED_PAGE, ASSUMED_MESSAGE
    if measured.shown >= _ENOUGH_SHOWN:
        page = _wilson(measured.accepted, measured.shown, "pages seen")
    if measured.sent >= _ENOUGH_SENT:
        message = _wilson(measured.ordered, measured.sent, "messages")
    return page, message


def _wilson(hits: int, tries: int, of: str) -> Rate:
    """Return Wilson's 95 percent interval of a share (E. B. Wilson, 1927)."""
    share, square = hits / tries, _Z**2 / tries
    centre = (share + square / 2) / (1 + square)
    half = _Z * sqrt(share * (1 - share) / tries + square / (4 * tries)) / (1 + square)
    return Rate(max(0.0, centre - half), min(1.0, centre + half), f"measured in this shop: {hits} of {tries} {of}")


@dataclass(frozen=True, slots=True)
class Range:
    """From the lower rate to the higher; minor units of the shop's currency."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the offers of one replay may have earned. The margin is that of goods of known cost alone."""

    page: Range
    messages: Range
    margin: Range
    share_of_known_cost: float

    def as_json(self) -> dict[str, Any]:
        return {
            "page": [self.page.low, self.page.high],
            "messages": [self.messages.low, self.messages.high],
            "revenue": [self.page.low + self.messages.low, self.page.high + self.messages.high],
            "margin": [self.margin.low, self.margin.high],
            "share_of_known_cost": round(self.share_of_known_cost, 3),
        }


def estimate(results: Results, page: Rate, message: Rate) -> Estimate:
    """Return what all offers of a replay may have earned at the given rates."""
    shown, sent = results.of_surface("one_click"), results.of_surface("message")
    value = shown.value + sent.value
    return Estimate(
        page=_range(shown.value, page),
        messages=_range(sent.value, message),
        margin=Range(
            round(shown.margin * page.low + sent.margin * message.low),
            round(shown.margin * page.high + sent.margin * message.high),
        ),
        share_of_known_cost=(shown.value_of_known_cost + sent.value_of_known_cost) / value if value else 0.0,
    )


def _range(value: int, rate: Rate) -> Range:
    return Range(round(value * rate.low), round(value * rate.high))
