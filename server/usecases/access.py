"""Gets the API of a shop, with a grant that is still good."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.errors import AppError
from server.ports import (
    AccessGrant,
    PlatformApi,
    PlatformApis,
    PlatformAuth,
    ReopenNeeded,
    TemporaryFailure,
    VendorFailure,
)
from server.storage.db import Database, Session
from server.storage.secrets import SecretBox
from server.storage.shops import ShopRow, Shops, read_grant

REFRESH_MARGIN = timedelta(minutes=5)
_CLAIM = timedelta(minutes=1)  # longer than a refresh can take, time-outs included
_SOON_SECONDS = 2.0


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
        return self._api(shop_id, *self._stored(shop_id), now=now)

    def api_of(self, shop: ShopRow, *, now: datetime) -> PlatformApi:
        """Return the API of a shop whose row was read a moment ago.

        Raises:
            ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        return self._api(shop.id, *self._grant_in(shop), now=now)

    def _api(self, shop_id: int, domain: str, grant: AccessGrant, *, now: datetime) -> PlatformApi:
        if grant.expires_at - now < REFRESH_MARGIN:
            grant = self._refresh(shop_id, domain, grant, now=now)
        held = grant
        return self.apis(
            shop_domain=domain,
            access_token=held.access_token,
            renew=lambda: self._renewed(shop_id, held, now=now),
        )

    def renew(self, shop_id: int, *, now: datetime) -> None:
        """Renew a shop's grant though it still holds.

        Raises:
            ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        self._renewed(shop_id, self._stored(shop_id)[1], now=now)

    def _renewed(self, shop_id: int, refused: AccessGrant, *, now: datetime) -> str:
        """Return a token for one that the platform refused before its time.

        Raises:
            ShopClosed, ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        domain, held = self._stored(shop_id)
        if held.access_token != refused.access_token:
            return held.access_token  # somebody else had the same trouble, and was first
        fresh = self._refresh(shop_id, domain, held, now=now)
        if fresh.access_token == refused.access_token:
            raise TemporaryFailure("The shop's access is being renewed.", retry_after=_SOON_SECONDS)
        return fresh.access_token

    def _stored(self, shop_id: int) -> tuple[str, AccessGrant]:
        """Return an installed shop's domain and grant as they are stored now."""
        with self.database.read() as session:
            shop = Shops(session, self.box).by_id(shop_id)
        return self._grant_in(shop)

    def _grant_in(self, shop: ShopRow) -> tuple[str, AccessGrant]:
        grant = read_grant(shop, self.box)
        if not shop.is_installed or grant is None:
            raise ShopClosed("The shop has uninstalled the app.", shop_id=shop.id)
        return shop.domain, grant

    def _refresh(self, shop_id: int, domain: str, stale: AccessGrant, *, now: datetime) -> AccessGrant:
        """Trade the refresh token; the new pair is stored before it is used.

        One process at a time does so. The others go on with the grant that is about to end, and where it has ended
        they come back in a moment. A claim whose holder died runs out by itself.
        """
        if not self._claim(shop_id, stale, now=now):
            return self._of_another(shop_id, stale, now=now)
        try:
            fresh = self.auth.refresh(shop_domain=domain, refresh_token=stale.refresh_token)
        except ReopenNeeded:
            with self.database.write() as session:
                row, held = self._held(session, shop_id)
                if held.access_token != stale.access_token:
                    return held
                row.needs_reopen, row.refreshing_until = True, None
            raise
        except VendorFailure:
            with self.database.write() as session:
                Shops(session, self.box).lock(shop_id).refreshing_until = None
            raise
        with self.database.write() as session:
            row, held = self._held(session, shop_id)
            if held.access_token != stale.access_token:
                return held
            Shops(session, self.box).store_grant(row, fresh)
        return fresh

    def _claim(self, shop_id: int, stale: AccessGrant, *, now: datetime) -> bool:
        with self.database.write() as session:
            shops = Shops(session, self.box)
            return shops.claim_refresh(shop_id, expires_at=stale.expires_at, now=now, until=now + _CLAIM)

    def _of_another(self, shop_id: int, stale: AccessGrant, *, now: datetime) -> AccessGrant:
        with self.database.read() as session:
            shops = Shops(session, self.box)
            held = read_grant(shops.by_id(shop_id), self.box) or stale
        if held.expires_at <= now:
            raise TemporaryFailure("The shop's access is being renewed.", retry_after=_SOON_SECONDS)
        return held

    def _held(self, session: Session, shop_id: int) -> tuple[ShopRow, AccessGrant]:
        shops = Shops(session, self.box)
        row = shops.lock(shop_id)
        held = read_grant(row, self.box)
        if not row.is_installed or held is None:
            raise ShopClosed("The shop has uninstalled the app.", shop_id=shop_id)
        return row, held
