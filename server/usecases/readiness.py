"""Whether this installation can take what is sent to it."""

import threading
from datetime import datetime, timedelta

from server.storage.db import Database
from server.storage.inspection import DatabaseNotReady, check_ready

_HOLDS_FOR = timedelta(seconds=2)


class Readiness:
    """Answers whether a delivery could be stored, and why not.

    Anybody may ask, and asking takes SQLite's one place for a writer: an answer holds for two seconds.
    """

    def __init__(self, database: Database, inbox: Database) -> None:
        self._database, self._inbox = database, inbox
        self._lock = threading.Lock()
        self._asked_at: datetime | None = None
        self._reason: str | None = None

    def fault(self, *, now: datetime) -> str | None:
        """Return what is wrong, or None."""
        with self._lock:
            if self._asked_at is None or not timedelta() <= now - self._asked_at < _HOLDS_FOR:
                try:
                    check_ready(self._database.engine, self._inbox.engine)
                    self._reason = None
                except DatabaseNotReady as fault:
                    self._reason = fault.message
                self._asked_at = now
            return self._reason
