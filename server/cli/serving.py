"""The processes: the web side and the worker."""

import os
from multiprocessing.util import Finalize

import click
from flask import Flask
from granian import Granian
from granian.constants import Interfaces

from server.app import create_app
from server.bootstrap import configure_logging, make_runtime
from server.config import read_settings
from server.jobs.worker import run_worker

_BLOCKING_THREADS = 32
_KILL_TIMEOUT_SECONDS = 15


@click.command()
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
        "server.cli.serving:make_app",
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
    """Make the application inside a web process; its databases are let go after the last request."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log)
    runtime = make_runtime(settings)
    Finalize(None, runtime.close, exitpriority=10)
    return create_app(runtime)


@click.command()
def worker() -> None:
    """Work off deliveries, follow-ups and imports."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log)
    run_worker(make_runtime(settings))
