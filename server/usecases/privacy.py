"""The platform's three privacy topics: a person's data for the shop's owner, a person erased, a shop erased."""

from datetime import datetime, timedelta
from typing import Any

from server.core.errors import AppError
from server.ports import CustomerRequest
from server.storage.db import Database, Session
from server.storage.deliveries import Deliveries
from server.storage.erasure import Erasure
from server.storage.person import Person, export_person, find_person, is_about
from server.storage.privacy import (
    CUSTOMER_REDACT,
    DATA_REQUEST,
    SHOP_REDACT,
    OpenErasure,
    PrivacyRequest,
    PrivacyRequests,
    open_erasures,
)
from server.storage.secrets import SecretBox
from server.storage.shops import Shops

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
    which name nobody. Erasing again finds nothing. While a delivery that speaks of the person still waits, the request
    stays open: what it writes is erased by `finish_erasures`.
    """
    number = database.run(
        lambda session: PrivacyRequests(session, shop_domain, box).note(
            CUSTOMER_REDACT, platform_id=platform_id, person=request, now=now
        )
    )
    erasing = OpenErasure(shop_domain, number, request)
    _erase(database=database, inbox=inbox, box=box, shop_id=shop_id, erasing=erasing, asking=platform_id, now=now)


def finish_erasures(*, database: Database, inbox: Database, box: SecretBox, now: datetime) -> int:
    """Go on with the erasures that are not finished, in all shops; return how many still are not."""
    with database.read() as session:
        shops = Shops(session, box)
        found = [(each, shops.by_domain(each.shop_domain)) for each in open_erasures(session, box)]
    unfinished = 0
    for each, shop in found:
        if shop is None:
            with database.write() as session:  # all that there was went with the shop
                PrivacyRequests(session, each.shop_domain, box).close(each.request_id, proof={}, now=now)
        elif not _erase(database=database, inbox=inbox, box=box, shop_id=shop.id, erasing=each, asking=None, now=now):
            unfinished += 1
    return unfinished


def _erase(
    *,
    database: Database,
    inbox: Database,
    box: SecretBox,
    shop_id: int,
    erasing: OpenErasure,
    asking: str | None,
    now: datetime,
) -> bool:
    shop_domain, request = erasing.shop_domain, erasing.person

    def erase(session: Session) -> tuple[Person, int]:
        person = find_person(session, shop_id, request)
        return person, Erasure(session, shop_id).customer(request)

    person, rows = database.run(erase)
    with inbox.write() as session:
        bodies = Deliveries(session).forget_bodies(shop_domain, _needles(person), asking=asking)

    def prove(session: Session) -> None:
        requests = PrivacyRequests(session, shop_domain, box)
        requests.tally(erasing.request_id, {"rows": rows, "deliveries": bodies.emptied})
        if not bodies.waiting:
            requests.close(erasing.request_id, proof={}, now=now)
        # There is nothing left to hand over, and the request itself holds the addresses.
        for asked, about in requests.open_data_requests():
            if is_about(about, person):
                requests.close(asked, proof={"erased": True}, now=now)

    database.run(prove)
    return not bodies.waiting


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
        Deliveries(session).forget_shop(shop_domain, until=now)
    return True


def _needles(person: Person) -> tuple[str, ...]:
    """Return what a raw delivery that speaks of the person holds; ids of the platform are long enough to be names."""
    return tuple(name for name in (*person.addresses, *person.order_ids, person.customer_id or "") if name)
