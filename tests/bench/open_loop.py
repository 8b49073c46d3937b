"""Asks at a fixed rate, whether the last question was answered or not, as shoppers do."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local

import httpx

_POSTERS = 24
_LEAD_SECONDS = 0.5


def post_at_rate(
    count: int, rate: float, post: Callable[[httpx.Client, int], httpx.Response], *, posters: int = _POSTERS
) -> list[float]:
    """Call `post` with the numbers below `count`, each at its time; return the waits for good answers, in ms.

    Each wait is counted from the time that was due: a server that lets questions queue up does not look quick by it.
    """
    threads, began = local(), time.perf_counter() + _LEAD_SECONDS
    clients: list[httpx.Client] = []

    def at_its_time(number: int) -> float:
        if not hasattr(threads, "client"):
            threads.client = httpx.Client(trust_env=False, timeout=30)
            clients.append(threads.client)
        due = began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        answer = post(threads.client, number)
        wait = (time.perf_counter() - due) * 1_000
        assert answer.is_success, f"HTTP {answer.status_code}: {answer.text}"
        return wait

    with ThreadPoolExecutor(posters) as pool:
        found = list(pool.map(at_its_time, range(count)))
    for client in clients:
        client.close()
    return found
