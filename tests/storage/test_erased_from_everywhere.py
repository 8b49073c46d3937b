"""A person who was erased is looked for in every column of every table, by a search that shares nothing with the app.

What others have must stand as it stood: another person of the same shop, and everybody of another shop.
"""

import hashlib
import json
import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote_plus, urlencode

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, inspect, text

from server.ports import CustomerRequest
from server.storage.db import Database, InboxBase
from server.storage.inbox import Inbox
from server.storage.models import metadata
from server.storage.privacy import DATA_REQUEST, PrivacyRequests
from server.storage.secrets import SecretBox
from server.usecases.privacy import erase_customer
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.storage.conftest import KEY

BOX = SecretBox((KEY,))
TELEPHONES = ("+44{}", "0{}", "+44 (0){}", "0044{}", "44{}")
Rows = Counter[tuple[str, tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class Someone:
    """A person as the case has them: `number` keeps their ids apart from others'. A guest has no customer id."""

    number: int
    first_name: str
    email: str
    second_email: str
    national: str
    telephone: str
    is_guest: bool
    body: str
    nameless_page: bool
    case: str

    @property
    def customer_id(self) -> str | None:
        return None if self.is_guest else f"70130000{self.number:05}"

    @property
    def order_id(self) -> str:
        return f"55510000{self.number:05}"

    @property
    def reference(self) -> str:
        return f"reference{self.number:05}"

    @property
    def phone(self) -> str:
        return self.telephone.format(self.national)

    @property
    def unit_id(self) -> str:
        if self.customer_id:
            return f"customer:{self.customer_id}"
        return f"email:{_digest(self.email.lower())}"

    def written(self, address: str) -> str:
        return {"as is": address, "upper": address.upper(), "title": address.title()}[self.case]

    def raw(self) -> bytes:
        """Return a delivery's body that speaks of the person, in one of the ways senders write."""
        told = {"email": self.written(self.email), "phone": self.phone, "first_name": self.first_name}
        if self.body == "form":
            return urlencode(told).encode()
        plain = json.dumps({**told, "customer": {"id": self.customer_id and int(self.customer_id)}})
        if self.body == "escaped":
            return re.sub(r"[@+.'/]", lambda found: f"\\u{ord(found[0]):04x}", plain).encode()
        return plain.encode()

    def traces(self) -> list[str]:
        """Return what must not be found in any value, as `readings` writes it."""
        found = [self.first_name, self.national, *self.emails(), *(_digest(each) for each in self.emails())]
        return [each.lower() for each in (*found, self.customer_id) if each]

    def emails(self) -> tuple[str, str]:
        return self.email.lower(), self.second_email.lower()


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:32]


def readings(value: object) -> list[str]:
    """Return a value as it stands and without the escapes of JSON and forms, in lower case, separators left out."""
    plain = bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value)
    unescaped = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), plain, flags=re.IGNORECASE)
    return [form for each in (plain, unescaped, unquote_plus(plain)) for form in (each.lower(), _closed_up(each))]


def _closed_up(value: str) -> str:
    return re.sub(r"[ ().+-]", "", value).lower()


def all_rows(*databases: Database) -> Rows:
    """Return every row of every table there is, as the database itself lists them; what is sealed is opened."""
    found: Rows = Counter()
    for database in databases:
        with database.engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                    values = {**row}
                    if table == "privacy_requests" and values["person"]:
                        values["person"] = BOX.open(values["person"])
                    found[table, tuple(_frozen(each) for each in values.values())] += 1
    return found


def _frozen(value: object) -> Any:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, dict | list) else value


def naming(rows: Rows, someone: Someone) -> dict[str, list[str]]:
    """Return, table by table, what names a person."""
    found: dict[str, list[str]] = {}
    for table, values in rows:
        for value in values:
            forms = readings(value)
            found.setdefault(table, []).extend(
                trace for trace in someone.traces() if any(trace in form for form in forms)
            )
    return {table: names for table, names in found.items() if names}


