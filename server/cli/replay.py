"""Deliveries that were set aside, for the operator."""

import click

from server.bootstrap import make_runtime
from server.config import read_settings
from server.usecases.replay import ASIDE, TROUBLED, AsideDelivery, list_aside, replay_all, replay_one

_MOST = 10_000


@click.command()
@click.argument("numbers", nargs=-1, type=int)
@click.option("--all", "is_all", is_flag=True, help="All that failed or could not be read.")
@click.option("--state", "states", multiple=True, type=click.Choice(ASIDE), help="With --all: only these.")
@click.option("--shop", help="With --all: only this shop's, by its *.myshopify.com domain.")
@click.option("--dry-run", is_flag=True, help="Say what would be tried again, and change nothing.")
def replay(*, numbers: tuple[int, ...], is_all: bool, states: tuple[str, ...], shop: str | None, dry_run: bool) -> None:
    """List the deliveries that were set aside, or let some be handled again: NUMBERS, or --all."""
    runtime = make_runtime(read_settings())
    inbox, chosen = runtime.inbox.database, states or TROUBLED
    if numbers and not dry_run:
        for number in numbers:
            click.echo(f"{_line(replay_one(inbox=inbox, delivery_id=number, shop_domain=shop))}: tried again")
    elif is_all and not dry_run:
        count = replay_all(inbox=inbox, states=chosen, shop_domain=shop, limit=_MOST)
        click.echo(f"{count} deliveries are tried again.")
    else:
        found = list_aside(inbox=inbox, states=chosen, shop_domain=shop, limit=_MOST)
        for each in found:
            if not numbers or each.id in numbers:
                click.echo(f"{_line(each)}: {each.error}")
        if not found:
            click.echo("Nothing was set aside.")
    runtime.close()


def _line(each: AsideDelivery) -> str:
    return f"{each.id}  {each.received_at:%Y-%m-%d %H:%M:%SZ}  {each.shop_domain}  {each.topic}  {each.state}"
