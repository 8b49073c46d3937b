"""The job engine remembers ids for ever: no row may get the id of one that is gone."""

from datetime import timedelta

from sqlalchemy import select

from server.storage.db import Session
from server.storage.deliveries import HANDLED, Deliveries, DeliveryRow
from server.storage.inbox import Inbox
from server.storage.shops import Shops
from tests.factories import NOW, OTHER_SHOP, grant
from tests.storage.conftest import Stores
from tests.storage.test_deliveries import NEW

LATER = NOW + timedelta(days=31)


def the_delivery(session: Session) -> DeliveryRow:
    return session.scalars(select(DeliveryRow)).one()


def test_a_delivery_never_gets_the_id_of_one_that_was_purged(inbox: Inbox) -> None:
    seen = []
    for _ in range(2):
        inbox.store(NEW, now=NOW)
        with inbox.database.write() as session:
            row = the_delivery(session)
            Deliveries(session).close(row.id, state=HANDLED, now=NOW)
            seen.append(row.id)
        with inbox.database.write() as session:
            assert Deliveries(session).purge(before=LATER) == 1
    assert seen[0] != seen[1]


def test_a_shop_never_gets_the_id_of_one_that_was_erased(stores: Stores) -> None:
    with stores.database.write() as session:
        session.delete(Shops(session, stores.box).by_id(stores.theirs))
    with stores.database.write() as session:
        row, _ = Shops(session, stores.box).install(OTHER_SHOP, grant=grant(), now=NOW)
        assert row.id > stores.theirs
