"""Buyers to fill a checkout with: people who are not, at addresses that are, with numbers nobody has.

Phone numbers come from the blocks that regulators keep free for fiction (`generator_phones`).
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from tests.sandbox.shopify.checkout_state import Address
from tests.sandbox.shopify.generator_phones import FREE_MOBILES, MOBILES, Block, numbers

PRESETS = {
    "new": "New customer, ticks both boxes",
    "returning": "Returning customer who gets messages",
    "opted-out": "Returning customer who opted out",
    "us": "New customer in New York, pays in dollars",
}

_FIRST_NAMES = ("Alice", "Ben", "Chloe", "Daniel", "Esme", "Farah", "George", "Hannah", "Imran", "Jodie")
_LAST_NAMES = ("Morgan", "Hughes", "Patel", "Fraser", "Whitfield", "Okafor", "Larkin", "Byrne", "Shaw", "Doyle")
_STREETS = (
    ("14 Cloth Fair", "London", "EC1A 7JQ"),
    ("8 Royal Crescent", "Bath", "BA1 2LR"),
    ("27 Victoria Street", "Edinburgh", "EH1 2JW"),
    ("3 Castle Arcade", "Cardiff", "CF10 1BU"),
    ("61 Bold Street", "Liverpool", "L1 4EZ"),
)
_HAS_ALL = "email IS NOT NULL AND phone IS NOT NULL AND last_name IS NOT NULL AND address IS NOT NULL"


@dataclass(frozen=True, kw_only=True)
class Buyer:
    """What one person would type into the checkout."""

    email: str
    phone: str
    first_name: str
    last_name: str
    address: Address
    ticks_email: bool = False
    ticks_sms: bool = False
    currency: str = "GBP"


class NoSuchBuyer(Exception):
    """The world has nobody who fits the preset."""


def buyer(connection: sqlite3.Connection, preset: str, token: str) -> Buyer:
    """Return the buyer of a preset (a key of PRESETS); the checkout's token chooses among many.

    Raises:
        NoSuchBuyer: no customer of the world fits.
    """
    choose: Callable[[], Buyer] = {
        "new": lambda: _newcomer(connection, token),
        "us": lambda: _new_yorker(connection, token),
        "returning": lambda: _customer(
            connection, token, "number_of_orders >= 2 AND email_state = 'SUBSCRIBED' AND sms_state = 'SUBSCRIBED'"
        ),
        "opted-out": lambda: _customer(
            connection, token, "email_state = 'UNSUBSCRIBED' AND sms_state IN ('UNSUBSCRIBED', 'NOT_SUBSCRIBED')"
        ),
    }[preset]
    return choose()


def _pick(token: str, salt: int, count: int) -> int:
    return int(token[salt * 4 : salt * 4 + 4], 16) % count


def _free_number(connection: sqlite3.Connection, blocks: tuple[Block, ...], token: str) -> str:
    """Return a number no customer has: a shop keeps each number for one customer only."""
    every = list(numbers(blocks))
    start = _pick(token, 3, len(every))
    rolled = every[start:] + every[:start]
    taken = {row[0] for row in connection.execute("SELECT phone FROM customer WHERE phone IS NOT NULL")}
    return next((number for number in rolled if number not in taken), rolled[0])


def _newcomer(connection: sqlite3.Connection, token: str) -> Buyer:
    first = _FIRST_NAMES[_pick(token, 0, len(_FIRST_NAMES))]
    last = _LAST_NAMES[_pick(token, 1, len(_LAST_NAMES))]
    street, city, postcode = _STREETS[_pick(token, 2, len(_STREETS))]
    return Buyer(
        # Part of the token keeps two newcomers apart, as real addresses would.
        email=f"{first}.{last}.{token[:6]}@example.com".lower(),
        phone=_free_number(connection, (FREE_MOBILES,), token),
        first_name=first,
        last_name=last,
        address={
            "address1": street,
            "address2": None,
            "city": city,
            "province_code": None,
            "zip": postcode,
            "country_code": "GB",
        },
        ticks_email=True,
        ticks_sms=True,
    )


def _new_yorker(connection: sqlite3.Connection, token: str) -> Buyer:
    first = _FIRST_NAMES[_pick(token, 0, len(_FIRST_NAMES))]
    last = _LAST_NAMES[_pick(token, 1, len(_LAST_NAMES))]
    return Buyer(
        email=f"{first}.{last}.{token[:6]}@example.com".lower(),
        phone=_free_number(connection, MOBILES["US"][:1], token),
        first_name=first,
        last_name=last,
        address={
            "address1": "350 West 21st Street",
            "address2": "Apartment 4",
            "city": "New York",
            "province_code": "NY",
            "zip": "10011",
            "country_code": "US",
        },
        ticks_email=True,
        ticks_sms=True,
        currency="USD",
    )


def _customer(connection: sqlite3.Connection, token: str, condition: str) -> Buyer:
    where = f"{_HAS_ALL} AND {condition} AND json_extract(address, '$.country_code') = 'GB'"
    count = connection.execute(f"SELECT COUNT(*) FROM customer WHERE {where}").fetchone()[0]
    if count == 0:
        raise NoSuchBuyer(condition)
    row = connection.execute(
        "SELECT first_name, last_name, email, phone,"
        " json_extract(address, '$.address1') AS address1, json_extract(address, '$.city') AS city,"
        " json_extract(address, '$.province_code') AS province_code, json_extract(address, '$.zip') AS zip"
        f" FROM customer WHERE {where} ORDER BY id LIMIT 1 OFFSET ?",
        (_pick(token, 0, count),),
    ).fetchone()
    return Buyer(
        email=row["email"],
        phone=row["phone"],
        first_name=row["first_name"] or "",
        last_name=row["last_name"],
        address={
            "address1": row["address1"],
            "address2": None,
            "city": row["city"],
            "province_code": row["province_code"],
            "zip": row["zip"],
            "country_code": "GB",
        },
    )
