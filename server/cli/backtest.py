"""`afters backtest`: what rules would have done with past orders."""

import json
from pathlib import Path

import click

from server.cli.backtest_text import as_text
from server.cli.rule_files import read_rules
from server.cli.rules import open_shop, sound
from server.usecases.backtest import BacktestReport, live_document, run_backtest
from server.web.backtest_page import as_html

_STEP = 5_000  # orders between two lines of progress


@click.command()
@click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
@click.option(
    "--rules", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A draft to compare."
)
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3_650))
@click.option("--format", "form", type=click.Choice(["text", "json", "html"]), default="text", show_default=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the terminal.")
def backtest(shop: str, path: Path | None, days: int, form: str, output: Path | None) -> None:
    """Replay past orders under the live rules, and under a draft beside them."""
    draft = sound(read_rules(path)) if path is not None else None
    with open_shop(shop) as (runtime, shop_id):
        with runtime.database.read() as session:
            live = live_document(session, shop_id)
        documents = {"live": live} if live is not None else {}
        if draft is not None:
            documents["draft"] = draft
        if not documents:
            raise click.ClickException("No rules are live; name a file of rules with --rules.")
        report = run_backtest(
            database=runtime.database,
            shop_id=shop_id,
            shop=shop,
            phones=runtime.phones,
            documents=documents,
            days=days,
            now=runtime.clock.now(),
            progress=_Progress(),
        )
    text = _written(report, form)
    if output is None:
        click.echo(text)
    else:
        output.write_text(text, encoding="utf-8")
        click.echo(f"The report is in {output}.", err=True)


def _written(report: BacktestReport, form: str) -> str:
    if form == "json":
        return json.dumps(report.as_json(), indent=2)
    return as_html(report) if form == "html" else as_text(report)


class _Progress:
    """Says now and then how far it is, beside the report."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, done: int, total: int) -> None:
        if done - self._told >= _STEP or done == total > self._told:
            self._told = done
            click.echo(f"{done:,} of {total:,} orders played", err=True)
