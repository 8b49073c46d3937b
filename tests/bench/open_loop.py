"""Asks at a fixed rate, whether the last question was answered or not, as shoppers do."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from queue import SimpleQueue

_POSTERS = 24
_LEAD_SECONDS = 0.5
_PATIENCE_SECONDS = 30

Request = tuple[str, bytes, Mapping[str, str]]  # path, body, headers


def post_at_rate(count: int, rate: float, port: int, make: Callable[[int], Request]) -> tuple[list[float], list[bytes]]:
    """Post what `make` gives for each number below `count`, at its time; return the waits in ms, and the answers.

    Each wait is counted from the time that was due: a server that lets questions queue up does not look quick by it.
    Plain connections that stay open: this shares the processors with what it measures.
    """
    idle: SimpleQueue[HTTPConnection] = SimpleQueue()
    connections = [HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS) for _ in range(_POSTERS)]
    for each in connections:
        each.connect()
        idle.put(each)
    began = time.perf_counter() + _LEAD_SECONDS

    def at_its_time(number: int) -> tuple[float, bytes]:
        path, body, headers = make(number)
        connection, due = idle.get(), began + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        told = answer.read()
        wait = (time.perf_counter() - due) * 1_000
        idle.put(connection)
        assert answer.status < HTTPStatus.BAD_REQUEST, f"HTTP {answer.status}: {told.decode(errors='replace')}"
        return wait, told

    with ThreadPoolExecutor(_POSTERS) as pool:
        found = list(pool.map(at_its_time, range(count)))
    for each in connections:
        each.close()
    return [wait for wait, _ in found], [told for _, told in found]
