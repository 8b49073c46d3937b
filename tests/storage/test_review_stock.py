"""Stock is what the platform said last, by when it was asked."""

from datetime import timedelta

from server.ports import StockLevel
from server.storage.catalog import Catalog
from tests.factories import NOW, product, variant
from tests.storage.conftest import Stores

SECOND = timedelta(seconds=1)


def available(stores: Stores) -> int | None:
    with stores.database.read() as session:
        return Catalog(session, stores.ours).variants(["2"])["2"].available


def test_stock_that_was_asked_for_earlier_does_not_come_back(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2")), read_at=NOW)
        assert catalog.set_stock(StockLevel("2", 3), read_at=NOW + 2 * SECOND)
        assert not catalog.set_stock(StockLevel("2", 9), read_at=NOW + SECOND)
    assert available(stores) == 3


def test_a_product_that_was_read_earlier_leaves_the_stock_and_brings_the_rest(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2")), read_at=NOW)
        catalog.set_stock(StockLevel("2", 3), read_at=NOW + 2 * SECOND)
    with stores.database.write() as session:
        assert Catalog(session, stores.ours).save(product(variant("2", title="New", available=40)), read_at=NOW)
    with stores.database.read() as session:
        facts = Catalog(session, stores.ours).variants(["2"])["2"]
    assert (facts.title, facts.available) == ("New", 3)
    with stores.database.write() as session:
        Catalog(session, stores.ours).save(product(variant("2", available=40)), read_at=NOW + 3 * SECOND)
    assert available(stores) == 40


def test_a_product_without_a_reading_time_is_as_old_as_itself(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2"), updated_at=NOW))
        assert not catalog.set_stock(StockLevel("2", 9), read_at=NOW - SECOND)
        assert catalog.set_stock(StockLevel("2", 9), read_at=NOW)
    assert available(stores) == 9
