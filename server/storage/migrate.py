"""Brings a database to the current schema: the app's own tables, and the inbox, which may live elsewhere."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData
from sqlalchemy.exc import DBAPIError

from server.core.errors import AppError
from server.storage.db import InboxBase
from server.storage.models import metadata

_SCRIPTS = Path(__file__).parent / "migrations"
_LOCK_NOT_FREE = "55P03"


class MigrationFailed(AppError):
    """The database was not brought to the current schema; what earlier migrations did is kept."""

    code = "migration_failed"


@dataclass(frozen=True, slots=True)
class Schema:
    """One line of migrations: what it makes, where its scripts are, where a database notes how far it is."""

    metadata: MetaData
    scripts: Path
    version_table: str


APP = Schema(metadata, _SCRIPTS / "versions", "alembic_version")
INBOX = Schema(InboxBase.metadata, _SCRIPTS / "inbox", "alembic_version_inbox")


def alembic_config(engine: Engine, schema: Schema = APP) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.set_main_option("version_locations", str(schema.scripts))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"], config.attributes["schema"] = engine, schema
    return config


def upgrade(engine: Engine, schema: Schema = APP) -> None:
    """Apply every migration that the database lacks.

    Raises:
        MigrationFailed: the database cannot be reached, is in use by somebody who keeps a lock, or refuses.
    """
    try:
        command.upgrade(alembic_config(engine, schema), "head")
    except DBAPIError as fault:
        is_lock = getattr(fault.orig, "sqlstate", None) == _LOCK_NOT_FREE
        cure = "Somebody keeps a lock; run this again." if is_lock else "`afters doctor` may know more."
        raise MigrationFailed(f"The database was not migrated ({name_fault(fault)}). {cure}") from fault


def current_revision(engine: Engine, schema: Schema = APP) -> str | None:
    with engine.connect() as connection:
        options = {"version_table": schema.version_table}
        return MigrationContext.configure(connection, opts=options).get_current_revision()


def head_revision(engine: Engine, schema: Schema = APP) -> str | None:
    return ScriptDirectory.from_config(alembic_config(engine, schema)).get_current_head()


def is_current(engine: Engine, schema: Schema = APP) -> bool:
    """Tell whether the database is at the newest revision."""
    return current_revision(engine, schema) == head_revision(engine, schema)


def known_revisions(engine: Engine, schema: Schema = APP) -> frozenset[str]:
    scripts = ScriptDirectory.from_config(alembic_config(engine, schema))
    return frozenset(each.revision for each in scripts.walk_revisions())


def name_fault(fault: Exception) -> str:
    """Name what a driver raised by its class and code: its words may quote an address, password and all."""
    cause = getattr(fault, "orig", None) or fault
    state = getattr(cause, "sqlstate", None) or getattr(cause, "sqlite_errorname", None)
    return f"{type(cause).__name__}{f' {state}' if state else ''}"
