import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from server.storage.db import Database
from server.storage.inbox import Inbox
from server.storage.migrate import APP, INBOX, Schema, alembic_config, is_current, upgrade


@pytest.fixture(params=[APP, INBOX], ids=["app", "inbox"])
def schema(request: pytest.FixtureRequest) -> Schema:
    found = request.param
    assert isinstance(found, Schema)
    return found


@pytest.fixture
def engine(schema: Schema, database: Database, inbox: Inbox) -> Engine:
    return database.engine if schema is APP else inbox.database.engine


def test_there_is_one_head(engine: Engine, schema: Schema) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(engine, schema)).get_heads()) == 1


def test_the_migrations_make_what_the_models_say(engine: Engine, schema: Schema) -> None:
    """On PostgreSQL both live in one database: each minds its own tables."""

    def is_ours(name: str | None, kind: str, _parents: object) -> bool:
        return kind != "table" or name in schema.metadata.tables

    with engine.connect() as connection:
        options = {"compare_type": True, "include_name": is_ours, "version_table": schema.version_table}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), schema.metadata) == []


def test_upgrading_again_changes_nothing(engine: Engine, schema: Schema) -> None:
    upgrade(engine, schema)
    assert is_current(engine, schema)
