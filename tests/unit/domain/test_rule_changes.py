from typing import Any

import pytest
from hypothesis import given

from server.domain.rules.changes import changes
from tests.factories import funnel_json, rules_json
from tests.unit.domain.audiences import WRITTEN


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, ["a: 1 > 2"]),
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": None}}, ["a.c: added null"]),
        ({"a": 1, "b": 2}, {"a": 1}, ["b: removed, was 2"]),
        ({"f": [{"id": "x", "p": 1}, {"id": "y"}]}, {"f": [{"id": "y"}, {"id": "x", "p": 2}]}, ["f[x].p: 1 > 2"]),
        ({"f": [{"id": "x"}]}, {"f": [{"id": "z"}]}, ['f[x]: removed, was {"id": "x"}', 'f[z]: added {"id": "z"}']),
        ({"f": []}, {"f": [{"id": "z"}]}, ['f[z]: added {"id": "z"}']),
        ({"v": ["1", "2"]}, {"v": ["2", "1"]}, ['v: ["1", "2"] > ["2", "1"]']),
        ({"f": [{"id": "x"}, {"id": "x"}]}, {"f": []}, ['f: [{"id": "x"}, {"id": "x"}] > []']),
        ({"a": 1}, [], ['document: {"a": 1} > []']),
        ({"t": "x" * 200}, {"t": ""}, [f't: "{"x" * 78}… > ""']),
    ],
)
def test_what_is_different_is_told_by_its_path(before: Any, after: Any, told: list[str]) -> None:
    assert [each.words() for each in changes(before, after)] == told


@given(WRITTEN, WRITTEN)
def test_nothing_is_told_of_what_is_the_same_and_something_of_what_is_not(one: Any, other: Any) -> None:
    first, second = (rules_json(funnel_json(audience=each)) for each in (one, other))
    assert bool(changes(first, second)) == (first != second)
    there, back = changes(first, second), changes(second, first)
    assert sorted((each.path, each.before, each.after) for each in there if each.before and each.after) == sorted(
        (each.path, each.after, each.before) for each in back if each.before and each.after
    )
