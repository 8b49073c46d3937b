"""Fields drawn from shapes and read back: what shapes say by themselves, whatever part of the rules has them."""

from dataclasses import dataclass
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from server.domain.rules.shapes import (
    Amounts,
    Codes,
    Field,
    Flag,
    LocalTime,
    Reduction,
    Rows,
    Seconds,
    Table,
    Text,
    Whole,
)
from server.web.pages.controls import Filled, draw, is_filled, length_of, read, read_rows


@dataclass(frozen=True)
class Made:
    count: int = 3
    is_on: bool = True
    kind: str = "b"


TABLE = Table(
    Made,
    (
        Field("id", Text()),
        Field("count", Whole(low=1, high=9), "Count"),
        Field("limit", Whole(blank_is_off=True), "Limit"),
        Field("after", Seconds(high=90), "After"),
        Field("percent", Reduction(), "Percent", is_nullable=True),
        Field("kind", Text(("a", "b")), "Kind"),
        Field("other", Text(), "Other", is_nullable=True),
        Field("is_on", Flag(), "On"),
        Field("amounts", Amounts(), "Amounts"),
        Field("codes", Codes(2), "Codes"),
        Field("at", LocalTime(), "At", is_nullable=True),
        Field("rows", Rows(Text()), "Rows"),
    ),
)


def filled(**given: str) -> Filled:
    return Filled(MultiDict({f"x.{name}": value for name, value in given.items()}), "GBP")


def test_every_plain_field_with_a_label_is_drawn_with_what_is_held_or_usual() -> None:
    held = {"after": 60, "amounts": {"GBP": 250, "EUR": 300}, "codes": ["FR"], "at": "2026-12-01T09:00"}
    drawn = {each.name: (each.kind, each.value) for each in draw(TABLE, "x", held, currency="GBP")}
    assert drawn == {
        "x.count": ("number", 3),
        "x.limit": ("number", ""),
        "x.after": ("time", 1),
        "x.percent": ("number", ""),
        "x.kind": ("choice", "b"),
        "x.other": ("text", ""),
        "x.is_on": ("flag", True),
        "x.amounts.GBP": ("money", "2.50"),
        "x.codes": ("text", "FR"),
        "x.at": ("text", "2026-12-01 09:00"),
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"count": " 4 "}, {"count": 4}),
        ({"count": "4.5"}, {"count": 4.5}),
        ({"count": "many"}, {"count": "many"}),
        ({"limit": ""}, {"limit": 0}),
        ({"percent": ""}, {"percent": None}),
        ({"percent": "12.5"}, {"percent": 12.5}),
        ({"other": ""}, {"other": None}),
        ({"codes": "fr, de;gb fr"}, {"codes": ["FR", "DE", "GB"]}),
        ({"at": "2026-12-01 09:00"}, {"at": "2026-12-01T09:00"}),
        ({"amounts.GBP": "2.50"}, {"amounts": {"GBP": 250}}),
        ({"is_on": "on"}, {}),
        ({}, {"is_on": False}),
    ],
)
def test_what_is_read(given: dict[str, str], found: dict[str, Any]) -> None:
    name = next(iter(given or {"is_on": ""})).partition(".")[0]
    assert read(TABLE, {}, filled(**given), "x", only=[name]) == found


@pytest.mark.parametrize(
    ("length", "unit", "seconds"),
    [
        ("2", "minutes", 120),
        ("1.1", "hours", 3_960),
        ("0.7", "days", 60_480),
        ("2", "fortnights", 2),
        ("0.001", "seconds", 0.001),
        ("soon", "hours", "soon"),
        ("", "hours", ""),
    ],
)
def test_a_length_of_time_is_read_in_its_unit(length: str, unit: str, seconds: Any) -> None:
    found = read(TABLE, {}, filled(**{"after": length, "after.unit": unit}), "x", only=["after"])
    assert found == {"after": seconds}
    assert type(found["after"]) is type(seconds)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, (0, "minutes")),
        (90, (90, "seconds")),
        (7_200, (2, "hours")),
        (172_800, (2, "days")),
        ("x", ("x", "minutes")),
    ],
)
def test_a_length_of_time_is_shown_in_the_largest_unit_that_it_is_whole_in(seconds: Any, told: tuple[Any, str]) -> None:
    assert length_of(seconds) == told


def test_what_a_form_does_not_have_stays() -> None:
    held = {"id": "7", "count": 2, "other": "kept", "rows": ["a"], "amounts": {"EUR": 300}, "new": 1}
    assert read(TABLE, held, filled(is_on="on"), "x") == held


def test_what_nothing_can_be_without_is_read_as_blank() -> None:
    needed = Table(Made, (Field("kind", Text(), "Kind", is_required=True), Field("other", Text(), "Other")))
    assert read(needed, {}, filled(), "x") == {"kind": ""}


def test_an_amount_that_is_none_is_a_fault_of_its_field() -> None:
    sent = filled(**{"amounts.GBP": "much"})
    assert read(TABLE, {}, sent, "x", only=["amounts"]) == {"amounts": {"GBP": "much"}}
    assert sent.faults == {"x.amounts.GBP": "Must be an amount such as 25.00."}


def test_a_table_counts_as_filled_by_what_is_typed_or_by_its_choices_if_it_has_nothing_else() -> None:
    assert not is_filled(TABLE, filled(kind="a"), "x")
    assert is_filled(TABLE, filled(count="1"), "x")
    assert is_filled(TABLE, filled(**{"amounts.GBP": "1"}), "x")
    choices = Table(Made, (Field("kind", Text(("a", "b")), "Kind"),))
    assert is_filled(choices, filled(kind="a"), "x")
    assert not is_filled(choices, filled(kind=""), "x")


def test_rows_are_read_in_their_order() -> None:
    pair = Table(Made, (Field("bought", Text(), "Bought"), Field("offered", Text(), "Offered")))
    sent = Filled(MultiDict({"p[10].bought": "c", "p[2].bought": "b", "p[2].offered": "x", "q[0].bought": "no"}), None)
    assert read_rows(pair, sent, "p") == [{"bought": "b", "offered": "x"}, {"bought": "c"}]
