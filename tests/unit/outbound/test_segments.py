import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.segments import count_segments, is_gsm, plain_punctuation


def read(name: str) -> Any:
    return json.loads((Path(__file__).parent / "cases" / f"{name}.json").read_text(encoding="utf-8"))


GSM_TEXT = st.text(st.sampled_from("abc XYZ019@£$¥èùìòÇØøÅåΔΩæßÉ\n€[]{}~|^\\"), max_size=700)


@pytest.mark.parametrize("case", read("segments"), ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    count = count_segments(case["text"] * case.get("times", 1))
    assert (count.encoding, count.units, count.segments) == (case["encoding"], case["units"], case["segments"])


def split(text: str, room: int, width: Any) -> int:
    """Fill segments one by one, as a network does: the slow and plain way to count."""
    segments, used = 1, 0
    for character in text:
        if used + width(character) > room:
            segments, used = segments + 1, 0
        used += width(character)
    return segments


@given(st.one_of(GSM_TEXT, st.text(max_size=300)))
def test_counting_agrees_with_filling_segments_one_by_one(text: str) -> None:
    count = count_segments(text)
    if count.encoding == "gsm":
        single, joined, width = 160, 153, lambda character: 2 if character in "\f^{}\\[~]|€" else 1
    else:
        single, joined, width = 70, 67, lambda character: len(character.encode("utf-16-be", "surrogatepass")) // 2
    units = sum(map(width, text))
    assert count.units == units
    assert count.segments == (1 if units <= single else split(text, joined, width))


@given(st.text(max_size=300), st.text(max_size=50))
def test_a_longer_text_never_takes_fewer_segments(text: str, more: str) -> None:
    assert count_segments(text + more).segments >= count_segments(text).segments


@pytest.mark.parametrize(("text", "plain"), read("plain_punctuation"))
def test_punctuation_becomes_plain_only_where_that_helps(text: str, plain: str) -> None:
    assert plain_punctuation(text) == plain


@given(st.text(max_size=200))
def test_plain_punctuation_settles_and_never_leaves_the_gsm_alphabet(text: str) -> None:
    once = plain_punctuation(text)
    assert plain_punctuation(once) == once
    assert is_gsm(once) or not is_gsm(text)
