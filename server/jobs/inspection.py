"""Looks at the job engine's database from outside, and changes nothing there."""

from pathlib import Path

from dbos import DBOSClient

from server.core.errors import AppError


class EngineUnreachable(AppError):
    """The job engine's database cannot be used."""

    code = "engine_unreachable"


def check_engine(url: str) -> None:
    """Return when the job engine's database answers and has the engine's tables.

    Raises:
        EngineUnreachable.
    """
    _, is_sqlite, path = url.partition("sqlite:///")
    if is_sqlite and not Path(path).exists():  # asking would make it
        raise EngineUnreachable(f"The job engine's file {path} does not exist.")
    try:
        client = DBOSClient(system_database_url=url, lazy=True, retry_connection_errors=False)
        try:
            client.list_workflows(limit=1, load_input=False, load_output=False)
        finally:
            client.destroy()
    except Exception as fault:
        raise EngineUnreachable(f"The job engine's database cannot be used ({type(fault).__name__}).") from fault
