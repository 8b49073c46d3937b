from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.core.money import InvalidMoney, Money, exponent

CURRENCIES = st.sampled_from(["GBP", "USD", "JPY", "KRW", "KWD", "TND", "ZZZ"])
AMOUNTS = st.integers(-(10**11), 10**11)


@given(AMOUNTS, CURRENCIES)
def test_what_is_written_is_read_back(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.parse(money.text(), currency) == money
    assert Money.parse(money.decimal(), currency) == money


@given(AMOUNTS, CURRENCIES)
def test_the_text_has_exactly_the_currencys_places(minor: int, currency: str) -> None:
    _, dot, places = Money(minor, currency).text().partition(".")
    assert len(places) == exponent(currency)
    assert bool(dot) == (exponent(currency) > 0)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("12.50", "GBP", 1250),
        ("12.5", "gbp", 1250),
        (12.5, "GBP", 1250),
        (0.1, "GBP", 10),
        (Decimal("0.005"), "GBP", 1),
        ("0.0049999", "GBP", 0),
        ("-0.005", "GBP", -1),
        ("1200", "JPY", 1200),
        ("1200.5", "JPY", 1201),
        ("1.2345", "KWD", 1235),
        ("1e3", "GBP", 100_000),
        (" 3 ", "GBP", 300),
        ("999999999999.99", "GBP", 99_999_999_999_999),
    ],
)
def test_amounts_are_read_and_rounded_half_up(text: str | float | Decimal, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency.upper())


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "12,50",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "1e12",
        "-1e12",
        "1e30",
        "9" * 400,
        "1_000",
        "1e999999",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidMoney) as caught:
        Money.parse(text, "GBP")
    assert len(caught.value.message) < 100


@given(st.text(max_size=30) | st.floats() | st.decimals(), CURRENCIES)
def test_nothing_else_than_a_refusal_comes_of_odd_amounts(text: str | float | Decimal, currency: str) -> None:
    try:
        money = Money.parse(text, currency)
    except InvalidMoney:
        return
    assert abs(money.minor) < 10**15 + 1


@pytest.mark.parametrize("currency", ["", "GB", "GBPX", "G1P", "£££", "ÄÖÜ"])
def test_a_currency_has_three_letters(currency: str) -> None:
    with pytest.raises(InvalidMoney):
        Money.parse("1", currency)


@pytest.mark.parametrize(
    ("minor", "percent", "left"),
    [(1000, "15", 850), (999, "15", 849), (1, "50", 1), (1000, "100", 0), (1000, "33.33", 667), (0, "15", 0)],
)
def test_a_percentage_is_taken_off(minor: int, percent: str, left: int) -> None:
    assert Money(minor, "GBP").less_percent(Decimal(percent)) == Money(left, "GBP")


@given(st.integers(0, 10**11), st.decimals(0, 100, places=2))
def test_a_discount_never_adds_and_never_goes_below_nothing(minor: int, percent: Decimal) -> None:
    assert 0 <= Money(minor, "GBP").less_percent(percent).minor <= minor
