"""Commands for the database."""

from datetime import UTC, datetime
from pathlib import Path

import click

from server.config import read_settings
from server.core.clock import SystemClock
from server.storage.db import Database, make_engine
from server.storage.migrate import APP, INBOX, current_revision, head_revision, upgrade
from server.usecases.restoring import doubt_touches_since


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


@db.command("restored")
@click.option(
    "--taken-at", required=True, type=click.DateTime(["%Y-%m-%dT%H:%M:%SZ"]), help="When the backup was made, in UTC."
)
def db_restored(taken_at: datetime) -> None:
    """Say that the database was restored from a backup, before a worker starts.

    What was due since then may have been sent, which the restored database does not know: it is not sent again.
    """
    settings = read_settings()
    database = Database(make_engine(settings.database_url))
    count = doubt_touches_since(database=database, since=taken_at.replace(tzinfo=UTC), now=SystemClock().now())
    click.echo(f"{count} messages that were due since the backup are marked as perhaps sent, and stay unsent.")
    database.dispose()


def _make_folder(url: str) -> None:
    """Make the folder of a SQLite file, which the driver does not."""
    scheme, _, path = url.partition(":///")
    if scheme == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
