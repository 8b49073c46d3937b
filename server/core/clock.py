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

    The file holds a number of seconds as text; a missing or unreadable file, or an offset beyond the calendar, counts
    as no offset. It is read again only when the file changes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        moment = datetime.now(UTC)  # noqa: TID251 - the clock is where the rule points to
        try:
            file = self._path.stat()
            seen = (file.st_mtime_ns, file.st_ino, file.st_size)
            if seen != self._seen:
                self._offset = timedelta(seconds=float(self._path.read_text(encoding="ascii").strip() or 0))
                self._seen = seen
            return moment + self._offset
        except (OSError, ValueError, OverflowError):
            self._offset, self._seen = timedelta(), None
            return moment
