"""Keeps what is known of collections true: what webhooks tell of them, and what no webhook tells.

Goods put into a collection on its own page are told of the collection; on the product's page, of the product. What a
collection's rules take in or let go is told of neither unless the product itself changed, so that what live rules ask
about is read again: no answer is older than FRESH_FOR and the quarter of an hour between two looks.
"""

from datetime import datetime, timedelta

from server.ports import PlatformApi, ProductSnapshot
from server.storage.collections import Collections
from server.storage.db import Session
from server.storage.rules import Rules
from server.storage.shops import Imports
from server.usecases.access import ShopAccess
from server.usecases.references import collections_asked

FRESH_FOR = timedelta(hours=1)


def read_collection(*, access: ShopAccess, api: PlatformApi, shop_id: int, collection_id: str, now: datetime) -> bool:
    """Read a collection whole, as it stands; False when it is gone, and forgotten, or was read later than `now`.

    Raises:
        TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    found = api.collection(collection_id)

    def store(session: Session) -> bool:
        held = Collections(session, shop_id)
        if found is not None:
            return held.save(found, read_at=now)
        held.remove(collection_id)
        return False

    return access.database.run(store)


def sort_product(
    *, access: ShopAccess, api: PlatformApi, shop_id: int, product: ProductSnapshot, now: datetime
) -> None:
    """Store which collections a product is in; one that we never heard of is read whole.

    Raises:
        TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    ids = product.collection_ids
    if ids is None:
        return

    def store(session: Session) -> frozenset[str]:
        held = Collections(session, shop_id)
        # Before the first import nearly every collection would be one we never heard of.
        return held.sort(product.product_id, ids, read_at=now) if held.are_read() else frozenset()

    missing = access.database.run(store)
    for each in sorted(missing):
        read_collection(access=access, api=api, shop_id=shop_id, collection_id=each, now=now)


def refresh_collections(*, access: ShopAccess, shop_id: int, now: datetime) -> int:
    """Read again what live rules ask about and was not read for an hour; return how many collections that was.

    A shop that has the app from before there were collections has them imported first.

    Raises:
        ShopClosed, ReopenNeeded, TemporaryFailure, PermanentFailure, CredentialsRejected.
    """
    with access.database.read() as session:
        is_asked = Imports(session, shop_id).get("collections") is not None
        collections = Collections(session, shop_id)
        live = Rules(session, shop_id).live() if collections.are_read() else None
        held = collections.named(collections_asked(live.document) if live is not None else ())
    if not is_asked:
        access.database.run(lambda session: Imports(session, shop_id).want("collections", now=now))
    stale = [each for each, found in held.items() if now - found.read_at >= FRESH_FOR]
    for each in sorted(stale):
        read_collection(access=access, api=access.api(shop_id, now=now), shop_id=shop_id, collection_id=each, now=now)
    return len(stale)
