from pathlib import Path

import pytest
from sqlalchemy import select, text

from server.core.clock import SystemClock
from server.storage.db import Database, make_engine
from server.storage.deliveries import DeliveryRow
from server.storage.inbox import Inbox
from server.storage.inspection import DatabaseNotReady, check_ready, read_facts
from tests.databases import copied_sqlite, inbox_of


def refusal(url: str) -> str:
    engine, inbox = make_engine(url), make_engine(inbox_of(url))
    try:
        with pytest.raises(DatabaseNotReady) as caught:
            check_ready(engine, inbox)
        return caught.value.message
    finally:
        engine.dispose()
        inbox.dispose()


def test_a_good_database_is_ready_and_keeps_nothing_of_the_question(database: Database, inbox: Inbox) -> None:
    check_ready(database.engine, inbox.database.engine)
    check_ready(database.engine, inbox.database.engine)
    with inbox.database.read() as session:
        assert session.scalars(select(DeliveryRow)).all() == []


def test_it_says_what_it_is(database: Database) -> None:
    facts = read_facts(database.engine)
    assert facts.kind == database.engine.dialect.name
    assert facts.encoding in ("UTF8", "UTF-8")
    assert facts.version[0] >= 3
    assert facts.revision == facts.wanted_revision
    assert facts.is_revision_known
    assert abs((SystemClock().now() - facts.time).total_seconds()) < 30


def test_a_revision_of_a_later_release_is_not_known(sqlite_template: Path, tmp_path: Path) -> None:
    engine = make_engine(copied_sqlite(sqlite_template, tmp_path))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    facts = read_facts(engine)
    assert (facts.revision, facts.is_revision_known) == ("9999", False)
    engine.dispose()


def test_an_empty_database_is_not_ready(tmp_path: Path) -> None:
    assert "afters db upgrade" in refusal(f"sqlite:///{tmp_path / 'empty.sqlite3'}")


def test_a_folder_that_is_not_there_is_said_without_its_name(tmp_path: Path) -> None:
    told = refusal(f"sqlite:///{tmp_path / 'secret' / 'afters.sqlite3'}")
    assert ("does not take a delivery" in told, "secret" in told) == (True, False)


def test_a_server_that_is_not_there_is_said_without_its_password() -> None:
    url = "postgresql+psycopg://me:pass-word@127.0.0.1:9/afters"
    told = refusal(url)
    assert ("OperationalError" in told, "pass-word" in told) == (True, False)
    engine = make_engine(url)
    with pytest.raises(DatabaseNotReady, match="cannot be reached"):
        read_facts(engine)
    engine.dispose()


def test_a_file_that_may_only_be_read_is_not_ready(sqlite_template: Path, tmp_path: Path) -> None:
    url = copied_sqlite(sqlite_template, tmp_path)
    assert "does not take a delivery" in refusal(f"{url.replace('sqlite:///', 'sqlite:///file:')}?mode=ro&uri=true")


@pytest.mark.postgresql
def test_a_server_that_only_reads_is_not_ready(postgresql_url: str) -> None:
    assert "25006" in refusal(f"{postgresql_url}?options=-c%20default_transaction_read_only%3Don")
