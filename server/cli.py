"""`afters`: the commands of an operator."""

import json
import os
from multiprocessing.util import Finalize
from pathlib import Path

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from server.app import create_app
from server.bootstrap import configure_logging, make_runtime
from server.config import Settings, read_settings
from server.core.errors import AppError
from server.jobs.worker import run_worker
from server.outbound.spec import InvalidSettings
from server.storage.db import make_engine
from server.storage.migrate import current_revision, head_revision, upgrade
from server.usecases.explain import explain_order
from server.usecases.settings import connect_vendor, find_shop

_BLOCKING_THREADS = 32
_KILL_TIMEOUT_SECONDS = 15


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


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=4601, show_default=True)
@click.option("--processes", default=1, show_default=True, help="More than one needs PostgreSQL.")
def serve(host: str, port: int, processes: int) -> None:
    """Serve the web side."""
    # Fails here, before any process is started, when the settings are not complete. The secrets stay in the
    # environment for the workers, each of which takes them out of its own.
    settings = read_settings(dict(os.environ))
    if processes > 1 and settings.database_url.startswith("sqlite"):
        raise click.ClickException("SQLite takes one web process; set AFTERS_DATABASE_URL to a PostgreSQL database.")
    Granian(
        "server.cli:make_app",
        factory=True,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=_BLOCKING_THREADS,
        workers_kill_timeout=_KILL_TIMEOUT_SECONDS,
        log_access=False,
    ).serve()


def make_app() -> Flask:
    """Make the application inside a web process; its database is let go after the last request."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log)
    runtime = make_runtime(settings)
    Finalize(None, runtime.database.dispose, exitpriority=10)
    return create_app(runtime)


@main.command()
def worker() -> None:
    """Work off deliveries, follow-ups and imports."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log)
    run_worker(make_runtime(settings))


@main.group()
def db() -> None:
    """Look after the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Apply the migrations that the database lacks."""
    engine = make_engine(_prepared(read_settings()).database_url)
    upgrade(engine)
    click.echo(f"The database is at revision {current_revision(engine)} of {head_revision(engine)}.")
    engine.dispose()


@main.command()
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
    runtime.database.dispose()


@main.command()
@click.argument("order")
@click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
def explain(order: str, shop: str) -> None:
    """Tell what happened to an order and why, as JSON. ORDER is its id or its name, such as #1001."""
    runtime = make_runtime(read_settings())
    row = find_shop(database=runtime.database, box=runtime.box, domain=shop)
    click.echo(json.dumps(explain_order(database=runtime.database, shop_id=row.id, named=order), indent=2))
    runtime.database.dispose()


def _prepared(settings: Settings) -> Settings:
    """Make the folder of a SQLite file, which the driver does not."""
    scheme, _, path = settings.database_url.partition(":///")
    if scheme == "sqlite" and path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    return settings
