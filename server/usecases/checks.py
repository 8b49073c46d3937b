"""Asks the platform what it says of our installation."""

from datetime import datetime

from server.ports import AppState
from server.storage.shops import Shops
from server.usecases.access import ShopAccess
from server.usecases.imports import import_older_orders


def check_app_state(*, access: ShopAccess, shop_id: int, now: datetime) -> AppState:
    """Ask whether we own the one-click page and which scopes we have, store the answer, and use what is new.

    A grant says which scopes it is for: where they have changed, it is renewed.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
    """
    state = access.api(shop_id, now=now).app_state()
    with access.database.write() as session:
        shops = Shops(session, access.box)
        row = shops.by_id(shop_id)
        grant = shops.grant_of(row)
        is_outdated = grant is not None and set(grant.scopes) != set(state.scopes)
        row.is_post_purchase_app, row.scopes, row.checked_at = state.is_post_purchase_app, list(state.scopes), now
    if is_outdated:
        access.renew(shop_id, now=now)
    with access.database.write() as session:
        import_older_orders(session, shop_id, scopes=state.scopes, now=now)
    return state
