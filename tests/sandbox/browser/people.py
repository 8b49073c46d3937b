"""Who is behind a number or an address: the people of the inbox page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from tests.sandbox.shopify.world import World


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person with every number and address that messages went to or that the shop knows."""

    name: str | None
    phones: tuple[str, ...]
    emails: tuple[str, ...]

    def has(self, address: str) -> bool:
        """Tell whether the number or address is this person's."""
        return address in self.phones or address in self.emails


def people_of(world: World, addresses: Iterable[str]) -> list[Person]:
    """Return the people who are reached at these numbers and addresses, in the order they are first named.

    Two addresses are one person's where a customer, or an order, of the shop has both.
    """
    wanted = list(dict.fromkeys(addresses))
    found: list[Person] = []
    for known in _known(world, wanted):
        found = _merge(found, known)
    for address in wanted:
        if not any(person.has(address) for person in found):
            found.append(_person(None, [address]))
    return sorted(found, key=lambda person: min(_rank(wanted, person)))


def _known(world: World, wanted: Sequence[str]) -> list[Person]:
    """Return what the shop knows about the addresses: one entry per customer and per order, not yet merged."""
    marks = ", ".join("?" * len(wanted))
    with world.read() as connection:
        customers = connection.execute(
            "SELECT first_name, last_name, email, phone FROM customer"
            f" WHERE email IN ({marks}) OR phone IN ({marks}) ORDER BY id",
            [*wanted, *wanted],
        ).fetchall()
        orders = connection.execute(
            f"SELECT DISTINCT email, phone FROM orders WHERE email IN ({marks}) OR phone IN ({marks})",
            [*wanted, *wanted],
        ).fetchall()
    named = [
        _person(" ".join(filter(None, (row["first_name"], row["last_name"]))) or None, [row["email"], row["phone"]])
        for row in customers
    ]
    return named + [_person(None, [row["email"], row["phone"]]) for row in orders]


def _person(name: str | None, addresses: Iterable[str | None]) -> Person:
    given = [address for address in addresses if address]
    return Person(
        name=name,
        phones=tuple(address for address in given if "@" not in address),
        emails=tuple(address for address in given if "@" in address),
    )


def _merge(people: Sequence[Person], more: Person) -> list[Person]:
    merged, others = more, []
    for person in people:
        if any(merged.has(address) for address in (*person.phones, *person.emails)):
            merged = replace(
                person,
                name=person.name or merged.name,
                phones=tuple(dict.fromkeys((*person.phones, *merged.phones))),
                emails=tuple(dict.fromkeys((*person.emails, *merged.emails))),
            )
        else:
            others.append(person)
    return [*others, merged]


def _rank(wanted: Sequence[str], person: Person) -> list[int]:
    return [place for place, address in enumerate(wanted) if person.has(address)] or [len(wanted)]
