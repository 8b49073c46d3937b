"""Says when an offer of the one-click page ends: with its decision, or with the clock that its page shows."""

from datetime import datetime, timedelta

from server.domain.orders import Purchase
from server.domain.situation import Surface
from server.storage.db import Database, Session
from server.storage.decisions import Decisions, Events, StoredDecision
from server.usecases.offers import served_shop

# A press in the last second is on its way for a while; the page itself lets nobody press after the end.
ON_THE_WAY = timedelta(seconds=10)


def clock_ends_at(session: Session, shop_id: int, decision: StoredDecision, path: str) -> datetime | None:
    """Return when the clock of a step runs out; None where it has none, or was not seen yet."""
    offered = decision.step(path)
    if offered is None or offered.ends_after_minutes is None:
        return None
    happened = Events(session, shop_id).of_decision(decision.id)
    shown_at = next((each.occurred_at for each in happened if (each.path, each.kind) == (path, "shown")), None)
    return shown_at + timedelta(minutes=offered.ends_after_minutes) if shown_at is not None else None


def is_over(session: Session, shop_id: int, decision: StoredDecision, path: str, *, now: datetime) -> bool:
    """Tell whether a step can no longer be accepted."""
    ends_at = clock_ends_at(session, shop_id, decision, path)
    return now >= decision.expires_at or (ends_at is not None and now >= ends_at + ON_THE_WAY)


def seconds_left(*, database: Database, shop_domain: str, purchase: Purchase, path: str, now: datetime) -> int | None:
    """Return for how long a page may still show a step, in whole seconds from 0; None where it shows no clock.

    Raises:
        ShopNotServed.
    """
    with database.read() as session:
        shop_id = served_shop(session, shop_domain)
        decision = Decisions(session, shop_id).find(purchase.reference_id, Surface.ONE_CLICK.value)
        ends_at = clock_ends_at(session, shop_id, decision, path) if decision is not None else None
        if decision is None or ends_at is None:
            return None
        return max(0, int((min(ends_at, decision.expires_at) - now).total_seconds()))
