"""Invents the people behind the data's customer numbers: names, reachability and consent."""

import json
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.sandbox.shopify import ids
from tests.sandbox.shopify.generator_catalogue import DAY
from tests.sandbox.shopify.generator_dice import Dice
from tests.sandbox.shopify.generator_parameters import Parameters
from tests.sandbox.shopify.generator_phones import LANDLINES, MOBILES, numbers
from tests.sandbox.shopify.generator_places import COUNTRIES, NOWHERE_TIME_ZONE, Country, place

FIRST_CUSTOMER = 12_346
_MAIL_HOSTS = ("example.com", "example.net", "example.org")

# Given names and family names that no one person owns; the last three of a row carry letters beyond ASCII
# where the language has them, because real shops' data does.
_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "english": (
        ("Amelia", "Arthur", "Beth", "Callum", "Daisy", "Edith", "Freddie", "Grace", "Harry", "Isla", "Jack",
         "Keira", "Lewis", "Megan", "Niamh", "Oliver", "Poppy", "Rhys", "Sophie", "Theo", "Una", "Will",
         "Chloë", "Siân", "Zoë"),
        ("Ashdown", "Barlow", "Clegg", "Davies", "Eastwood", "Fenwick", "Gallagher", "Hargreaves", "Ingham",
         "Jessop", "Kershaw", "Lomax", "MacKay", "Nuttall", "O'Hara", "Pemberton", "Quigley", "Ramsden",
         "Sutcliffe", "Thorne", "Underhill", "Whittaker", "Wood-Lacey", "Yardley", "Brontë"),
    ),
    "german": (("Anke", "Bernd", "Clara", "Dieter", "Greta", "Heike", "Jürgen", "Käthe", "Björn"),
               ("Becker", "Fuchs", "Hoffmann", "Klein", "Lehmann", "Vogel", "Groß", "Jäger", "Schäfer")),
    "french": (("Camille", "Denis", "Elise", "Hugo", "Lucie", "Paul", "Chloé", "François", "Zoé"),
               ("Bernard", "Caron", "Dubois", "Fontaine", "Girard", "Leroy", "Béranger", "Lefèvre", "Noël")),
    "dutch": (("Anouk", "Bram", "Daan", "Femke", "Lotte", "Sander", "Daniël", "Zoë", "Chloé"),
              ("Bakker", "de Jong", "Hendriks", "Jansen", "van Dijk", "Visser", "Daniëls", "Coppée", "Brûlé")),
    "spanish": (("Alba", "Diego", "Elena", "Jorge", "Lola", "Pablo", "Íñigo", "José", "Sofía"),
                ("Blanco", "Castro", "Moreno", "Navarro", "Ortega", "Vega", "Gómez", "Muñoz", "Ibáñez")),
    "portuguese": (("Beatriz", "Carla", "Duarte", "Marta", "Rui", "Tiago", "Inês", "João", "Luís"),
                   ("Almeida", "Barros", "Ferreira", "Lopes", "Pinto", "Santos", "Conceição", "Simões", "Araújo")),
    "italian": (("Alessia", "Bruno", "Chiara", "Dario", "Giulia", "Marco", "Niccolò", "Zoé", "Cosimo"),
                ("Bianchi", "Conti", "Ferri", "Greco", "Marino", "Rizzo", "Cantù", "D'Amico", "Nicolò")),
    "nordic": (("Astrid", "Eero", "Ingrid", "Lars", "Nora", "Sven", "Bjørn", "Åsa", "Päivi"),
               ("Berg", "Dahl", "Hansen", "Lund", "Nyman", "Strand", "Sørensen", "Åkesson", "Mäkinen")),
    "slavic": (("Anna", "Jan", "Marek", "Ola", "Petra", "Tomas", "Łukasz", "Zdeněk", "Žofie"),
               ("Kowal", "Novak", "Wilk", "Zima", "Krol", "Maly", "Dvořák", "Wiśniewska", "Žukas")),
}  # fmt: skip


@dataclass(slots=True)
class Person:
    """One customer as the shop knows them; money in pence, times in minutes of the data."""

    id: int
    country: Country | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    has_mobile: bool
    address: dict[str, str | None] | None
    time_zone: str
    email_state: str
    sms_state: str
    created: int
    orders: int = 0
    spent: int = 0
    updated: int = 0
    order_address: str | None = field(default=None)


