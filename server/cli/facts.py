"""`afters facts`: tell what Afters cannot know of a customer by itself."""

import json

import click

from server.cli.rules import SHOP, open_shop
from server.domain.told import TELLINGS
from server.usecases.told_facts import tell_facts


@click.group()
def facts() -> None:
    """Tell of customers what conditions ask and nothing else tells: tickets, loyalty, segments."""


@facts.command()
@SHOP
@click.option("--customer", required=True, help="Shopify's number of the customer.")
@click.argument("given", nargs=-1, required=True, metavar="NAME=VALUE...")
def tell(shop: str, customer: str, given: tuple[str, ...]) -> None:
    """Keep facts such as open_tickets=1; one without a value is unknown again."""
    pairs = dict(each.partition("=")[::2] for each in given)
    with open_shop(shop) as (runtime, shop_id):
        told = tell_facts(
            database=runtime.database, shop_id=shop_id, customer_id=customer, given=pairs, now=runtime.clock.now()
        )
    click.echo(json.dumps(told, indent=2))


@facts.command(name="list")
def list_() -> None:
    """List what may be told."""
    for name, telling in TELLINGS.items():
        click.echo(f"{name}: {telling.takes}")
