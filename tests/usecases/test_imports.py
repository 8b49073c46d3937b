from datetime import timedelta

import pytest

from server.ports import PermanentFailure, TemporaryFailure
from server.storage.catalog import Catalog, Neighbours
from server.storage.orders import Orders
from server.storage.shops import DONE, FAILED, WANTED, ImportRow, Imports, Shops
from server.storage.touches import Touches
from server.usecases.imports import HISTORY, give_up, import_orders, import_products, postpone
from tests.factories import NOW, line, order, product, variant
from tests.usecases.house import House

DAY = timedelta(days=1)


@pytest.fixture
def fresh(bare: House) -> House:
    """A shop that was just installed, with five products and five orders on the platform."""
    bare.shop_id = bare.open()
    for number in range(1, 6):
        bare.api.held_products[f"p{number}"] = product(variant(str(number)))
        placed = order(
            str(number), created_at=NOW - number * DAY, lines=(line("1"), line("2")), reference_id=str(number)
        )
        bare.api.held_orders[str(number)] = placed
    return bare


def progress(house: House, kind: str) -> ImportRow:
    with house.database.read() as session:
        found = Imports(session, house.shop_id).get(kind)
    assert found is not None
    return found


def run(house: House, kind: str) -> None:
    work = import_products if kind == "products" else import_orders
    work(access=house.access, shop_id=house.shop_id, clock_now=house.clock.now)


def stored(house: House, kind: str) -> int:
    with house.database.read() as session:
        if kind == "products":
            return Catalog(session, house.shop_id).count()
        return len(Orders(session, house.shop_id).recent(limit=99))


def test_the_shops_facts_and_its_catalogue_are_fetched_page_by_page(fresh: House) -> None:
    run(fresh, "products")
    row = progress(fresh, "products")
    assert (row.state, row.done, row.total, row.cursor, row.finished_at) == (DONE, 5, 5, None, NOW)
    assert stored(fresh, "products") == 5
    assert fresh.api.calls.count("products") == 3
    with fresh.database.read() as session:
        shop = Shops(session, fresh.box).by_id(fresh.shop_id)
        assert (shop.name, shop.currency, shop.time_zone, shop.country_code) == (
            "Gift Shop",
            "GBP",
            "Europe/London",
            "GB",
        )
        assert (shop.is_post_purchase_app, shop.checked_at) == (True, NOW)


def test_orders_of_sixty_days_are_fetched_and_what_is_bought_together_is_counted(fresh: House) -> None:
    fresh.api.held_orders["old"] = order("old", created_at=NOW - HISTORY - timedelta(seconds=1))
    fresh.api.held_orders["edge"] = order("edge", created_at=NOW - HISTORY)
    run(fresh, "orders")
    row = progress(fresh, "orders")
    assert (row.state, row.done, row.total) == (DONE, 6, 6)
    with fresh.database.read() as session:
        assert {each.id for each in Orders(session, fresh.shop_id).recent(limit=99)} == {
            "1",
            "2",
            "3",
            "4",
            "5",
            "edge",
        }
        assert Neighbours(session, fresh.shop_id).of(["1"]).keys() == {"1"}
        assert Shops(session, fresh.box).by_id(fresh.shop_id).history_starts_at == NOW - HISTORY
        assert Touches(session, fresh.shop_id).sequence_of("1") is None, "the past is not followed up"


@pytest.mark.parametrize("kind", ["products", "orders"])
def test_a_shop_that_is_throttled_goes_on_where_it_stopped(fresh: House, kind: str) -> None:
    fresh.api.fail(kind, None, TemporaryFailure("throttled", retry_after=7))
    with pytest.raises(TemporaryFailure) as failure:
        run(fresh, kind)
    row = progress(fresh, kind)
    assert (row.done, row.cursor, stored(fresh, kind)) == (2, "2", 2)
    postpone(database=fresh.database, shop_id=fresh.shop_id, kind=kind, failure=failure.value, now=NOW)
    row = progress(fresh, kind)
    assert (row.state, row.attempt, row.retry_at, row.cursor) == (WANTED, 2, NOW + timedelta(seconds=7), "2")
    fresh.clock.move(seconds=7)
    run(fresh, kind)
    row = progress(fresh, kind)
    assert (row.state, row.done, row.total, row.error, stored(fresh, kind)) == (DONE, 5, 5, None, 5)
    assert fresh.api.calls.count(kind) == 4, "no page is asked for twice"


