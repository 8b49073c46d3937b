"""Work that was lost is taken up, and tries are counted only where something was tried."""

from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from server.jobs.engine import Engine
from server.jobs.schedule import Schedule
from server.ports import StockLevel, TemporaryFailure
from server.runtime import Runtime
from server.storage.catalog import Neighbours
from server.storage.deliveries import FAILED, STORED, Deliveries, DeliveryRow
from server.storage.shops import DONE, QUEUED, WANTED, ImportRow, Imports, WantedImport, WantedImports
from server.usecases.imports import import_orders, import_products, postpone
from server.usecases.ingest import ATTEMPTS, postpone_delivery
from server.usecases.recommendations import rebuild_neighbours
from tests.factories import NOW, line, order, product, variant
from tests.threads import at_once
from tests.usecases.house import House

MINUTE = timedelta(minutes=1)


@pytest.fixture
def fresh(bare: House) -> House:
    """A shop that was just installed, with five products and three orders of the same two goods on the platform."""
    bare.shop_id = bare.open()
    for number in range(1, 6):
        bare.api.held_products[f"p{number}"] = product(variant(str(number)))
    for number in range(1, 4):
        placed = order(
            str(number),
            created_at=NOW - number * timedelta(days=1),
            lines=(line("1"), line("2")),
            reference_id=str(number),
        )
        bare.api.held_orders[str(number)] = placed
    return bare


def progress(house: House, kind: str) -> ImportRow:
    with house.database.read() as session:
        found = Imports(session, house.shop_id).get(kind)
    assert found is not None
    return found


def queue(house: House, kind: str) -> None:
    with house.database.write() as session:
        row = Imports(session, house.shop_id).get(kind)
        assert row is not None
        wanted = WantedImport(house.shop_id, kind, row.attempt)
        WantedImports(session).mark_queued(wanted, now=house.clock.now())


def take_up(house: House, *, before: datetime) -> int:
    with house.database.write() as session:
        return WantedImports(session).take_up_lost(before=before)


class TestImports:
    def test_one_that_is_silent_too_long_is_put_back_and_frees_the_other(self, fresh: House) -> None:
        fresh.clock.move(hours=3)  # waiting is no silence: the time counts from the queue
        queue(fresh, "products")
        now = fresh.clock.now()
        assert take_up(fresh, before=now) == 0
        assert take_up(fresh, before=now + MINUTE) == 1
        row = progress(fresh, "products")
        assert (row.state, row.attempt) == (WANTED, 2)
        assert progress(fresh, "orders").attempt == 1, "what only waits is left alone"
        with fresh.database.read() as session:
            assert [(each.kind, each.attempt) for each in WantedImports(session).due(now=now)] == [("products", 2)]

    def test_each_page_is_a_sign_of_life(self, fresh: House) -> None:
        queue(fresh, "products")
        fresh.api.fail("products", None, RuntimeError("killed"))
        fresh.clock.move(minutes=9)
        with pytest.raises(RuntimeError):
            import_products(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)
        assert progress(fresh, "products").state == QUEUED
        assert take_up(fresh, before=NOW + 9 * MINUTE) == 0
        assert take_up(fresh, before=NOW + 10 * MINUTE) == 1

    def test_a_run_that_was_taken_for_lost_ends_without_counting_twice(self, fresh: House) -> None:
        queue(fresh, "products")
        original = fresh.api.products

        def slow(*, cursor: str | None) -> object:
            fresh.api.products = original  # type: ignore[method-assign]  # only the first page is slow
            found = original(cursor=cursor)
            assert take_up(fresh, before=fresh.clock.move(minutes=11)) == 1
            import_products(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)
            return found

        fresh.api.products = slow  # type: ignore[method-assign,assignment]  # the twin comes in between
        import_products(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)
        row = progress(fresh, "products")
        assert (row.state, row.done, row.total) == (DONE, 5, 5)

    def test_one_that_starts_over_counts_from_nought(self, fresh: House, monkeypatch: pytest.MonkeyPatch) -> None:
        def busy(**_: object) -> int:
            raise TemporaryFailure("busy")

        with monkeypatch.context() as patch:
            patch.setattr("server.usecases.imports.rebuild_neighbours", busy)
            with pytest.raises(TemporaryFailure) as failure:
                import_orders(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)
        postpone(database=fresh.database, shop_id=fresh.shop_id, kind="orders", failure=failure.value, now=NOW)
        import_orders(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)
        row = progress(fresh, "orders")
        assert (row.state, row.done, row.total) == (DONE, 3, 3)

    def test_neighbours_may_be_counted_by_many_at_once(self, fresh: House) -> None:
        import_orders(access=fresh.access, shop_id=fresh.shop_id, clock_now=fresh.clock.now)

        def count() -> int:
            return rebuild_neighbours(database=fresh.database, shop_id=fresh.shop_id)

        assert at_once(*[count] * 4) == [2] * 4
        with fresh.database.read() as session:
            assert Neighbours(session, fresh.shop_id).of(["1", "2"]).keys() == {"1", "2"}


