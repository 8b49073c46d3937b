import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.strict_json import UnreadableJson, read_json

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(_JSON)
def test_what_json_says_is_read(value: Any) -> None:
    assert read_json(json.dumps(value).encode(), name="It") == value


@given(st.binary(max_size=60))
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    try:
        found = read_json(raw, name="It")
    except UnreadableJson:
        with pytest.raises(ValueError):  # noqa: PT011 - json's own, and that of bytes that are no text
            json.loads(raw.decode())
    else:
        assert found == json.loads(raw)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"", "It is no JSON: Expecting value: line 1 column 1"),
        (b'{"a": 1', "It is no JSON: Expecting ',' delimiter: line 1 column 8"),
        (b'{"a": 1} b', "It is no JSON: Extra data"),
        (b'{"a": "\xff"}', "It is no UTF-8 from byte 7 on; send it as UTF-8."),
        (b'{"a": NaN}', "NaN is no number that JSON knows."),
        (b'{"a": -Infinity}', "-Infinity is no number that JSON knows."),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "'c' stands twice in one object; take one away."),
        (b"[" * 100_000, "It is nested too deeply to be read."),
        (b"9" * 5_000, "It is no JSON: Exceeds the limit"),
    ],
)
def test_what_is_no_json_is_refused_with_its_place(raw: bytes, told: str) -> None:
    with pytest.raises(UnreadableJson) as caught:
        read_json(raw, name="It")
    assert caught.value.message.startswith(told)
