"""A back-test as one page of its own: no scripts, nothing fetched, bars that are tables."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.core.money import Money
from server.domain.backtest.results import Results, ranked
from server.domain.reasons import WORDING, Reason
from server.usecases.backtest import ASSUMPTIONS, BacktestReport

_TEMPLATES = Path(__file__).parents[2] / "templates"
_MODELS = {"sold_since": "With modelled stock", "unlimited": "Without limits of stock"}
_SURFACES = {"one_click": "page", "message": "message"}
_MOST = 12


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a chart: `share` is its length in percent of the longest."""

    label: str
    count: int
    share: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One replay as the page shows it."""

    title: str
    model: str
    facts: tuple[tuple[str, str], ...]
    reach: tuple[Bar, ...]
    never: tuple[tuple[str, str], ...]
    per_shopper: tuple[Bar, ...]
    kept_back: tuple[Bar, ...]
    not_sent: tuple[Bar, ...]
    collisions: tuple[Bar, ...]


def as_html(report: BacktestReport) -> str:
    """Return the report as a page that stands alone."""
    environment = Environment(loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined)
    return environment.get_template("backtest.html").render(
        report=report, columns=[_column(report, each) for each in report.results], assumptions=ASSUMPTIONS
    )


def _column(report: BacktestReport, results: Results) -> Column:
    expected = report.estimate(results)
    money = [
        ("Expected on the page", expected.page),
        ("Expected by messages", expected.messages),
        ("Expected margin", expected.margin),
    ]
    facts = [
        ("Orders", f"{results.orders:,}"),
        ("Could see the page", f"{results.page_possible:,}"),
        ("Offers made", f"{sum(each.offers for each in results.reach.values()):,}"),
        ("Messages", f"{sum(results.sent.values()):,}"),
        *((name, f"{_money(report, each.low)} to {_money(report, each.high)}") for name, each in money),
    ]
    return Column(
        title=f"{results.label.capitalize()} rules",
        model=_MODELS[results.stock_model],
        facts=tuple(facts),
        reach=_bars(
            [
                (f"{results.funnels.get(funnel, funnel)} ({_SURFACES[surface]})", held.offers)
                for (funnel, surface), held in sorted(results.reach.items())
            ]
        ),
        never=tuple((results.funnels[each], _wording(results.why_never(each))) for each in results.never_reached),
        per_shopper=_bars(
            [(f"{number} messages", count) for number, count in results.shoppers_by_touches()], is_ranked=False
        ),
        kept_back=_bars(
            [
                (f"{results.funnels.get(funnel, 'The page')}: {_wording(reason)}", count)
                for (funnel, reason), count in ranked(results.blocks, _MOST)
            ]
        ),
        not_sent=_bars(
            [
                (_wording(reason), count)
                for reason, count in ranked(results.sequence_refusals + results.touch_refusals, _MOST)
            ]
        ),
        collisions=_bars(
            [
                (f"{results.funnels.get(chosen, chosen)} before {results.funnels.get(other, other)}", count)
                for (chosen, other), count in ranked(results.collisions, _MOST)
            ]
        ),
    )


def _bars(rows: list[tuple[str, int]], *, is_ranked: bool = True) -> tuple[Bar, ...]:
    longest = max((count for _, count in rows), default=0) or 1
    ranked = sorted(rows, key=lambda row: -row[1]) if is_ranked else rows
    return tuple(Bar(label, count, 100 * count / longest) for label, count in ranked)


def _wording(reason: str | None) -> str:
    return WORDING[Reason(reason)] if reason else "No order fitted."


def _money(report: BacktestReport, minor: int) -> str:
    return f"{Money(minor, report.currency).decimal():,} {report.currency}" if report.currency else str(minor)
