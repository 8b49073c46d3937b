"""Whether a surface was open to us at some moment, as far as it was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GateSpan:
    """From the first to the last look that found a surface open, or closed."""

    is_open: bool
    seen_from: datetime
    seen_to: datetime


def gate_at(spans: Sequence[GateSpan], at: datetime) -> bool | None:
    """Tell whether a surface was open at a moment; None where nobody can say.

    `spans` are one surface's, oldest first. Between two looks that differ it may have been either. After the last look
    what that found still counts, until the next one.
    """
    found = None
    for span in spans:
        if at < span.seen_from:
            return found if found is span.is_open else None
        found = span.is_open
        if at <= span.seen_to:
            return found
    return found
