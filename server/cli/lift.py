"""`afters lift`: what offers add, measured against the shoppers who are held out."""

import json
from collections.abc import Iterator

import click

from server.cli.rules import SHOP, open_shop
from server.core.money import Money
from server.domain.lift import FEWEST, PLANNED
from server.usecases.lift import LiftReport, Side, measure_lift


@click.command()
@SHOP
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3_650), help="Shoppers drawn since then.")
@click.option("--window", default=30, show_default=True, type=click.IntRange(1, 365), help="Days counted of each.")
@click.option("--planned", default=PLANNED, show_default=True, type=click.IntRange(50), help="Shoppers planned for.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
def lift(shop: str, days: int, window: int, planned: int, *, as_json: bool) -> None:
    """Tell how much more shoppers bring who may be offered something than those held out."""
    with open_shop(shop) as (runtime, shop_id):
        found = measure_lift(
            database=runtime.database,
            shop_id=shop_id,
            days=days,
            window_days=window,
            planned=planned,
            now=runtime.clock.now(),
        )
    if found is None:
        raise click.ClickException("No rules are live: nobody was drawn.")
    click.echo(json.dumps(found.as_json(), indent=2) if as_json else "\n".join(_lines(found)))


def _lines(found: LiftReport) -> Iterator[str]:
    yield (
        f"Shoppers drawn since {found.since:%d %B %Y}, {found.percent:g} % of them to be held out; what each bought"
        f" within {found.window_days} days, net of what was given back, the largest 1 % cut to the next."
    )
    yield f"  may be offered something  {_side(found, found.offered)}"
    yield f"  held out                  {_side(found, found.held_out)}"
    if found.is_mismatched:
        yield "Far more or fewer are held out than should be, so that nothing follows: was the share changed meanwhile?"
    elif found.lift is None:
        yield f"Too few to say anything: {FEWEST} shoppers are needed on each side, drawn {found.window_days} days ago."
    else:
        low, high = (_money(found, each) for each in (found.lift.low, found.lift.high))
        yield f"Offers add {_money(found, found.lift.difference)} a shopper, with 95 % certainty from {low} to {high}."
        yield (
            "That is more than chance, however often it was looked at."
            if found.lift.is_certain
            else "That may still be chance: zero lies within."
        )


def _side(found: LiftReport, side: Side) -> str:
    order = _money(found, side.per_order) if side.per_order is not None else "no"
    return f"{side.shoppers:>7,} shoppers, {_money(found, side.per_shopper)} each, {order} an order"


def _money(found: LiftReport, minor: float) -> str:
    return f"{Money(round(minor), found.currency).text()} {found.currency}"
