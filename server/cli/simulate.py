"""`afters simulate`: what would happen to one order."""

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from server.cli.rule_files import read_rules
from server.cli.rules import SHOP, open_shop, sound
from server.domain.reasons import WORDING
from server.usecases.backtest import live_document
from server.usecases.simulation import SimulatedStep, simulate_order


@click.command()
@SHOP
@click.option("--order", "named", required=True, help="Its id or its name, such as #1001.")
@click.option(
    "--rules", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Instead of the live."
)
@click.option("--at", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]), help="A moment in UTC; now if not.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
def simulate(shop: str, named: str, path: Path | None, at: datetime | None, *, as_json: bool) -> None:
    """Tell step by step what would happen to an order, and why. Nothing is offered, sent or stored."""
    draft = sound(read_rules(path)) if path is not None else None
    with open_shop(shop) as (runtime, shop_id):
        with runtime.database.read() as session:
            document = draft or live_document(session, shop_id)
        if document is None:
            raise click.ClickException("No rules are live; name a file of rules with --rules.")
        steps = simulate_order(
            database=runtime.database,
            box=runtime.box,
            vendors=runtime.vendors,
            phones=runtime.phones,
            shop_id=shop_id,
            named=named,
            document=document,
            at=at.replace(tzinfo=UTC) if at is not None else runtime.clock.now(),
        )
    if as_json:
        click.echo(json.dumps([step.as_json() for step in steps], indent=2))
        return
    for step in steps:
        _tell(step)


def _tell(step: SimulatedStep) -> None:
    click.echo(f"{step.at:%Y-%m-%d %H:%M:%S} UTC  {step.what}")
    click.echo(f"    {WORDING[step.reason]}{f' {step.detail}' if step.detail else ''}")
    for line in step.trace:
        click.echo(f"      {line.subject}: {line.reason.value}{f', {line.detail}' if line.detail else ''}")
