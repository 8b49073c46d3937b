import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.replies import read_reply

CASES = json.loads((Path(__file__).parent / "cases" / "replies.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("text", "meaning"), CASES)
def test_reply(text: str, meaning: str) -> None:
    assert read_reply(text) == meaning


@given(st.text(max_size=200))
def test_any_text_has_a_meaning_that_case_and_padding_do_not_change(text: str) -> None:
    assert read_reply(text) == read_reply(f"  {text}\n") == read_reply(text.casefold())


@given(st.sampled_from(["stop", "unsubscribe", "end", "quit", "cancel", "revoke"]), st.sampled_from(".!?🛑 \n\t*~"))
def test_a_bare_keyword_counts_whatever_stands_around_it(keyword: str, mark: str) -> None:
    assert read_reply(f"{mark}{keyword.upper()}{mark}") == "stop"


def test_an_endless_text_is_read_at_all() -> None:
    assert read_reply("stop texting " * 100_000) == "stop"