def store(database: Database, inbox: Database, shop_id: int, domain: str, someone: Someone) -> None:
    """Write a person into every table that can hold one, by plain inserts."""
    tables, its = metadata.tables, {"shop_id": shop_id}
    order = {**its, "order_id": someone.order_id}
    unit = {**its, "unit_id": someone.unit_id}
    address = {**its, "consent": "subscribed", "customer_id": someone.customer_id}
    placed: dict[str, Any] = {
        **unit, "reference_id": someone.reference, "customer_id": someone.customer_id, "phone": someone.phone,
        "first_name": someone.first_name, "created_at": NOW, "updated_at": NOW, "currency": "GBP",
        "presentment_currency": "GBP", "total": 1000, "current_total": 1000, "refunded": 0, "outstanding": 0,
        "financial_status": "paid", "gateways": [], "source_name": "web", "has_shipping_address": True,
        "attributes": [["gift_note", f"for {someone.first_name}"]], "is_test": False,
    }  # fmt: skip
    page = f"reference:{someone.reference}" if someone.nameless_page else someone.unit_id
    touch_id, decision_id = f"t{shop_id}-{someone.number}", f"d{shop_id}-{someone.number}"
    with database.engine.begin() as connection:

        def add(table: str, *rows: dict[str, Any]) -> None:
            for row in rows:
                connection.execute(insert(tables[table]).values(row))

        if someone.customer_id:
            add("customers", {**its, "customer_id": someone.customer_id, "first_name": someone.first_name,
                              "email": someone.written(someone.email), "phone": someone.phone,
                              "orders_count": 1, "spent": 1000})  # fmt: skip
        add("contacts", {**address, "channel": "email", "address": someone.email.lower()},
            {**address, "channel": "email", "address": someone.second_email.lower()},
            {**address, "channel": "sms", "address": f"+44{someone.national}"})  # fmt: skip
        add("assignments", {**unit, "experiment": "holdout", "arm": "treated", "assigned_at": NOW})
        second = f"{someone.order_id}9"
        add("orders", {**placed, "order_id": someone.order_id, "name": "#1", "email": someone.written(someone.email)},
            {**placed, "order_id": second, "name": "#2", "email": someone.second_email,
             "reference_id": f"{someone.reference}b"})  # fmt: skip
        add("order_lines", {**order, "line_id": "1", "title": "A bowl", "sku": "B", "quantity": 1,
                            "unit_price": 1000, "total": 1000})  # fmt: skip
        add("sequences", {**unit, "id": shop_id * 1000 + someone.number, "order_id": someone.order_id,
                          "reference_id": someone.reference, "rules_version": 1, "starts_at": NOW,
                          "release_reason": "declined", "created_at": NOW})  # fmt: skip
        add("touches", {**unit, "id": touch_id, "sequence_id": shop_id * 1000 + someone.number,
                        "order_id": someone.order_id, "step_id": "text", "channel": "sms", "template": "offer",
                        "state": "sent", "due_at": NOW, "expires_at": NOW, "reason": "sent", "detail": "",
                        "recipient": someone.phone, "content": {"text": f"Hi {someone.first_name}"}})  # fmt: skip
        add("clicks", {**its, "touch_id": touch_id, "token": f"c{someone.number}", "clicked_at": NOW})
        add("decisions", {**its, "id": decision_id, "reference_id": someone.reference, "surface": "one_click",
                          "unit_id": page, "rules_version": 1, "outcome": "offered", "reason": "offered",
                          "facts": {"total": 1000, "customer_id": someone.customer_id}, "trace": [],
                          "decided_at": NOW, "expires_at": NOW})  # fmt: skip
        add("events", {**its, "decision_id": decision_id, "reference_id": someone.reference, "kind": "shown",
                       "data": {}, "occurred_at": NOW})  # fmt: skip
        add("ledger", {**order, "line_id": "1", "source": "one_click", "amount": 1000, "currency": "GBP",
                       "rules_version": 1, "booked_at": NOW})  # fmt: skip
    asked = CustomerRequest(someone.customer_id, someone.email, someone.phone, (someone.order_id,))
    with database.write() as session:
        requests = PrivacyRequests(session, domain, BOX)
        requests.note(DATA_REQUEST, platform_id=f"data-{someone.number}", person=asked, now=NOW)
    with inbox.engine.begin() as connection:
        connection.execute(
            insert(InboxBase.metadata.tables["deliveries"]).values(
                source="shopify", shop_domain=domain, topic="orders/create", delivery_id=f"o{someone.number}",
                headers={}, body=someone.raw(), state="handled", attempt=1, failures=0, received_at=NOW, handled_at=NOW,
            )
        )  # fmt: skip


