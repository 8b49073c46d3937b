"""The first opening of the app in a shop, and its end."""

from dataclasses import dataclass
from datetime import datetime

from server.ports import AccessGrant, PlatformAuth
from server.storage.api_keys import ApiKeys
from server.storage.db import Database, Session
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import Imports, Shops
from server.usecases.access import REFRESH_MARGIN
from server.usecases.presets import FIRST_DRAFT

IMPORT_KINDS = ("products", "collections", "orders", "customers", "stock")


@dataclass(frozen=True, slots=True)
class OpenedShop:
    shop_id: int
    domain: str
    is_new: bool


def open_app(
    *, database: Database, box: SecretBox, auth: PlatformAuth, shop_domain: str, session_token: str, now: datetime
) -> OpenedShop:
    """Make sure that a shop whose merchant is looking at the app has a good grant, installing it on the first visit.

    Managed install has no callback to hang set-up on: this first exchange starts the imports and lays down the draft.

    Raises:
        SessionTokenRejected, TemporaryFailure, CredentialsRejected.
    """
    with database.read() as session:
        shops = Shops(session, box)
        row = shops.by_domain(shop_domain)
        if row is not None and row.is_installed and not row.needs_reopen:
            grant = shops.grant_of(row)
            if grant is not None and grant.expires_at - now > REFRESH_MARGIN:
                return OpenedShop(row.id, row.domain, is_new=False)
    grant = auth.exchange(shop_domain=shop_domain, session_token=session_token)
    return _install(database=database, box=box, shop_domain=shop_domain, grant=grant, now=now)


def install_by_code(
    *, database: Database, box: SecretBox, auth: PlatformAuth, shop_domain: str, code: str, now: datetime
) -> OpenedShop:
    """Install a shop, or renew its grant, with the code that a grant screen gave.

    Raises:
        SessionTokenRejected, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    grant = auth.redeem(shop_domain=shop_domain, code=code)
    return _install(database=database, box=box, shop_domain=shop_domain, grant=grant, now=now)


def _install(*, database: Database, box: SecretBox, shop_domain: str, grant: AccessGrant, now: datetime) -> OpenedShop:
    def install(session: Session) -> OpenedShop:
        row, is_new = Shops(session, box).install(shop_domain, grant=grant, now=now)
        if is_new:
            imports = Imports(session, row.id)
            for kind in IMPORT_KINDS:
                imports.want(kind, now=now)
            rules = Rules(session, row.id)
            if rules.draft() is None:
                rules.save_draft(FIRST_DRAFT, revision=0, now=now)
        return OpenedShop(row.id, row.domain, is_new=is_new)

    return database.run(install)


def close_shop(*, database: Database, box: SecretBox, shop_id: int, said_at: datetime | None, now: datetime) -> bool:
    """Take note that a shop uninstalled the app: its grant goes, and nothing is sent in its name any more.

    False when that was known, or when the news is of before the present installation: it came late.
    """
    with database.write() as session:
        shops = Shops(session, box)
        row = shops.lock(shop_id)
        if not row.is_installed or (said_at is not None and said_at < row.installed_at):
            return False
        shops.uninstall(row, now=now)
        ApiKeys(session, shop_id).revoke_all(now=now)  # whoever installs it again makes new ones
        return True
