from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.spec import (
    IntegrationSpec,
    InvalidSettings,
    InvalidSpec,
    SettingField,
    SettingProblem,
    UnsupportedCapability,
    VendorTools,
)


def make(settings: Mapping[str, str], tools: VendorTools) -> object:
    return (dict(settings), tools)


def spec(*fields: SettingField, **changes: Any) -> IntegrationSpec:
    return IntegrationSpec(
        **{
            "slug": "pigeon",
            "title": "Pigeon post",
            "capabilities": ("sms",),
            "fields": fields or (SettingField("loft", "Loft", help="It stands on the roof."),),
            "factory": make,
            **changes,
        }
    )


def problems(of: IntegrationSpec, given: Mapping[str, str], **stored: Any) -> dict[str, str]:
    with pytest.raises(InvalidSettings) as caught:
        of.read_settings(given, **stored)
    assert of.title in caught.value.message
    assert caught.value.data == {"fields": [problem.field for problem in caught.value.problems]}
    return {problem.field: problem.message for problem in caught.value.problems}


def test_settings_are_trimmed_and_hold_exactly_the_fields() -> None:
    pigeon = spec(SettingField("loft", "Loft"), SettingField("bird", "Bird", is_required=False, default="grey"))
    assert pigeon.read_settings({"loft": "  north \r\n", "csrf": "x"}) == {"loft": "north", "bird": "grey"}


def test_a_missing_setting_names_the_field_and_the_cure() -> None:
    assert problems(spec(), {"loft": "   "}) == {"loft": "Loft is missing. It stands on the roof."}


def test_every_problem_is_told_at_once() -> None:
    pigeon = spec(SettingField("loft", "Loft"), SettingField("port", "Port", kind="port"))
    assert set(problems(pigeon, {"port": "0"})) == {"loft", "port"}


@pytest.mark.parametrize(
    ("field", "value", "is_good"),
    [
        ({}, "one line", True),
        ({}, "two\nlines", False),
        ({}, "bell\x07", False),
        ({}, "x" * 1001, False),
        ({"kind": "lines"}, "two\r\nlines", True),
        ({"kind": "lines"}, "null\x00", False),
        ({"kind": "email"}, "a@example.com", True),
        ({"kind": "email"}, "a@localhost", True),
        ({"kind": "email"}, "a@bücher.example", True),
        ({"kind": "email"}, "example.com", False),
        ({"kind": "email"}, "A <a@example.com>", False),
        ({"kind": "email"}, "a@example.com, b@example.com", False),
        ({"kind": "host"}, "smtp.example.com", True),
        ({"kind": "host"}, "127.0.0.1", True),
        ({"kind": "host"}, "::1", True),
        ({"kind": "host"}, "bücher.example", True),
        ({"kind": "host"}, "https://smtp.example.com", False),
        ({"kind": "host"}, "smtp.example.com:587", False),
        ({"kind": "host"}, "-bad", False),
        ({"kind": "host"}, "a..b", False),
        ({"kind": "port"}, "1", True),
        ({"kind": "port"}, "65535", True),
        ({"kind": "port"}, "65536", False),
        ({"kind": "port"}, "-1", False),
        ({"kind": "port"}, "²", False),
        ({"kind": "choice", "choices": (("a", "A"),)}, "a", True),
        ({"kind": "choice", "choices": (("a", "A"),)}, "A", False),
        ({"pattern": r"AC\d+", "expected": "start with AC"}, "AC1", True),
        ({"pattern": r"AC\d+", "expected": "start with AC"}, "xAC1", False),
    ],
)
def test_kinds(field: dict[str, Any], value: str, is_good: bool) -> None:  # noqa: FBT001 - a column of the table
    pigeon = spec(SettingField("loft", "Loft", help="Look on the roof.", **field))
    if is_good:
        assert pigeon.read_settings({"loft": value})["loft"] == value.replace("\r\n", "\n")
    else:
        message = problems(pigeon, {"loft": value})["loft"]
        assert message.startswith("Loft must ")
        assert message.endswith("Look on the roof.")


@given(st.text(max_size=60))
def test_a_complaint_never_quotes_the_value(value: str) -> None:
    field = SettingField("key", "Key", is_secret=True, pattern="never", expected="be something else")
    complaint = field.complaint(value) or ""
    assert complaint == "Key must be something else." or value not in complaint or len(value) < 3


def test_an_empty_secret_keeps_the_stored_one() -> None:
    pigeon = spec(SettingField("key", "Key", is_secret=True), SettingField("loft", "Loft"))
    stored = pigeon.read_settings({"key": "k1", "loft": "north"})
    assert pigeon.shown_settings(stored) == {"key": "", "loft": "north"}
    assert pigeon.read_settings({"key": "", "loft": "south"}, stored=stored) == {"key": "k1", "loft": "south"}
    assert pigeon.read_settings({"key": "k2", "loft": "south"}, stored=stored)["key"] == "k2"
    assert "key" in problems(pigeon, {"loft": "south"})
    assert "loft" in problems(pigeon, {"loft": ""}, stored=stored)  # only secrets may be left out


def test_a_secret_does_not_follow_to_another_server_or_account() -> None:
    key = SettingField("key", "Key", is_secret=True, kept_with=("loft",))
    pigeon = spec(key, SettingField("loft", "Loft"), SettingField("bird", "Bird", is_required=False))
    stored = pigeon.read_settings({"key": "k1", "loft": "north"})
    assert pigeon.read_settings({"loft": " north", "bird": "grey"}, stored=stored)["key"] == "k1"
    assert problems(pigeon, {"loft": "south"}, stored=stored) == {"key": "Key is missing."}
    with pytest.raises(InvalidSpec):
        spec(key)


def test_rules_between_fields_are_asked_once_each_field_is_good() -> None:
    def never(_settings: Mapping[str, str]) -> tuple[SettingProblem, ...]:
        return (SettingProblem("loft", "Not today."),)

    pigeon = spec(check=never)
    assert problems(pigeon, {"loft": "north"}) == {"loft": "Not today."}
    assert problems(pigeon, {"loft": ""}) == {"loft": "Loft is missing. It stands on the roof."}


@pytest.mark.parametrize(
    "changes",
    [
        {"slug": "Pigeon Post"},
        {"slug": ""},
        {"capabilities": ()},
        {"capabilities": ("telepathy",)},
        {"fields": (SettingField("a", "A"), SettingField("a", "B"))},
        {"fields": (SettingField("a", "A", is_secret=True, default="hunter2"),)},
        {"fields": (SettingField("a", "A", kind="port", default="none"),)},
    ],
)
def test_a_spec_that_contradicts_itself_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidSpec):
        spec(**changes)


def test_only_offered_capabilities_are_made(vendor_tools: VendorTools) -> None:
    pigeon = spec()
    made: object = pigeon.make_channel({"loft": "north"}, vendor_tools)
    assert made == ({"loft": "north"}, vendor_tools)
    with pytest.raises(UnsupportedCapability):
        pigeon.make_receipt_source({"loft": "north"}, vendor_tools)
    with pytest.raises(InvalidSettings):
        pigeon.make_channel({}, vendor_tools)
