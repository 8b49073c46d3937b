from dataclasses import replace
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
        assert catalog.variants(["2", "21", "2", "99"]) == {"2": _RICH, "21": replace(second, stock_levels=(50,))}
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
        assert found["2"] == replace(changed, stock_levels=(50,))


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
        assert Catalog(session, stores.ours).variants(["2"]) == {"2": replace(dear, stock_levels=(50,))}


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


def test_levels_of_stock_are_remembered_from_whatever_tells_of_them(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2", available=40), updated_at=NOW))
        for minute, level in enumerate((8, 25, 20), start=1):
            assert catalog.set_stock(StockLevel("2", level), read_at=NOW + timedelta(minutes=minute))
        assert not catalog.set_stock(StockLevel("2", 99), read_at=NOW)
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        assert catalog.variants(["2"])["2"].stock_levels == (40, 8, 25, 20)
        catalog.save(product(variant("2", available=5), updated_at=NOW + timedelta(hours=1)))
        assert catalog.variants(["2"])["2"].stock_levels == (40, 25, 20, 5)
        catalog.set_stock(StockLevel("2", None), read_at=NOW + timedelta(hours=2))
        assert catalog.variants(["2"])["2"].stock_levels == ()


def test_goods_are_found_by_tag_in_one_shop_only(stores: Stores) -> None:
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(variant("2", price=900, tags=frozenset({"Socks", "wool"}))))
        catalog.save(product(variant("3", price=300, tags=frozenset({"SOCKS"}))))
        catalog.save(product(variant("4", tags=frozenset({"socks"}), is_sellable=False)))
        Catalog(session, stores.theirs).save(product(variant("5", tags=frozenset({"socks"}))))
    with stores.database.read() as session:
        catalog = Catalog(session, stores.ours)
        found = [(each.variant_id, tag) for each, tag in catalog.tagged(["socks", "wool"], limit=9)]
        assert found == [("3", "socks"), ("2", "socks"), ("2", "wool")]
        assert [each.variant_id for each, _ in catalog.tagged(["socks"], limit=1)] == ["3"]
        assert catalog.tagged([], limit=9) == ()
    with stores.database.write() as session:
        later = NOW + timedelta(hours=1)
        Catalog(session, stores.ours).save(product(variant("2", tags=frozenset({"wool"})), updated_at=later))
        Catalog(session, stores.ours).remove_product("p3")
    with stores.database.read() as session:
        catalog = Catalog(session, stores.ours)
        assert [(each.variant_id, tag) for each, tag in catalog.tagged(["socks", "wool"], limit=9)] == [("2", "wool")]


def test_the_family_of_goods_is_their_type_or_their_product(stores: Stores) -> None:
    line = variant("2", price=1_000, product_type="Candle")
    with stores.database.write() as session:
        catalog = Catalog(session, stores.ours)
        catalog.save(product(line, variant("21", product_id="p2", price=1_500, product_type="Candle")))
        catalog.save(product(variant("3", price=1_200, product_type="Candle")))
        catalog.save(product(variant("4", price=1_300, product_type="Lamp")))
        catalog.save(product(variant("5", price=1_400, product_type="Candle", is_sellable=False)))
        Catalog(session, stores.theirs).save(product(variant("6", price=1_200, product_type="Candle")))
    with stores.database.read() as session:
        catalog = Catalog(session, stores.ours)

        def found(by: str, low: int, high: int) -> list[str]:
            return [each.variant_id for each in catalog.family(line, by=by, low=low, high=high, limit=9)]

        assert found("type", 1_001, 1_500) == ["3", "21"]
        assert found("type", 1_001, 1_499) == ["3"]
        assert found("product", 1_001, 2_000) == ["21"]
        assert found("type", 900, 1_000) == []
        assert catalog.siblings([line]).keys() == {"2", "21"}
        assert catalog.siblings([]) == {}
