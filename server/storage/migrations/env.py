"""Runs migrations on the engine it is handed."""

from typing import Literal

from alembic import context
from sqlalchemy import JSON, Connection, text

from server.storage.db import UtcDateTime
from server.storage.migrate import Schema

LOCK_TIMEOUT = "5s"  # a migration that waits longer blocks every query queued behind it


def render_item(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write our own types into migrations by their plain SQL types, so that scripts do not depend on today's code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, JSON):
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    engine, schema = context.config.attributes["engine"], context.config.attributes["schema"]
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
            connection.commit()  # an open transaction would make one of all migrations, and allow none to go without
            _migrate(connection, schema)
            return
        # SQLite changes a table by copying it and dropping the old one. With foreign keys on, the drop would delete
        # every row of other tables that refers to it. The setting is the connection's, outside any transaction.
        cursor = connection.connection.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        try:
            _migrate(connection, schema)
        finally:
            cursor.execute("PRAGMA foreign_keys=ON")


def _migrate(connection: Connection, schema: Schema) -> None:
    context.configure(
        connection=connection,
        target_metadata=schema.metadata,
        version_table=schema.version_table,
        include_name=lambda name, kind, _parents: kind != "table" or name in schema.metadata.tables,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run()
