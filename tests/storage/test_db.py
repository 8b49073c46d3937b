import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError

from server.storage.contacts import Assignments
from server.storage.db import Database, Session, make_engine
from server.storage.shops import ShopRow, Shops
from tests.factories import NOW, SHOP
from tests.storage.conftest import Stores


def rename(session: Session, shop_id: int, name: str) -> str:
    session.get_one(ShopRow, shop_id).name = name
    return name


def name_of(stores: Stores) -> str | None:
    with stores.database.read() as session:
        return session.get_one(ShopRow, stores.ours).name


def test_a_unit_of_work_is_kept_whole_or_not_at_all(stores: Stores) -> None:
    with stores.database.write() as session:
        rename(session, stores.ours, "Kept")
    with pytest.raises(RuntimeError), stores.database.write() as session:  # noqa: PT012 - the block is what is tested
        rename(session, stores.ours, "Lost")
        session.flush()
        raise RuntimeError
    assert name_of(stores) == "Kept"


def test_a_savepoint_gives_back_only_what_came_after_it(stores: Stores) -> None:
    with stores.database.write() as session:
        rename(session, stores.ours, "Before")
        session.flush()
        with pytest.raises(RuntimeError), session.begin_nested():  # noqa: PT012 - the block is what is tested
            rename(session, stores.ours, "Within")
            session.flush()
            raise RuntimeError
    assert name_of(stores) == "Before"


def test_what_was_read_stays_readable(stores: Stores) -> None:
    with stores.database.read() as session:
        row = session.get_one(ShopRow, stores.ours)
    assert row.domain == SHOP


def test_readers_do_not_wait_for_a_writer(stores: Stores) -> None:
    with stores.database.write() as session:
        rename(session, stores.ours, "Unseen")
        session.flush()
        seen: list[str | None] = []
        reader = threading.Thread(target=lambda: seen.append(name_of(stores)))
        reader.start()
        reader.join(timeout=5)
        assert seen == [None], "the reader waited, or saw what was not committed"
    assert name_of(stores) == "Unseen"


def test_writers_take_turns(stores: Stores) -> None:
    def add_five() -> None:
        for _ in range(5):
            with stores.database.write() as session:
                row = Shops(session, stores.box).lock(stores.ours)
                row.name = str(int(row.name or 0) + 1)

    threads = [threading.Thread(target=add_five) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert name_of(stores) == "20"


@pytest.mark.parametrize("moment", [datetime(2026, 11, 23, 10), NOW.replace(tzinfo=None)])  # noqa: DTZ001 - that is the point
def test_a_naive_moment_is_refused(stores: Stores, moment: datetime) -> None:
    with pytest.raises(StatementError, match="naive"), stores.database.write() as session:
        session.get_one(ShopRow, stores.ours).installed_at = moment


def test_moments_come_back_in_utc(stores: Stores) -> None:
    moment = datetime(2026, 6, 1, 0, 30, 15, 123_456, tzinfo=timezone(timedelta(hours=13)))
    with stores.database.write() as session:
        session.get_one(ShopRow, stores.ours).checked_at = moment
    with stores.database.read() as session:
        found = session.get_one(ShopRow, stores.ours).checked_at
        assert session.scalars(select(ShopRow.id).where(ShopRow.checked_at == moment)).all() == [stores.ours]
        assert session.scalars(select(ShopRow.id).where(ShopRow.checked_at < moment)).all() == []
        assert session.get_one(ShopRow, stores.ours).uninstalled_at is None
    assert found == moment
    assert found is not None
    assert found.tzinfo is UTC


class TestRun:
    """What is done again when a twin was quicker."""

    def test_the_result_is_returned_and_the_work_kept(self, stores: Stores) -> None:
        assert stores.database.run(lambda session: rename(session, stores.ours, "Done")) == "Done"
        assert name_of(stores) == "Done"

    def test_a_lost_race_is_run_again_and_finds_what_the_twin_stored(self, stores: Stores) -> None:
        arms: list[str | None] = []

        def draw(session: Session) -> str:
            assignments = Assignments(session, stores.ours)
            arms.append(assignments.arm("holdout", "u"))
            if len(arms) == 1:
                # The twin commits between our look and our insert; on SQLite only a forged conflict can say so.
                raise IntegrityError("INSERT", {}, Exception())
            return assignments.assign("holdout", "u", arm="treated", now=NOW)

        assert stores.database.run(draw) == "treated"
        assert arms == [None, None]

    def test_a_conflict_that_stays_is_raised_in_the_end(self, stores: Stores) -> None:
        tries: list[int] = []

        def conflict(session: Session) -> None:
            tries.append(1)
            session.add(ShopRow(domain=SHOP, installed_at=NOW))

        with pytest.raises(IntegrityError):
            stores.database.run(conflict)
        assert len(tries) == 4

    def test_any_other_error_is_raised_at_once(self, stores: Stores) -> None:
        tries: list[int] = []

        def fail(session: Session) -> None:
            tries.append(1)
            session.execute(text("SELECT * FROM no_such_table"))

        with pytest.raises(Exception, match="no_such_table"):
            stores.database.run(fail)
        assert len(tries) == 1

    @pytest.mark.postgresql
    def test_whom_a_deadlock_costs_the_work_starts_again(self, postgresql_url: str, stores: Stores) -> None:
        if stores.database.engine.dialect.name != "postgresql":
            return  # SQLite has one writer at a time, so there are no deadlocks
        meet = threading.Barrier(2, timeout=10)
        tries: list[int] = []

        def lock_both(first: int, second: int) -> None:
            met: list[int] = []

            def work(session: Session) -> None:
                tries.append(first)
                shops = Shops(session, stores.box)
                shops.lock(first).name = "a"
                session.flush()
                if not met:
                    met.append(1)
                    meet.wait()
                shops.lock(second).name = "b"

            stores.database.run(work)

        pairs = ((stores.ours, stores.theirs), (stores.theirs, stores.ours))
        threads = [threading.Thread(target=lock_both, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(tries) > 2, "at least one of the two was broken off and done again"
        with stores.database.read() as session:
            assert {Shops(session, stores.box).by_id(each).name for each in pairs[0]} <= {"a", "b"}


@pytest.mark.postgresql
def test_a_database_that_is_not_there_says_so() -> None:
    engine = make_engine("postgresql+psycopg://postgres@127.0.0.1:1/none")
    with pytest.raises(OperationalError), Database(engine).read() as session:
        session.execute(text("SELECT 1"))
    engine.dispose()
