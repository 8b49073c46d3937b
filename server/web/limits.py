"""How often one caller may ask, counted by what it has proven to be and never by its address: ADR 0018.

Each web process counts for itself, so a caller may get through as often as there are processes.
"""

from datetime import timedelta
from itertools import count
from threading import Lock

from cachetools import TTLCache

from server.core.clock import Clock
from server.core.errors import AppError

_REMEMBERED = 50_000  # callers at a time; the one that has been counted longest is forgotten for a new one


class TooManyRequests(AppError):
    """One caller asks more often than anybody does; `retry_after` seconds from now it may again."""

    code = "too_many_requests"

    def __init__(self, retry_after: float) -> None:
        super().__init__("Too many requests; please wait a moment.", retry_after=retry_after)
        self.retry_after = retry_after


class Limit:
    """At most `most` requests of one caller in `window`, which begins with the first of them."""

    def __init__(self, most: int, window: timedelta, clock: Clock) -> None:
        self._most, self._seconds = most, window.total_seconds()
        self._counters: TTLCache[str, count[int]] = TTLCache(
            _REMEMBERED, self._seconds, timer=lambda: clock.now().timestamp()
        )
        self._lock = Lock()

    def take(self, caller: str) -> None:
        """Count one request.

        Raises:
            TooManyRequests.
        """
        with self._lock:
            number = next(self._counters.setdefault(caller, count(1)))
        if number > self._most:
            raise TooManyRequests(self._seconds)


class Limits:
    """What one web process counts. A page asks a handful of times, a merchant's page every two seconds at most."""

    def __init__(self, clock: Clock) -> None:
        minute = timedelta(minutes=1)
        self.purchases = Limit(60, minute, clock)
        self.blocks = Limit(60, minute, clock)
        self.staff = Limit(600, minute, clock)
        self.links = Limit(30, minute, clock)
        self.systems = Limit(120, minute, clock)
