"""Faults of the vendors on demand: what should go wrong, for whom and how often."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from threading import Lock
from typing import Any

from tests.sandbox.vendors import refusals

# vendor -> kind -> what it may be told, with the type of each parameter
KINDS: dict[str, dict[str, dict[str, type]]] = {
    "twilio": {
        "error": {"code": int, "retry_after": int},  # 2xxxx: refused; 3xxxx: taken, then not delivered
        "answer": {"status": int, "body": str, "retry_after": int, "on": str},  # any answer; nothing is stored
        "late": {"seconds": float},  # stored, but answered only after so many seconds
        "cut": {},  # stored, then the connection is closed without an answer
        "callbacks": {"mode": str},  # none, repeated, reversed or forged
    },
    "smtp": {
        "refuse": {"code": int, "text": str},  # the answer to RCPT TO, e.g. 550 "5.1.1 No such mailbox"
        "refuse_content": {"code": int, "text": str},  # the answer after DATA
        "slow": {"seconds": float},  # before the answer to RCPT TO
        "cut": {},  # stored, then the connection is closed without an answer
    },
}
_REQUIRED = {
    ("twilio", "error"): {"code"},
    ("twilio", "answer"): {"status"},
    ("twilio", "late"): {"seconds"},
    ("twilio", "callbacks"): {"mode"},
    ("smtp", "refuse"): {"code", "text"},
    ("smtp", "refuse_content"): {"code", "text"},
    ("smtp", "slow"): {"seconds"},
}
_CHOICES = {
    "mode": {"none", "repeated", "reversed", "forged"},
    "on": {"send", "read", "any"},
}


class UnknownFault(ValueError):
    """A fault that no stand-in can play; the message says what is wrong with it."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault. `recipient` None means everybody; `times` None means until it is taken back."""

    id: int
    vendor: str
    kind: str
    recipient: str | None = None
    times: int | None = None
    told: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return the fault as the control API shows it."""
        return asdict(self)


class Faults:
    """The switchboard: tests and people add faults, the stand-ins ask for them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ids = count(1)
        self._waiting: list[Fault] = []

    def add(
        self, vendor: str, kind: str, *, recipient: str | None = None, times: int | None = None, **told: Any
    ) -> Fault:
        """Arm a fault and return it.

        Raises:
            UnknownFault: no such vendor, kind or parameter, or one of the wrong type.
        """
        _check(vendor, kind, told)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise UnknownFault("times must be a whole number of at least 1")
        if (vendor, kind) == ("twilio", "answer"):
            told.setdefault("on", "send")
        fault = Fault(id=next(self._ids), vendor=vendor, kind=kind, recipient=recipient, times=times, told=told)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def take(self, vendor: str, kind: str, recipient: str | None = None, **only: Any) -> Fault | None:
        """Use up one showing of the first fault that fits, and return it; None when nothing is armed.

        `only` names parameters with the values that fit, e.g. `on={"send", "any"}`.
        """
        with self._lock:
            for place, fault in enumerate(self._waiting):
                fits = (fault.vendor, fault.kind) == (vendor, kind)
                if not fits or fault.recipient not in {None, recipient}:
                    continue
                if any(fault.told.get(name) not in values for name, values in only.items()):
                    continue
                if fault.times is not None:
                    left = fault.times - 1
                    self._waiting[place : place + 1] = [replace(fault, times=left)] if left else []
                return fault
        return None

    def armed(self) -> list[Fault]:
        """Return what is still to come, oldest first."""
        with self._lock:
            return list(self._waiting)

    def clear(self) -> None:
        """Take every fault back."""
        with self._lock:
            self._waiting.clear()


def _check(vendor: str, kind: str, told: Mapping[str, Any]) -> None:
    if vendor not in KINDS or kind not in KINDS[vendor]:
        known = ", ".join(f"{name}/{each}" for name, kinds in KINDS.items() for each in kinds)
        raise UnknownFault(f"no fault {vendor}/{kind}; there are {known}")
    allowed = KINDS[vendor][kind]
    if unknown := sorted(set(told) - set(allowed)):
        raise UnknownFault(f"{vendor}/{kind} does not take {', '.join(unknown)}")
    if missing := sorted(_REQUIRED.get((vendor, kind), set()) - set(told)):
        raise UnknownFault(f"{vendor}/{kind} needs {', '.join(missing)}")
    for name, value in told.items():
        wanted: tuple[type, ...] = (int, float) if allowed[name] is float else (allowed[name],)
        if isinstance(value, bool) or not isinstance(value, wanted):
            raise UnknownFault(f"{name} must be {allowed[name].__name__}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise UnknownFault(f"{name} must be one of {', '.join(sorted(_CHOICES[name]))}")
    if (vendor, kind) == ("twilio", "error") and not refusals.is_known(told["code"]):
        raise UnknownFault(f"the stand-in does not know code {told['code']}")
