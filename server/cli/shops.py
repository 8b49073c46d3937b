"""Commands about one shop."""

import json
from pathlib import Path

import click

from server.bootstrap import make_runtime
from server.config import read_settings
from server.outbound.spec import InvalidSettings
from server.usecases.explain import explain_order
from server.usecases.settings import connect_vendor, find_shop


@click.command()
@click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
@click.option("--vendor", required=True, help="Such as twilio or smtp.")
@click.option("--settings", "path", required=True, type=click.Path(exists=True, path_type=Path))
def connect(shop: str, vendor: str, path: Path) -> None:
    """Connect a shop to a vendor, with the settings from a JSON file."""
    runtime = make_runtime(read_settings())
    spec = runtime.registry.get(vendor)
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as fault:
        raise click.ClickException(f"{path} is no JSON file.") from fault
    if not isinstance(given, dict):
        raise click.ClickException(f"{path} must hold one JSON object of settings.")
    try:
        settings = spec.read_settings({str(name): str(value) for name, value in given.items()})
    except InvalidSettings as fault:
        raise click.ClickException(fault.message) from fault
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    connect_vendor(
        database=runtime.database,
        box=runtime.box,
        shop_id=row.id,
        slug=vendor,
        settings=settings,
        now=runtime.clock.now(),
    )
    click.echo(f"{shop} is connected to {spec.title}.")
    runtime.close()


@click.command()
@click.argument("order")
@click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
def explain(order: str, shop: str) -> None:
    """Tell what happened to an order and why, as JSON. ORDER is its id or its name, such as #1001."""
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    now = runtime.clock.now()
    told = explain_order(database=runtime.database, shop_id=row.id, named=order, now=now)
    click.echo(json.dumps(told, indent=2))
    runtime.close()
