"""Amounts and moments as a recipient's locale writes them."""

import re
from copy import copy
from datetime import date, datetime, tzinfo
from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.dates import format_date as babel_format_date
from babel.numbers import format_percent as babel_format_percent

from server.core.money import Money, exponent

_FALLBACK = Locale("en")


def read_locale(tag: str | None) -> Locale:
    """Return the locale of a tag such as "en-GB", "pt_BR" or "zh-TW"; English when it is unknown.

    A known language in an unknown country keeps the language.
    """
    text = (tag or "").strip().replace("_", "-")
    for candidate in (text, text.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return _FALLBACK


def format_money(money: Money, locale: str | None) -> str:
    """Return an amount such as "£12.50" or "12,50 €".

    The decimals are those of `server.core.money`, since the minor units came from there; CLDR's own count
    differs for a few currencies and would drop part of a price.
    """
    place = read_locale(locale)
    pattern = copy(place.currency_formats["standard"])  # shared by everyone who asks Babel for this locale
    pattern.frac_prec = (exponent(money.currency),) * 2
    text = pattern.apply(money.decimal(), place, currency=money.currency, currency_digits=False)
    # CLDR wants a gap between a code and its digits, "KWD 12.345"; Babel does not read that rule.
    return re.sub(r"(?<=[^\W\d_])(?=\d)", "\u00a0", str(text))


def format_percentage(percent: Decimal, locale: str | None) -> str:
    """Return a share of a hundred such as "10%" or "12,5 %"."""
    return str(babel_format_percent(percent / 100, locale=read_locale(locale), decimal_quantization=False))


def format_day(day: date, locale: str | None) -> str:
    """Return a day in words: "22 November 2026"."""
    return babel_format_date(day, format="long", locale=read_locale(locale))


def format_date(moment: datetime, locale: str | None, zone: tzinfo) -> str:
    """Return the date of an aware moment, in words, in a zone: "22 November 2026"."""
    return babel_format_date(moment.astimezone(zone), format="long", locale=read_locale(locale))
