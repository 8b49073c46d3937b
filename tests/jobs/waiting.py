"""Waits for what happens in other threads and processes."""

import time
from collections.abc import Callable

_LONGEST_SECONDS = 60


def until(is_so: Callable[[], object], what: str) -> None:
    """Return as soon as `is_so` says so; fail when it does not for a minute, which is ages for all of this."""
    end = time.monotonic() + _LONGEST_SECONDS
    while not is_so():
        assert time.monotonic() < end, f"{what} did not happen"
        time.sleep(0.02)
