from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from server.storage.db import Database
from server.storage.migrate import alembic_config, current_revision, head_revision, upgrade
from server.storage.models import metadata


def test_there_is_one_head(database: Database) -> None:
    assert len(ScriptDirectory.from_config(alembic_config(database.engine)).get_heads()) == 1


def test_the_migrations_make_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_upgrading_again_changes_nothing(database: Database) -> None:
    upgrade(database.engine)
    assert current_revision(database.engine) == head_revision(database.engine)
