"""Walks a JSON value and gathers every fault instead of stopping at the first."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from server.core.errors import AppError

MAX_ITEMS = 1_000  # of one list
MAX_TEXT = 300
_MAX_NAMED = 5  # problems in the error's message; all of them are in its data
_SHOWN = 60
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # the categories Cc and Cs of Unicode


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a document: where it is, what is wrong, what to do."""

    path: str
    message: str


class FaultyDocument(AppError):
    """Something that was handed in has faults: every one of them, with its path and its cure."""

    code = "faulty_document"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        told = [f"{each.path}: {each.message}" for each in problems[:_MAX_NAMED]]
        if len(problems) > _MAX_NAMED:
            told.append(f"and {len(problems) - _MAX_NAMED} more")
        super().__init__("; ".join(told), count=len(problems))
        self.problems = problems


class InvalidRules(FaultyDocument):
    code = "invalid_rules"


@dataclass(slots=True)
class Reader:
    """Reads values of one document. What is faulty is read as something harmless of the same kind."""

    problems: list[Problem] = field(default_factory=list)
    misshapen: list[str] = field(default_factory=list)  # paths of what is no object or list at all
    nodes: int = 0  # of the audience being read
    all_nodes: int = 0

    def fault(self, path: str, message: str) -> None:
        self.problems.append(Problem(path or "document", message))

    def found(self) -> tuple[Problem, ...]:
        """Return the problems, but not that something is missing inside what is no object or list at all."""
        inside = tuple(f"{path}{mark}" for path in self.misshapen for mark in (".", "["))
        hidden = "" in self.misshapen
        return tuple(
            each
            for each in self.problems
            if not each.path.startswith(inside) and (not hidden or each.path == "document")
        )

    def table(self, value: object, path: str, *, known: tuple[str, ...]) -> Mapping[str, object]:
        if not isinstance(value, dict):
            self.fault(path, "must be an object.")
            self.misshapen.append(path)
            return {}
        for key in value:
            if key not in known:
                named = f"{path}.{_shown(key)}".lstrip(".")
                self.fault(named, f"is not known here; known are {', '.join(known)}.")
        return cast("Mapping[str, object]", value)

    def rows(self, value: object, path: str, *, most: int = MAX_ITEMS) -> list[object]:
        if not isinstance(value, list):
            self.fault(path, "must be a list.")
            self.misshapen.append(path)
            return []
        if len(value) > most:
            self.fault(path, f"holds {len(value)} entries; at most {most} are allowed.")
            return []
        return value

    def text(self, value: object, path: str, *, choices: tuple[str, ...] = ()) -> str:
        if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
            self.fault(path, f"must be a text of 1 to {MAX_TEXT} characters.")
            return ""
        if _CONTROL.search(value):
            self.fault(path, "must not hold control characters.")
            return ""
        if choices and value not in choices:
            self.fault(path, f"is '{value}'; it must be one of {', '.join(choices)}.")
        return value

    def number(self, value: object, path: str, *, low: int = 0, high: int = 10_000_000_000) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            self.fault(path, f"must be a whole number from {low} to {high}.")
            return low
        return value

    def share(self, value: object, path: str, *, high: int = 100) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= high:
            self.fault(path, f"must be a percentage from 0 to {high}.")
            return 0.0
        return float(value)

    def flag(self, value: object, path: str) -> bool:
        if not isinstance(value, bool):
            self.fault(path, "must be true or false.")
            return False
        return value


def _shown(key: object) -> str:
    return str(key)[:_SHOWN].encode("ascii", "backslashreplace").decode() if isinstance(key, str) else "?"
