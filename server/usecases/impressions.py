"""Watches whether the one-click page is shown less than it was, and tells it once until that is over."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from server.domain.impressions import PAST, WINDOWS, Drop, Share, has_fallen, has_recovered
from server.storage.alerts import IMPRESSIONS_FELL, AlertRow, Alerts
from server.storage.db import Database, Session
from server.storage.impressions import Chance, Impressions, share_of
from server.storage.rules import Rules

# Whoever pays now may be looking at the page, and its report is on its way.
_SETTLED = timedelta(hours=1)


def watch_impressions(*, database: Database, shop_id: int, now: datetime) -> Drop | None:
    """Compare the page's impressions of late with those before; return a fall when it is first seen.

    A shop that offers nothing, or did not yet in the time that is compared, has no fall: it is not the page's. Neither
    has one that is older than the weeks it is compared with, as these hold nothing better any more.
    """
    until = now - _SETTLED
    with database.write() as session:
        alerts = Alerts(session, shop_id)
        since = _offers_since(session, shop_id)
        held = alerts.get(IMPRESSIONS_FELL)
        if since is None:
            alerts.clear(IMPRESSIONS_FELL)
            return None
        chances = Impressions(session, shop_id).chances(since=max(since, until - PAST - max(WINDOWS)), until=until)
        drop = _drop(chances, until)
        if drop is not None:
            is_new = alerts.raise_(IMPRESSIONS_FELL, asdict(drop), now=now) if held is None else False
            return drop if is_new else None
        if held is not None and (now - held.since > PAST or _is_over(held, chances, until)):
            alerts.clear(IMPRESSIONS_FELL)
        return None


def read_drop(session: Session, shop_id: int) -> Drop | None:
    """Return the fall that was told and is not over."""
    held = Alerts(session, shop_id).get(IMPRESSIONS_FELL)
    return _drop_in(held.figures) if held is not None else None


def _offers_since(session: Session, shop_id: int) -> datetime | None:
    rules = Rules(session, shop_id)
    live = rules.live()
    if live is None or not any(funnel.is_live for funnel in live.document.funnels):
        return None
    return rules.offers_since()


def _drop(chances: tuple[Chance, ...], until: datetime) -> Drop | None:
    for window in WINDOWS:
        starts = until - window
        late = share_of(chances, since=starts, until=until)
        before = share_of(chances, since=starts - PAST, until=starts)
        if has_fallen(late, before):
            return Drop(window.days, late, before)
    return None


def _is_over(held: AlertRow, chances: tuple[Chance, ...], until: datetime) -> bool:
    before = _drop_in(held.figures).before
    return any(has_recovered(share_of(chances, since=until - window, until=until), before) for window in WINDOWS)


def _drop_in(figures: dict[str, Any]) -> Drop:
    return Drop(figures["days"], Share(**figures["late"]), Share(**figures["before"]))
