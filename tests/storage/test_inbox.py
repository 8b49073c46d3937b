"""The inbox's door: durable before acknowledged, shared commits, and a disk or a server that fails."""

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select, text

from server.storage import inbox as module
from server.storage.deliveries import DeliveryRow
from server.storage.inbox import GroupCommitInbox, Inbox, InboxFull, InboxUnavailable, PooledInbox, open_inbox
from tests.databases import copied_sqlite, inbox_of
from tests.factories import NOW
from tests.storage.test_deliveries import NEW


def count(inbox: Inbox) -> int:
    with inbox.database.read() as session:
        return session.scalar(select(func.count()).select_from(DeliveryRow)) or 0


@pytest.fixture
def on_sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[GroupCommitInbox]:
    opened = open_inbox(inbox_of(copied_sqlite(sqlite_template, tmp_path)))
    assert isinstance(opened, GroupCommitInbox)
    yield opened
    opened.close()


def test_many_at_once_are_all_stored_and_twins_once(inbox: Inbox) -> None:
    twins = [replace(NEW, delivery_id=str(number % 100)) for number in range(300)]
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda each: inbox.store(each, now=NOW), twins))
    assert count(inbox) == 100


def test_bytes_are_stored_as_they_came(inbox: Inbox) -> None:
    body = bytes(range(256))
    inbox.store(replace(NEW, body=body), now=NOW)
    with inbox.database.read() as session:
        assert session.scalars(select(DeliveryRow.body)).all() == [body]


def test_a_closed_inbox_has_stored_what_it_took_and_takes_no_more(inbox: Inbox) -> None:
    inbox.store(NEW, now=NOW)
    inbox.close()
    if isinstance(inbox, GroupCommitInbox):
        with pytest.raises(InboxUnavailable):
            inbox.store(replace(NEW, delivery_id="late"), now=NOW)
    assert count(inbox) == 1


class TestOnSqlite:
    def test_those_who_wait_share_one_commit(self, on_sqlite: GroupCommitInbox) -> None:
        commits, gate = [], threading.Event()

        def hold(_connection: Any) -> None:
            commits.append(1)
            assert gate.wait(30)

        event.listen(on_sqlite.database.engine, "commit", hold)
        with ThreadPoolExecutor(20) as pool:
            first = pool.submit(on_sqlite.store, NEW, now=NOW)
            while not commits:  # the writer is inside the first commit
                threading.Event().wait(0.01)
            others = [pool.submit(on_sqlite.store, replace(NEW, delivery_id=str(n)), now=NOW) for n in range(19)]
            while len(on_sqlite._waiting) < 19:
                threading.Event().wait(0.01)
            gate.set()
            for each in (first, *others):
                each.result(30)
        event.remove(on_sqlite.database.engine, "commit", hold)
        assert (len(commits), count(on_sqlite)) == (2, 20)

    def test_a_full_queue_sends_the_sender_away(
        self, on_sqlite: GroupCommitInbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_MOST_WAITING", 0)
        with pytest.raises(InboxFull):
            on_sqlite.store(NEW, now=NOW)
        assert count(on_sqlite) == 0

    def test_a_full_disk_promises_nothing_and_passes(self, on_sqlite: GroupCommitInbox) -> None:
        def shrink(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA max_page_count = 1")  # SQLite itself then says that the disk is full

        event.listen(on_sqlite.database.engine, "connect", shrink)
        with pytest.raises(InboxUnavailable) as caught:
            on_sqlite.store(replace(NEW, body=b"x" * 100_000), now=NOW)
        assert "xxx" not in str(caught.value)
        event.remove(on_sqlite.database.engine, "connect", shrink)
        on_sqlite.database.dispose()
        assert count(on_sqlite) == 0
        on_sqlite.store(NEW, now=NOW)
        assert count(on_sqlite) == 1

    def test_a_file_that_may_not_be_written_promises_nothing(self, on_sqlite: GroupCommitInbox, tmp_path: Path) -> None:
        def lock(connection: sqlite3.Connection, _record: object) -> None:
            connection.execute("PRAGMA query_only = ON")

        event.listen(on_sqlite.database.engine, "connect", lock)
        with pytest.raises(InboxUnavailable):
            on_sqlite.store(NEW, now=NOW)

    def test_one_that_is_no_delivery_takes_no_other_with_it(self, on_sqlite: GroupCommitInbox) -> None:
        rows = [replace(NEW, delivery_id=each).row(now=NOW) for each in ("good", "bad")]
        rows[1]["body"] = object()
        futures: list[tuple[dict[str, Any], Future[None]]] = [(row, Future()) for row in rows]
        on_sqlite._commit(futures)
        good, bad = (future.exception() for _, future in futures)
        assert (good, bad is not None, count(on_sqlite)) == (None, True, 1)


@pytest.mark.postgresql
class TestOnPostgresql:
    @pytest.fixture
    def pooled(self, postgresql_url: str) -> Iterator[PooledInbox]:
        opened = open_inbox(postgresql_url)
        assert isinstance(opened, PooledInbox)
        yield opened
        with opened.database.write() as session:
            session.execute(text("DELETE FROM deliveries"))
        opened.close()

    def test_a_connection_that_was_cut_is_replaced(self, pooled: PooledInbox) -> None:
        pooled.store(NEW, now=NOW)
        with pooled.database.write() as session:
            query = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'INSERT INTO deliveries%'"
            )
            assert session.scalar(text(query))
        pooled.store(replace(NEW, delivery_id="after"), now=NOW)
        assert count(pooled) == 2

    def test_a_server_that_is_away_promises_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_PATIENCE_SECONDS", 0.2)
        nowhere = PooledInbox("postgresql+psycopg://postgres:secret@127.0.0.1:1/none")
        with pytest.raises(InboxUnavailable) as caught:
            nowhere.store(NEW, now=NOW)
        assert "secret" not in repr(caught.value)
        nowhere.close()
