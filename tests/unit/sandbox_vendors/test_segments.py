"""Segment counts, as carriers bill them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.vendors.segments import count_segments, encoding, smart_encode


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 8, 2),  # 162 units; the euro moves whole to the second part
        ("a" * 152 + "€" * 77, 3),  # splitting it would have needed two
        ("ç" * 70, 1),  # not in the GSM table, although it looks it
        ("ç" * 160, 3),
        ("\u2019" + "a" * 69, 1),
        ("\u2019" + "a" * 70, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("x" * 66 + "😀" * 34, 3),  # a surrogate pair is not split either
    ],
)
def test_counts(text: str, segments: int) -> None:
    assert count_segments(text) == segments


def test_smart_encoding_brings_a_typographic_text_back_to_gsm() -> None:
    text = "\u201cDon\u2019t\u201d \u2013 it\u2019s\u2026\u00a0£5"
    assert encoding(text) == "UCS-2"
    assert smart_encode(text) == "\"Don't\" - it's... £5"
    assert encoding(smart_encode(text)) == "GSM-7"


@given(st.text(max_size=500), st.characters(exclude_categories=["Cs"]))
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert count_segments(text + more) >= count_segments(text)


@given(st.text(max_size=500))
def test_plain_text_takes_at_most_as_many_as_the_encoding_allows(text: str) -> None:
    units = len(text.encode("utf-16-be")) // 2
    assert 1 <= count_segments(text) <= 1 + units // 66
