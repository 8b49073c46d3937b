"""The one source of the current time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """Return the current time, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the clock is where the rule points to


class MovedClock:
    """The system clock plus an offset kept in a file, so that a whole sandbox moves in time together.

    The file holds a number of seconds as text; a missing or unreadable file counts as no offset. It is read
    again only when its modification time changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at = -1
        self._offset = timedelta()

    def now(self) -> datetime:
        try:
            modified = self._path.stat().st_mtime_ns
            if modified != self._read_at:
                self._offset = timedelta(seconds=float(self._path.read_text(encoding="ascii").strip() or 0))
                self._read_at = modified
        except (OSError, ValueError):
            self._offset, self._read_at = timedelta(), -1
        return datetime.now(UTC) + self._offset  # noqa: TID251 - the clock is where the rule points to
