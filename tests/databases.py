"""Where the tests' databases are."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432"


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy a migrated file, and its inbox, and return its address; faster than migrating for every test."""
    target = folder / "afters.sqlite3"
    shutil.copyfile(template, target)
    shutil.copyfile(template.with_name("template-inbox.sqlite3"), folder / "afters-inbox.sqlite3")
    return f"sqlite:///{target}"


def inbox_of(database_url: str) -> str:
    """Return where the inbox of a database is: on SQLite in a file beside it."""
    return database_url.replace(".sqlite3", "-inbox.sqlite3") if database_url.startswith("sqlite") else database_url


@contextmanager
def fresh_postgresql(*, is_durable: bool = False) -> Iterator[str]:
    """Make an empty database on the server, give its address, and drop it after.

    Tests pull no plugs: unless it is durable, they get what was committed, not what survives a power cut.
    """
    name = f"afters_test_{secrets.token_hex(6)}"
    admin = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        if not is_durable:
            connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
