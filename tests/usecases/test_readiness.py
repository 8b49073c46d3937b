from pathlib import Path

from server.storage.db import Database, make_engine
from server.storage.migrate import INBOX, upgrade
from server.usecases.readiness import Readiness
from tests.conftest import StandingClock


def test_an_answer_holds_for_two_seconds(tmp_path: Path, clock: StandingClock) -> None:
    database, inbox = (Database(make_engine(f"sqlite:///{tmp_path / name}.sqlite3")) for name in ("app", "inbox"))
    readiness = Readiness(database, inbox)
    first = readiness.fault(now=clock.now())
    assert first is not None
    assert "not migrated" in first
    upgrade(database.engine)
    upgrade(inbox.engine, INBOX)
    assert readiness.fault(now=clock.move(seconds=1)) == first
    assert readiness.fault(now=clock.move(seconds=1)) is None
    database.dispose()
    inbox.dispose()


def test_a_clock_that_is_put_back_holds_nothing_up(tmp_path: Path, clock: StandingClock) -> None:
    database, inbox = (Database(make_engine(f"sqlite:///{tmp_path / name}.sqlite3")) for name in ("app", "inbox"))
    readiness = Readiness(database, inbox)
    assert readiness.fault(now=clock.now())
    upgrade(database.engine)
    upgrade(inbox.engine, INBOX)
    assert readiness.fault(now=clock.move(days=-1)) is None
    database.dispose()
    inbox.dispose()
