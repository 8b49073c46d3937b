"""A back-test for the terminal, in a merchant's words."""

from collections.abc import Iterator

from server.core.money import Money
from server.domain.backtest.results import Results, ranked
from server.domain.reasons import WORDING, Reason
from server.usecases.backtest import ASSUMPTIONS, BacktestReport

_MODELS = {"sold_since": "with modelled stock", "unlimited": "without limits of stock"}
_SURFACES = {"one_click": "on the page", "message": "by message"}
_MOST = 8


def as_text(report: BacktestReport) -> str:
    """Return the report as plain text."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: BacktestReport) -> Iterator[str]:
    yield f"Back-test of {report.shop}, {report.since:%Y-%m-%d} to {report.until:%Y-%m-%d}"
    for results in report.results:
        yield ""
        yield from _replay(report, results)
    yield ""
    yield "Expected revenue is a range: what was offered, times the share that is taken."
    for name, rate in (("Page", report.page_rate), ("Messages", report.message_rate)):
        yield f"  {name}: {100 * rate.low:.1f} to {100 * rate.high:.1f} % ({rate.source})"
    yield ""
    yield "What is taken for granted:"
    yield from (f"  - {each}" for each in ASSUMPTIONS)


def _replay(report: BacktestReport, results: Results) -> Iterator[str]:
    heading = f"{results.label.capitalize()} rules, {_MODELS[results.stock_model]}"
    yield heading
    yield "=" * len(heading)
    yield f"{results.orders:,} orders of {results.shoppers:,} shoppers in {results.days:.0f} days; "
    yield f"{results.page_possible:,} could see the one-click page."
    expected = report.estimate(results)
    page, messages, margin = (
        _range(report, each.low, each.high) for each in (expected.page, expected.messages, expected.margin)
    )
    yield f"Expected: {page} on the page and {messages} by messages;"
    share = f"{100 * expected.share_of_known_cost:.0f} % of it is of known cost"
    yield (
        f"margin {margin} ({share})." if expected.share_of_known_cost else "no cost is known, so no margin can be told."
    )
    yield ""
    yield "Reach:"
    for (funnel, surface), held in sorted(results.reach.items(), key=lambda each: (-each[1].offers, each[0])):
        kept = f", {held.held_out:,} held out" if held.held_out else ""
        yield f"  {results.funnels.get(funnel, funnel)} {_SURFACES[surface]}: {held.offers:,} offers{kept}"
    for funnel in results.never_reached:
        why = results.why_never(funnel)
        told = f" Most often: {WORDING[Reason(why)]}" if why else ""
        yield f"  {results.funnels[funnel]}: never offered.{told}"
    yield ""
    sent = ", ".join(f"{count:,} {channel}" for channel, count in sorted(results.sent.items())) or "none"
    yield f"Messages: {sum(results.sequences.values()):,} follow-ups opened, sent: {sent}"
    yield f"  Shoppers by messages received: {_histogram(results)}"
    yield from _reasons("  No follow-up", ranked(results.sequence_refusals, _MOST))
    yield from _reasons("  Not sent", ranked(results.touch_refusals, _MOST))
    yield from _reasons("  Sent later", ranked(results.deferrals, _MOST))
    yield ""
    yield "What kept offers back:"
    for (funnel, reason), count in ranked(results.blocks, _MOST):
        name = results.funnels.get(funnel, "the page")
        yield f"  {count:,} times {name}: {WORDING[Reason(reason)]}"
    if results.collisions:
        yield "Where several offers fitted one order:"
        for (chosen, other), count in ranked(results.collisions, _MOST):
            names = (results.funnels.get(each, each) for each in (chosen, other))
            yield f"  {count:,} times {' went before '.join(names)}"


def _reasons(heading: str, counted: list[tuple[str, int]]) -> Iterator[str]:
    for reason, count in counted:
        yield f"{heading}: {count:,} times. {WORDING[Reason(reason)]}"


def _histogram(results: Results) -> str:
    return ", ".join(f"{number}: {count:,}" for number, count in results.shoppers_by_touches())


def _range(report: BacktestReport, low: int, high: int) -> str:
    texts = (f"{Money(each, report.currency).decimal():,}" if report.currency else str(each) for each in (low, high))
    return f"{' to '.join(texts)} {report.currency}"