class TestDeliveries:
    def delivery(self, house: House, delivery_id: int) -> DeliveryRow:
        with house.inbox.database.read() as session:
            found = Deliveries(session).get(delivery_id)
        assert found is not None
        return found

    def postpone(self, house: House, delivery_id: int) -> str:
        return postpone_delivery(
            inbox=house.inbox.database, delivery_id=delivery_id, error="busy", retry_after=None, now=house.clock.now()
        )

    def test_is_tried_for_about_a_day(self, house: House) -> None:
        delivery_id = house.store("orders/create")
        tries = 1
        while self.postpone(house, delivery_id) == STORED:
            tries += 1
            house.clock.moment = self.delivery(house, delivery_id).retry_at or NOW
        assert tries == ATTEMPTS
        assert timedelta(hours=21) < house.clock.now() - NOW < timedelta(hours=24)

    def test_taking_up_what_was_lost_uses_up_no_try(self, house: House) -> None:
        delivery_id = house.store("orders/create")
        for number in range(ATTEMPTS):
            with house.inbox.database.write() as session:
                inbox = Deliveries(session)
                inbox.mark_queued(inbox.pending(now=house.clock.now(), limit=1))
                assert inbox.take_up_lost(before=house.clock.now() + MINUTE) == 1, number
        assert self.delivery(house, delivery_id).attempt == ATTEMPTS + 1
        assert self.postpone(house, delivery_id) == STORED
        for _ in range(ATTEMPTS - 2):
            assert self.postpone(house, delivery_id) == STORED
        assert self.postpone(house, delivery_id) == FAILED


def test_stock_asked_for_before_what_is_stored_is_old_news(house: House) -> None:
    house.inbound.references[b"i"] = "i2"
    house.api.levels["i2"] = StockLevel("2", 7)
    assert house.deliver("inventory_levels/update", b"i") == "handled"
    house.clock.move(seconds=-5)
    house.api.levels["i2"] = StockLevel("2", 8)
    assert house.deliver("inventory_levels/update", b"i") == "superseded"


class IdleEngine:
    def forget_finished(self, *, older_than: timedelta) -> int:
        return int(older_than < timedelta(0))


def test_the_schedule_takes_up_an_import_after_ten_silent_minutes(fresh: House) -> None:
    runtime = SimpleNamespace(
        database=fresh.database, clock=fresh.clock, box=fresh.box, auth=fresh.auth, apis=fresh.apis
    )
    schedule = Schedule(cast("Runtime", runtime), cast("Engine", IdleEngine()))
    queue(fresh, "products")
    schedule.tick()
    fresh.clock.move(minutes=10)
    schedule.tick()
    assert progress(fresh, "products").state == QUEUED, "ten minutes are not more than ten minutes"
    fresh.clock.move(minutes=10)
    schedule.tick()
    row = progress(fresh, "products")
    assert (row.state, row.attempt) == (WANTED, 2)
