"""The documentation of the rules is what the definitions say, and nothing is left out of it."""

from collections.abc import Iterator
from pathlib import Path

from server.cli.reference import as_markdown
from server.domain.conditions import CONDITIONS
from server.domain.reasons import WORDING, Reason
from server.domain.rules import json_schema
from server.usecases.presets import PRESETS

DOCUMENT = Path(__file__).parents[2] / "docs" / "rules-reference.md"


def test_it_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == as_markdown(), "Run `make documents`."


def test_nothing_is_left_out() -> None:
    written = as_markdown()
    assert set(WORDING) == set(Reason)
    for name in (*CONDITIONS, *(reason.value for reason in Reason), *json_schema()["properties"], *PRESETS):
        assert f"`{name}`" in written
    for condition in CONDITIONS.values():
        for argument in condition.arguments:
            assert f"| `{argument.name}` | {argument.label}" in written
    assert all(words in written for words in _descriptions(json_schema()))


def _descriptions(schema: object) -> Iterator[str]:
    if isinstance(schema, list):
        for each in schema:
            yield from _descriptions(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("description"), str):
            yield schema["description"]
        for each in schema.values():
            yield from _descriptions(each)
