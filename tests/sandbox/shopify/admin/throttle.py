"""The leaky bucket per app that Shopify keeps for every shop.

It refills by real (monotonic) time, not by the sandbox's clock: moving that clock by two days must neither fill the
bucket nor empty it, and the app that waits for its refill waits in real time.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any

# Plan -> (most that the bucket holds, points restored per second); Shopify's figures of November 2026.
PLANS = {
    "standard": (2000.0, 100.0),
    "advanced": (4000.0, 200.0),
    "plus": (20000.0, 1000.0),
    "enterprise": (40000.0, 2000.0),
}
MOST_FOR_ONE_QUERY = 1000


@dataclass(slots=True)
class _Bucket:
    available: float
    seen_at: float


class Throttle:
    """Buckets by client id; `seconds` is a clock that never goes back."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic, plan: str = "standard") -> None:
        self._seconds = seconds
        self._lock = Lock()
        self._buckets: dict[str, _Bucket] = {}
        self._maximum, self._restored = PLANS[plan]

    def configure(self, *, maximum: float, restored: float) -> None:
        """Set the size of the buckets and the points restored per second; all buckets are full again.

        Raises:
            ValueError: a size or rate that is not above 0.
        """
        if maximum <= 0 or restored <= 0:
            raise ValueError("the bucket needs a size and a rate above 0")
        with self._lock:
            self._maximum, self._restored = maximum, restored
            self._buckets.clear()

    def empty(self, client_id: str, available: float = 0.0) -> None:
        """Leave so many points in a bucket now."""
        with self._lock:
            self._filled(client_id).available = min(available, self._maximum)

    def take(self, client_id: str, cost: float) -> bool:
        """Take the requested cost, or tell that there is not enough."""
        with self._lock:
            bucket = self._filled(client_id)
            if bucket.available < cost:
                return False
            bucket.available -= cost
            return True

    def give_back(self, client_id: str, points: float) -> None:
        """Return what a query asked for but did not use."""
        with self._lock:
            bucket = self._filled(client_id)
            bucket.available = min(self._maximum, bucket.available + points)

    def status(self, client_id: str) -> dict[str, Any]:
        """Return the bucket as `throttleStatus` shows it."""
        with self._lock:
            return {
                "maximumAvailable": self._maximum,
                "currentlyAvailable": int(self._filled(client_id).available),
                "restoreRate": self._restored,
            }

    def _filled(self, client_id: str) -> _Bucket:
        now = self._seconds()
        bucket = self._buckets.setdefault(client_id, _Bucket(self._maximum, now))
        bucket.available = min(self._maximum, bucket.available + (now - bucket.seen_at) * self._restored)
        bucket.seen_at = now
        return bucket
