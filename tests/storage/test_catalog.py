from datetime import timedelta

from server.domain.recommendations import Neighbour
from server.ports import StockLevel
from server.storage.catalog import Catalog, Neighbours
from tests.factories import NOW, product, variant
from tests.storage.conftest import Stores

_RICH = variant(
    "2",
    variant_title="Red",
    tags=frozenset({"gift", "Ärmel"}),
    compare_at_price=1_500,
    unit_cost=400,
    available=None,
    sells_when_out_of_stock=True,
    description="A <b>bold</b> thing",
    image_alt="A thing",
)


def test_goods_come_back_as_they_were_saved(stores: Stores) -> None:
    second = variant("21", product_id="p2", handle=None, image_url=None)
    with stores.database.write() as session:
        assert Catalog(session, stores.ours).save(product(_RICH, second))
    with stores.database.read() as session:
        catalog = Catalog(session, stores.ours)
        assert catalog.variants(["2", "21", "2", "99"]) == {"2": _RICH, "21": second}
        assert catalog.variants([]) == {}
        assert catalog.count() == 2
        theirs = Catalog(session, stores.theirs)
        assert (theirs.variants(["2"]), theirs.count()) == ({}, 0)


def test_a_newer_snapshot_replaces_changes_adds_and_takes_away(stores: Stores) -> None:
    with stores.database.write() as session:
        Catalog(session, stores.ours).save(product(_RICH, variant("21", product_id="p2"), updated_at=NOW))
    changed = variant("2", price=900, unit_cost=None)
    with stores.database.write() as session:
        assert Catalog(session, stores.ours).save(
            product(changed, variant("22", product_id="p2"), updated_at=NOW + timedelta(seconds=1))
        )
    with stores.database.read() as session:
        found = Catalog(session, stores.ours).variants(["2", "21", "22"])
        assert found.keys() == {"2", "22"}
        assert found["2"] == changed


def test_an_older_snapshot_changes_nothing_and_an_equal_one_is_taken(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2", price=900), updated_at=NOW))
        assert not catalog.save(product(variant("2", price=1), updated_at=NOW - timedelta(seconds=1)))
        assert catalog.variants(["2"])["2"].price == 900
        assert catalog.save(product(variant("2", price=800), updated_at=NOW))
    with stores.database.read() as session:
        assert Catalog(session, stores.ours).variants(["2"])["2"].price == 800


def test_prices_beyond_four_bytes_are_kept(stores: Stores) -> None:
    dear = variant("2", price=25_000_000_00, compare_at_price=30_000_000_00, unit_cost=5_000_000_000)
    with stores.database.write() as session:
        Catalog(session, stores.ours).save(product(dear))
    with stores.database.read() as session:
        assert Catalog(session, stores.ours).variants(["2"]) == {"2": dear}


def test_stock_is_set_and_goods_go_in_one_shop_only(stores: Stores) -> None:
    with stores.database.write() as session:
        for shop_id in (stores.ours, stores.theirs):
            Catalog(session, shop_id).save(product(variant("2"), variant("21", product_id="p2")))
            Catalog(session, shop_id).save(product(variant("3")))
    with stores.database.write() as session:
        ours = Catalog(session, stores.ours)
        ours.set_stock(StockLevel("2", 7), read_at=NOW)
        ours.set_stock(StockLevel("21", None), read_at=NOW)
        ours.set_stock(StockLevel("99", 1), read_at=NOW)
        ours.remove_product("p3")
    with stores.database.read() as session:
        ours, theirs = Catalog(session, stores.ours), Catalog(session, stores.theirs)
        assert {key: facts.available for key, facts in ours.variants(["2", "21", "3"]).items()} == {"2": 7, "21": None}
        assert {facts.available for facts in theirs.variants(["2", "21", "3"]).values()} == {50}
        assert theirs.count() == 3


def test_neighbours_are_replaced_whole(stores: Stores) -> None:
    first, second = Neighbour("2", 0.25, 3), Neighbour("3", 0.5, 4)
    with stores.database.write() as session:
        Neighbours(session, stores.ours).replace({"1": (first, second), "9": (first,)})
        Neighbours(session, stores.theirs).replace({"1": (first,)})
    with stores.database.write() as session:
        ours = Neighbours(session, stores.ours)
        assert ours.of(["1", "9", "x"]) == {"1": (second, first), "9": (first,)}
        assert ours.of([]) == {}
        ours.replace({"1": (Neighbour("5", 0.1, 2),)})
    with stores.database.write() as session:
        assert Neighbours(session, stores.ours).of(["1", "9"]) == {"1": (Neighbour("5", 0.1, 2),)}
        Neighbours(session, stores.ours).replace({})
        assert Neighbours(session, stores.ours).of(["1"]) == {}
        assert Neighbours(session, stores.theirs).of(["1"]) == {"1": (first,)}
