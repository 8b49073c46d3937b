"""Audiences as a document writes them: trees of all, any and not over conditions with typed arguments."""

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.audience import EVERYBODY, AllOf, AnyOf, Audience, Leaf, Not
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument, Condition
from server.domain.rules.reading import Reader
from server.domain.rules.shapes import Rows, Schema, Shape, Share, Text, Whole

_MAX_DEPTH = 20
_MAX_NODES = 1_000  # of one audience
_MAX_ALL_NODES = 20_000  # of all audiences together: a thousand rules of some ten conditions, and room
_FORMS = ("all", "any", "not", "key")
_DEFINED = {"$ref": "#/$defs/audience"}


@dataclass(frozen=True, slots=True)
class AudienceTree:
    """An audience; none at all is everybody, but only as a whole: inside a tree it would be a slip."""

    def read(self, reader: Reader, value: object, path: str) -> Audience:
        if value is None or value == {}:
            return EVERYBODY
        return _part(reader, value, path, depth=0)

    def schema(self) -> Schema:
        return {"anyOf": [_DEFINED, {"type": "null"}, {"type": "object", "maxProperties": 0}]}


def definitions() -> Schema:
    """Return what the schemas of audiences refer to."""
    parts = {"type": "array", "items": _DEFINED}
    joined = [
        {"type": "object", "properties": {form: parts}, "required": [form], "additionalProperties": False}
        for form in ("all", "any")
    ]
    turned = {"type": "object", "properties": {"not": _DEFINED}, "required": ["not"], "additionalProperties": False}
    return {"audience": {"anyOf": [*joined, turned, *(_leaf_schema(each) for each in CONDITIONS.values())]}}


def _part(reader: Reader, value: object, path: str, *, depth: int) -> Audience:
    if depth > _MAX_DEPTH:
        reader.fault(path, f"is nested deeper than {_MAX_DEPTH} levels; flatten it.")
        return EVERYBODY
    if not _has_room(reader, path, depth):
        return EVERYBODY
    table = reader.table(value, path, known=(*_FORMS, "args"))
    if path in reader.misshapen:
        return EVERYBODY
    forms = [name for name in _FORMS if name in table]
    if len(forms) != 1 or ("args" in table and forms != ["key"]):
        reader.fault(path, "needs exactly one of all, any, not, or key with args.")
        return EVERYBODY
    if forms == ["key"]:
        return _leaf(reader, table, path)
    if forms == ["not"]:
        return Not(_part(reader, table["not"], f"{path}.not", depth=depth + 1))
    name = forms[0]
    rows = reader.rows(table[name], f"{path}.{name}")
    parts = (_part(reader, each, f"{path}.{name}[{at}]", depth=depth + 1) for at, each in enumerate(rows))
    return AllOf(tuple(parts)) if name == "all" else AnyOf(tuple(parts))


def _has_room(reader: Reader, path: str, depth: int) -> bool:
    reader.nodes = 1 if depth == 0 else reader.nodes + 1
    reader.all_nodes += 1
    for count, most, where in (
        (reader.nodes, _MAX_NODES, "in one audience"), (reader.all_nodes, _MAX_ALL_NODES, "in all audiences together"),
    ):  # fmt: skip
        if count == most + 1:
            reader.fault(path, f"is beyond the {most} conditions that may be used {where}; use fewer.")
    return reader.nodes <= _MAX_NODES and reader.all_nodes <= _MAX_ALL_NODES


def _leaf(reader: Reader, table: Mapping[str, object], path: str) -> Audience:
    key = reader.text(table["key"], f"{path}.key")
    condition = CONDITIONS.get(key)
    if not key:
        return EVERYBODY
    if condition is None:
        reader.fault(f"{path}.key", f"'{key}' is no condition; known are {', '.join(CONDITIONS)}.")
        return EVERYBODY
    names = tuple(argument.name for argument in condition.arguments)
    given = reader.table(table.get("args", {}), f"{path}.args", known=names)
    arguments = {
        argument.name: _argument(reader, given[argument.name], f"{path}.args.{argument.name}", argument)
        for argument in condition.arguments
        if given.get(argument.name) is not None
    }
    missing = [each.name for each in condition.arguments if each.is_required and each.name not in arguments]
    for name in missing:
        reader.fault(f"{path}.args.{name}", "is missing.")
    if not missing and not arguments:
        reader.fault(f"{path}.args", f"is empty; give at least one of {', '.join(names)}.")
    low, high = arguments.get("at_least"), arguments.get("at_most")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        reader.fault(f"{path}.args", "can never be met; at_least must not lie above at_most.")
    return Leaf(key, arguments)


def _argument(reader: Reader, value: object, path: str, argument: Argument) -> object:
    read = _shape(argument).read(reader, value, path)
    if not isinstance(read, tuple):
        return read
    if not read and path not in reader.misshapen:
        reader.fault(path, "is empty; name at least one.")
    return frozenset(read)


def _shape(argument: Argument) -> Shape:
    match argument.kind:
        case "money" | "count":
            return Whole()
        case "hour":
            return Whole(high=24)
        case "percent":
            return Share()
        case "choice" | "text":
            return Text(argument.choices)
        case _:
            return Rows(Text(argument.choices))


def _leaf_schema(condition: Condition) -> Schema:
    arguments = {argument.name: _argument_schema(argument) for argument in condition.arguments}
    given = {
        "type": "object",
        "properties": arguments,
        "required": [argument.name for argument in condition.arguments if argument.is_required],
        "minProperties": 1,
        "additionalProperties": False,
    }
    return {
        "title": condition.label,
        **({"description": condition.help} if condition.help else {}),
        "type": "object",
        "properties": {"key": {"const": condition.key}, "args": given},
        "required": ["key", "args"],
        "additionalProperties": False,
    }


def _argument_schema(argument: Argument) -> Schema:
    found = _shape(argument).schema()
    if found.get("type") == "array":
        found["minItems"] = 1
    if not argument.is_required:
        found = {"anyOf": [found, {"type": "null"}]}
    return {"title": argument.label, **found}
