"""Where goods lie: whole items as they are said, newest word first, each shop its own."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.ports import ItemStock, LocationStock
from server.storage.catalog import Catalog
from server.storage.db import Database
from server.storage.stock import StockByLocation
from tests.factories import NOW, product, variant
from tests.storage.conftest import Stores

LEEDS, YORK = LocationStock("1", "Leeds", 4), LocationStock("2", "York", -1)
LATER = NOW + timedelta(minutes=1)


def save(database: Database, shop_id: int, item: ItemStock, *, at: object = NOW) -> None:
    with database.write() as session:
        StockByLocation(session, shop_id).save([item], read_at=at)  # type: ignore[arg-type]  # a moment


def of(database: Database, shop_id: int, item_id: str = "i1") -> tuple[LocationStock, ...]:
    with database.read() as session:
        return StockByLocation(session, shop_id).of(item_id)


def test_an_item_lies_where_the_platform_says(stores: Stores) -> None:
    save(stores.database, stores.ours, ItemStock("i1", (YORK, LEEDS)))
    assert of(stores.database, stores.ours) == (LEEDS, YORK)
    assert of(stores.database, stores.theirs) == ()
    assert of(stores.database, stores.ours, "i2") == ()


def test_newer_news_replaces_the_whole_item(stores: Stores) -> None:
    save(stores.database, stores.ours, ItemStock("i1", (LEEDS, YORK)))
    bath = LocationStock("3", "Bath", 9, is_active=False)
    renamed = LocationStock("1", "Leeds North", 5)
    save(stores.database, stores.ours, ItemStock("i1", (renamed, bath)), at=LATER)
    assert of(stores.database, stores.ours) == (bath, renamed)


def test_older_news_changes_nothing_that_is_known(stores: Stores) -> None:
    save(stores.database, stores.ours, ItemStock("i1", (LEEDS,)), at=LATER)
    save(stores.database, stores.ours, ItemStock("i1", (LocationStock("1", "Leeds", 99),)))
    assert of(stores.database, stores.ours) == (LEEDS,)


@pytest.mark.parametrize("how", ["deleted", "shrunk"])
def test_what_is_no_longer_sold_lies_nowhere(stores: Stores, how: str) -> None:
    kept = variant("3")
    gone = replace(variant("2"), product_id=kept.product_id)
    held = product(kept, gone)
    item_id = held.inventory_item_ids["2"]
    with stores.database.write() as session:
        Catalog(session, stores.ours).save(held)
    save(stores.database, stores.ours, ItemStock(item_id, (LEEDS,)))
    with stores.database.write() as session:
        if how == "deleted":
            Catalog(session, stores.ours).remove_product(held.product_id)
        else:
            Catalog(session, stores.ours).save(product(kept))
    assert of(stores.database, stores.ours, item_id) == ()


LEVELS = st.lists(
    st.tuples(st.integers(0, 3), st.dictionaries(st.sampled_from("123"), st.integers(-5, 50), max_size=3)), max_size=6
)


@given(news=LEVELS)
def test_in_whatever_order_the_newest_word_of_each_place_is_never_undone(
    news: list[tuple[int, dict[str, int]]],
) -> None:
    """The law, by a plain model: a place holds the newest word that named it, unless a newer one left it out."""
    from server.storage.db import make_engine  # noqa: PLC0415 - one database for each example
    from server.storage.models import metadata  # noqa: PLC0415 - as above
    from server.storage.secrets import SecretBox  # noqa: PLC0415 - as above
    from server.storage.shops import Shops  # noqa: PLC0415 - as above
    from tests.factories import SHOP, grant  # noqa: PLC0415 - as above

    engine = make_engine("sqlite://")
    metadata.create_all(engine)
    database = Database(engine)
    with database.write() as session:
        shop_id = Shops(session, SecretBox(("7c" * 32,))).install(SHOP, grant=grant(), now=NOW)[0].id
    expected: dict[str, tuple[int, int]] = {}
    for minute, levels in news:
        for place in [place for place, (_, at) in expected.items() if at <= minute and place not in levels]:
            del expected[place]
        for place, available in levels.items():
            if place not in expected or expected[place][1] <= minute:
                expected[place] = (available, minute)
        item = ItemStock("i1", tuple(LocationStock(place, f"Place {place}", held) for place, held in levels.items()))
        save(database, shop_id, item, at=NOW + timedelta(minutes=minute))
    assert {level.location_id: level.available for level in of(database, shop_id)} == {
        place: available for place, (available, _) in expected.items()
    }
    database.dispose()
