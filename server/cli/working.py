"""The worker as a process."""

import click

from server.bootstrap import configure_logging, make_runtime
from server.config import read_settings
from server.jobs.worker import run_worker


@click.command()
def worker() -> None:
    """Work off deliveries, follow-ups and imports."""
    settings = read_settings()
    configure_logging(is_json=settings.is_json_log, error_hook=settings.error_hook)
    run_worker(make_runtime(settings))
