"""Problems of a whole document as the form of one of its entries tells them: at its fields, in its labels."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.conditions import CONDITIONS
from server.domain.rules import Problem
from server.domain.rules.shapes import Rows, Shape, Table

_ARGUMENTS = re.compile(r"audience\.all\[(\d+)\]\.args")


def told_at_fields(
    problems: tuple[Problem, ...],
    *,
    own: str,
    entry: Mapping[str, Any],
    table: Table,
    faults: Mapping[str, str],
    shown_at: Mapping[str, str] | None = None,
) -> tuple[Problem, ...]:
    """Return problems by the names of a form's fields, which are paths without `own`, the place of its entry.

    `faults` are what the form itself found wrong with a text. What lies elsewhere in the document says where.
    """
    labels = dict(_labels(table))
    found = {each.path.removeprefix(own): each for each in problems}
    told = []
    for path, each in found.items():
        # What is wrong with a whole follows from what is wrong with a part of it.
        if any(other.startswith((f"{path}.", f"{path}[")) for other in found):
            continue
        is_own = each.path.startswith(own) or path in (shown_at or {})
        message = faults.get(path) or _sentence(path, each.message, entry, labels)
        told.append(Problem((shown_at or {}).get(path, path), message if is_own else f"{each.path}: {each.message}"))
    return tuple(told)


def _sentence(path: str, message: str, entry: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """Return a problem in labels, since nobody who fills in a form sees the names of entries."""
    if place := _ARGUMENTS.fullmatch(path):
        condition = CONDITIONS[entry["audience"]["all"][int(place[1])]["key"]]
        for argument in condition.arguments:
            message = re.sub(rf"\b{argument.name}\b", f"“{argument.label}”", message)
    message = re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", lambda name: _labelled(name[0], labels), message)
    return message[:1].upper() + message[1:]


def _labelled(name: str, labels: Mapping[str, str]) -> str:
    return f"“{labels[name]}”" if labels.get(name) else name


def _labels(shape: Shape) -> Iterator[tuple[str, str]]:
    match shape:
        case Table(_, fields):
            for field in fields:
                yield field.name, field.label
                yield from _labels(field.shape)
        case Rows(inner):
            yield from _labels(inner)
