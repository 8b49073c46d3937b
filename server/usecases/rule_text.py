"""Rule documents as text: YAML or JSON, read without any of the tricks that YAML knows. ADR 0024."""

import json
import re
from typing import Any

import yaml

from server.core.errors import AppError
from server.core.strict_json import UnreadableJson, read_json


class UnreadableRules(AppError):
    """The text is no document; the message says where and what to do."""

    code = "unreadable_rules"


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core schema: `no` is a word (and Norway), a day is a text; no references, no tags, nothing twice."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - upstream sets it like this

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # untyped upstream
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.MarkedYAMLError(None, None, "anchors and references are not allowed", event.start_mark)
        if getattr(event, "tag", None):
            raise yaml.MarkedYAMLError(None, None, f"the tag {event.tag} is not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - upstream's interface
        seen = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.MarkedYAMLError(None, None, "a name must be plain text", key.start_mark)
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"'{key.value}' stands here twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def read_text(text: str, *, name: str, is_json: bool = False) -> Any:
    """Return what a text says, as JSON values; `name` is what messages call it.

    Raises:
        UnreadableRules.
    """
    try:
        return _json(text, name) if is_json else yaml.load(text, _Loader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        raise UnreadableRules(f"{name} is no YAML, {where}: {fault.problem or fault.context}.") from fault
    except yaml.YAMLError as fault:
        raise UnreadableRules(f"{name} is no YAML: it holds characters that may not stand in it.") from fault
    except RecursionError as fault:
        raise UnreadableRules(f"{name} is nested too deeply to be read.") from fault


def _json(text: str, name: str) -> Any:
    try:
        return read_json(text, name=name)
    except UnreadableJson as fault:
        raise UnreadableRules(fault.message) from fault


def write_rules(document: dict[str, Any], *, as_json: bool) -> str:
    """Return a document as text that `read_text` reads back as it was."""
    if as_json:
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


class _Dumper(yaml.SafeDumper):
    """Writes every repeated part out, and quotes what a reader of YAML 1.1 would take for something else."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - upstream's interface
        return True
