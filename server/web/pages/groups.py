"""Tables inside an entry that may be left out as a whole: drawn from their shapes under a heading, and read back."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from server.domain.rules.shapes import Amounts, Field, Table
from server.web.pages.controls import Choices, Control, Filled, draw, is_filled, is_plain, read

_NONE: Choices = (("", "None"),)


@dataclass(frozen=True, slots=True)
class Group:
    """A table that may be left out as a whole."""

    label: str
    help: str
    controls: tuple[Control, ...]
    path: str


def draw_groups(
    table: Table, path: str, held: Mapping[str, Any], *, currency: str | None, but: Collection[str] = ()
) -> Iterator[Group]:
    """Yield the tables in a table that may be left out, `but` for those that are laid out elsewhere."""
    for field, inner in _groups(table, but):
        # A shop's currency is not known before its first import has begun.
        if currency is None and any(isinstance(each.shape, Amounts) for each in inner.fields):
            continue
        within, given = f"{path}.{field.name}", held.get(field.name)
        controls = draw(inner, within, given or {}, currency=currency)
        has_none = all(each.kind == "choice" for each in controls)
        drawn = tuple(_optional(each, is_used=given is not None, has_none=has_none) for each in controls)
        yield Group(field.label, field.help, drawn, within)


def read_groups(
    table: Table, held: Mapping[str, Any], filled: Filled, path: str, *, but: Collection[str] = ()
) -> dict[str, Any]:
    """Return a table with the tables inside it as the form says them; None stands for one that is left out."""
    found = dict(held)
    for field, inner in _groups(table, but):
        within = f"{path}.{field.name}"
        if any(name.startswith(f"{within}.") for name in filled.form):
            found[field.name] = _read(inner, filled, within, held.get(field.name) or {})
    return found


def has_groups(table: Table, held: Mapping[str, Any], *, but: Collection[str] = ()) -> bool:
    """Tell whether any of them is in use."""
    return any(held.get(field.name) for field, _ in _groups(table, but))


def _groups(table: Table, but: Collection[str]) -> Iterator[tuple[Field, Table]]:
    for each in table.fields:
        if isinstance(each.shape, Table) and each.is_nullable and each.name not in but:
            yield each, each.shape


def _read(table: Table, filled: Filled, path: str, held: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return one of them; None where nothing was entered and nothing is held that no form shows."""
    made = read(table, held, filled, path)
    hidden = any(code != filled.currency for code in (held.get("amounts") or {})) or any(
        held.get(each.name) for each in table.fields if not is_plain(each.shape)
    )
    if not hidden and not is_filled(table, filled, path):
        return None
    return {name: value for name, value in made.items() if value not in (None, "")}


def _optional(control: Control, *, is_used: bool, has_none: bool) -> Control:
    """Return a field of a table that may be left out: what is usual would stand there as if it had been entered."""
    if has_none and control.choices[:1] != _NONE:
        control = replace(control, choices=(*_NONE, *control.choices))
    if is_used or control.kind == "flag" or (control.kind == "choice" and not has_none):
        return control
    return replace(control, value="")
