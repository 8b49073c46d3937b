"""Where the tests' databases are."""

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432"


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy a migrated file and return its address; faster than migrating for every test."""
    target = folder / "afters.sqlite3"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    """Make an empty database on the server, give its address, and drop it after."""
    name = f"afters_test_{secrets.token_hex(6)}"
    admin = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        # Tests pull no plugs: they need what was committed, not what survives a power cut.
        connection.execute(text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    try:
        yield f"{POSTGRESQL}/{name}"
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
