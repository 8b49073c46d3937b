"""Asks the platform what it says of our installation."""

from datetime import datetime

from server.ports import AppState
from server.storage.shops import Shops
from server.usecases.access import ShopAccess


def check_app_state(*, access: ShopAccess, shop_id: int, now: datetime) -> AppState:
    """Ask whether we own the one-click page and which scopes we have, and store the answer.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
    """
    state = access.api(shop_id, now=now).app_state()
    with access.database.write() as session:
        row = Shops(session, access.box).by_id(shop_id)
        row.is_post_purchase_app, row.scopes, row.checked_at = state.is_post_purchase_app, list(state.scopes), now
    return state
