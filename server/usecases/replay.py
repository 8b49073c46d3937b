"""Deliveries that were set aside: shown with their reasons, and tried again when somebody says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from server.core.errors import AppError
from server.storage.db import Database, Session
from server.storage.deliveries import FAILED, IGNORED, UNREADABLE, Deliveries, DeliveryRow

# An unknown topic is kept as well, for the release that knows it; nobody has to look at it before.
TROUBLED = (FAILED, UNREADABLE)
ASIDE = (*TROUBLED, IGNORED)


class UnknownDelivery(AppError):
    """There is no such delivery, or it was not set aside."""

    code = "unknown_delivery"


@dataclass(frozen=True, slots=True)
class AsideDelivery:
    """A delivery that was set aside. What it holds stays in the inbox: it may be anybody's data."""

    id: int
    shop_domain: str
    topic: str
    state: str
    error: str
    received_at: datetime


def list_aside(
    *, inbox: Database, limit: int, states: Collection[str] = TROUBLED, shop_domain: str | None = None
) -> tuple[AsideDelivery, ...]:
    """Return what was set aside, the newest first: of one shop, or of all."""
    with inbox.read() as session:
        found = Deliveries(session).aside(states=states, shop_domain=shop_domain, limit=limit)
        return tuple(_shown(row) for row in found)


def replay_one(*, inbox: Database, delivery_id: int, shop_domain: str | None = None) -> AsideDelivery:
    """Let one delivery that was set aside be handled again.

    Raises:
        UnknownDelivery: it is none of that shop's, or was not set aside (any more).
    """

    def put_back(session: Session) -> AsideDelivery:
        deliveries = Deliveries(session)
        row = deliveries.lock(delivery_id, shop_domain=shop_domain)
        if row is None or row.state not in ASIDE:
            raise UnknownDelivery("There is no delivery of this number that was set aside.", delivery_id=delivery_id)
        shown = _shown(row)
        deliveries.replay(row)
        return shown

    return inbox.run(put_back)


def replay_all(
    *, inbox: Database, limit: int, states: Collection[str] = TROUBLED, shop_domain: str | None = None
) -> int:
    """Let what was set aside be handled again, up to `limit`; return how many."""

    def put_back(session: Session) -> int:
        deliveries = Deliveries(session)
        found = deliveries.aside(states=states, shop_domain=shop_domain, limit=limit)
        for row in found:
            deliveries.replay(row)
        return len(found)

    return inbox.run(put_back)


def _shown(row: DeliveryRow) -> AsideDelivery:
    return AsideDelivery(row.id, row.shop_domain, row.topic, row.state, row.error or "", row.received_at)
