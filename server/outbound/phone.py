"""Telephone numbers: the form we store, and the places a number may ring in."""

from functools import cache
from zoneinfo import available_timezones

import phonenumbers
from phonenumbers import timezone


class NumberingPlan:
    """Implements `server.ports.PhoneNumbers`."""

    def normalise(self, number: str, *, country_code: str | None) -> str | None:
        return normalise_phone(number, country_code)

    def zones(self, number: str) -> tuple[str, ...]:
        return plausible_time_zones(number)


def normalise_phone(text: str | None, country: str | None) -> str | None:
    """Return `text` in E.164 ("+447700900123"), or None when it is no telephone number.

    `country` (ISO 3166 alpha-2, the order's) reads national numbers; numbers that start with + or 00 do
    without. A number of possible length is taken though its range is not (yet) assigned: numbering plans move
    faster than tables, and the numbers reserved for fiction are never assigned.
    """
    try:
        number = phonenumbers.parse(text or "", (country or "").upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if number.extension or not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def plausible_time_zones(number: str) -> tuple[str, ...]:
    """Return the zones (IANA names, sorted) that the owner of an E.164 number may live in; () when unknown.

    One for most fixed lines, many for mobiles of wide countries: a send window must then suit all of them,
    or a better source of the place be used.
    """
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return ()
    zones = _known(timezone.time_zones_for_number(parsed))
    # The library places only assigned numbers; the prefix alone places the rest.
    return zones or _known(timezone.time_zones_for_geographical_number(parsed))


def _known(zones: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(zones) & _all_zones()))


@cache
def _all_zones() -> frozenset[str]:
    # The standard library walks through all of its files each time, some ten milliseconds.
    return frozenset(available_timezones())
