"""The platform's three privacy topics: a person's data for the shop's owner, a person erased, a shop erased."""

from datetime import datetime, timedelta
from typing import Any

from server.core.errors import AppError
from server.ports import CustomerRequest
from server.storage.db import Database, Session
from server.storage.deliveries import Deliveries
from server.storage.erasure import Erasure
from server.storage.person import Person, export_person, find_person, is_about
from server.storage.privacy import CUSTOMER_REDACT, DATA_REQUEST, SHOP_REDACT, PrivacyRequest, PrivacyRequests
from server.storage.secrets import SecretBox

# The platform's, for all three (https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance).
DUE_AFTER = timedelta(days=30)
_SCHEMA = 1


class UnknownRequest(AppError):
    """There is no open data request of this number."""

    code = "unknown_request"


def note_data_request(
    *, database: Database, box: SecretBox, shop_domain: str, platform_id: str, person: CustomerRequest, now: datetime
) -> None:
    """Keep a data request for the shop's owner, who answers it: the app never writes to the person."""
    database.run(
        lambda session: PrivacyRequests(session, shop_domain, box).note(
            DATA_REQUEST, platform_id=platform_id, person=person, now=now
        )
    )


def list_requests(*, database: Database, box: SecretBox, shop_domain: str) -> tuple[PrivacyRequest, ...]:
    """Return a shop's privacy requests, the newest first; none names anybody."""
    with database.read() as session:
        return PrivacyRequests(session, shop_domain, box).all()


def export_data(
    *, database: Database, inbox: Database, box: SecretBox, shop_id: int, shop_domain: str, request_id: int
) -> dict[str, Any]:
    """Return everything that is stored of the person an open request is about, to be handed to the shop's owner.

    Raises:
        UnknownRequest.
    """
    with database.write() as session:
        asked = PrivacyRequests(session, shop_domain, box).person(request_id)
        if asked is None:
            raise UnknownRequest("There is no open data request of this number.", request_id=request_id)
        person = find_person(session, shop_id, asked)
        tables = export_person(session, shop_id, person)
    with inbox.read() as session:
        found = Deliveries(session).naming(shop_domain, _needles(person))
        deliveries = [
            {"topic": row.topic, "received_at": row.received_at.isoformat(), "body": row.body.decode(errors="replace")}
            for row in found
        ]
    return {"schema": _SCHEMA, "shop": shop_domain, **tables, "deliveries": deliveries}


def hand_over(*, database: Database, box: SecretBox, shop_domain: str, request_id: int, now: datetime) -> None:
    """Note that the owner has the data; whom it was about is forgotten.

    Raises:
        UnknownRequest.
    """

    def close(session: Session) -> bool:
        return PrivacyRequests(session, shop_domain, box).close(request_id, proof={"handed_over": True}, now=now)

    if not database.run(close):
        raise UnknownRequest("There is no open data request of this number.", request_id=request_id)


def erase_customer(
    *,
    database: Database,
    inbox: Database,
    box: SecretBox,
    shop_id: int,
    shop_domain: str,
    platform_id: str,
    request: CustomerRequest,
    now: datetime,
) -> None:
    """Take a person's name and addresses out of everything stored, and keep how many rows that touched as proof.

    Found by customer id, e-mail and phone, since a guest has only the latter two. What remains is money and goods,
    which name nobody. Erasing again finds nothing.
    """

    def erase(session: Session) -> tuple[Person, int]:
        person = find_person(session, shop_id, request)
        return person, Erasure(session, shop_id).customer(request)

    person, rows = database.run(erase)
    with inbox.write() as session:
        deliveries = Deliveries(session).forget_bodies(shop_domain, _needles(person))

    def prove(session: Session) -> None:
        requests = PrivacyRequests(session, shop_domain, box)
        number = requests.note(CUSTOMER_REDACT, platform_id=platform_id, person=None, now=now)
        requests.close(number, proof={"rows": rows, "deliveries": deliveries}, now=now)
        # There is nothing left to hand over, and the request itself holds the addresses.
        for asked, about in requests.open_data_requests():
            if is_about(about, person):
                requests.close(asked, proof={"erased": True}, now=now)

    database.run(prove)


def erase_shop(
    *, database: Database, inbox: Database, box: SecretBox, shop_id: int, shop_domain: str, now: datetime
) -> bool:
    """Delete a shop with all it has; False when it has been installed again since, which cancels the request."""
    with database.write() as session:
        if not Erasure(session, shop_id).shop():
            return False
        requests = PrivacyRequests(session, shop_domain, box)
        requests.purge(before=now)
        requests.close(requests.note(SHOP_REDACT, platform_id=f"{shop_id}", person=None, now=now), proof={}, now=now)
    with inbox.write() as session:
        Deliveries(session).forget_shop(shop_domain)
    return True


def _needles(person: Person) -> tuple[str, ...]:
    """Return what a raw delivery that speaks of the person holds; ids of the platform are long enough to be names."""
    return tuple(name for name in (*person.addresses, *person.order_ids, person.customer_id or "") if name)
