"""Keeps what other systems tell of customers, and Afters cannot know by itself: tickets, loyalty, segments and more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.errors import AppError
from server.domain.rules import Problem
from server.domain.told import InvalidFacts, Told, read_fact
from server.storage.contacts import Contacts, CustomerRow
from server.storage.db import Database, Session
from server.usecases.goodwill import thank_for_ticket


class UnknownCustomer(AppError):
    code = "unknown_customer"


@dataclass(frozen=True, slots=True)
class Taken:
    """How many customers were told of, and of how many that was news."""

    customers: int
    changed: int


def take_told(*, database: Database, shop_id: int, told: Sequence[Told], now: datetime) -> Taken:
    """Keep what is told of customers, all of it or nothing; told again, it changes nothing.

    That somebody's last ticket ended well may open a follow-up.

    Raises:
        InvalidFacts: customers are not known here; each is named with its path.
    """
    with database.write() as session:
        held = Contacts(session, shop_id).lock_customers([each.customer_id for each in told])
        strangers = [each for each in told if each.customer_id not in held]
        if strangers:
            raise InvalidFacts(tuple(_stranger(each) for each in strangers))
        changed = 0
        for each in told:
            changed += _keep(session, shop_id, held[each.customer_id], each, now=now)
        return Taken(len(told), changed)


def _keep(session: Session, shop_id: int, row: CustomerRow, told: Told, *, now: datetime) -> bool:
    """Keep what is told of a customer, and thank them for a ticket that ended well; return whether it is news."""
    before, row.told = row.told, told.onto(row.told)
    if _has_ended_well(before, row.told):
        thank_for_ticket(session, shop_id, customer_id=row.customer_id, now=now)
    return bool(row.told != before)


def _has_ended_well(before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Tell whether a ticket has just ended well: who tells the same again, months later, tells of no new one."""
    if now.get("last_ticket") != "good":
        return False
    return before.get("last_ticket") != "good" or before.get("open_tickets", 0) > now.get("open_tickets", 0)


def forget_told(*, database: Database, shop_id: int, customer_id: str) -> bool:
    """Forget all that was told of a customer; False where nothing was.

    Raises:
        UnknownCustomer.
    """
    with database.write() as session:
        row = Contacts(session, shop_id).lock_customer(customer_id)
        if row is None:
            raise UnknownCustomer(f"There is no customer {customer_id[:40]} here.", customer_id=customer_id)
        had, row.told = bool(row.told), {}
        return had


def tell_facts(
    *, database: Database, shop_id: int, customer_id: str, given: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """Keep facts about a customer, given as text; one given as "" is unknown again. Return all that is told by now.

    That the last ticket ended well may open a follow-up.

    Raises:
        UnknownCustomer, InvalidFacts.
    """
    told = Told(customer_id, {name: read_fact(name, text) for name, text in given.items()})
    with database.write() as session:
        row = Contacts(session, shop_id).lock_customer(customer_id)
        if row is None:
            raise UnknownCustomer(f"There is no customer {customer_id} here.", customer_id=customer_id)
        _keep(session, shop_id, row, told, now=now)
        return row.told


def _stranger(each: Told) -> Problem:
    return Problem(
        f"{each.path}.customer",
        f"{each.customer_id} is no customer that Afters knows in this shop; a first order, or the import, brings them.",
    )
