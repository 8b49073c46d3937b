"""Gets the API of a shop, with a grant that is still good."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.errors import AppError
from server.ports import AccessGrant, PlatformApi, PlatformApis, PlatformAuth, ReopenNeeded
from server.storage.db import Database, Session
from server.storage.secrets import SecretBox
from server.storage.shops import ShopRow, Shops

REFRESH_MARGIN = timedelta(minutes=5)


class ShopClosed(AppError):
    """The shop has uninstalled the app; nothing may be asked or sent in its name."""

    code = "shop_closed"


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """Hands out the platform's API, shop by shop, refreshing grants that are about to expire."""

    database: Database
    box: SecretBox
    auth: PlatformAuth
    apis: PlatformApis

    def api(self, shop_id: int, *, now: datetime) -> PlatformApi:
        """Return the API of an installed shop.

        Raises:
            ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        with self.database.read() as session:
            shops = Shops(session, self.box)
            shop = shops.by_id(shop_id)
            domain, grant = shop.domain, shops.grant_of(shop)
            if not shop.is_installed or grant is None:
                raise ShopClosed("The shop has uninstalled the app.", shop_id=shop_id)
        if grant.expires_at - now < REFRESH_MARGIN:
            grant = self._refresh(shop_id, domain, grant)
        return self.apis(shop_domain=domain, access_token=grant.access_token)

    def _refresh(self, shop_id: int, domain: str, stale: AccessGrant) -> AccessGrant:
        """Trade the refresh token; the new pair is stored before it is used.

        Two at once are harmless: the platform keeps the old refresh token until its replacement is used, and whoever
        stores second finds the first one's grant and takes that.
        """
        try:
            fresh = self.auth.refresh(shop_domain=domain, refresh_token=stale.refresh_token)
        except ReopenNeeded:
            with self.database.write() as session:
                row, held = self._held(session, shop_id)
                if held.access_token != stale.access_token:
                    return held
                row.needs_reopen = True
            raise
        with self.database.write() as session:
            row, held = self._held(session, shop_id)
            if held.access_token != stale.access_token:
                return held
            Shops(session, self.box).store_grant(row, fresh)
        return fresh

    def _held(self, session: Session, shop_id: int) -> tuple[ShopRow, AccessGrant]:
        shops = Shops(session, self.box)
        row = shops.lock(shop_id)
        held = shops.grant_of(row)
        if not row.is_installed or held is None:
            raise ShopClosed("The shop has uninstalled the app.", shop_id=shop_id)
        return row, held
