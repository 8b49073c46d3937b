"""What Shopify's server side gets wrong on demand: refusals, breakdowns, cut answers and silence."""

from dataclasses import asdict, dataclass, replace
from itertools import count
from threading import Event, Lock
from typing import Any

from flask import Response, jsonify

ENDPOINTS = ("graphql", "oauth")
KINDS = {
    "rate_limited": "HTTP 429 with Retry-After",
    "throttled": "HTTP 200 with the error code THROTTLED (graphql only)",
    "server_error": "HTTP 500",
    "bad_gateway": "HTTP 502 with an HTML page",
    "unauthorized": "HTTP 401 as for a dead token",
    "truncated": "HTTP 200 with the first half of the real answer",
    "garbage": "HTTP 200 with bytes that are not JSON",
    "timeout": "held for `seconds`, then HTTP 504",
}
REFUSED = "[API] Invalid API key or access token (unrecognized login or wrong password)"


class UnknownFault(ValueError):
    """A fault that cannot be played; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault for the next `times` calls.

    `operation` limits it to a GraphQL operation of that name. `executed` True lets the call take effect first and
    spoils only its answer: the case in which the app cannot know. A truncated answer is always one of those.
    """

    id: int
    kind: str
    endpoint: str = "graphql"
    operation: str | None = None
    times: int = 1
    seconds: float = 2.0
    executed: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        return asdict(self)


class Faults:
    """Faults in waiting, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ids = count(1)
        self._waiting: list[Fault] = []
        self._freed = Event()

    def add(self, kind: str, **told: Any) -> Fault:
        """Arm a fault and return it; see Fault for what it may be told.

        Raises:
            UnknownFault: no such kind, endpoint or parameter, or one of the wrong type.
        """
        if kind not in KINDS:
            raise UnknownFault(f"no fault {kind}; there are {', '.join(KINDS)}")
        _check(kind, told)
        fault = Fault(id=next(self._ids), kind=kind, **told)
        if kind == "truncated":
            fault = replace(fault, executed=True)
        with self._lock:
            self._freed = Event()
            self._waiting.append(fault)
        return fault

    def take(self, endpoint: str, operation: str | None = None) -> Fault | None:
        """Use up one showing of the first fault that fits, and return it."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.endpoint == endpoint and fault.operation in {None, operation}:
                    left = fault.times - 1
                    self._waiting[place : place + 1] = [replace(fault, times=left)] if left else []
                    return fault
        return None

    def armed(self) -> list[Fault]:
        """Return what is still to come."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Take every fault back and let go of the calls that are being held."""
        with self._lock:
            self._waiting.clear()
            self._freed.set()

    def spoil(self, fault: Fault, answer: Response | None = None) -> Response:
        """Return what the caller gets; `answer` is the real one where the call took effect."""
        if fault.kind == "timeout":
            self._freed.wait(fault.seconds)
            return _html(504, "Gateway Timeout")
        if fault.kind == "truncated" and answer is not None:
            whole = answer.get_data()
            return Response(whole[: len(whole) // 2], content_type=answer.content_type)
        if fault.kind == "garbage":
            return Response(b"\x00\xff{]not json", content_type="application/json")
        if fault.kind == "bad_gateway":
            return _html(502, "Bad Gateway")
        if fault.kind == "unauthorized":
            return _json(401, {"errors": REFUSED})
        if fault.kind == "rate_limited":
            response = _json(429, {"errors": "Too many requests"})
            response.headers["Retry-After"] = f"{fault.seconds:.1f}"
            return response
        return _json(500, {"errors": "Internal Server Error"})


def _check(kind: str, told: dict[str, Any]) -> None:
    types: dict[str, tuple[type, ...]] = {
        "endpoint": (str,),
        "operation": (str, type(None)),
        "times": (int,),
        "seconds": (int, float),
        "executed": (bool,),
    }
    for name, value in told.items():
        if name not in types:
            raise UnknownFault(f"{kind} does not take {name}")
        if not isinstance(value, types[name]) or (isinstance(value, bool) and name != "executed"):
            raise UnknownFault(f"{name} must be {types[name][0].__name__}")
    endpoint = told.get("endpoint", "graphql")
    if endpoint not in ENDPOINTS:
        raise UnknownFault(f"endpoint must be one of {', '.join(ENDPOINTS)}")
    if endpoint == "oauth" and (kind == "throttled" or told.get("operation")):
        raise UnknownFault("the token endpoint knows neither THROTTLED nor operations")
    if told.get("times", 1) < 1 or told.get("seconds", 0) < 0:
        raise UnknownFault("times must be at least 1 and seconds at least 0")


def _json(status: int, body: dict[str, Any]) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _html(status: int, words: str) -> Response:
    return Response(f"<html><body><h1>{status} {words}</h1></body></html>", status=status, mimetype="text/html")
