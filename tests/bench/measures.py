"""What a figure is, and how one is printed."""

import json
import statistics
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure; `ratio` is how many times better than the peer's it is, None where there is no peer."""

    name: str
    value: float
    unit: str
    peer: float | None = None
    ratio: float | None = None

    def print(self) -> None:
        rounded = {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "peer": None if self.peer is None else round(self.peer, 3),
            "ratio": None if self.ratio is None else round(self.ratio, 2),
        }
        print(json.dumps(rounded), flush=True)


def percentile(values: list[float], percent: float) -> float:
    """Return the value below which `percent` of all are (nearest rank)."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))]


def median(values: list[float]) -> float:
    return statistics.median(values)


def say(line: str) -> None:
    """Tell how far it is, apart from the figures."""
    print(line, file=sys.stderr, flush=True)
