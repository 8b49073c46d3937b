"""`afters`: the commands of an operator."""

import click

from server.cli.database import db
from server.cli.serving import serve, worker
from server.cli.shops import connect, explain
from server.core.errors import AppError


class _Commands(click.Group):
    """Turns errors that we expect into one line and an exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except AppError as fault:
            raise click.ClickException(fault.message) from fault


@click.group(cls=_Commands)
def main() -> None:
    """Afters: post-purchase offers for Shopify."""


for command in (serve, worker, db, connect, explain):
    main.add_command(command)
