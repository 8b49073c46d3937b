"""An upgrade across two releases with data in the tables: expand in the first, fill and tighten in the second.

The scripts are of this test, and follow the operator guide's rule: what is added is nullable or has a default, so that
the code before it goes on working; indexes are built without keeping writers out.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from server.storage.db import Database, make_engine
from server.storage.inbox import open_inbox
from server.storage.migrate import APP, INBOX, MigrationFailed, alembic_config, current_revision, head_revision, upgrade
from tests.conftest import StandingClock
from tests.databases import copied_sqlite, fresh_postgresql, inbox_of
from tests.factories import order
from tests.usecases.house import House

SCRIPTS = {
    "expand": """
import sqlalchemy as sa
from alembic import op
revision, down_revision = 'expand', '{head}'
def upgrade():
    with op.batch_alter_table('orders') as table:
        table.add_column(sa.Column('note', sa.String(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        with op.get_context().autocommit_block():
            op.create_index('ix_orders_note', 'orders', ['note'], postgresql_concurrently=True)
    else:
        op.create_index('ix_orders_note', 'orders', ['note'])
""",
    "tighten": """
import sqlalchemy as sa
from alembic import op
revision, down_revision = 'tighten', 'expand'
def upgrade():
    op.execute("UPDATE orders SET note = 'of ' || order_id WHERE note IS NULL")
    with op.batch_alter_table('shops') as table:  # on SQLite a copy of the table, to which all others refer
        table.alter_column('name', existing_type=sa.String(), server_default='')
""",
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """A migrated database of this test alone, since it changes the tables."""
    if request.param == "sqlite":
        yield copied_sqlite(sqlite_template, tmp_path)
        return
    request.getfixturevalue("postgresql_url")  # skips, or fails, where there is no server
    with fresh_postgresql() as made:
        for schema in (APP, INBOX):
            engine = make_engine(made)
            upgrade(engine, schema)
            engine.dispose()
        yield made


@pytest.fixture
def house(url: str, clock: StandingClock) -> Iterator[House]:
    database, inbox = Database(make_engine(url)), open_inbox(inbox_of(url))
    made = House(database, inbox, clock)
    made.set_up()
    yield made
    inbox.close()
    database.dispose()


@pytest.fixture
def later(house: House, tmp_path: Path) -> Config:
    """The configuration of two releases later."""
    folder = tmp_path / "later"
    folder.mkdir()
    head = head_revision(house.database.engine)
    for name, script in SCRIPTS.items():
        (folder / f"{name}.py").write_text(script.replace("{head}", str(head)), encoding="utf-8")
    config = alembic_config(house.database.engine)
    own = Path(str(config.get_main_option("script_location"))) / "versions"
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", f"{own}\n{folder}")
    return config


def notes(house: House) -> dict[str, str | None]:
    with house.database.engine.connect() as connection:
        return {row.order_id: row.note for row in connection.execute(text("SELECT order_id, note FROM orders"))}


def test_the_data_stay_and_the_code_of_before_goes_on_between_the_two(house: House, later: Config) -> None:
    house.record(order("500"))
    command.upgrade(later, "expand")
    assert notes(house) == {"500": None}
    house.record(order("501", reference_id="0b" * 16))  # this code knows nothing of the new column
    assert len(house.touches("501")) == 2
    command.upgrade(later, "head")
    assert notes(house) == {"500": "of 500", "501": "of 501"}
    assert current_revision(house.database.engine) == "tighten"
    assert len(house.touches("500")) == 2


def test_both_steps_at_once_give_the_same(house: House, later: Config) -> None:
    house.record(order("500"))
    command.upgrade(later, "head")
    assert (notes(house), current_revision(house.database.engine)) == ({"500": "of 500"}, "tighten")


def test_a_database_that_is_not_there_is_said_in_one_sentence() -> None:
    engine = make_engine("postgresql+psycopg://me:pass-word@127.0.0.1:9/afters")
    with pytest.raises(MigrationFailed, match=r"not migrated \(OperationalError\)") as caught:
        upgrade(engine)
    assert "pass-word" not in caught.value.message
    engine.dispose()
