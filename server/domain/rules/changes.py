"""What is different between two rule documents, in paths and values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN = 80  # characters of a value


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One difference. `before` is None for what was added, `after` for what was taken away; both are JSON text."""

    path: str
    before: str | None
    after: str | None

    def words(self) -> str:
        if self.before is None:
            return f"{self.path}: added {self.after}"
        if self.after is None:
            return f"{self.path}: removed, was {self.before}"
        return f"{self.path}: {self.before} > {self.after}"


def changes(before: Any, after: Any) -> tuple[RuleChange, ...]:
    """Return what turned one document, as JSON values, into another.

    Lists of things with ids are compared thing by thing, wherever each stands; other lists as a whole.
    """
    return tuple(_changes(before, after, ""))


def _changes(before: Any, after: Any, path: str) -> Iterator[RuleChange]:
    if before == after:
        return
    held, given = (_named(each) for each in (before, after))
    if held is None or given is None or type(before) is not type(after):
        yield RuleChange(path or "document", _shown(before), _shown(after))
        return
    for name in dict.fromkeys([*held, *given]):
        inner = f"{path}[{name}]" if isinstance(after, list) else f"{path}.{name}".lstrip(".")
        if name not in held:
            yield RuleChange(inner, None, _shown(given[name]))
        elif name not in given:
            yield RuleChange(inner, _shown(held[name]), None)
        else:
            yield from _changes(held[name], given[name], inner)


def _named(value: Any) -> Mapping[str, Any] | None:
    """Return the parts of a value by their names; None for what has no named parts."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list) and _have_ids(value):
        return {each["id"]: each for each in value}
    return None


def _have_ids(rows: Sequence[Any]) -> bool:
    ids = [each.get("id") if isinstance(each, dict) else None for each in rows]
    return None not in ids and len(set(map(str, ids))) == len(ids)


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
