"""Where the tests' databases are."""

import shutil
from pathlib import Path

POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432"


def copied_sqlite(template: Path, folder: Path) -> str:
    """Copy a migrated file and return its address; faster than migrating for every test."""
    target = folder / "afters.sqlite3"
    shutil.copyfile(template, target)
    return f"sqlite:///{target}"
