from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.money import Money
from server.outbound.localisation import format_date, format_money, read_locale


@pytest.mark.parametrize(
    ("minor", "currency", "locale", "text"),
    [
        (1250, "GBP", "en-GB", "£12.50"),
        (1250, "GBP", "en_GB", "£12.50"),
        (1250, "USD", "en-US", "$12.50"),
        (1250, "EUR", "de", "12,50\u00a0€"),
        (123456789, "EUR", "fr-FR", "1\u202f234\u202f567,89\u00a0€"),
        (1000, "JPY", "en", "¥1,000"),
        (12345, "KWD", "en", "KWD\u00a012.345"),
        (12345, "LAK", "en", "LAK\u00a0123.45"),  # CLDR would drop the decimals that the minor units have
        (-500, "GBP", "en-GB", "-£5.00"),
        (1250, "GBP", None, "£12.50"),
        (1250, "GBP", "", "£12.50"),
        (1250, "GBP", "xx-YY", "£12.50"),
        (1250, "GBP", "../../etc/passwd", "£12.50"),
        (1250, "EUR", "de-QQ", "12,50\u00a0€"),
    ],
)
def test_money(minor: int, currency: str, locale: str | None, text: str) -> None:
    assert format_money(Money(minor, currency), locale) == text


def test_formatting_one_currency_leaves_the_next_alone() -> None:
    assert format_money(Money(1000, "JPY"), "en-GB") == "JP¥1,000"
    assert format_money(Money(1000, "GBP"), "en-GB") == "£10.00"


@given(
    st.integers(0, 10**12), st.sampled_from(["GBP", "JPY", "KWD", "EUR", "ISK"]), st.sampled_from(["en", "de", "fr"])
)
def test_no_digit_is_lost(minor: int, currency: str, locale: str) -> None:
    digits = "".join(filter(str.isdigit, format_money(Money(minor, currency), locale)))
    assert int(digits) == minor


def test_dates_are_written_in_the_zone_and_language() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    assert format_date(late, "en-GB", ZoneInfo("Europe/London")) == "22 November 2026"
    assert format_date(late, "de", ZoneInfo("Asia/Tokyo")) == "23. November 2026"


@given(st.one_of(st.none(), st.text(max_size=30)))
def test_any_tag_gives_a_locale(tag: str | None) -> None:
    assert read_locale(tag).language
