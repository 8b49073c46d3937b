"""What a check has to say when something is not as it should be."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    WARNING = "warning"  # works, but not for long, not for all, or not as meant
    FAULT = "fault"  # does not work


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong, and how to mend it. Codes are stable; the operator guide explains each. Holds no secrets."""

    code: str
    severity: Severity
    message: str
    cure: str
    shop: str | None = None
