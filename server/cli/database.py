"""Commands for the database."""

from pathlib import Path

import click

from server.config import read_settings
from server.storage.db import make_engine
from server.storage.migrate import APP, INBOX, current_revision, head_revision, upgrade


@click.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Apply the migrations that the databases lack."""
    settings = read_settings()
    for name, url, schema in (("database", settings.database_url, APP), ("inbox", settings.inbox_url, INBOX)):
        _make_folder(url)
        engine = make_engine(url)
        upgrade(engine, schema)
        current, head = current_revision(engine, schema), head_revision(engine, schema)
        click.echo(f"The {name} is at revision {current} of {head}.")
        engine.dispose()


def _make_folder(url: str) -> None:
    """Make the folder of a SQLite file, which the driver does not."""
    scheme, _, path = url.partition(":///")
    if scheme == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
