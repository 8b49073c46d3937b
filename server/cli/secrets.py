"""Commands for the day on which a secret changes."""

import click

from server.bootstrap import make_runtime
from server.config import read_settings
from server.usecases.access import ShopAccess
from server.usecases.rotation import renew_grants, reseal


@click.group()
def secrets() -> None:
    """Finish the rotation of a secret."""


@secrets.command("reseal")
def reseal_credentials() -> None:
    """Seal all stored credentials under AFTERS_SECRET_KEY, so that AFTERS_SECRET_KEY_OLD is not needed for them."""
    runtime = make_runtime(read_settings())
    count = reseal(database=runtime.database, box=runtime.box)
    click.echo(f"{count} stored credentials are sealed under the present key.")
    runtime.close()


@secrets.command("renew-grants")
def renew() -> None:
    """Renew each shop's grant with SHOPIFY_API_SECRET, so that the secret before it can be revoked."""
    runtime = make_runtime(read_settings())
    access = ShopAccess(runtime.database, runtime.box, runtime.auth, runtime.apis)
    found = renew_grants(access=access, now=runtime.clock.now())
    for each in found:
        click.echo(f"{each.shop_domain}: {each.fault or 'renewed'}")
    failed = sum(each.fault is not None for each in found)
    click.echo(f"{len(found) - failed} grants renewed, {failed} not.")
    runtime.close()
    if failed:
        raise click.exceptions.Exit(1)
