"""The page on telling facts says what the code takes: its facts, its limits, its example."""

import json
import re
from pathlib import Path

from server.domain.told import MAX_CUSTOMERS, TELLINGS, read_told

PAGE = (Path(__file__).parents[2] / "docs/telling-facts.md").read_text(encoding="utf-8")


def test_it_names_every_fact_and_no_other() -> None:
    (table,) = re.findall(r"\| Fact \|.*?\n\n", PAGE, re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)
    assert [name for name, _ in rows] == list(TELLINGS)
    assert [f"{words[0].upper()}{words[1:]}" for _, words in rows] == [each.words for each in TELLINGS.values()]


def test_its_example_is_taken() -> None:
    (example,) = re.findall(r"\n\n(\{\n.*?\n\})\n```", PAGE, re.DOTALL)
    assert [each.facts is None for each in read_told(json.loads(example))] == [False, False, True]


def test_it_tells_the_most_of_customers() -> None:
    assert f"at most {MAX_CUSTOMERS} customers" in PAGE
