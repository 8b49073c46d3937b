"""Lets several threads do something at the same moment."""

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text

from server.storage.db import Database, Session

Result = TypeVar("Result")


def at_once(*works: Callable[[], Result]) -> list[Result | Exception]:
    """Run `works`, each in a thread of its own, from one starting shot; return what each returned or raised."""
    start = threading.Barrier(len(works), timeout=30)
    results: dict[int, Result | Exception] = {}

    def run(place: int, work: Callable[[], Result]) -> None:
        start.wait()
        try:
            results[place] = work()
        except Exception as fault:  # noqa: BLE001 - handed to the test, whatever it is
            results[place] = fault

    threads = [threading.Thread(target=run, args=each) for each in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [results[place] for place in range(len(works))]


def overlapping(
    database: Database, first: Callable[[Session], Result], second: Callable[[], Result]
) -> Result | Exception:
    """Do `first` in a transaction, and `second` while it is done but not committed; return what `second` came to.

    The first commits when the second has ended or waits for it: that is the moment at which a missing lock shows.
    """
    results: list[Result | Exception] = []

    def run() -> None:
        try:
            results.append(second())
        except Exception as fault:  # noqa: BLE001 - handed to the test, whatever it is
            results.append(fault)

    other = threading.Thread(target=run)
    with database.write() as session:
        first(session)
        session.flush()
        other.start()
        # SQLite's second writer waits before its first statement; PostgreSQL's shows that it waits.
        while other.is_alive() and database.engine.dialect.name == "postgresql" and not _anybody_waits(database):
            other.join(0.01)
    other.join()
    return results[0]


def _anybody_waits(database: Database) -> bool:
    query = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with database.engine.connect() as connection:
        return bool(connection.scalar(query))
