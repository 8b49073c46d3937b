"""Asks the platform what it says of our installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.eligibility import ONE_CLICK
from server.ports import AppState
from server.storage.gates import Gates
from server.storage.shops import Shops
from server.usecases.access import ShopAccess
from server.usecases.imports import import_older_orders, import_people_again


@dataclass(frozen=True, slots=True)
class CheckedState:
    """What the platform said; `is_news` where we may do or see other things than before."""

    said: AppState
    is_news: bool


# Home is opened many times a day; the platform is asked daily anyway.
_LOOK_EVERY = timedelta(hours=1)


def look_at_surfaces(
    *, access: ShopAccess, shop_id: int, placed: Mapping[str, bool], now: datetime
) -> CheckedState | None:
    """Keep which blocks a merchant has placed, and ask the platform about our installation unless it was just asked.

    `placed` holds the surfaces that the merchant's browser could tell of. None where nothing was asked.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected: the blocks are kept all the same.
    """
    with access.database.write() as session:
        gates = Gates(session, shop_id)
        for surface, is_placed in sorted(placed.items()):
            gates.saw(surface, is_open=is_placed, now=now)
        asked_at = Shops(session, access.box).by_id(shop_id).checked_at
    if asked_at is not None and now - asked_at < _LOOK_EVERY:
        return None
    return check_app_state(access=access, shop_id=shop_id, now=now)


def check_app_state(*, access: ShopAccess, shop_id: int, now: datetime) -> CheckedState:
    """Ask whether we own the one-click page, which scopes we have and what is kept from us; use what is new.

    A grant says which scopes it is for: where they have changed, it is renewed. What is shown for the first time is
    imported.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
    """
    state = access.api(shop_id, now=now).app_state()
    with access.database.write() as session:
        shops = Shops(session, access.box)
        row = shops.by_id(shop_id)
        grant = shops.grant_of(row)
        is_outdated = grant is not None and set(grant.scopes) != set(state.scopes)
        before = set(row.scopes), set(row.withheld)
        row.is_post_purchase_app, row.scopes, row.checked_at = state.is_post_purchase_app, list(state.scopes), now
        Gates(session, shop_id).saw(ONE_CLICK, is_open=state.is_post_purchase_app, now=now)
        if state.withheld is not None:
            if set(row.withheld) - set(state.withheld):
                import_people_again(session, shop_id, now=now)
            row.withheld = list(state.withheld)
        is_news = before != (set(row.scopes), set(row.withheld))
    if is_outdated:
        access.renew(shop_id, now=now)
    with access.database.write() as session:
        import_older_orders(session, shop_id, scopes=state.scopes, now=now)
    return CheckedState(state, is_news=is_news)
