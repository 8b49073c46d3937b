"""The movable clock that the sandbox and the app share through one small file."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock


class SandboxClock:
    """Real time plus the offset, in seconds, that the file at `path` holds as text.

    A missing file means no offset. Every process that reads the file sees a move at its next question;
    the content is read again only when the file changed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._stamp: tuple[int, int, int] | None = None
        self._offset = 0.0

    def now(self) -> datetime:
        """Return the present moment of the sandbox as an aware UTC datetime."""
        real = datetime.now(UTC)  # noqa: TID251 -- this is the clock that others take the time from
        return real + timedelta(seconds=self.offset())

    def offset(self) -> float:
        """Return the seconds added to real time.

        Raises:
            ValueError: the file holds something that is not a number.
        """
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return 0.0
        # The inode counts too: two moves inside one tick of the file system's clock may leave equal times.
        stamp = (found.st_ino, found.st_mtime_ns, found.st_size)
        with self._lock:
            if stamp != self._stamp:
                self._offset = float(self.path.read_text(encoding="ascii"))
                self._stamp = stamp
            return self._offset

    def move(self, seconds: float) -> None:
        """Move the clock by `seconds` (negative: back) from where it stands."""
        self._write(self.offset() + seconds)

    def reset(self) -> None:
        """Return to real time."""
        self._write(0.0)

    def _write(self, offset: float) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f"{self.path.name}.{os.getpid()}.draft")
        draft.write_text(f"{offset:.6f}".rstrip("0").rstrip("."), encoding="ascii")
        draft.replace(self.path)
