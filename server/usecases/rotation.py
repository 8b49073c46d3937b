"""The days on which a secret changes: ours, or the one that Shopify gave us."""

from dataclasses import dataclass
from datetime import datetime

from server.core.errors import AppError
from server.storage.db import Database
from server.storage.sealed import reseal_all
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from server.usecases.access import ShopAccess


@dataclass(frozen=True, slots=True)
class Renewal:
    """One shop whose grant was to be renewed; `fault` says why it was not."""

    shop_domain: str
    fault: str | None = None


def reseal(*, database: Database, box: SecretBox) -> int:
    """Seal all stored credentials under the newest secret, all or none; return how many."""
    return database.run(lambda session: reseal_all(session, box))


def renew_grants(*, access: ShopAccess, now: datetime) -> tuple[Renewal, ...]:
    """Renew the grant of every shop, with the newest secret of the app; one that cannot be renewed stops no other."""
    with access.database.read() as session:
        shops = [(row.id, row.domain) for row in Shops(session, access.box).installed() if not row.needs_reopen]
    done = []
    for shop_id, domain in shops:
        try:
            access.renew(shop_id, now=now)
        except AppError as fault:
            done.append(Renewal(domain, fault.message))
        else:
            done.append(Renewal(domain))
    return tuple(done)
