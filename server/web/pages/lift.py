"""Lift: what offers add beyond what would have been bought anyway, as `afters lift` measures it, with its chart."""

from dataclasses import dataclass

from flask import Blueprint, request
from werkzeug.wrappers import Response as BaseResponse

from server.domain.lift import FEWEST, Lift
from server.usecases.lift import LiftReport, Side, measure_lift
from server.web.guards import runtime, shop
from server.web.pages.display import Display
from server.web.pages.frame import open_frame, page_blueprint, show
from server.web.pages.wording import Badge

_DAYS = 90  # how long ago shoppers may have been drawn
WINDOWS = (7, 14, 30)  # days counted of each shopper
_MARGIN = 0.06  # of the chart, at each end
_WIDTH = 100


@dataclass(frozen=True, slots=True)
class SideLine:
    """One side of the comparison as the page shows it."""

    name: str
    shoppers: str
    per_shopper: str
    per_order: str


@dataclass(frozen=True, slots=True)
class IntervalChart:
    """The interval on a line with zero on it; places are parts of a hundred from the left."""

    low: float
    high: float
    difference: float
    zero: float
    words: str

    @property
    def width(self) -> float:
        return max(self.high - self.low, 1)  # a narrower band would not be seen

    @property
    def left(self) -> float:
        return (self.low + self.high - self.width) / 2


@dataclass(frozen=True, slots=True)
class LiftPage:
    """A report in the merchant's words; `chart` is None where nothing may be said."""

    since: str
    percent: str
    window_days: int
    sides: tuple[SideLine, ...]
    is_mismatched: bool
    needed: int
    badge: Badge | None = None
    difference: str = ""
    low: str = ""
    high: str = ""
    chart: IntervalChart | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nobody was compared at all."""
        return all(side.shoppers == "0" for side in self.sides)


def blueprint() -> Blueprint:
    routes = page_blueprint("lift", __name__, url_prefix="/lift")

    @routes.get("")
    def page() -> BaseResponse:
        parts, frame = runtime(), open_frame()
        asked = request.args.get("window", "")
        window = int(asked) if asked in {str(each) for each in WINDOWS} else WINDOWS[-1]
        report = measure_lift(
            database=parts.database, shop_id=shop().shop_id, days=_DAYS, window_days=window, now=parts.clock.now()
        )
        told = _tell(report, frame.display) if report is not None else None
        is_off = report is not None and not report.percent
        return show(frame, "pages/lift.html", lift=told, is_off=is_off, windows=WINDOWS, window=window)

    return routes


def _tell(report: LiftReport, display: Display) -> LiftPage:
    plain = {
        "since": display.day(report.since),
        "percent": f"{report.percent:g}",
        "window_days": report.window_days,
        "sides": (
            _side("May be offered something", report.offered, report, display),
            _side("Held out", report.held_out, report, display),
        ),
        "is_mismatched": report.is_mismatched,
        "needed": FEWEST,
    }
    if report.lift is None or report.is_mismatched:
        return LiftPage(**plain)  # type: ignore[arg-type]  # as they are named above
    low, high, difference = (
        _money(each, report, display) for each in (report.lift.low, report.lift.high, report.lift.difference)
    )
    return LiftPage(
        **plain,  # type: ignore[arg-type]  # as they are named above
        badge=_badge(report.lift),
        difference=difference,
        low=low,
        high=high,
        chart=_chart(report.lift, f"From {low} to {high} a shopper, {difference} as measured."),
    )


def _side(name: str, side: Side, report: LiftReport, display: Display) -> SideLine:
    order = _money(side.per_order, report, display) if side.per_order is not None else "No order"
    return SideLine(name, f"{side.shoppers:,}", _money(side.per_shopper, report, display), order)


def _money(minor: float, report: LiftReport, display: Display) -> str:
    return display.money(round(minor), report.currency)


def _badge(lift: Lift) -> Badge:
    if not lift.is_certain:
        return Badge("May still be chance", "neutral")
    return Badge("Offers add", "success") if lift.difference > 0 else Badge("Offers take away", "critical")


def _chart(lift: Lift, words: str) -> IntervalChart:
    """Return the interval on a line that holds zero as well, with room at both ends."""
    left, right = min(lift.low, 0.0), max(lift.high, 0.0)
    length = (right - left) or 1.0
    within = _WIDTH * (1 - 2 * _MARGIN)

    def place(value: float) -> float:
        return round(_WIDTH * _MARGIN + within * (value - left) / length, 2)

    return IntervalChart(place(lift.low), place(lift.high), place(lift.difference), place(0), words)
