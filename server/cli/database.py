"""Commands for the database."""

from pathlib import Path

import click

from server.config import Settings, read_settings
from server.storage.db import make_engine
from server.storage.migrate import current_revision, head_revision, upgrade


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Apply the migrations that the database lacks."""
    engine = make_engine(_prepared(read_settings()).database_url)
    upgrade(engine)
    click.echo(f"The database is at revision {current_revision(engine)} of {head_revision(engine)}.")
    engine.dispose()


def _prepared(settings: Settings) -> Settings:
    """Make the folder of a SQLite file, which the driver does not."""
    scheme, _, path = settings.database_url.partition(":///")
    if scheme == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return settings
