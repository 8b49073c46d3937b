"""What other systems tell of a customer, and Afters cannot know by itself: tickets, loyalty, segments and the like."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.errors import AppError
from server.storage.contacts import Contacts
from server.storage.db import Database
from server.usecases.goodwill import thank_for_ticket


class UnknownCustomer(AppError):
    code = "unknown_customer"


class InvalidFact(AppError):
    """There is no such fact to tell, or its value is none; the message says what may be told."""

    code = "invalid_fact"


def _number(text: str) -> int:
    if not text.isdecimal():
        raise ValueError
    return int(text)


def _flag(text: str) -> bool:
    return {"yes": True, "no": False}[text]


def _words(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _country(text: str) -> str:
    if len(text) != len("GB") or not text.isascii() or not text.isupper():
        raise ValueError
    return text


def _one_of(*choices: str) -> Callable[[str], str]:
    return lambda text: {each: each for each in choices}[text]


@dataclass(frozen=True, slots=True)
class Telling:
    """A fact that may be told: how its value is read, and what is said when it cannot be."""

    read: Callable[[str], Any]
    takes: str


TELLINGS: Mapping[str, Telling] = {
    "open_tickets": Telling(_number, "a whole number"),
    "last_ticket": Telling(_one_of("good", "bad", "unrated", "none"), "good, bad, unrated or none"),
    "is_refund_pending": Telling(_flag, "yes or no"),
    "is_business": Telling(_flag, "yes or no"),
    "loyalty_tier": Telling(str, "a word"),
    "loyalty_points": Telling(_number, "a whole number"),
    "predicted_spend": Telling(_one_of("high", "medium", "low"), "high, medium or low"),
    "segments": Telling(_words, "words with commas between"),
    "home_country": Telling(_country, "a country's two capital letters"),
}


def tell_facts(
    *, database: Database, shop_id: int, customer_id: str, given: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Keep facts about a customer, given as text; one given as "" is unknown again. Return all that is told by now.

    That the last ticket ended well may open a follow-up.

    Raises:
        UnknownCustomer, InvalidFact.
    """
    read = {name: _read(name, text) for name, text in given.items()}
    with database.write() as session:
        row = Contacts(session, shop_id).lock_customer(customer_id)
        if row is None:
            raise UnknownCustomer(f"There is no customer {customer_id} here.", customer_id=customer_id)
        row.told = {name: value for name, value in {**row.told, **read}.items() if value is not None}
        if read.get("last_ticket") == "good":
            thank_for_ticket(session, shop_id, customer_id=customer_id, now=now)
        return row.told


def _read(name: str, text: str) -> Any:
    telling = TELLINGS.get(name)
    if telling is None:
        raise InvalidFact(f"'{name}' is nothing to tell; it may be one of {', '.join(TELLINGS)}.", name=name)
    if not text:
        return None
    try:
        return telling.read(text)
    except (ValueError, KeyError) as fault:
        raise InvalidFact(f"{name} takes {telling.takes}, not '{text[:40]}'.", name=name) from fault
