"""Brings a database to the current schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from server.core.errors import AppError

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK_NOT_FREE = "55P03"


class MigrationFailed(AppError):
    """The database was not brought to the current schema; what earlier migrations did is kept."""

    code = "migration_failed"


def alembic_config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine) -> None:
    """Apply every migration that the database lacks.

    Raises:
        MigrationFailed: the database cannot be reached, is in use by somebody who keeps a lock, or refuses.
    """
    try:
        command.upgrade(alembic_config(engine), "head")
    except DBAPIError as fault:
        is_lock = getattr(fault.orig, "sqlstate", None) == _LOCK_NOT_FREE
        cure = "Somebody keeps a lock; run this again." if is_lock else "`afters doctor` may know more."
        raise MigrationFailed(f"The database was not migrated ({name_fault(fault)}). {cure}") from fault


def current_revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision(engine: Engine) -> str | None:
    return ScriptDirectory.from_config(alembic_config(engine)).get_current_head()


def known_revisions(engine: Engine) -> frozenset[str]:
    return frozenset(each.revision for each in ScriptDirectory.from_config(alembic_config(engine)).walk_revisions())


def name_fault(fault: Exception) -> str:
    """Name what a driver raised by its class and code: its words may quote an address, password and all."""
    cause = getattr(fault, "orig", None) or fault
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__}{f' {state}' if state else ''}"
