from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.phone import NumberingPlan, normalise_phone, plausible_time_zones


@pytest.mark.parametrize(
    ("text", "country", "number"),
    [
        ("07700 900123", "GB", "+447700900123"),
        ("(07700) 900-123", "gb", "+447700900123"),
        ("+44 7700 900123", None, "+447700900123"),
        ("+44 7700 900123", "US", "+447700900123"),
        ("00 44 7700 900123", "GB", "+447700900123"),
        ("(212) 555-0123", "US", "+12125550123"),
        ("+44 (0)7700 900123", "FR", "+447700900123"),
        ("+447700900123", "no such country", "+447700900123"),
        ("07700 900123", None, None),
        ("07700 900123", "ZZ", None),
        ("12", "GB", None),
        ("999", "GB", None),
        ("+1 212 555 0123 ext. 5", "US", None),
        ("call me", "GB", None),
        ("", "GB", None),
        (None, "GB", None),
        ("+" + "9" * 400, "GB", None),
    ],
)
def test_numbers_become_e164_or_nothing(text: str | None, country: str | None, number: str | None) -> None:
    assert normalise_phone(text, country) == number


@given(st.text(max_size=40), st.sampled_from(["GB", "US", "DE", None, "xx"]))
def test_normalising_twice_changes_nothing(text: str, country: str | None) -> None:
    once = normalise_phone(text, country)
    assert once is None or (once.startswith("+") and normalise_phone(once, None) == once)


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+12125550123", ("America/New_York",)),
        ("+442079460958", ("Europe/London",)),
        ("+447700900123", ("Europe/Guernsey", "Europe/Isle_of_Man", "Europe/London")),  # reserved for fiction
        ("+33639981234", ("Europe/Paris",)),
        ("no number", ()),
        ("", ()),
    ],
)
def test_zones(number: str, zones: tuple[str, ...]) -> None:
    assert plausible_time_zones(number) == zones


def test_a_wide_country_gives_every_zone_it_has() -> None:
    zones = plausible_time_zones("+61412345678")
    assert len(zones) > 3
    assert {"Australia/Perth", "Australia/Sydney"} <= set(zones) <= available_timezones()


def test_the_port_says_the_same() -> None:
    plan = NumberingPlan()
    assert plan.normalise("07700 900123", country_code="GB") == "+447700900123"
    assert plan.zones("+12125550123") == ("America/New_York",)
