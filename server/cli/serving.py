"""The web side as a process."""

import os
import shutil
import tempfile
from pathlib import Path

import click
from granian import Granian
from granian.constants import Interfaces

from server.config import read_settings

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
    figures = _folder_of_figures() if settings.metrics_token else None
    try:
        Granian(
            "server.app:make_app",
            factory=True,
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            blocking_threads=_BLOCKING_THREADS,
            workers_kill_timeout=_KILL_TIMEOUT_SECONDS,
            log_access=False,
            log_dictconfig=_json_log() if settings.is_json_log else None,
        ).serve()
    finally:
        if figures is not None:
            shutil.rmtree(figures, ignore_errors=True)


def _folder_of_figures() -> Path:
    """Make the folder in which the web processes share what they count, and name it to them."""
    folder = Path(tempfile.mkdtemp(prefix="afters-metrics-"))
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    return folder


def _json_log() -> dict[str, object]:
    """Let the web server log as the app does; in a web process its words then go through the app's own log."""
    return {
        "formatters": {"json": {"()": "server.core.logging.JsonLines"}},
        "handlers": {"json": {"class": "logging.StreamHandler", "formatter": "json"}},
        "loggers": {"_granian": {"propagate": True}},
        "root": {"handlers": ["json"], "level": "WARNING"},
    }