def empty(*databases: tuple[Database, Any]) -> None:
    for database, tables in databases:
        with database.engine.begin() as connection:
            for table in reversed(tables.sorted_tables):
                connection.execute(table.delete())


def open_shop(database: Database, domain: str) -> int:
    with database.engine.begin() as connection:
        made = connection.execute(
            insert(metadata.tables["shops"]).values(
                domain=domain, scopes=[], needs_reopen=False, installed_at=NOW, reconciled_count=0
            )
        )
        assert made.inserted_primary_key is not None
        return int(made.inserted_primary_key[0])


@st.composite
def people(draw: st.DrawFn, number: int) -> Someone:
    local = st.from_regex(r"[a-z]{3}[a-z0-9+']{0,6}[a-z]", fullmatch=True)
    return Someone(
        number=number,
        first_name=draw(st.from_regex(r"Zq[a-z]{6}", fullmatch=True)),
        email=f"{draw(local)}.{number}@example.com",
        second_email=f"{draw(local)}.second{number}@example.org",
        national=f"7{draw(st.integers(10_000_000, 49_999_999))}{number}",
        telephone=draw(st.sampled_from(TELEPHONES)),
        is_guest=draw(st.booleans()),
        body=draw(st.sampled_from(["plain", "escaped", "form"])),
        nameless_page=draw(st.booleans()),
        case=draw(st.sampled_from(["as is", "upper", "title"])),
    )


@st.composite
def requests_of(draw: st.DrawFn, someone: Someone) -> CustomerRequest:
    """Draw what the platform names of a person: a customer's id always, a guest by their orders or e-mail."""
    email = draw(st.sampled_from([None, someone.email, someone.email.upper(), f" {someone.email} "]))
    phone = draw(st.none() | st.sampled_from(TELEPHONES).map(lambda form: form.format(someone.national)))
    orders = (someone.order_id, f"{someone.order_id}9") if someone.is_guest or draw(st.booleans()) else ()
    return CustomerRequest(someone.customer_id, email, phone, orders)


# Without shrinking: each case fills two shops anew, and one that fails is short enough to read.
@settings(
    max_examples=30,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data(), jo=people(1), al=people(2))
def test_nothing_names_the_erased_and_nothing_else_has_changed(
    database: Database, inbox: Inbox, data: st.DataObject, jo: Someone, al: Someone
) -> None:
    raw = inbox.database
    empty((database, metadata), (raw, InboxBase.metadata))
    al = replace(al, first_name=f"{al.first_name}al")
    ours, theirs = open_shop(database, SHOP), open_shop(database, OTHER_SHOP)
    for shop_id, domain, who in ((ours, SHOP, al), (theirs, OTHER_SHOP, al), (theirs, OTHER_SHOP, jo)):
        store(database, raw, shop_id, domain, who)
    others = all_rows(database, raw)
    store(database, raw, ours, SHOP, jo)
    before = naming(all_rows(database, raw) - others, jo)
    named = {"contacts", "orders", "touches", "decisions", "assignments", "sequences", "privacy_requests", "deliveries"}
    missed = named - {"decisions" if jo.is_guest or jo.nameless_page else ""} - before.keys()
    assert not missed, "the search finds nobody where somebody is"
    request = data.draw(requests_of(jo))
    erase_customer(
        database=database,
        inbox=raw,
        box=BOX,
        shop_id=ours,
        shop_domain=SHOP,
        platform_id="redact",
        request=request,
        now=NOW,
    )
    after = all_rows(database, raw)
    assert naming(after - others, jo) == {}
    assert not others - after, "what others have has changed"
