"""Privacy requests, for the operator: see them, answer one, or erase a person whom Shopify did not name."""

import json
import os
from pathlib import Path
from uuid import uuid4

import click

from server.bootstrap import make_runtime
from server.config import read_settings
from server.ports import CustomerRequest
from server.storage.privacy import OPEN
from server.usecases.privacy import DUE_AFTER, erase_customer, export_data, list_requests
from server.usecases.settings import find_shop

_SHOP = click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")


@click.group()
def privacy() -> None:
    """Privacy requests of shoppers."""


@privacy.command("list")
@_SHOP
def list_all(shop: str) -> None:
    """List a shop's requests, the newest first; none names anybody."""
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    found = list_requests(database=runtime.database, box=runtime.box, shop_domain=row.domain)
    now = runtime.clock.now()
    for each in found:
        due_at = each.received_at + DUE_AFTER
        state = each.state
        if each.state == OPEN:
            state = f"overdue since {due_at:%Y-%m-%d}" if now > due_at else f"open, due by {due_at:%Y-%m-%d}"
        click.echo(f"{each.id}  {each.received_at:%Y-%m-%d}  {each.kind}  {state}")
    if not found:
        click.echo("There are no privacy requests.")
    runtime.close()


@privacy.command()
@_SHOP
@click.option("--request", "number", required=True, type=int, help="The number that `list` shows.")
@click.option("--to", "path", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
def export(shop: str, number: int, path: Path) -> None:
    """Write all that is stored of the person of an open data request into a file that only you can read."""
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    data = export_data(
        database=runtime.database,
        inbox=runtime.inbox.database,
        box=runtime.box,
        shop_id=row.id,
        shop_domain=row.domain,
        request_id=number,
    )
    runtime.close()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as fault:
        raise click.ClickException(
            f"{path} cannot be made: {fault.strerror}. Name a file that is not there."
        ) from fault
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(data, file, indent=2, ensure_ascii=False)
    click.echo(f"Written to {path}. Hand it to the shop's owner, who marks the request as handed over, and delete it.")


@privacy.command()
@_SHOP
@click.option("--customer-id", help="Shopify's number of the customer.")
@click.option("--email")
@click.option("--phone", help="With the country's code, such as +447700900123.")
@click.confirmation_option(prompt="What is erased cannot be brought back. Go on?")
def erase(shop: str, customer_id: str | None, email: str | None, phone: str | None) -> None:
    """Erase a person by any of customer id, e-mail and phone, as Shopify's own request would."""
    if not (customer_id or email or phone):
        raise click.UsageError("Name the person by --customer-id, --email or --phone.")
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    known_as = f"operator:{uuid4()}"
    erase_customer(
        database=runtime.database,
        inbox=runtime.inbox.database,
        box=runtime.box,
        shop_id=row.id,
        shop_domain=row.domain,
        platform_id=known_as,
        request=CustomerRequest(customer_id, email, phone),
        now=runtime.clock.now(),
    )
    newest = list_requests(database=runtime.database, box=runtime.box, shop_domain=row.domain)[0]
    counts = ", ".join(f"{count} {name}" for name, count in newest.proof.items()) or "nothing"
    waits = "; a delivery that names the person still waits, the rest follows" if newest.state == OPEN else ""
    click.echo(f"Erased: {counts}{waits}.")
    runtime.close()