@pytest.mark.parametrize("kind", ["products", "orders"])
def test_a_crash_between_a_page_and_its_mark_loses_and_doubles_nothing(fresh: House, kind: str) -> None:
    fresh.api.fail(kind, None, RuntimeError("killed"))
    with pytest.raises(RuntimeError):
        run(fresh, kind)
    with fresh.database.write() as session:
        row = Imports(session, fresh.shop_id).get(kind)
        assert row is not None
        row.done, row.cursor = 0, None  # the page was stored, the mark was not
    run(fresh, kind)
    assert (progress(fresh, kind).done, stored(fresh, kind)) == (5, 5)


def test_without_a_word_from_the_platform_an_import_waits_a_little(fresh: House) -> None:
    failure = TemporaryFailure("busy")
    postpone(database=fresh.database, shop_id=fresh.shop_id, kind="orders", failure=failure, now=NOW)
    assert progress(fresh, "orders").retry_at == NOW + timedelta(seconds=20)


def test_an_import_that_cannot_go_on_says_why(fresh: House) -> None:
    give_up(
        database=fresh.database, shop_id=fresh.shop_id, kind="orders", message="The app may not read orders.", now=NOW
    )
    row = progress(fresh, "orders")
    assert (row.state, row.error, row.finished_at) == (FAILED, "The app may not read orders.", NOW)
    give_up(database=fresh.database, shop_id=fresh.shop_id, kind="refunds", message="x", now=NOW)


def test_a_finished_import_is_not_done_again_and_not_put_back(fresh: House) -> None:
    run(fresh, "orders")
    run(fresh, "orders")
    assert fresh.api.calls.count("orders") == 3
    failure = TemporaryFailure("busy")
    postpone(database=fresh.database, shop_id=fresh.shop_id, kind="orders", failure=failure, now=NOW)
    assert progress(fresh, "orders").state == DONE


def test_the_token_is_asked_for_anew_at_each_page(fresh: House) -> None:
    original = fresh.api.products

    def slow(*, cursor: str | None) -> object:
        fresh.auth.now = fresh.clock.move(minutes=40)
        return original(cursor=cursor)

    fresh.api.products = slow  # type: ignore[method-assign,assignment]  # each page takes forty minutes
    run(fresh, "products")
    assert progress(fresh, "products").done == 5
    assert len(set(fresh.apis.tokens)) > 1


def test_an_order_that_a_webhook_brought_meanwhile_is_not_overwritten(fresh: House) -> None:
    newer = order("1", updated_at=NOW + DAY, name="#newer")
    with fresh.database.write() as session:
        Orders(session, fresh.shop_id).save(newer, unit_id="customer:77")
    run(fresh, "orders")
    with fresh.database.read() as session:
        found = Orders(session, fresh.shop_id).get("1")
        assert found is not None
        assert found.name == "#newer"


def test_a_count_that_fails_stops_the_import_before_it_began(fresh: House) -> None:
    fresh.api.fail("count_products", PermanentFailure("no"))
    with pytest.raises(PermanentFailure):
        run(fresh, "products")
    assert stored(fresh, "products") == 0


def test_a_shop_that_went_while_it_was_imported_ends_it(fresh: House) -> None:
    with fresh.database.write() as session:
        row = Imports(session, fresh.shop_id).get("products")
        session.delete(row)
    run(fresh, "products")
    assert stored(fresh, "products") == 0