class People:
    """Makes each person once; `text` turns minutes into time texts."""

    def __init__(self, parameters: Parameters, text: Callable[[int], str]) -> None:
        self._parameters = parameters
        self._dice = Dice(parameters.seed)
        self._text = text
        self._phones = {True: dict[str, Iterator[str]](), False: dict[str, Iterator[str]]()}
        self._known: dict[int, Person] = {}

    def customer(self, number: int, country_word: str, minute: int) -> Person:
        """Return the person behind the data's customer number, made at their first order."""
        known = self._known.get(number)
        if known is None:
            known = self._known[number] = self._make(number, COUNTRIES.get(country_word), minute)
        return known

    def guest_email(self, order_id: int) -> str | None:
        """Return the address a guest left with this order, if any."""
        if not self._dice.hits(self._parameters.guest_email, "guest e-mail", order_id):
            return None
        first, last = self.name(None, f"guest {order_id}")
        return self._mail(first, last, order_id)

    def guest_phone(self, order_id: int) -> str | None:
        """Return the British mobile number a guest left with this order, if any, while there are some."""
        if not self._dice.hits(self._parameters.guest_phone, "guest phone", order_id):
            return None
        return self._phone("GB", wants_mobile=True)

    def name(self, country: Country | None, key: object) -> tuple[str, str]:
        """Return a first and a last name."""
        firsts, lasts = _NAMES[country.names if country else "english"]
        return self._dice.pick(firsts, "first name", key), self._dice.pick(lasts, "last name", key)

    def rows(self) -> Iterator[tuple[object, ...]]:
        """Yield rows of the table customer, in its order of columns."""
        for number, person in sorted(self._known.items()):
            address = json.dumps(person.address, ensure_ascii=False) if person.address else None
            yield (
                person.id, person.first_name, person.last_name, person.email, person.phone,
                person.country.locale if person.country else "en-GB", "[]", address, person.time_zone,
                person.email_state, self._level(person.email_state, "e-mail", number),
                self._consent_time(person.email_state, person, "e-mail"),
                person.sms_state, self._level(person.sms_state, "sms", number),
                self._consent_time(person.sms_state, person, "sms"),
                person.orders, person.spent, self._text(person.created), self._text(person.updated),
            )  # fmt: skip

    def _make(self, number: int, country: Country | None, minute: int) -> Person:
        dice, shares = self._dice, self._parameters
        customer_id = ids.CUSTOMER + (number - FIRST_CUSTOMER) * ids.STEP
        early = dice.below(300 * DAY, "early account", number) if dice.hits(150, "early", number) else 5
        if dice.hits(shares.redacted, "redacted", number):
            return Person(
                customer_id, country, None, None, None, None, False, None, NOWHERE_TIME_ZONE,
                "REDACTED", "REDACTED", minute - early,
            )  # fmt: skip
        first, last = self.name(country, number)
        email = None if dice.hits(shares.email_missing, "no e-mail", number) else self._mail(first, last, number)
        draw = dice.below(1000, "phone", number)
        wants_mobile = draw < shares.mobile
        code = country.code if country else ""
        phone = self._phone(code, wants_mobile=wants_mobile) if draw < shares.mobile + shares.landline else None
        is_nameless = dice.hits(shares.name_missing, "no name", number)
        where = place(country, dice, number)
        has_mobile = phone is not None and wants_mobile
        return Person(
            id=customer_id,
            country=country,
            first_name=None if is_nameless else first,
            last_name=None if is_nameless else last,
            email=email,
            phone=phone,
            has_mobile=has_mobile,
            address=where.address if where else None,
            time_zone=where.time_zone if where else NOWHERE_TIME_ZONE,
            email_state=dice.weighted(shares.email_states, "e-mail state", number) if email else "NOT_SUBSCRIBED",
            sms_state=dice.weighted(shares.sms_states, "sms state", number) if has_mobile else "NOT_SUBSCRIBED",
            created=minute - early,
        )

    def _phone(self, country_code: str, *, wants_mobile: bool) -> str | None:
        supply = self._phones[wants_mobile]
        if country_code not in supply:
            blocks = MOBILES if wants_mobile else LANDLINES
            supply[country_code] = numbers(blocks.get(country_code, ()))
        return next(supply[country_code], None)

    def _mail(self, first: str, last: str, key: int) -> str:
        plain = unicodedata.normalize("NFKD", f"{first}.{last}".lower().translate(_UNFOLDED))
        text = "".join(sign for sign in plain if sign.isascii() and (sign.isalnum() or sign == "."))
        return f"{text}.{key}@{self._dice.pick(_MAIL_HOSTS, 'mail host', key)}"

    def _level(self, state: str, channel: str, number: int) -> str | None:
        if state in {"NOT_SUBSCRIBED", "REDACTED"}:
            return None
        if state == "PENDING":
            return "CONFIRMED_OPT_IN"  # it waits for the confirmation that this level demands
        shares = (("SINGLE_OPT_IN", 600), ("CONFIRMED_OPT_IN", 350), ("UNKNOWN", 50))
        return self._dice.weighted(shares, "level", channel, number)

    def _consent_time(self, state: str, person: Person, channel: str) -> str | None:
        if state == "NOT_SUBSCRIBED":
            return None
        span = max(1, person.updated - person.created)
        return self._text(person.created + self._dice.below(span, "consent", channel, person.id))


_UNFOLDED = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "'": "", "-": "", " ": ""})
